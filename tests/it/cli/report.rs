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
