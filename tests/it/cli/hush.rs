//! The commands of an evening through the real binary: what they say, what reaches members, what the journal keeps.

use crate::{
    help::playground::{Playground, eventually},
    help::sink::Sink,
};

fn file(url: &str) -> String {
    format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{url}\" }}\n  staff: {{ type: console }}\n\
         groups: {{ a: {{}}, b: {{}} }}\nplays:\n  say: {{ steps: [{{ post: Hello all }}] }}\n  \
         talk:\n    dates: [{{ id: jia, at: 2099-12-05 20:00 }}]\n    steps: [{{ post: Talk }}]\n"
    )
}

#[test]
fn a_hush_takes_back_what_is_on_its_way_and_its_end_says_what_was_late() {
    let sink = Sink::start();
    sink.busy(true);
    let place = Playground::new().file("club.yaml", &file(&sink.url("/hook")));
    let engine = place.start(&["run", "club.yaml"]);
    eventually("both groups", || place.run(&["status"]).stdout.contains('b'));
    let say = |group: &str| place.run(&["start", "say", "--group", group]).exits(0);
    say("a");
    eventually("a first attempt", || {
        let rows = place.run(&["outbox", "--group", "a", "--format", "json"]).json_lines();
        rows.iter().any(|row| row["attempts"] == 1 && row["status"] == "pending")
    });
    // The address has asked to wait, so the message is on its way.
    let said = place.run(&["hush", "--why", "an accident", "--by", "Zhu"]).exits(0).stdout;
    assert!(said.contains("a: members see nothing") && said.contains("b: members see nothing"), "{said}");
    say("b");
    let status = place.run(&["status", "--group", "a"]).stdout;
    assert!(status.contains("members see nothing since") && status.contains("an accident"), "{status}");
    sink.busy(false);
    let said = place.run(&["unhush", "--group", "a"]).exits(0).stdout;
    assert!(said.contains("Hello all") && said.contains("1 message dropped"), "{said}");
    let said = place.run(&["unhush", "--send", "--by", "Zhu"]).exits(0).stdout;
    assert!(said.contains("b: ") && said.contains("1 message sent now") && !said.contains("a: "), "{said}");
    eventually("the message of b", || !sink.got().is_empty());
    let got: Vec<String> = sink.got().into_iter().map(|got| got.id).collect();
    assert!(got.len() == 1 && got[0].starts_with("b/"), "{got:?}");
    let rows = place.run(&["outbox", "--group", "a", "--all"]).stdout;
    assert!(rows.contains("expired"), "{rows}");
    let log = place.run(&["log", "--group", "a", "--format", "json", "--all"]).json_lines();
    let hushed = log.iter().find(|line| line["did"] == "hushed").expect("a hush in the journal");
    assert_eq!((&hushed["by"], &hushed["why"]), (&"Zhu".into(), &"an accident".into()));
    let _ = engine.stop().exits(0);
}

