//! `/v1` through the real binary: the same lines as `--format json`, page by page; who may see and command what; the
//! journal as it grows.

use crate::{
    hearing::door::{Said, ask, connect, engine},
    help::playground::{Playground, Process, eventually},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

const CLUB: &str = "\
name: club
timezone: Asia/Shanghai
groups: { bath: {}, xian: {} }
people:
  zhu: { name: 小朱 }
  lin: { name: 小林 }
  editor: { name: Ed }
  ann: { name: Ann }
roles: { host: { people: [lin] } }
access: { admin: [zhu], operator: [host], viewer: [editor] }
plays:
  daily:
    every: day at 08:00
    steps:
      - post: good morning
  prepare:
    on: asked
    steps:
      - task: prepare the riddle
        to: host
";

/// An engine with members, a task and a post in each group.
fn club() -> (Playground, Process, u16) {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    for group in ["bath", "xian"] {
        play.write("members.csv", "id,name,city\n1,A,X\n2,B,\n");
        let _ = play.run(&["members", "import", "members.csv", "--group", group]).exits(0);
        let _ = play.run(&["signal", "asked", "--group", group]).exits(0);
        let _ = play.run(&["start", "daily", "--group", group]).exits(0);
    }
    (play, engine, port)
}

fn token(play: &Playground, person: &str) -> String {
    play.run(&["open", "--token", person]).exits(0).stdout.trim().to_owned()
}

fn get(port: u16, path: &str, token: &str) -> Said {
    let bearer = format!("Bearer {token}");
    ask(port, &format!("GET {path}"), &[("authorization", &bearer)], b"")
}

fn command(port: u16, token: &str, body: &Value) -> Said {
    let bearer = format!("Bearer {token}");
    ask(port, "POST /v1/commands", &[("authorization", &bearer)], body.to_string().as_bytes())
}

/// All pages of a view, as its links lead through them.
fn pages(port: u16, path: &str, token: &str) -> (Vec<Value>, usize) {
    let (mut lines, mut path, mut count) = (Vec::new(), path.to_owned(), 0);
    loop {
        let said = get(port, &path, token).is(200);
        lines.extend(said.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        count += 1;
        match said.next {
            Some(next) => path = next,
            None => return (lines, count),
        }
    }
}

#[test]
fn every_view_has_the_lines_of_its_command_page_by_page() {
    let (play, engine, port) = club();
    let zhu = token(&play, "zhu");
    // What is under way would change between two looks.
    eventually("nothing is on its way", || {
        let rows = play.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
        rows.len() == 2 && rows.iter().all(|row| row["status"] == "delivered")
    });
    for (path, command) in [
        ("/v1/runs", &["runs"][..]),
        ("/v1/log", &["log"]),
        ("/v1/doctor", &["doctor"]),
        ("/v1/doctor?score", &["doctor", "--score"]),
        ("/v1/outbox?all", &["outbox", "--all"]),
        ("/v1/tasks", &["tasks"]),
        ("/v1/members", &["members"]),
        ("/v1/members?group=xian", &["members", "--group", "xian"]),
        ("/v1/plan?from=2026-12-01&days=3", &["plan", "p.yaml", "--from", "2026-12-01", "--days", "3"]),
        ("/v1/why?group=bath&of=daily", &["why", "daily", "--group", "bath"]),
    ] {
        let expected = play.run(&[command, &["--format", "json"]].concat()).exits(0).json_lines();
        assert!(!expected.is_empty(), "{path}");
        assert_eq!(pages(port, path, &zhu).0, expected, "{path}");
        let sign = if path.contains('?') { '&' } else { '?' };
        if !path.contains("why") {
            let (lines, count) = pages(port, &format!("{path}{sign}limit=1"), &zhu);
            assert_eq!((lines, count), (expected.clone(), expected.len()), "{path} a line a page");
        }
    }
    let status = pages(port, "/v1/status?limit=1", &zhu).0;
    let names: Vec<&str> = status.iter().map(|line| line["group"].as_str().unwrap()).collect();
    assert_eq!((names, &status[0]["phase"]), (vec!["bath", "xian"], &json!("main")));
    for (path, status) in [
        ("/v1/nothing", 404),
        ("/v1/runs?limit=1001", 400),
        ("/v1/runs?colour=red", 400),
        ("/v1/runs?group=nowhere", 404),
        ("/v1/why?of=daily", 400),
        ("/v1/why?group=bath&of=dayly", 400),
        ("/v1/log?after=x", 400),
    ] {
        let said = get(port, path, &zhu).is(status).json();
        assert!(said["message"].as_str().is_some_and(|text| text.len() > 10), "{path}: {said}");
    }
    let wrong = get(port, "/v1/why?group=bath&of=dayly", &zhu).json();
    assert!(wrong["message"].as_str().unwrap().contains("daily"), "{wrong}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_token_may_what_its_person_may() {
    let (play, engine, port) = club();
    let [zhu, lin, editor, ann] = ["zhu", "lin", "editor", "ann"].map(|person| token(&play, person));
    for none in ["", "pbt_x", "Basic"] {
        assert_eq!(get(port, "/v1/status", none).is(401).json()["code"], "unknown_token");
    }
    ask(port, "GET /v1/status", &[], b"").is(401);
    let nobody = play.run(&["open", "--token", "nobody"]).exits(4);
    assert!(nobody.stderr.contains("nobody"), "{}", nobody.stderr);
    // Further fields of members are for admins; somebody who only answers sees no group.
    let city = |token: &str| {
        get(port, "/v1/members?group=xian&limit=1", token).is(200).json()["fields"]["city"].clone()
    };
    assert_eq!((city(&zhu), city(&editor), city(&lin)), (json!("X"), Value::Null, Value::Null));
    assert_eq!(get(port, "/v1/status", &ann).is(200).body, "");
    get(port, "/v1/status?group=xian", &ann).is(404);
    let pause = json!({ "group": "xian", "ask": { "command": { "command": "pause", "play": null } } });
    for token in [&editor, &ann] {
        assert_eq!(command(port, token, &pause).is(403).json()["code"], "not_allowed");
    }
    assert_eq!(command(port, &lin, &pause).is(200).json()["ok"], true);
    assert_eq!(get(port, "/v1/status?group=xian", &editor).is(200).json()["paused"], true);
    for word in [json!("reload"), json!({ "forget": { "member": "1" } })] {
        command(port, &lin, &json!({ "group": "xian", "ask": word })).is(403);
    }
    command(port, &zhu, &json!({ "ask": "reload" })).is(200);
    // The journal says whose token it was, whatever the request says.
    let task = get(port, "/v1/tasks?group=bath", &lin).is(200).json()["task"].clone();
    let done = |by: &str| json!({ "id": "d1", "group": "bath", "ask": { "command": { "command": "done", "task": task, "by": by } } });
    command(port, &ann, &done("lin")).is(403);
    assert_eq!(command(port, &lin, &done("zhu")).is(200).json()["ok"], true);
    let again = command(port, &lin, &done("zhu")).is(200).json();
    assert_eq!(
        (&again["ok"], &again["entries"]),
        (&json!(true), &Value::Null),
        "a repeat is done and changes nothing"
    );
    let log = play.run(&["log", "--group", "bath", "--format", "json"]).exits(0).json_lines();
    let closed = log.iter().find(|line| line["entry"] == "task_closed").unwrap();
    assert_eq!(closed["by"], "lin");
    let refused = command(
        port,
        &lin,
        &json!({ "group": "bath", "ask": { "command": { "command": "cancel", "run": "x@1" } } }),
    );
    assert!(refused.is(409).json()["refused"].as_str().is_some());
    for odd in ["", "nonsense", "{}", "[1]", r#"{"ask":{"command":{"command":"explode"}}}"#] {
        let bearer = format!("Bearer {zhu}");
        ask(port, "POST /v1/commands", &[("authorization", &bearer)], odd.as_bytes()).is(400);
    }
    // Tokens outlive the engine, and end when everybody is signed out.
    let _ = engine.stop().exits(0);
    let (engine, port) = crate::hearing::door::engine(&play);
    get(port, "/v1/status", &lin).is(200);
    assert!(
        !std::fs::read(play.path(".playbook/state.db"))
            .unwrap()
            .windows(lin.len())
            .any(|part| part == lin.as_bytes())
    );
    let _ = play.run(&["open", "--revoke"]).exits(0);
    get(port, "/v1/status", &lin).is(401);
    let _ = engine.stop().exits(0);
}

/// The next entry of a stream.
fn entry(stream: &mut BufReader<TcpStream>) -> (i64, Value) {
    let (mut id, mut line) = (0, String::new());
    loop {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream has ended");
        if let Some(number) = line.trim().strip_prefix("id: ") {
            id = number.parse().unwrap();
        }
        if let Some(data) = line.trim().strip_prefix("data: ") {
            return (id, serde_json::from_str(data).unwrap());
        }
    }
}

fn stream(port: u16, path: &str, token: &str) -> BufReader<TcpStream> {
    let mut stream = connect(port);
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert!(line.contains("200"), "{line}");
    stream
}

#[test]
fn the_stream_tells_what_was_and_what_comes_without_a_gap() {
    let (play, engine, port) = club();
    let editor = token(&play, "editor");
    let known = play.run(&["log", "--group", "xian", "--format", "json"]).exits(0).json_lines();
    let mut heard = stream(port, "/v1/log/stream?group=xian", &editor);
    for line in &known {
        let (id, told) = entry(&mut heard);
        assert_eq!((&told, Some(id)), (line, line["seq"].as_i64()));
    }
    let last = known.last().unwrap()["seq"].as_i64().unwrap();
    // What happens elsewhere is not told here.
    for group in ["bath", "xian", "bath"] {
        let _ = play.run(&["signal", "asked", "--group", group]).exits(0);
    }
    let _ = play.run(&["pause", "--group", "xian"]).exits(0);
    let mut told = Vec::new();
    while told.last().is_none_or(|(_, line): &(i64, Value)| line["entry"] != "paused") {
        told.push(entry(&mut heard));
    }
    let now = play.run(&["log", "--group", "xian", "--format", "json"]).exits(0).json_lines();
    let later: Vec<&Value> =
        now.iter().filter(|line| line["seq"].as_i64().unwrap() > last).take(told.len()).collect();
    assert_eq!(told.iter().map(|(_, line)| line).collect::<Vec<_>>(), later);
    // Who comes back says where it was.
    let mut again = stream(port, &format!("/v1/log/stream?group=xian&after={last}"), &editor);
    assert_eq!(entry(&mut again), told[0].clone());
    // The stream ends with the engine.
    let _ = engine.stop().exits(0);
    let mut rest = Vec::new();
    heard.read_to_end(&mut rest).unwrap();
}
