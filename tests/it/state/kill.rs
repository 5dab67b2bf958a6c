//! The long kill: an engine with flaky receivers, signals from outside and edits of its file is killed at random, again
//! and again, and in the end journal, outbox and what the receivers got are compared.
//!
//! `PLAYBOOK_KILLS=300 cargo test --release --test it -- kill:: --nocapture` makes the long run; `PLAYBOOK_KILL_SEED`
//! makes another one. Nothing lost, nothing twice but what was in doubt, nothing out of order, nothing after its time.

#![expect(
    clippy::disallowed_methods,
    reason = "the receiver has a socket and threads; engines live for a while"
)]

use crate::help::playground::{Playground, eventually};
use playbook::base::seed::Seed;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

const GROUPS: usize = 3;
const RUN: [&str; 4] = ["run", "p.yaml", "--state", "state"];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What a receiver did with a request.
#[derive(Debug, Clone)]
struct Got {
    group: String,
    effect: String,
    channel: String,
    /// Whether it took the message: answered so, or never said.
    taken: bool,
    /// Whether it said so.
    said: bool,
}

#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<(Vec<Got>, u64)>>);

impl Receiver {
    fn start(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let receiver = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let receiver = receiver.clone();
                std::thread::spawn(move || receiver.serve(stream));
            }
        });
        port
    }

    /// One connection; a flaky path fails in one of four ways, each in its turn.
    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut answers = stream.try_clone().ok()?;
        let mut lines = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                (lines.read_line(&mut head).ok()? > 0).then_some(())?;
            }
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            lines.read_exact(&mut body).ok()?;
            let body: Value = serde_json::from_slice(&body).ok()?;
            let word = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
            let flaky = head.starts_with("POST /flaky");
            let turn = {
                let mut shared = self.0.lock().unwrap();
                shared.1 += u64::from(flaky);
                let turn = if flaky { shared.1 % 7 } else { 0 };
                let (taken, said) = match turn {
                    1 => (false, false),
                    2 => (true, false),
                    _ => (true, true),
                };
                let got = Got {
                    group: word("group"),
                    effect: word("effect"),
                    channel: word("channel"),
                    taken,
                    said,
                };
                shared.0.push(got);
                turn
            };
            match turn {
                1 => answers.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n").ok()?,
                2 => return None,
                3 => {
                    std::thread::sleep(Duration::from_millis(400));
                    answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
                }
                _ => answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?,
            }
        }
    }

    fn got(&self) -> Vec<Got> {
        self.0.lock().unwrap().0.clone()
    }
}

fn text(port: u16, edition: u64) -> String {
    let groups: Vec<String> = (0..GROUPS).map(|n| format!("  g{n}: {{}}\n")).collect();
    let groups = groups.concat();
    format!(
        "name: rich
timezone: UTC
channels:
  group: {{ type: webhook, url: 'http://127.0.0.1:{port}/group' }}
  flaky: {{ type: webhook, url: 'http://127.0.0.1:{port}/flaky', timeout: 2s }}
  slow: {{ type: webhook, url: 'http://127.0.0.1:{port}/slow', rate: 4 per 1s }}
groups:
{groups}plays:
  tick: {{ every: 1s, max_late: 1h, catch_up: all, overlap: allow, steps: [post: 'tick {edition}'] }}
  flak: {{ every: 2s, max_late: 1h, catch_up: all, overlap: allow, steps: [{{ post: flak, to: flaky }}, {{ post: flak, to: slow }}] }}
  late: {{ every: 2s, max_late: 3s, catch_up: all, overlap: allow, steps: [{{ post: late, to: flaky, expires: 4s }}] }}
  waits: {{ every: 3s, max_late: 1h, catch_up: all, overlap: allow, steps: [post: a, wait: 2s, post: b] }}
  count: {{ every: 2s, max_late: 1h, catch_up: all, overlap: allow, steps: [{{ run: count.rhai, as: n }}, {{ post: 'counted ${{n}}' }}] }}
  order: {{ on: order, steps: [{{ post: 'order ${{signal.data.n}}' }}] }}
"
    )
}

const COUNT: &str =
    "fn main(args) { let n = state.get(\"n\"); if n == () { n = 0; } state.set(\"n\", n + 1); n + 1 }\n";

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn lines(place: &Playground, args: &[&str]) -> Vec<Value> {
    let all: Vec<&str> = args.iter().copied().chain(["--state", "state", "--format", "json"]).collect();
    place.run(&all).exits(0).json_lines()
}

