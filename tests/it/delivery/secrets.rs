//! No secret leaves a request: not to the terminal, the state, the journal, nor any overview, whatever goes wrong.
//!
//! Also what a request is allowed to do: which host, through which proxy, how much of an answer is read.

#![expect(clippy::disallowed_methods, reason = "reads the state as a thief would")]

use crate::{
    delivery::courier::{Post, channel, target_of},
    help::fakes::{
        Fake, Reply, Seen,
        smtp::{MailServer, Say},
    },
    help::playground::{Playground, eventually},
};
use playbook::{
    courier::ParcelOutcome,
    model::channel::{Channel, ChannelKind, Setting},
};
use std::{fmt::Write as _, path::Path};

/// Everything secret in this file holds this.
const MARK: &str = "Hush4711";

/// All that a platform was sent, as a careless one repeats it.
fn repeated(seen: &Seen) -> String {
    let headers: String = seen.headers.iter().fold(String::new(), |mut out, (name, value)| {
        let _ = write!(out, "{name}: {value}; ");
        out
    });
    format!("you sent {} {} {headers} {}", seen.method, seen.path, seen.body)
}

/// What a platform does, by the first word of the path.
fn behave(seen: &Seen, _: usize) -> Reply {
    let body = repeated(seen);
    let answer = |status| Reply::Answer { status, headers: Vec::new(), body: body.clone() };
    match seen.path.split('/').nth(1).unwrap_or_default() {
        "accepts" => answer(200),
        "refuses" => answer(400),
        "denies" => answer(401),
        "fails" => answer(500),
        "throttles" => answer(429).with("retry-after", "1"),
        "moves" => answer(302).with("location", &seen.path),
        "moved" => answer(308).with("location", &seen.path),
        "drops" => Reply::Drop,
        "hangs" => Reply::Hang,
        path => panic!("nothing is at {path}"),
    }
}

const FAULTS: [&str; 9] =
    ["accepts", "refuses", "denies", "fails", "throttles", "moves", "moved", "drops", "hangs"];

/// Secrets of every kind in the environment, and the channels that use them.
struct Scene {
    place: Playground,
    channels: Vec<String>,
    yaml: String,
}

impl Scene {
    fn new() -> Self {
        Self { place: Playground::new(), channels: Vec::new(), yaml: String::new() }
    }

    fn add(&mut self, name: &str, kind: &str, settings: &[(&str, String)]) {
        let mut line = format!("  {name}: {{ type: {kind}, timeout: 300ms");
        for (key, value) in settings {
            if value.contains(MARK) {
                let variable = format!("{name}_{key}").to_uppercase().replace('-', "_");
                if *key == "secret" {
                    self.place.write(&format!("{variable}.txt"), value);
                    let _ = write!(line, ", {key}: {{ file: {variable}.txt }}");
                } else if let Some(header) = key.strip_prefix("headers.") {
                    let variable = variable.replace('.', "_");
                    let place = std::mem::replace(&mut self.place, Playground::new());
                    self.place = place.env(&variable, value);
                    let _ = write!(line, ", headers: {{ {header}: {{ env: {variable} }} }}");
                } else {
                    let place = std::mem::replace(&mut self.place, Playground::new());
                    self.place = place.env(&variable, value);
                    let _ = write!(line, ", {key}: {{ env: {variable} }}");
                }
            } else {
                let _ = write!(line, ", {key}: {value}");
            }
        }
        let _ = writeln!(self.yaml, "{line} }}");
        self.channels.push(name.to_owned());
    }
}

fn scene(platform: &Fake, mail: &MailServer) -> Scene {
    let mut scene = Scene::new();
    let at = |user: &str, fault: &str| {
        format!("http://{user}127.0.0.1:{}/{fault}/{MARK}-path-0123?key={MARK}-key&x=1", platform.port)
    };
    for fault in FAULTS {
        let settings = [
            ("url", at(&format!("{MARK}:{MARK}-pass@"), fault)),
            ("secret", format!("whsec_{MARK}")),
            ("headers.Authorization", format!("Bearer {MARK}-token")),
        ];
        scene.add(&format!("webhook-{fault}"), "webhook", &settings);
        scene.add(&format!("wecom-{fault}"), "wecom", &[("url", at("", fault))]);
        let settings = [("url", at("", fault)), ("secret", format!("{MARK}-sign"))];
        scene.add(&format!("feishu-{fault}"), "feishu", &settings);
    }
    let nowhere = format!("http://{MARK}:{MARK}@127.0.0.1:1/{MARK}");
    scene.add("webhook-nobody", "webhook", &[("url", nowhere.clone())]);
    let proxied = [("url", at("", "accepts")), ("proxy", nowhere)];
    scene.add("webhook-proxied", "webhook", &proxied);
    let people = [("from", "bot@example.org".to_owned()), ("to", "all@example.org".to_owned())];
    let mailbox = format!("smtp://{MARK}:{MARK}-pass@127.0.0.1:{}", mail.port);
    scene.add("email", "email", &[("url", mailbox), people[0].clone(), people[1].clone()]);
    scene
}

