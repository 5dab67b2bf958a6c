//! `playbook why` through the binary, on states that a story left: why it will happen, happened, came late, was held,
//! or did not happen.

use crate::{
    playground::{Output, Playground},
    story::{Story, at},
};
use playbook::{
    base::{
        ids::{PlayName, RunId},
        value::Value,
    },
    engine::input::Command,
};

/// Asks about a story, as text.
#[track_caller]
fn why(story: &Story, args: &[&str]) -> String {
    ask(story, args).exits(0).stdout
}

fn ask(story: &Story, args: &[&str]) -> Output {
    let place = Playground::new().file(".playbook/a", "");
    story.store(&place.path(".playbook"));
    place.run(&[&["why"], args].concat())
}

/// The verdicts, by run, with the first reason that was in the way.
#[track_caller]
fn verdicts(story: &Story, args: &[&str]) -> Vec<(String, String)> {
    let lines = ask(story, &[args, &["--format", "json"]].concat()).exits(0).json_lines();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let against = |line: &serde_json::Value| {
        let because = line["because"].as_array().expect("a list").clone();
        because.iter().find(|one| one["holds"] == false).map(|one| text(&one["what"])).unwrap_or_default()
    };
    lines.iter().map(|line| (text(&line["verdict"]), against(line))).collect()
}

fn pair(verdict: &str, what: &str) -> (String, String) {
    (verdict.to_owned(), what.to_owned())
}

const GAME: &str = "
calendars: { feast: [2099-12-09] }
phases: [{ name: seed, until: members.count >= 2 }, { name: grow }]
plays:
  game:
    every: wednesday at 20:30
    during: grow
    when: members.count > 1 && vars.open
    except: feast
    max_late: 20m
    steps: [{ post: 猜谜 }]
vars: { open: true }
";

#[test]
fn it_will_happen_and_what_stands_in_the_way_now() {
    let mut story = Story::new("2099-12-01 08:00", GAME);
    story.join("a", "甲");
    insta::assert_snapshot!(why(&story, &["game"]), @"");
    story.join("b", "乙");
    insta::assert_snapshot!(why(&story, &["game"]), @"");
    assert_eq!(verdicts(&story, &["game", "--at", "2099-12-09"]), [pair("would_not_start", "except")]);
    assert_eq!(verdicts(&story, &["game/1"]), [pair("will_happen", "")]);
}

#[test]
fn it_happened_on_time_late_or_was_missed() {
    let mut story = Story::new("2099-12-01 08:00", GAME);
    story.join("a", "甲");
    story.join("b", "乙");
    story.until("2099-12-02 21:00");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-02"]), @"");
    story.sleep_until("2099-12-16 20:45");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-16 20:30"]), @"");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-09"]), @"");
    story.sleep_until("2099-12-23 22:45");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-23"]), @"");
    let run = "game@2099-12-16T12:30:00Z";
    assert_eq!(verdicts(&story, &[run]), [pair("late", "")]);
    assert_eq!(verdicts(&story, &["game/1", "--at", "2099-12-16"]), [pair("late", "")]);
}

#[test]
fn conditions_are_told_with_the_values_that_decided() {
    let mut story = Story::new("2099-12-01 08:00", GAME);
    story.until("2099-12-02 21:00");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-02"]), @"");
    story.join("a", "甲");
    story.join("b", "乙");
    story.edit(&GAME.replace("open: true", "open: false"));
    story.until("2099-12-16 21:00");
    // Members have come and gone since: what counts is how many there were.
    story.signal("member.left", Some("a"), Value::Null);
    let told = why(&story, &["game", "--at", "2099-12-16"]);
    assert!(told.contains("members.count is 2, vars.open is false"), "{told}");
    let run = Command::Skip { run: RunId::new("game@2099-12-23T12:30:00Z"), step: None };
    story.command(run);
    assert_eq!(verdicts(&story, &["game"])[1], pair("would_not_start", "skip"));
    story.command(Command::Pause { play: Some(PlayName::new("game")) });
    story.until("2099-12-31 00:00");
    assert_eq!(verdicts(&story, &["game", "--at", "2099-12-23"]), [pair("skipped", "paused")]);
    assert_eq!(verdicts(&story, &["game", "--at", "2099-12-30"]), [pair("skipped", "paused")]);
}

