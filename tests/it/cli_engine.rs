//! The commands that read a state and those that change a running engine, through the real binary.

use crate::playground::{Playground, eventually};

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
            "group", "task", "kind", "text", "role", "people", "run", "step", "opened", "due", "options",
            "answers", "members", "effect"
        ]
    );
    let beside = place.run(&["tasks", "demo.yaml"]).exits(0).stdout;
    assert_eq!(beside, place.run(&["tasks", "--state", ".playbook"]).exits(0).stdout);
}
