//! `playbook report`: what really happened, from the journal of a living engine.

use crate::help::playground::{Playground, eventually};

const CLUB: &str = "\
name: club
timezone: Asia/Shanghai
people: { zhu: { name: Zhu } }
roles: { host: { people: [zhu] } }
plays:
  begin:
    on: group.created
    label: content
    steps:
      - post: Welcome, everybody
      - task: Invite friends
        to: host
        due: 1d
  broken:
    steps:
      - run: broken.rhai
";

/// An engine whose life had a post, a task that was done, two members and a failure.
fn lived(locale: &str) -> Playground {
    let yaml = CLUB.replace("name: club\n", &format!("name: club\nlocale: {locale}\n"));
    let play =
        Playground::new().file("club.yaml", &yaml).file("broken.rhai", "fn main(args) { throw \"no <b>\"; }");
    let engine = play.start(&["run", "club.yaml"]);
    engine.line("running");
    let _ = play.run(&["signal", "member.joined", "--member", "li", "--anyway"]).exits(0);
    let _ = play.run(&["signal", "member.joined", "--member", "an", "--anyway"]).exits(0);
    let _ = play.run(&["done", "t1"]).exits(0);
    let _ = play.run(&["start", "broken"]).exits(0);
    eventually("it has failed", || {
        play.run(&["runs", "--format", "json"]).exits(0).stdout.contains("\"failed\"")
    });
    let _ = engine.stop().exits(0);
    play
}

#[test]
fn what_went_wrong_comes_first_then_the_days_then_the_sums() {
    let play = lived("en");
    let text = play.run(&["report"]).exits(0).stdout;
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(place("What went wrong") < place("broken, step 1, failed once"), "{text}");
    assert!(place("failed once") < place("Day by day") && place("Day by day") < place("Summary"), "{text}");
    assert!(text.contains("2 members at the end (2 joined"), "{text}");
    let zh = play.run(&["report", "--lang", "zh"]).exits(0).stdout;
    assert!(zh.contains("出了什么问题") && zh.contains("broken 的步骤 1 失败 1 次"), "{zh}");
}

#[test]
fn programs_get_one_object_and_browsers_one_page() {
    let play = lived("en");
    let one = play.run(&["report", "club.yaml", "--days", "3", "--format", "json"]).exits(0).json_lines();
    let [one] = one.as_slice() else { panic!("one object: {one:?}") };
    assert_eq!((&one["posts"], &one["tasks_done"], &one["joined"]), (&1.into(), &1.into(), &2.into()));
    assert_eq!(one["problems"][0]["kind"], "failed");
    assert_eq!(one["problems"][0]["play"], "broken");
    assert_eq!(one["groups"][0]["members_last"], 2);
    let page = play.run(&["report", "--format", "html"]).exits(0).stdout;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("What really happened"), "{page}");
    assert!(page.contains("no &lt;b&gt;") && !page.contains("no <b>"), "what a script says is text");
    assert!(!page.contains("synthetic people"), "nothing of it is invented");
}

#[test]
fn a_time_before_which_nothing_was_and_a_time_ahead_are_told_apart() {
    let play = lived("zh-CN");
    let page = play.run(&["report", "--format", "html"]).exits(0).stdout;
    assert!(page.contains("真实发生的事") && page.contains("lang=\"zh-CN\""), "{page}");
    let ahead = play.run(&["report", "--from", "2999-01-01"]).exits(2);
    assert!(ahead.stderr.contains("nothing has happened yet"), "{}", ahead.stderr);
    let before = play.run(&["report", "--from", "2020-01-01", "--days", "2", "--format", "json"]).exits(0);
    let before = before.json_lines().remove(0);
    assert_eq!((&before["posts"], &before["problems"]), (&0.into(), &serde_json::json!([])));
}

#[test]
fn what_is_held_has_not_been_sent() {
    let yaml = "name: club\ntimezone: UTC\nchannels: { group: console }\nbudgets: { posts: { gap: 1h } }\nplays:\n  a:\n    steps:\n      - post: one\n  quiz:\n    every: day at 10:00\n    steps:\n      - at: -2h\n        post: soon\n      - at: 0m\n        post: two\n      - ask: A or B?\n        options: [A, B]\n        open_for: 2d\n";
    let play = Playground::new().file("club.yaml", yaml);
    let engine = play.start(&["run", "club.yaml"]);
    engine.line("running");
    let said = play.run(&["start", "a"]).exits(0).stdout;
    assert_eq!(said.lines().count(), 1, "{said}");
    let nothing = play.run(&["report"]).exits(0).stdout;
    assert!(nothing.contains("every message was taken"), "{nothing}");
    // Whoever starts it hears what becomes of it.
    let said = play.run(&["start", "quiz"]).exits(0).stdout;
    assert!(said.contains("left out: step 1: its time had passed"), "{said}");
    assert!(said.contains("step 2 is held until") && said.contains("too soon after the last post"), "{said}");
    assert!(said.contains("is skipped if this run is still open then"), "{said}");
    for args in [&["report"][..], &["report", "--group", "club"]] {
        let text = play.run(args).exits(0).stdout;
        assert!(text.contains("quiz") && text.contains("held"), "{text}");
        assert!(!text.contains("every message was taken"), "{text}");
    }
    let json = play.run(&["report", "--format", "json"]).exits(0).json_lines().remove(0);
    assert_eq!(json["problems"][0]["kind"], "held");
    let _ = engine.stop().exits(0);
}