#[test]
fn a_run_that_is_open_says_what_it_waits_for_and_keeps_the_next_one_out() {
    let yaml = "
people: { zhu: { name: 小朱 } }
roles: { host: { people: [zhu] } }
plays:
  slow: { every: day at 08:30, steps: [{ approve: 可以吗, to: host }, { post: 好 }] }
";
    let mut story = Story::new("2099-12-01 08:00", yaml);
    story.until("2099-12-02 09:00");
    insta::assert_snapshot!(why(&story, &["slow"]), @"");
    assert_eq!(verdicts(&story, &["slow", "--at", "2099-12-02"]), [pair("skipped", "overlap")]);
    story.approve("t1");
    assert_eq!(verdicts(&story, &["slow", "--at", "2099-12-01"]), [pair("happened", "")]);
}

#[test]
fn budgets_are_told_with_their_numbers() {
    let yaml = "
channels: { group: { type: console }, news: { type: console } }
calendars: { opening: [2099-12-20] }
budgets:
  quiet: 22:30-08:00
  posts: { max: 2 per day }
  mentions: { max: 1 per day }
  promo: { around: opening, before: 1d }
  channels: { news: { posts: 1 per day } }
people: { zhu: { name: 小朱 } }
plays:
  night: { every: day at 23:00, steps: [post: 晚安] }
  ad: { steps: [{ post: 买, label: promo }] }
  call: { steps: [{ post: 看, mention: zhu }] }
  talk: { steps: [post: 一, post: 二, post: 三] }
  news: { steps: [{ post: 甲, to: news }, { post: 乙, to: news }] }
";
    let mut story = Story::new("2099-12-01 22:00", yaml);
    story.until("2099-12-01 23:00");
    insta::assert_snapshot!(why(&story, &["night", "--at", "2099-12-01"]), @"");
    story.until("2099-12-02 08:00");
    insta::assert_snapshot!(why(&story, &["night/1", "--at", "2099-12-01"]), @"");
    story.start("ad");
    assert_eq!(verdicts(&story, &["ad"]), [pair("held", "promo.around")]);
    story.start("call");
    story.start("call");
    assert_eq!(verdicts(&story, &["call"]), [pair("held", "mentions.max")]);
    let mut story = Story::new("2099-12-01 09:00", yaml);
    story.start("talk");
    insta::assert_snapshot!(why(&story, &["talk"]), @"");
    story.start("news");
    assert_eq!(story.posts().len(), 3, "two to the group, one to the news");
    assert_eq!(verdicts(&story, &["news"]), [pair("held", "posts.max")]);
    story.until("2099-12-02 09:00");
    assert_eq!(story.posts().len(), 5);
}

#[test]
fn the_gap_the_order_the_share_and_the_age() {
    let yaml = "
budgets: { posts: { max: 50 per day, gap: 10m }, promo: { max: 30% per 30d, not_before: 1d } }
plays:
  talk: { steps: [post: 一, post: 二, post: 三] }
  ad: { steps: [{ post: 买, label: promo }] }
  short: { steps: [{ post: 快, expires: 5m }] }
";
    let mut story = Story::new("2099-12-01 09:00", yaml);
    story.start("talk");
    assert_eq!(verdicts(&story, &["talk/2"]), [pair("held", "posts.gap")]);
    assert_eq!(verdicts(&story, &["talk/3"]), [pair("held", "order")]);
    story.start("ad");
    assert_eq!(verdicts(&story, &["ad"]), [pair("held", "promo.not_before")]);
    story.start("short");
    story.until("2099-12-01 09:06");
    let told = why(&story, &["short"]);
    assert!(told.contains("its message expired 2099-12-01 09:05, held by order"), "{told}");
    assert_eq!(verdicts(&story, &["short"]), [pair("not_sent", "step")]);
    story.until("2099-12-03 09:00");
    story.start("ad");
    story.until("2099-12-03 09:20");
    story.start("ad");
    let told = why(&story, &["ad"]);
    assert!(
        told.contains("advertising may be 30% of the messages in 30 days; with this one it would be"),
        "{told}"
    );
}