fn files(dir: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path.display().to_string(), bytes));
        }
    }
}

#[track_caller]
fn silent(what: &str, bytes: &[u8]) {
    let encoded = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    for secret in
        [MARK.to_owned(), encoded(&format!("{MARK}:{MARK}-pass")), encoded(&format!("\0{MARK}\0{MARK}-pass"))]
    {
        let at = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
        if let Some(at) = at {
            let around = &bytes[at.saturating_sub(200)..(at + 200).min(bytes.len())];
            panic!("{what} holds a secret: {}", String::from_utf8_lossy(around));
        }
    }
}

#[test]
fn no_secret_is_in_any_output_or_file_whatever_goes_wrong() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (platform, mail) = runtime.block_on(async {
        let echo = |command: &str, _| if command.starts_with("AUTH") { Say::Echo(535) } else { Say::Yes };
        (Fake::start(behave).await, MailServer::start(echo).await)
    });
    let Scene { place, channels, yaml } = scene(&platform, &mail);
    let steps = channels
        .iter()
        .map(|name| format!("      - post: hello\n        to: {name}\n"))
        .collect::<Vec<_>>()
        .concat();
    place.write(
        "p.yaml",
        &format!("name: p\nchannels:\n{yaml}plays:\n  x:\n    on: group.created\n    steps:\n{steps}"),
    );
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    eventually("each is attempted, and answered", || {
        let rows = place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
        let done = rows.iter().filter(|row| row["status"] == "delivered" || row["note"] != "");
        rows.len() == channels.len() && done.count() == channels.len()
    });
    for command in [
        &["status"][..],
        &["runs"],
        &["tasks"],
        &["log"],
        &["log", "--format", "json"],
        &["outbox", "--all"],
        &["outbox", "--all", "--format", "json"],
        &["status", "--format", "json"],
    ] {
        let output = place.run(command).exits(0);
        silent(&command.join(" "), format!("{}{}", output.stdout, output.stderr).as_bytes());
    }
    let ended = engine.stop().exits(0);
    silent("the engine's output", format!("{}{}", ended.stdout, ended.stderr).as_bytes());
    let mut kept = Vec::new();
    files(&place.path(".playbook"), &mut kept);
    assert!(kept.iter().any(|(_, bytes)| bytes.starts_with(b"SQLite format 3")), "the state was read");
    for (path, bytes) in &kept {
        silent(path, bytes);
    }
    // The platforms did get them: this test can fail.
    assert!(platform.seen().iter().any(|seen| seen.path.contains(MARK)));
    assert!(
        platform
            .seen()
            .iter()
            .any(|seen| seen.headers.get("authorization").is_some_and(|v| v.contains(MARK)))
    );
    assert!(mail.connections() > 0);

    for name in &channels {
        let output = place.run(&["send", name, "hello", "--file", "p.yaml"]);
        let expected = match name.rsplit('-').next().unwrap() {
            "accepts" if name.starts_with("webhook") => 0,
            "refuses" | "denies" | "moved" | "email" => 4,
            _ => 3,
        };
        assert_eq!(output.code, Some(expected), "{name}: {} {}", output.stdout, output.stderr);
        silent(&format!("send {name}"), format!("{}{}", output.stdout, output.stderr).as_bytes());
    }
}

#[test]
fn a_setting_that_cannot_be_used_is_named_without_its_value() {
    let file = |kind: &str, keys: &str| {
        format!("name: p\nchannels:\n  group: {{ type: {kind}, url: {{ env: URL }}{keys} }}\nplays: {{}}\n")
    };
    let cases = [
        ("wecom", "", format!("{MARK}.example.org/x")),
        ("webhook", ", secret: { env: KEY }", "http://127.0.0.1:1".to_owned()),
        ("email", ", from: a@b.org, to: a@b.org", format!("https://{MARK}:{MARK}@example.org")),
    ];
    for (kind, keys, url) in cases {
        let place = Playground::new()
            .file("p.yaml", &file(kind, keys))
            .env("URL", &url)
            .env("KEY", &format!("whsec_{MARK}*"));
        let output = place.run(&["send", "group", "x", "--file", "p.yaml"]).exits(3);
        silent(kind, format!("{}{}", output.stdout, output.stderr).as_bytes());
    }
}

