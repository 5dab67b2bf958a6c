//! The door over real sockets through the real binary: where it listens, whom it hears, and what it says to bodies of
//! any shape, size and speed.

use crate::help::{
    judge,
    playground::{Playground, Process},
};
use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    process::{Command, Stdio},
    time::Duration,
};

const QUIET: &str = "name: p\nplays:\n  x:\n    on: order.paid\n    steps:\n      - post: paid\n";

/// What the door said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    /// The first cookie that is set, as it was said.
    set_cookie: String,
    /// Where the next lines are.
    pub(crate) next: Option<String>,
}

impl Said {
    /// The first cookie that is set: its name and value.
    pub(crate) fn cookie(&self) -> String {
        self.set_cookie.split(';').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the status and gives what was said back.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// An engine with a door, and the port it got.
pub(crate) fn engine(play: &Playground) -> (Process, u16) {
    let engine = play.start(&["run", "p.yaml", "--listen", "127.0.0.1:0"]);
    let line = engine.line("http://127.0.0.1:");
    let port = line.rsplit(':').next().unwrap().trim().parse().unwrap();
    engine.line("running");
    (engine, port)
}

pub(crate) fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Reads one answer and the end of the connection.
pub(crate) fn answer(mut stream: TcpStream) -> Said {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default();
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_default();
    let next = head.lines().find_map(|line| line.strip_prefix("link: <")?.split('>').next());
    let (set_cookie, next) = (cookie.to_owned(), next.map(str::to_owned));
    Said { status, head: head.to_lowercase(), body: body.to_owned(), set_cookie, next }
}

/// One request on a connection of its own.
pub(crate) fn ask(port: u16, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Said {
    let mut stream = connect(port);
    let mut head = format!("{line} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str("host: localhost\r\n");
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    // The door may have answered before all of it was said.
    let _ = stream.write_all(body);
    answer(stream)
}

#[test]
fn nothing_listens_by_default_and_a_door_says_where_it_is() {
    let play = Playground::new().file("p.yaml", QUIET);
    let silent = play.start(&["run", "p.yaml"]);
    silent.line("running");
    assert!(!silent.stop().exits(0).stdout.contains("http://"));
    let (engine, port) = engine(&play);
    ask(port, "GET /healthz", &[], b"").is(200);
    assert_eq!(ask(port, "GET /readyz", &[], b"").is(200).body, "ready\n");
    let said = ask(port, "GET /nothing", &[], b"").is(404);
    assert!(said.head.contains("nosniff") && said.head.contains("no-store"), "{}", said.head);
    assert_eq!(ask(port, "DELETE /healthz", &[], b"").is(405).json()["code"], "method");
    let taken = play.run(&["run", "p.yaml", "--state", "other", "--listen", &port.to_string()]).exits(3);
    assert!(taken.stderr.contains(&format!("127.0.0.1:{port}")), "{}", taken.stderr);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_door_that_others_can_reach_needs_tls_or_a_word() {
    let play = Playground::new().file("p.yaml", QUIET);
    let refused = play.run(&["run", "p.yaml", "--listen", "0.0.0.0:0"]).exits(3);
    assert!(refused.stderr.contains("--url") && refused.stderr.contains("--insecure"), "{}", refused.stderr);
    assert!(!play.path(".playbook").exists(), "refused before anything was made");
    let _ = play.run(&["run", "p.yaml", "--listen", "nowhere.example"]).exits(2);
    let engine = play.start(&["run", "p.yaml", "--listen", "0", "--url", "https://club.example"]);
    let line = engine.line("http://127.0.0.1:");
    let port: u16 = line.rsplit(':').next().unwrap().trim().parse().unwrap();
    for (host, status) in
        [("club.example", 200), ("127.0.0.1", 200), ("[::1]:80", 200), ("evil.example", 421)]
    {
        ask(port, "GET /healthz", &[("host", host)], b"").is(status);
    }
    let _ = engine.stop().exits(0);
}

#[test]
fn a_bare_listen_before_the_file_leaves_the_file_a_file() {
    let play = Playground::new().file("p.yaml", "name: p\nplays: [");
    let output = play.run(&["run", "--listen", "p.yaml"]).exits(1);
    assert!(output.stderr.contains("p.yaml"), "{}", output.stderr);
    let _ = play.run(&["run", "--listen"]).exits(2);
}

#[test]
fn a_head_that_is_too_large_or_none_is_answered() {
    let play = Playground::new().file("p.yaml", QUIET);
    let (engine, port) = engine(&play);
    ask(port, "GET /healthz", &[("x-long", &"x".repeat(17 * 1024))], b"").is(431);
    let mut stream = connect(port);
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").unwrap();
    assert_eq!(answer(stream).status, 400);
    // Who goes away in the middle of a word takes nothing with it.
    for _ in 0..50 {
        let mut stream = connect(port);
        stream.write_all(b"GET /hea").unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
    }
    ask(port, "GET /healthz", &[], b"").is(200);
    let _ = engine.stop().exits(0);
}

#[test]
fn three_hundred_connections_leave_room_for_who_comes_back() {
    let play = Playground::new().file("p.yaml", QUIET);
    let (engine, port) = engine(&play);
    let idle: Vec<TcpStream> = (0..256).map(|_| connect(port)).collect();
    // Each of those is taken before the next is looked at.
    for _ in 0..44 {
        let said = ask(port, "GET /healthz", &[], b"").is(429);
        assert!(said.head.contains("retry-after: 1"), "{}", said.head);
    }
    drop(idle);
    crate::help::playground::eventually("there is room again", || {
        ask(port, "GET /healthz", &[], b"").status == 200
    });
    let begun = std::time::Instant::now();
    let held: Vec<TcpStream> = (0..20).map(|_| connect(port)).collect();
    let _ = engine.stop().exits(0);
    assert!(begun.elapsed() < Duration::from_secs(15), "idle connections do not hold up the end");
    drop(held);
}

/// The document is what it says it is, as a program of others reads it.
fn judged(document: &str) {
    let Some(python) = judge::python() else { return };
    let script = "import json, sys\nfrom openapi_spec_validator import OpenAPIV31SpecValidator as V\n\
                  for e in V(json.load(sys.stdin)).iter_errors(): print(list(e.absolute_path), e.message)\n";
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.is_empty(), "{out}{error}");
}

/// The numbers are what Prometheus reads, as its own checker says.
fn checked(numbers: &str) {
    let Some(promtool) = judge::promtool() else { return };
    let mut child = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(numbers.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.is_empty() && error.is_empty(), "{out}{error}{numbers}");
}

/// What an operator has alarms for: posts by outcome, lag, outbox, doubt, channels, ears, tasks, health, last successes.
const FAMILIES: [&str; 10] = [
    "playbook_messages_total{playbook=\"p\",outcome=\"accepted\"} 1\n",
    "playbook_messages_total{playbook=\"p\",outcome=\"in_doubt\"} 0\n",
    "playbook_behind_seconds ",
    "playbook_outbox_messages{playbook=\"p\",status=\"pending\"} 0\n",
    "playbook_outbox_messages{playbook=\"p\",status=\"in_doubt\"} 0\n",
    "playbook_channel_failing_groups{playbook=\"p\",channel=\"group\"} 0\n",
    "playbook_ears{state=\"listens\"} 0\n",
    "playbook_tasks_waiting{playbook=\"p\",when=\"late\"} 0\n",
    "playbook_channel_last_success_timestamp_seconds{playbook=\"p\",channel=\"group\"} ",
    "playbook_play_last_done_timestamp_seconds{playbook=\"p\",play=\"once\"} ",
];

#[test]
fn every_number_that_an_alarm_needs_is_told_as_prometheus_reads_it() {
    let text = format!("{QUIET}  once:\n    on: once\n    steps: [post: Hello]\n");
    let play = Playground::new().file("p.yaml", &text);
    let (_engine, port) = engine(&play);
    let _ = play.run(&["signal", "once"]).exits(0);
    let numbers = || ask(port, "GET /metrics", &[], b"").is(200).body;
    crate::help::playground::eventually("the post has arrived", || numbers().contains(FAMILIES[0]));
    let numbers = numbers();
    for family in FAMILIES {
        assert!(numbers.contains(family), "{family}: {numbers}");
    }
    checked(&numbers);
}

#[test]
fn numbers_are_told_here_and_every_path_is_in_the_document() {
    let text = format!("{QUIET}people: {{ zhu: {{ name: Zhu }} }}\naccess: {{ viewer: [zhu] }}\n");
    let play = Playground::new().file("p.yaml", &text);
    let (engine, port) = engine(&play);
    let said = ask(port, "GET /metrics", &[], b"").is(200);
    assert!(said.head.contains("version=0.0.4"), "{}", said.head);
    assert!(said.body.contains("playbook_groups{playbook=\"p\"} 1\n"), "{}", said.body);
    for passed_on in ["x-forwarded-for", "forwarded"] {
        ask(port, "GET /metrics", &[(passed_on, "for=192.0.2.1")], b"").is(403);
    }
    // Elsewhere a token is wanted, and a wrong one is no better than none.
    let wrong = [("x-forwarded-for", "192.0.2.1"), ("authorization", "Bearer guessed")];
    ask(port, "GET /metrics", &wrong, b"").is(401);
    let token = play.run(&["open", "--token", "zhu"]).exits(0);
    let shown = format!("Bearer {}", token.stdout.trim());
    let right = [("x-forwarded-for", "192.0.2.1"), ("authorization", shown.as_str())];
    assert!(ask(port, "GET /metrics", &right, b"").is(200).body.contains("playbook_groups"));
    let written = ask(port, "GET /openapi.json", &[], b"").is(200);
    judged(&written.body);
    let document = written.json();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let line = format!("{} {path}", method.to_uppercase());
            let status = ask(port, &line, &[], b"").status.to_string();
            assert!(operation["responses"].get(&status).is_some(), "{line} answers {status}");
        }
    }
    let _ = engine.stop().exits(0);
}