#[test]
#[expect(clippy::print_stdout, reason = "the long run is by hand, and its counts are what it is for")]
fn killed_again_and_again_it_loses_nothing_and_doubles_only_what_is_in_doubt() {
    let (kills, seed) = (number("PLAYBOOK_KILLS", 20), number("PLAYBOOK_KILL_SEED", 1));
    let mut dice = Seed::from_parts(&["kill", &seed.to_string()]);
    let receiver = Receiver::default();
    let port = receiver.start();
    let place = Playground::new().file("p.yaml", &text(port, 0)).file("count.rhai", COUNT);
    let mut said: BTreeSet<u64> = BTreeSet::new();
    for kill in 0..kills {
        let engine = place.start(&RUN);
        let lives = [50 + dice.below(550), 400 + dice.below(1_600)][dice.below(2) as usize];
        std::thread::sleep(Duration::from_millis(lives / 2));
        match dice.below(3) {
            0 => {
                let group = format!("g{}", dice.below(GROUPS as u64));
                let data = format!("{{\"n\": {kill}}}");
                let args = ["signal", "order", "--group", &group, "--data", &data, "--state", "state"];
                if place.run(&args).code == Some(0) {
                    said.insert(kill);
                }
            }
            1 => place.write_by_rename("p.yaml", &text(port, kill)),
            _ => {}
        }
        std::thread::sleep(Duration::from_millis(lives / 2));
        drop(engine.kill());
    }
    // The same text again, so that nothing is decided any more that was not before: only what waits is sent.
    let last = place.start(&RUN);
    last.line("running");
    eventually("what was decided before is delivered", || {
        let waits = |row: &Value| ["pending", "claimed"].contains(&word(row, "status"));
        lines(&place, &["outbox"]).iter().filter(|row| waits(row)).count() < 40
    });
    last.stop().exits(0);
    let (journal, outbox) = (lines(&place, &["log"]), lines(&place, &["outbox", "--all"]));
    judge(&journal, &outbox, &receiver.got(), &said);
    println!(
        "{kills} kills: {} entries, {} messages, {} requests",
        journal.len(),
        outbox.len(),
        receiver.got().len()
    );
}

fn judge(journal: &[Value], outbox: &[Value], got: &[Got], said: &BTreeSet<u64>) {
    // G1: no run begins twice.
    let mut started = BTreeSet::new();
    let mut decided: Vec<(String, String, String)> = Vec::new();
    let mut orders: BTreeMap<u64, u32> = BTreeMap::new();
    for entry in journal {
        match word(entry, "entry") {
            "run_started" => {
                let run = (word(entry, "group").to_owned(), word(entry, "run").to_owned());
                assert!(started.insert(run.clone()), "G1: {run:?} began twice");
            }
            "posted" | "released" => {
                let key = ["group", "channel", "effect"].map(|key| word(entry, key).to_owned());
                decided.push(key.into());
            }
            "signal_received" if word(entry, "name") == "order" => {
                *orders.entry(entry["data"]["n"].as_u64().unwrap()).or_default() += 1;
            }
            "poisoned" | "step_failed" => panic!("{entry}"),
            _ => {}
        }
    }
    let known: BTreeSet<_> = decided.iter().map(|(group, _, effect)| (group, effect)).collect();
    assert_eq!(known.len(), decided.len(), "G2: an effect is decided once");
    assert!(
        said.iter().all(|n| orders.get(n) == Some(&1)),
        "G7: what was acknowledged is a fact, once: {orders:?}"
    );
    // G2: what is delivered came, a second copy only where it is marked.
    let mut taken: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for got in got {
        assert!(known.contains(&(&got.group, &got.effect)), "{got:?} was never decided");
        *taken.entry((&got.group, &got.effect)).or_default() += u32::from(got.taken);
    }
    for row in outbox {
        let copies = taken.get(&(word(row, "group"), word(row, "effect"))).copied().unwrap_or(0);
        assert!(copies <= 1 || row["in_doubt"] == true, "G2: {copies} copies of {row}");
        match word(row, "status") {
            "delivered" => assert!(copies >= 1, "G2: it never came: {row}"),
            "expired" => assert!(copies == 0 || row["in_doubt"] == true, "G2: it came: {row}"),
            "pending" | "claimed" => {}
            other => panic!("{other}: {row}"),
        }
    }
    let rows: BTreeSet<_> = outbox.iter().map(|row| (word(row, "group"), word(row, "effect"))).collect();
    let lost: Vec<_> = decided
        .iter()
        .filter(|(group, _, effect)| !rows.contains(&(group.as_str(), effect.as_str())))
        .collect();
    assert!(lost.is_empty(), "G2: decided and lost: {lost:?}");
    // G4: first copies come in the order of the decisions, lane by lane.
    let place: BTreeMap<_, _> =
        decided.iter().enumerate().map(|(n, (group, _, effect))| ((group, effect), n)).collect();
    let (mut last, mut seen) = (BTreeMap::new(), BTreeSet::new());
    for got in got.iter().filter(|got| got.taken) {
        if seen.insert((&got.group, &got.effect)) {
            let n = place[&(&got.group, &got.effect)];
            let before = last.insert((&got.group, &got.channel), n).unwrap_or(0);
            assert!(before <= n, "G4: {got:?} came after a later one");
        }
    }
    assert!(got.iter().any(|got| got.taken && !got.said), "some were in doubt for sure");
}