#[tokio::test]
async fn host_and_query_are_kept_and_a_redirect_to_another_host_gets_nothing() {
    let elsewhere = Fake::scripted(vec![Reply::status(200)]).await;
    for status in [301, 302, 303, 307, 308] {
        let there = elsewhere.url();
        let fake = Fake::start(move |_, before| {
            if before == 0 { Reply::status(status).with("location", &there) } else { Reply::status(410) }
        })
        .await;
        let query = "key=a%20b&b=1+2&%E4%BD%A0=%2F&c==&&d";
        let url = format!("http://localhost:{}/A/%2e/x;v=1?{query}", fake.port);
        let post = Post::start();
        post.send("g", &target_of(&channel(ChannelKind::Webhook, &url)), &["a"]);
        let settled = post.settled(1).await;
        assert_eq!(settled[0].outcome, ParcelOutcome::Dead);
        let seen = fake.seen();
        assert!(seen[0].path.ends_with(&format!("x;v=1?{query}")), "{}", seen[0].path);
        assert_eq!(seen[0].headers["host"], format!("localhost:{}", fake.port));
        assert!(post.all()[0].note.contains("redirects are not followed"), "{:?}", post.all()[0]);
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_and_a_slow_one_is_given_up() {
    let huge = Reply::Answer { status: 400, headers: Vec::new(), body: "x".repeat(8 * 1024 * 1024) };
    let fake = Fake::scripted(vec![huge]).await;
    let post = Post::start();
    post.send("g", &target_of(&channel(ChannelKind::Webhook, &fake.url())), &["a"]);
    let settled = post.settled(1).await;
    assert_eq!(settled[0].outcome, ParcelOutcome::Dead);
    assert!(settled[0].note.len() < 1_000, "{}", settled[0].note.len());
}

#[tokio::test]
async fn only_the_proxy_that_a_channel_names_is_used() {
    let proxy = Fake::scripted(vec![Reply::status(200)]).await;
    let mut proxied = channel(ChannelKind::Webhook, "http://hooks.example.test/in?x=1");
    let address = format!("http://127.0.0.1:{}", proxy.port);
    proxied.settings.insert("proxy".into(), vec![Setting::Literal(address)]);
    let post = Post::start();
    post.send("g", &target_of(&Channel { ..proxied }), &["a"]);
    assert_eq!(post.settled(1).await[0].outcome, ParcelOutcome::Accepted);
    assert_eq!(proxy.seen()[0].path, "http://hooks.example.test/in?x=1");
}

#[test]
fn the_environments_proxy_is_not_used() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(Fake::scripted(vec![Reply::status(200)]));
    let file = "name: p\nchannels:\n  group: { type: webhook, url: { env: URL } }\nplays: {}\n";
    let mut place = Playground::new().file("p.yaml", file).env("URL", &fake.url());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        place = place.env(name, "http://127.0.0.1:1");
    }
    let _ = place.run(&["send", "group", "x", "--file", "p.yaml"]).exits(0);
    assert_eq!(fake.seen().len(), 1);
}

#[test]
fn a_secret_that_stands_in_the_playbook_is_sealed_in_the_state_and_still_works() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let platform = runtime.block_on(Fake::start(|_: &Seen, _| Reply::Answer {
        status: 200,
        headers: Vec::new(),
        body: "ok".into(),
    }));
    let place = Playground::new();
    let yaml = format!(
        "name: p\ntimezone: UTC\nchannels:\n  group:\n    type: webhook\n    url: http://127.0.0.1:{}/\n    \
         headers: {{ Authorization: &key \"Bearer {MARK}\\u002dtoken\" }}\n  deaf:\n    type: slack\n    url: \
         https://hooks.slack.com/services/T0/B0/{MARK}\ninbound:\n  form: {{ token: {MARK}-inbound, may: [go] }}\nplays:\n  tick:\n    every: 1s\n    steps:\n      - post: tick\n",
        platform.port
    );
    place.write("p.yaml", &yaml);
    let authorized = || {
        let bearer = format!("Bearer {MARK}-token");
        platform.seen().iter().filter(|seen| seen.headers.get("authorization") == Some(&bearer)).count()
    };
    let engine = place.start(&["run", "p.yaml"]);
    eventually("a tick arrives", || authorized() > 0);
    let _ = engine.stop().exits(0);
    let sealed = || {
        let mut kept = Vec::new();
        files(&place.path(".playbook"), &mut kept);
        for (path, bytes) in &kept {
            silent(path, bytes);
        }
        kept.into_iter().map(|(path, _)| path)
    };
    assert!(sealed().any(|path| path.ends_with("state.db.key")));
    let _ = place.run(&["backup", ".playbook/copy.db"]).exits(0);
    assert!(sealed().any(|path| path.ends_with("copy.db")));

    // While the file is broken the last good version goes on, with what was sealed.
    place.write("p.yaml", "name: p\nplays: [");
    let before = authorized();
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    eventually("it goes on", || authorized() > before);
    let _ = engine.stop().exits(0);

    // Without the key nothing is opened, and whoever runs it is no worse off than without the file.
    std::fs::remove_file(place.path(".playbook/state.db.key")).unwrap();
    let before = authorized();
    place.write("p.yaml", &yaml);
    let engine = place.start(&["run", "p.yaml"]);
    eventually("a file that is whole needs no key", || authorized() > before);
    let _ = engine.stop().exits(0);
    let _ = sealed();
}
