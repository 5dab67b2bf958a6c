//! Channels in trouble, through the real program: addresses that are mended, secrets that are rotated, a person who
//! does not want to wait, limits that outlive the process, and receivers that mean harm.

#![expect(
    clippy::disallowed_methods,
    reason = "receivers that mean harm have sockets and threads of their own"
)]

use crate::{
    help::fakes::{Fake, Reply},
    help::playground::{Playground, Process, eventually},
};
use playbook::shell::store::{Backlog, MessageStatus, Reader};
use serde_json::Value;
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

const RUN: [&str; 4] = ["run", "p.yaml", "--state", "state"];

fn playbook(channels: &str, steps: &str) -> String {
    format!("name: a\ntimezone: UTC\nchannels:\n{channels}plays:\n  say:\n    steps:\n{steps}")
}

/// Starts the engine and waits until it takes commands.
fn engine(place: &Playground) -> Process {
    let engine = place.start(&RUN);
    eventually("the engine takes commands", || place.run(&["status", "--state", "state"]).code == Some(0));
    engine.line("running");
    engine
}

fn say(place: &Playground) {
    let said = place.run(&["start", "say", "--state", "state"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
}

fn outbox(place: &Playground) -> Vec<Value> {
    place.run(&["outbox", "--all", "--state", "state", "--format", "json"]).exits(0).json_lines()
}

/// Waits for a message that has failed and waits for its next attempt.
fn waits(place: &Playground) -> Value {
    let mut found = Value::Null;
    eventually("a message waits for its next attempt", || {
        let row = outbox(place).into_iter().find(|row| row["status"] == "pending" && !row["until"].is_null());
        row.map(|row| found = row).is_some()
    });
    found
}

fn backlog(place: &Playground) -> Vec<Backlog> {
    let found = Reader::open(&place.path("state")).unwrap().backlog(None).unwrap();
    found.into_values().flatten().collect()
}

/// Asks everybody to come back in a day.
async fn tomorrow() -> Fake {
    Fake::start(|_, _| Reply::status(503).with("retry-after", "86400")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_goes_to_a_mended_address_at_once_and_nothing_to_the_old_one() {
    let (old, new) = (tomorrow().await, Fake::scripted(vec![Reply::status(200)]).await);
    let text = |fake: &Fake| {
        playbook(&format!("  group: {{ type: webhook, url: \"{}\" }}\n", fake.url()), "      - post: hi\n")
    };
    let place = Playground::new().file("p.yaml", &text(&old));
    let engine = engine(&place);
    say(&place);
    waits(&place);
    say(&place);
    place.write("p.yaml", &text(&new));
    eventually("both arrive at the new address", || new.seen().len() == 2);
    say(&place);
    eventually("so does what is decided later", || new.seen().len() == 3);
    assert_eq!(old.seen().len(), 1, "the attempt of before");
    engine.stop().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_channel_that_is_taken_out_of_the_file_is_refused() {
    let old = tomorrow().await;
    let channel = format!("  extra: {{ type: webhook, url: \"{}\" }}\n", old.url());
    let steps = "      - post: hi\n        to: extra\n";
    let place = Playground::new().file("p.yaml", &playbook(&channel, steps));
    let engine = engine(&place);
    say(&place);
    waits(&place);
    say(&place);
    place.write("p.yaml", &playbook("  group: { type: console }\n", "      - post: hi\n"));
    eventually("both are refused", || {
        outbox(&place).iter().filter(|row| row["status"] == "dead").count() == 2
    });
    assert!(outbox(&place)[0]["note"].as_str().unwrap().contains("no channel `extra` any more"));
    assert_eq!(old.seen().len(), 1);
    engine.stop().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_rotated_is_used_without_a_word() {
    let (old, new) = (tomorrow().await, Fake::scripted(vec![Reply::status(200)]).await);
    let yaml = playbook("  group: { type: webhook, url: { file: hook.txt } }\n", "      - post: hi\n");
    let place = Playground::new().file("p.yaml", &yaml).file("hook.txt", &old.url());
    let engine = engine(&place);
    say(&place);
    waits(&place);
    place.write_by_rename("hook.txt", &format!("{}\n", new.url()));
    eventually("it arrives at the new address", || new.seen().len() == 1);
    assert_eq!(old.seen().len(), 1);
    engine.stop().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_can_have_tried_now_what_waits() {
    let busy = Reply::status(429).with("retry-after", "86400");
    let fake = Fake::scripted(vec![busy, Reply::status(200)]).await;
    let yaml =
        playbook(&format!("  group: {{ type: webhook, url: \"{}\" }}\n", fake.url()), "      - post: hi\n");
    let place = Playground::new().file("p.yaml", &yaml);
    let engine = engine(&place);
    say(&place);
    let row = waits(&place);
    let rows = &backlog(&place)[0];
    assert_eq!((rows.channel.as_str(), rows.status, rows.count), ("group", MessageStatus::Pending, 1));
    assert!(rows.failing && rows.note.contains("1440 minutes"), "{rows:?}");
    let wait = rows.next.unwrap().since(crate::delivery::courier::now()).as_millis();
    assert!(wait <= 3_601_000, "an hour is the longest: {wait}");
    place.run(&["retry", row["effect"].as_str().unwrap(), "--state", "state"]).exits(0);
    eventually("it is delivered", || outbox(&place)[0]["status"] == "delivered");
    assert_eq!(fake.seen().len(), 2);
    engine.stop().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_outlives_the_process() {
    let fake = Fake::scripted(vec![Reply::status(200)]).await;
    let at = |path: &str| format!("http://127.0.0.1:{}/{path}", fake.port);
    let channels = format!(
        "  group: {{ type: webhook, url: \"{}\", rate: 2 per 10m }}\n  staff: {{ type: webhook, url: \"{}\" }}\n",
        at("group"),
        at("staff")
    );
    let yaml = playbook(&channels, "      - post: hi\n      - post: there\n        to: staff\n");
    let place = Playground::new().file("p.yaml", &yaml);
    let sent = |path: &str| fake.seen().iter().filter(|seen| seen.path.ends_with(path)).count();
    let first = engine(&place);
    say(&place);
    say(&place);
    eventually("two are allowed", || {
        outbox(&place).iter().filter(|row| row["status"] == "delivered").count() == 4
    });
    drop(first.kill());
    let second = engine(&place);
    say(&place);
    eventually("the channel without a limit gets its third", || sent("staff") == 3);
    assert_eq!(sent("group"), 2);
    second.stop().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_is_told_to_stop_does_not_wait_for_a_receiver_that_hangs() {
    let fake = Fake::start(|_, _| Reply::Hang).await;
    let channel = format!("  group: {{ type: webhook, url: \"{}\", timeout: 10m }}\n", fake.url());
    let place = Playground::new().file("p.yaml", &playbook(&channel, "      - post: hi\n"));
    let engine = engine(&place);
    say(&place);
    fake.wait_for(1).await;
    // The playground waits for half a minute; the channel would for ten.
    engine.stop().exits(0);
    assert_eq!(outbox(&place)[0]["status"], "claimed");
}

/// Writes an answer that means harm.
type Harm = fn(&mut std::net::TcpStream) -> std::io::Result<()>;

/// A receiver that answers every request with what `answer` writes, until the other side has had enough.
fn hostile(answer: Harm) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = answer(&mut stream);
            });
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receivers_that_mean_harm_harm_nobody() {
    const HARM: [(&str, Harm); 6] = [
        ("headers", |stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                stream.write_all(&[b"x-a: ".as_slice(), &[b'a'; 8000], b"\r\n"].concat())?;
            }
        }),
        ("body", |stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            loop {
                stream.write_all(&[b"2000\r\n".as_slice(), &[b'['; 8192], b"\r\n"].concat())?;
            }
        }),
        ("deep", |stream| {
            let body = format!("{}{}", "{\"a\":".repeat(30_000), "}".repeat(30_000));
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        }),
        ("gzip", |stream| {
            let body = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3].repeat(4_000);
            let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 40000\r\n\r\n";
            stream.write_all(&[head.as_bytes(), &body].concat())
        }),
        ("slow", |stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")?;
            loop {
                std::thread::sleep(std::time::Duration::from_millis(100));
                stream.write_all(b" ")?;
            }
        }),
        ("redirect", |stream| {
            stream
                .write_all(b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /hook\r\ncontent-length: 0\r\n\r\n")
        }),
    ];
    let good = Fake::scripted(vec![Reply::status(200)]).await;
    let mut channels = format!("  group: {{ type: webhook, url: \"{}\" }}\n", good.url());
    let mut steps = String::new();
    for (name, answer) in HARM {
        // A platform whose answers are read.
        channels
            .push_str(&format!("  {name}: {{ type: wecom, url: \"{}\", timeout: 1s }}\n", hostile(answer)));
        steps.push_str(&format!("      - post: hi\n        to: {name}\n"));
    }
    steps.push_str("      - post: hi\n");
    let place = Playground::new().file("p.yaml", &playbook(&channels, &steps));
    let engine = engine(&place);
    say(&place);
    eventually("every one of them was heard out", || {
        let tried =
            |row: &Value| row["status"] != "pending" && row["status"] != "claimed" || !row["until"].is_null();
        outbox(&place).iter().all(tried)
    });
    assert_eq!(good.seen().len(), 1);
    for row in outbox(&place) {
        assert_eq!(row["status"] == "delivered", row["channel"] == "group", "{row}");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", engine.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 400_000, "{peak} kB");
    engine.stop().exits(0);
}
