//! A disk that is full for a while, and an engine that is told to stop: what was said stays said, what was not
//! recorded has not happened, and nothing is sent twice.

use crate::help::{
    fakes::{Fake, Reply},
    playground::{Playground, eventually},
    sink::Sink,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

fn webhook(url: &str, plays: &str) -> String {
    format!(
        "name: club\ntimezone: UTC\nchannels: {{ group: {{ type: webhook, url: \"{url}\" }} }}\nplays:\n{plays}"
    )
}

/// The texts that came, in order.
fn texts(sink: &Sink) -> Vec<String> {
    let text = |body: &str| serde_json::from_str::<Value>(body).unwrap()["text"].as_str().unwrap().to_owned();
    sink.got().iter().map(|got| text(&got.body)).collect()
}

/// What the journal says was decided for the group, in order.
fn decided(play: &Playground) -> Vec<String> {
    let log = play.run(&["log", "--all", "--format", "json"]).exits(0).json_lines();
    let posts = log.iter().filter(|line| line["entry"] == "posted");
    posts.map(|line| line["message"]["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_full_disk_is_waited_for_and_nothing_is_lost_or_said_twice() {
    let sink = Sink::start();
    // Much is written with each run, so that the file has to grow.
    let plays = format!(
        "  tick:\n    every: 1s\n    max_late: 10m\n    catch_up: all\n    steps:\n      - set: {{ note: '\"{}\"' }}\n      - \
         post: tick ${{run.number}}\n",
        "x".repeat(3_000)
    );
    let text = webhook(&sink.url("/"), &plays);
    let full = "disk-is-full";
    let play = Playground::new().file("p.yaml", &text);
    let path = play.path(full).display().to_string();
    let play = play.env("PLAYBOOK_DISK_FULL", &path);
    let engine = play.start(&["run", "p.yaml"]);
    eventually("two ticks", || sink.got().len() >= 2);
    play.write(full, "");
    engine.line("the disk is full");
    let said = texts(&sink).len();
    // Readers still read; whoever reports something has no answer before it is recorded.
    let _ = play.run(&["status"]).exits(0);
    let report = play.start(&["signal", "hello", "--anyway"]);
    let _ = play.run(&["status"]).exits(0);
    assert_eq!((texts(&sink).len(), report.stdout()), (said, String::new()), "nothing that is not recorded");
    std::fs::remove_file(&path).unwrap();
    engine.line("what waited is recorded; it goes on");
    let _ = report.wait().exits(0);
    eventually("ticks again", || texts(&sink).len() > said + 2);
    // Told to stop while the disk is full, it ends soon and says why; what was recorded is all there.
    play.write(full, "");
    engine.line("the disk is full");
    let ended = engine.stop();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    std::fs::remove_file(&path).unwrap();
    let before = texts(&sink);
    let engine = play.start(&["run", "p.yaml"]);
    eventually("ticks after the restart", || texts(&sink).len() > before.len() + 1);
    let _ = engine.stop().exits(0);
    let (got, said) = (texts(&sink), decided(&play));
    let once: BTreeSet<&String> = got.iter().collect();
    assert_eq!(once.len(), got.len(), "nothing twice: {got:?}");
    assert_eq!(got, said, "what was decided was sent, in order");
    let numbers: Vec<String> = (1..=got.len()).map(|n| format!("tick {n}")).collect();
    assert_eq!(got, numbers, "no occurrence is lost");
}

#[test]
fn told_to_stop_it_ends_what_is_under_way_records_it_and_begins_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let plays = "  hello:\n    on: group.created\n    steps:\n      - post: first\n      - post: second\n";
    for name in ["TERM", "INT"] {
        let answers = Arc::new(AtomicBool::new(false));
        let is_told = answers.clone();
        let fake = runtime.block_on(Fake::start(move |_, _| {
            if is_told.load(Ordering::SeqCst) { Reply::json(&json!({})) } else { Reply::Later }
        }));
        let play = Playground::new().file("p.yaml", &webhook(&fake.url(), plays));
        let engine = play.start(&["run", "p.yaml"]);
        eventually("the first is on its way", || fake.seen().len() == 1);
        engine.signal(name);
        engine.line("stopping");
        answers.store(true, Ordering::SeqCst);
        let ended = engine.wait().exits(0);
        assert!(ended.stdout.contains("stopped; everything is recorded"), "{name}: {}", ended.stdout);
        assert_eq!(fake.seen().len(), 1, "{name}: nothing begins");
        let outbox = play.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
        let stands: Vec<(&str, bool)> = outbox
            .iter()
            .map(|row| (row["status"].as_str().unwrap(), row["in_doubt"].as_bool().unwrap()))
            .collect();
        assert!(stands.contains(&("delivered", false)) && stands.contains(&("pending", false)), "{outbox:?}");
        let engine = play.start(&["run", "p.yaml"]);
        eventually("the second", || fake.seen().len() == 2);
        let _ = engine.stop().exits(0);
        let said: Vec<Value> = fake.seen().iter().map(|seen| seen.json()["text"].clone()).collect();
        assert_eq!(said, [json!("first"), json!("second")], "{name}");
    }
}

#[test]
fn told_twice_it_ends_at_once_and_what_was_under_way_is_in_doubt() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(Fake::start(|_, _| Reply::Hang));
    let text = webhook(&fake.url(), "  hello: { on: group.created, steps: [post: first] }\n");
    let text = text.replace("type: webhook,", "type: webhook, in_doubt: hold,");
    let play = Playground::new().file("p.yaml", &text);
    let engine = play.start(&["run", "p.yaml"]);
    eventually("it is on its way", || fake.seen().len() == 1);
    engine.signal("TERM");
    engine.line("stopping");
    engine.signal("TERM");
    let _ = engine.wait().exits(130);
    let engine = play.start(&["run", "p.yaml"]);
    eventually("a person is asked", || {
        let rows = play.run(&["outbox", "--format", "json"]).exits(0).json_lines();
        rows.iter().any(|row| row["in_doubt"] == true)
    });
    let _ = engine.stop().exits(0);
    assert_eq!(fake.seen().len(), 1, "nothing is sent a second time");
}