#[test]
fn what_a_hush_took_back_goes_before_what_came_meanwhile() {
    let sink = Sink::start();
    sink.busy(true);
    let more = "  zz: { steps: [{ post: first }] }\n  mm: { steps: [{ post: second }] }\n  aa: { steps: [{ post: third }] }\n";
    let place = Playground::new().file("club.yaml", &(file(&sink.url("/hook")) + more));
    let engine = place.start(&["run", "club.yaml"]);
    eventually("both groups", || place.run(&["status"]).stdout.contains('b'));
    let start = |play: &str| place.run(&["start", play, "--group", "a"]).exits(0);
    start("zz");
    start("mm");
    eventually("both are on their way", || {
        let rows = place.run(&["outbox", "--group", "a", "--format", "json"]).json_lines();
        rows.len() == 2 && rows.iter().any(|row| row["attempts"] == 1)
    });
    let _ = place.run(&["hush", "--group", "a", "--why", "an accident"]).exits(0);
    start("aa");
    sink.busy(false);
    let _ = place.run(&["unhush", "--group", "a", "--send"]).exits(0);
    eventually("all three", || sink.got().len() == 3);
    let got: Vec<String> = sink.got().into_iter().map(|got| got.id[2..4].to_owned()).collect();
    assert_eq!(got, ["zz", "mm", "aa"]);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_date_is_put_off_and_remarks_are_kept_by_the_command_line() {
    let sink = Sink::start();
    let place = Playground::new().file("club.yaml", &file(&sink.url("/hook")));
    let engine = place.start(&["run", "club.yaml"]);
    eventually("both groups", || place.run(&["status"]).stdout.contains('b'));
    let _ = place.run(&["postpone", "talk/jia", "tbd", "--group", "a"]).exits(0);
    let why = place.run(&["why", "talk", "--group", "a"]).stdout;
    assert!(why.contains("the date jia has no time until `playbook postpone` gives it one"), "{why}");
    let _ = place.run(&["skip", "talk/jia", "--group", "b"]).exits(0);
    let said = place.run(&["unskip", "talk/jia", "--group", "b"]).exits(0).stdout;
    assert!(said.contains("talk@jia starts after all"), "{said}");
    let _ = place.run(&["note", "b", "sunny", "--by", "Zhu"]).exits(0);
    let log = place.run(&["log", "--group", "b"]).stdout;
    assert!(log.contains("sunny (Zhu)"), "{log}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_poll_that_is_taken_back_by_a_hush_ends_with_it_and_why_names_the_hush() {
    let sink = Sink::start();
    sink.busy(true);
    let text = file(&sink.url("/hook"));
    let quiz =
        "  quiz: { steps: [{ ask: How many?, options: [one, two], open_for: 1h }, { post: The answers }] }\n";
    let place = Playground::new().file("club.yaml", &format!("{text}{quiz}"));
    let engine = place.start(&["run", "club.yaml"]);
    eventually("both groups", || place.run(&["status"]).stdout.contains('b'));
    let _ = place.run(&["start", "quiz", "--group", "a"]).exits(0);
    eventually("a first attempt", || {
        let rows = place.run(&["outbox", "--group", "a", "--format", "json"]).json_lines();
        rows.iter().any(|row| row["attempts"] == 1 && row["status"] == "pending")
    });
    let _ = place.run(&["hush", "--why", "an accident"]).exits(0);
    let _ = place.run(&["start", "quiz", "--group", "b"]).exits(0);
    let _ = place.run(&["start", "say", "--group", "b"]).exits(0);
    let why = place.run(&["why", "say", "--group", "b"]).stdout;
    assert!(why.contains("an operator has hushed the group since") && why.contains("an accident"), "{why}");
    assert!(!why.contains("on this day"), "{why}");
    assert!(why.lines().all(|line| line.trim() != "✗ hush"), "{why}");
    let questions = || place.run(&["tasks", "--format", "json"]).json_lines().len();
    // What is held has not been put to anybody yet.
    assert_eq!(questions(), 1);
    let _ = place.run(&["unhush"]).exits(0);
    eventually("no question is open", || questions() == 0);
    let log = place.run(&["log", "--group", "b"]).stdout;
    assert!(!log.contains("on this day"), "{log}");
    sink.busy(false);
    let _ = engine.stop().exits(0);
    assert!(sink.got().is_empty(), "{:?}", sink.got());
}

#[test]
fn what_waits_to_be_pasted_is_not_pasted_while_the_group_is_hushed() {
    let file = "name: p\ntimezone: UTC\nchannels: { group: { type: manual }, staff: { type: console } }\n\
                people: { zhu: { name: Zhu } }\nroles: { host: { people: [zhu], channel: staff } }\n\
                plays: { say: { steps: [{ post: Hello all }] } }\n";
    let place = Playground::new().file("p.yaml", file);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    for _ in 0..2 {
        let _ = place.run(&["start", "say"]).exits(0);
    }
    let effect = place.run(&["tasks", "t2", "--format", "json"]).json_lines()[0]["effect"].clone();
    let _ = place.run(&["hush", "--why", "an accident", "--for", "2h"]).exits(0);
    let tasks = place.run(&["tasks"]).stdout;
    assert!(tasks.contains("the group is hushed: do not paste it yet"), "{tasks}");
    assert!(!tasks.contains("playbook done t1"), "{tasks}");
    assert_eq!(place.run(&["tasks", "--format", "json"]).json_lines()[0]["hushed"], true);
    let refused = place.run(&["done", "t1"]).exits(4).stderr;
    assert!(refused.contains("the group is hushed: do not paste t1 yet"), "{refused}");
    // It was there before.
    let _ = place.run(&["done", effect.as_str().expect("an effect")]).exits(0);
    // What comes now is held, and stands in the outbox with what holds it.
    let _ = place.run(&["start", "say"]).exits(0);
    let rows = place.run(&["outbox", "--format", "json"]).json_lines();
    let held = rows.last().expect("a row");
    assert_eq!((&held["status"], &held["held"]), (&"held".into(), &"hush".into()), "{rows:?}");
    let said = place.run(&["outbox"]).stdout;
    assert!(said.contains("held") && said.contains("members see nothing"), "{said}");
    let said = place.run(&["unhush"]).exits(0).stdout;
    assert!(said.contains("1 message dropped, 1 post may be pasted now"), "{said}");
    let log = place.run(&["log"]).stdout;
    assert!(log.contains("the group was hushed since") && log.contains(": an accident"), "{log}");
    assert!(!log.contains("held by members see nothing"), "{log}");
    let _ = place.run(&["done", "t1"]).exits(0);
    assert_eq!(place.run(&["tasks", "--format", "json"]).json_lines().len(), 0);
    let _ = engine.stop().exits(0);
}
