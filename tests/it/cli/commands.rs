//! The commands that read a state and those that change a running engine, through the real binary.

use crate::{
    help::playground::{Playground, eventually},
    help::sink::Sink,
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::{UnixListener, UnixStream},
};

const FILE: &str = "\
name: demo
title: 示范
timezone: Asia/Shanghai
people:
  zhu: { name: 小朱 }
roles:
  host: { people: [zhu] }
plays:
  begin:
    on: group.created
    steps:
      - task: 邀请朋友
        to: host
        due: 1d
        as: invited
      - approve: 可以开始吗?
        to: host
      - post: 开始
  game:
    every: day at 20:30
    steps:
      - post: 猜谜
  guest:
    dates:
      - { id: jia, at: 2099-12-05 20:00 }
    steps:
      - post: 分享
";

fn keys(line: &serde_json::Value) -> Vec<&str> {
    line.as_object().expect("a line is an object").keys().map(String::as_str).collect()
}

#[test]
fn nothing_is_read_and_nothing_is_changed_where_no_engine_ever_ran() {
    let place = Playground::new().file("demo.yaml", FILE);
    for command in ["status", "runs", "log", "outbox", "tasks", "members"] {
        let output = place.run(&[command]).exits(3);
        assert!(output.stderr.contains("playbook run"), "{command}: {}", output.stderr);
    }
    for args in [&["done", "t1"][..], &["signal", "hello"], &["pause"], &["start", "game"]] {
        let output = place.run(args).exits(3);
        assert!(output.stderr.contains("no engine is running on .playbook"), "{}", output.stderr);
    }
}

#[test]
fn people_answer_and_command_a_running_engine() {
    let place = Playground::new().file("demo.yaml", FILE);
    let engine = place.start(&["run", "demo.yaml"]);
    eventually("the first task", || place.run(&["tasks"]).stdout.contains("邀请朋友"));
    let _ = place.run(&["done", "t1", "--by", "小朱", "--note", "八位"]).exits(0);
    eventually("the approval", || place.run(&["tasks"]).stdout.contains("可以开始吗?"));
    let _ = place.run(&["approve", "t2", "--by", "小朱"]).exits(0);
    let _ = place
        .run(&["signal", "member.joined", "--member", "li", "--with", "name=小李", "city=西安"])
        .exits(0);
    place.write("more.csv", "id,name,joined,tags\nwang,小王,2026/1/5,vip\n");
    let imported = place.run(&["members", "import", "more.csv"]).exits(0).stdout;
    assert!(imported.starts_with("imported 1 member\n1 of them has no `seen`: "), "{imported}");
    let _ = place.run(&["pause", "game"]).exits(0);
    let _ = place.run(&["postpone", "guest/jia", "2099-12-06 20:00"]).exits(0);
    let _ = place.run(&["start", "game"]).exits(0);
    for (args, said) in [
        (&["done", "t99"][..], "t99"),
        (&["start", "gme"], "gme"),
        (&["cancel", "game@never"], "game@never"),
        (&["postpone", "guest/nobody", "2099-12-06"], "nobody"),
    ] {
        let output = place.run(args).exits(4);
        assert!(output.stderr.contains(said), "{args:?}: {}", output.stderr);
        assert_eq!(output.stdout, "");
    }
    let members = place.run(&["members", "--format", "json"]).exits(0).json_lines();
    assert_eq!(members[0]["fields"]["city"], "西安");
    assert_eq!(members[1]["joined"], "2026-01-05T00:00:00+08:00");
    assert_eq!(members[1]["tags"], serde_json::json!(["vip"]));
    let _ = engine.stop().exits(0);

    // The state is read in the same way when the engine has stopped.
    let log = place.run(&["log", "--format", "json"]).exits(0).json_lines();
    assert_eq!(keys(&log[0])[..4], ["seq", "at", "group", "entry"]);
    let closed: Vec<&str> = log
        .iter()
        .filter(|line| line["entry"] == "task_closed")
        .map(|line| line["by"].as_str().unwrap())
        .collect();
    assert_eq!(closed, ["小朱", "小朱"]);
    assert!(log.iter().any(|line| line["entry"] == "posted" && line["message"]["text"] == "开始"));
    let status = place.run(&["status", "--format", "json"]).exits(0).json_lines();
    let next = status[0]["next"].as_array().unwrap();
    let game = next.iter().find(|one| one["play"] == "game").unwrap();
    assert_eq!(game["unless"], "paused");
    let guest = next.iter().find(|one| one["play"] == "guest").unwrap();
    assert_eq!(guest["at"], "2099-12-06T20:00:00+08:00");
    let _ = place.run(&["done", "t1"]).exits(3);
}