#[test]
fn steps_that_were_missed_skipped_or_failed() {
    let yaml = "
plays:
  talk:
    max_late: 1h
    dates: [{ id: jia, at: 2099-12-05 20:00 }]
    steps:
      - { at: -7d, post: 预告 }
      - { at: -10m, when: members.count > 5, post: 就要开始 }
      - { at: +0d 21:00, run: a.rhai }
      - { post: 散了 }
";
    let files = [("a.rhai", "fn main(args) { throw \"no luck\"; }")];
    let mut story = Story::with_files("2099-12-01 09:00", yaml, &files);
    story.until("2099-12-05 22:00");
    insta::assert_snapshot!(why(&story, &["talk/jia"]), @"");
    let told = why(&story, &["talk/jia/1"]);
    assert!(told.starts_with("step 1 was missed: it was due 2099-11-28 20:00"), "{told}");
    assert!(told.contains("the engine first saw the group 2099-12-01 09:00, after that"), "{told}");
    let told = why(&story, &["talk/2"]);
    assert!(told.contains("members.count > 5 is false: members.count is 0"), "{told}");
    assert_eq!(verdicts(&story, &["talk/3"]), [pair("failed", "")]);
    assert!(why(&story, &["talk/4"]).starts_with("step 4 was not reached: "));
}

#[test]
fn dates_that_move_and_dates_that_are_cancelled() {
    let yaml = "plays: { talk: { dates: [{ id: jia, at: 2099-12-05 20:00 }, { id: yi, at: 2099-12-06 20:00 }], steps: [post: 分享] } }";
    let mut story = Story::new("2099-12-01 09:00", yaml);
    let to = at("2099-12-07 20:00");
    story.command(Command::Postpone { play: PlayName::new("talk"), date: "jia".into(), at: to });
    let told = why(&story, &["talk/jia"]);
    assert!(told.starts_with("talk will begin 2099-12-07 20:00, in 6 days 11 hours"), "{told}");
    story.edit("plays: { talk: { dates: [{ id: jia, at: 2099-12-07 20:00 }], steps: [post: 分享] } }");
    insta::assert_snapshot!(why(&story, &["talk/yi"]), @"");
}

#[test]
fn plays_that_answer_signals_say_what_came() {
    let yaml = "
plays:
  hi: { on: member.joined, where: member.points > 3, batch: 10m, steps: [post: 欢迎] }
  by: { steps: [post: 手] }
";
    let mut story = Story::new("2099-12-01 09:00", yaml);
    assert_eq!(verdicts(&story, &["hi"]), [pair("waits", "")]);
    story.join("a", "甲");
    insta::assert_snapshot!(why(&story, &["hi"]), @"");
    assert_eq!(verdicts(&story, &["by"]), [pair("waits", "")]);
    story.start("by");
    assert_eq!(verdicts(&story, &["by"])[0], pair("happened", ""));
}

#[test]
fn a_day_without_an_occurrence_is_explained() {
    let yaml = "
calendars: { holidays: { off: [2099-10-01], work: [2099-10-10] } }
plays:
  paper: { every: workday at 07:30, steps: [post: 早报] }
";
    let story = Story::new("2099-09-20 09:00", yaml);
    insta::assert_snapshot!(why(&story, &["paper", "--at", "2099-10-01"]), @"");
    assert_eq!(verdicts(&story, &["paper", "--at", "2099-10-10"]), [pair("will_happen", "")]);
    assert_eq!(verdicts(&story, &["paper", "--at", "2099-10-11"]), [pair("none", "workday")]);
}

#[test]
fn the_file_alone_answers_where_no_engine_has_run() {
    let text = format!("name: demo\ntimezone: Asia/Shanghai\n{}", GAME.replace("2099", "2098"));
    let place = Playground::new().file("demo.yaml", &text);
    let told = place.run(&["why", "game", "--at", "2098-12-10"]).exits(0).stdout;
    assert!(
        told.starts_with("game would not begin 2098-12-10") || told.contains("has no occurrence"),
        "{told}"
    );
    assert!(told.contains("from the file alone"), "{told}");
    let same = place.run(&["why", "game", "demo.yaml", "--at", "2098-12-10"]).exits(0).stdout;
    assert_eq!(same, told);
}

#[test]
fn what_is_asked_wrong_is_said() {
    let story = Story::new("2099-12-01 09:00", GAME);
    for (args, says) in [
        (&["gmae"][..], "did you mean `game`?"),
        (&["game/7"], "its steps are 1"),
        (&["game@2001-01-01T00:00:00Z"], "neither the journal nor what is ahead has game@2001"),
        (&["game", "--at", "soon"], "is not a time"),
        (&["game", "--group", "nobody"], "there is no group nobody"),
    ] {
        let output = ask(&story, args).exits(2);
        assert!(output.stderr.contains(says), "{args:?}: {}", output.stderr);
        assert_eq!(output.stdout, "");
    }
    let _ = Playground::new().run(&["why", "game"]).exits(3);
}