#[test]
fn what_programs_read_has_stable_keys() {
    let place = Playground::new().file("demo.yaml", FILE);
    let engine = place.start(&["run", "demo.yaml"]);
    eventually("the first task", || place.run(&["tasks"]).stdout.contains("邀请朋友"));
    let _ = engine.stop().exits(0);
    let first = |command: &str| {
        place.run(&[command, "--format", "json"]).exits(0).json_lines().first().cloned().unwrap_or_default()
    };
    assert_eq!(
        keys(&first("status")),
        [
            "group",
            "running",
            "live",
            "title",
            "playbook",
            "file",
            "digest",
            "refused",
            "created",
            "clock",
            "clock_ahead",
            "phase",
            "phase_entered",
            "phase_timeout",
            "paused",
            "members",
            "runs",
            "tasks",
            "held",
            "turns",
            "next",
            "skipped",
            "ending",
            "problems"
        ]
    );
    assert_eq!(
        keys(&first("runs")),
        [
            "group", "run", "play", "number", "anchor", "started", "finished", "outcome", "reason", "step",
            "waiting", "until", "missed"
        ]
    );
    assert_eq!(
        keys(&first("tasks")),
        [
            "group", "task", "kind", "text", "role", "people", "run", "step", "opened", "told", "due",
            "list", "answered", "show", "options", "answers", "members", "effect"
        ]
    );
    let beside = place.run(&["tasks", "demo.yaml"]).exits(0).stdout;
    assert_eq!(beside, place.run(&["tasks", "--state", ".playbook"]).exits(0).stdout);
}

/// A line to a socket, and the line that comes back.
fn ask(socket: &std::path::Path, line: &str) -> serde_json::Value {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(line.as_bytes()).unwrap();
    stream.write_all(b"\n").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn a_status_is_answered_by_the_engine_and_by_the_file_alike() {
    let groups = "name: many\ntimezone: Asia/Shanghai\ngroups:\n  one: { title: 一组 }\n  two: {}\n  three: {}\nplays:\n  \
                  ask:\n    on: group.created\n    steps:\n      - task: come in\n      - post: hi\n  later:\n    dates:\n      \
                  - { id: jia, at: 2099-12-05 20:00 }\n    steps:\n      - post: hello\n";
    for file in [FILE, groups] {
        let place = Playground::new().file("p.yaml", file);
        let engine = place.start(&["run", "p.yaml"]);
        eventually("its first tasks", || place.run(&["tasks"]).stdout.contains("t1"));
        let all =
            [&["status"][..], &["status", "--all"], &["status", "--format", "json"], &["status", "-n", "1"]];
        let shown = || all.map(|args| place.run(args).exits(0).stdout);
        let asked = shown();
        let whole =
            ask(&place.path(".playbook/control.sock"), r#"{"status":{"group":null,"all":true,"number":8}}"#);
        let lines = place.run(&["status", "--format", "json"]).exits(0).json_lines();
        let of_all: Vec<_> =
            whole["Ok"].as_array().unwrap().iter().map(|seen| seen["status"].clone()).collect();
        assert_eq!(of_all, lines);
        let refused =
            ask(&place.path(".playbook/control.sock"), r#"{"status":{"group":"x","all":true,"number":8}}"#);
        assert!(refused["Err"].as_str().unwrap().contains("no group x"), "{refused}");
        assert!(place.run(&["status", "--group", "x"]).exits(2).stderr.contains("there is no group x"));
        let _ = engine.stop().exits(0);
        let [text, all, json, one] = shown();
        let (json, was) = (json.replace("\"running\":false", "\"running\":true"), json);
        assert_ne!(json, was, "programs are told that no engine runs");
        let rest = |text: String| -> String {
            let (first, rest) = text.split_once("\n\n").unwrap();
            assert!(first.contains("no engine runs here") && first.contains("how it stood at"), "{first}");
            rest.to_owned()
        };
        assert_eq!(
            asked,
            [rest(text), rest(all), json, rest(one)],
            "without the engine the file says the same"
        );

        // Whoever holds the socket is asked, not the file.
        let listener = UnixListener::bind(place.path(".playbook/control.sock")).unwrap();
        let answer = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut line = String::new();
            BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
            let mut whole = whole;
            whole["Ok"][0]["status"]["title"] = "as the engine says".into();
            stream.write_all(format!("{whole}\n").as_bytes()).unwrap();
            line
        });
        let output = place.run(&["status"]).exits(0);
        assert!(output.stdout.contains("as the engine says"), "{}", output.stdout);
        assert!(answer.join().unwrap().contains("\"status\""));
    }
}

#[test]
fn run_says_when_a_post_arrived_and_when_it_did_not() {
    let sink = Sink::start();
    let file = |path: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  \
             x:\n    on: go\n    steps:\n      - post: hello\n",
            sink.url(path)
        )
    };
    let place = Playground::new().file("p.yaml", &file("/"));
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["signal", "go"]).exits(0);
    engine.line("arrived");
    let told = engine.stdout();
    let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("{text}: {told}"));
    assert!(at("post") < at("arrived"), "decided, then arrived: {told}");
    let arrived = told.lines().find(|line| line.contains("arrived")).unwrap();
    let effect =
        place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines()[0]["effect"].clone();
    assert!(arrived.contains(effect.as_str().unwrap()), "{arrived}");
    sink.busy(true);
    let _ = place.run(&["signal", "go"]).exits(0);
    engine.line("will be tried again in");
    let output = engine.stop().exits(0);
    assert!(output.stdout.trim_end().ends_with("stopped; everything is recorded"), "{}", output.stdout);
}

#[test]
fn a_file_that_is_not_there_is_said_and_nothing_answers_in_its_place() {
    let place = Playground::new().file("demo.yaml", FILE);
    let engine = place.start(&["run", "demo.yaml"]);
    engine.line("running");
    for command in ["status", "runs", "log", "outbox", "members", "metrics", "doctor", "report"] {
        let refused = place.run(&[command, "dmeo.yaml"]).exits(3);
        assert!(refused.stderr.contains("there is no file dmeo.yaml"), "{command}: {}", refused.stderr);
        assert_eq!(refused.stdout, "", "{command}");
        let _ = place.run(&[command, "demo.yaml"]).exits(0);
    }
    let _ = engine.stop().exits(0);
}

#[test]
fn a_channel_on_which_signals_came_is_not_called_deaf() {
    let file = |channel: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels: {{ group: {channel} }}\nplays: {{ hi: {{ steps: [post: hi] }} }}\n"
        )
    };
    let deaf = "does not hear what members say";
    for (channel, said) in [
        ("{ type: webhook, url: 'http://127.0.0.1:9/' }", "reported of too few members"),
        ("{ type: manual }", "reported by hand"),
    ] {
        let place = Playground::new().file("p.yaml", &file(channel));
        let engine = place.start(&["run", "p.yaml"]);
        engine.line("running");
        place.write("m.csv", "id\na1\nb2\nc3\nd4\ne5\nf6\ng7\nh8\n");
        let _ = place.run(&["members", "import", "m.csv"]).exits(0);
        let metrics = place.run(&["metrics"]).exits(0).stdout;
        assert!(metrics.contains(deaf), "{metrics}");
        let _ = place.run(&["signal", "message", "--member", "a1"]).exits(0);
        let metrics = place.run(&["metrics"]).exits(0).stdout;
        assert!(metrics.contains(said) && !metrics.contains(deaf), "{channel}: {metrics}");
        let _ = engine.stop().exits(0);
    }
}
