//! `playbook why` through the binary, on states that a story left: why it will happen, happened, came late, was held,
//! or did not happen.

use crate::{
    help::playground::{Output, Playground},
    help::story::{Story, at},
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
    // The machine's clock is where the story is.
    let machine = playbook::base::time::Timestamp::from_jiff(jiff::Timestamp::now());
    let moved = story.state.clock.since(machine).as_millis() - 1_000;
    place.write("clock", &format!("{moved} {moved}"));
    let clock = place.path("clock").display().to_string();
    place.env("PLAYBOOK_CLOCK", &clock).run(&[&["why"], args].concat())
}

/// The verdicts, by run, with the first reason that was in the way.
#[track_caller]
fn verdicts(story: &Story, args: &[&str]) -> Vec<(String, String)> {
    let lines = ask(story, &[args, &["--format", "json"]].concat()).exits(0).json_lines();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let against = |line: &serde_json::Value| {
        let because = line["because"].as_array().expect("a list").clone();
        let against = because.iter().filter(|one| one["holds"] == false && one["what"] != "step");
        against.map(|one| text(&one["what"])).next().unwrap_or_default()
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
    insta::assert_snapshot!(why(&story, &["game"]), @"
    game would not begin 2099-12-02 20:30 as things are now: the phase is seed
      ✗ during    grow: the phase is seed; grow follows when members.count >= 2 (members.count is 1)
      ✗ when      members.count > 1 && vars.open is false: members.count is 1, vars.open is true
      · trigger   every Wednesday at 20:30, Asia/Shanghai; this one is about 2099-12-02 20:30
      ✓ except    Wednesday 2099-12-02 is not in feast
      · max_late  it may begin 20 minutes late
    ");
    story.join("b", "乙");
    insta::assert_snapshot!(why(&story, &["game"]), @"
    game will begin 2099-12-02 20:30, in 1 day 12 hours
      · trigger   every Wednesday at 20:30, Asia/Shanghai; this one is about 2099-12-02 20:30
      ✓ except    Wednesday 2099-12-02 is not in feast
      ✓ during    grow: the phase is grow
      ✓ when      members.count > 1 && vars.open is true: members.count is 2, vars.open is true
      · max_late  it may begin 20 minutes late
    ");
    assert_eq!(verdicts(&story, &["game", "--at", "2099-12-09"]), [pair("would_not_start", "except")]);
    assert_eq!(verdicts(&story, &["game/1"]), [pair("will_happen", "")]);
}

#[test]
fn it_happened_on_time_late_or_was_missed() {
    let mut story = Story::new("2099-12-01 08:00", GAME);
    story.join("a", "甲");
    story.join("b", "乙");
    story.until("2099-12-02 21:00");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-02"]), @"
    game of 2099-12-02 20:30 began on time, 2099-12-02 20:30 and was done at once
      · trigger  every Wednesday at 20:30, Asia/Shanghai; this one is about 2099-12-02 20:30
      ✓ except   Wednesday 2099-12-02 is not in feast
      ✓ during   grow: the phase is grow
      ✓ when     members.count > 1 && vars.open is true: members.count is 2, vars.open is true
        journal      14 2099-12-02 20:30:00  game@2099-12-02T12:30:00Z began
                     15 2099-12-02 20:30:00  post 猜谜
                     16 2099-12-02 20:30:00  step 1 done
                     17 2099-12-02 20:30:00  done
    ");
    story.sleep_until("2099-12-16 20:45");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-16 20:30"]), @"
    game of 2099-12-16 20:30 began 15 minutes late, 2099-12-16 20:45 and was done at once
      · trigger   every Wednesday at 20:30, Asia/Shanghai; this one is about 2099-12-16 20:30
      ✓ except    Wednesday 2099-12-16 is not in feast
      ✓ during    grow: the phase is grow
      ✓ when      members.count > 1 && vars.open is true: members.count is 2, vars.open is true
      ✓ max_late  it may be 20 minutes late; it was due 2099-12-16 20:30, 15 minutes before
      · slept     the group slept from 2099-12-09 20:30 to 2099-12-16 20:45: the engine was down, the machine was suspended, or its clock jumped (journal 18)
      · step      step 1 was done 15 minutes late, 2099-12-16 20:45
        journal       22 2099-12-16 20:45:00  game@2099-12-16T12:30:00Z began
                      23 2099-12-16 20:45:00  post 猜谜
                      24 2099-12-16 20:45:00  step 1 done
                      25 2099-12-16 20:45:00  done
    ");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-09"]), @"
    game of 2099-12-09 20:30 was missed: it was 7 days late and 20 minutes is allowed
      ✗ max_late  it may be 20 minutes late; it was due 2099-12-09 20:30, 7 days before
      · trigger   every Wednesday at 20:30, Asia/Shanghai; this one is about 2099-12-09 20:30
      · slept     the group slept from 2099-12-09 20:30 to 2099-12-16 20:45: the engine was down, the machine was suspended, or its clock jumped (journal 18)
        journal       21 2099-12-16 20:45:00  skipped 12-09 20:30: 7d late, 20m is allowed
    ");
    story.sleep_until("2099-12-23 22:45");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-23"]), @"
    game of 2099-12-23 20:30 was missed: it was 2 hours 15 minutes late and 20 minutes is allowed
      ✗ max_late  it may be 20 minutes late; it was due 2099-12-23 20:30, 2 hours 15 minutes before
      · trigger   every Wednesday at 20:30, Asia/Shanghai; this one is about 2099-12-23 20:30
      · slept     the group slept from 2099-12-23 20:30 to 2099-12-23 22:45: the engine was down, the machine was suspended, or its clock jumped (journal 26)
        journal       29 2099-12-23 22:45:00  skipped 20:30: 2h15m late, 20m is allowed
    ");
    let run = "game@2099-12-16T12:30:00Z";
    assert_eq!(verdicts(&story, &[run]), [pair("late", "")]);
    assert_eq!(verdicts(&story, &["game/1", "--at", "2099-12-16"]), [pair("late", "")]);
}

#[test]
fn conditions_are_told_with_the_values_that_decided() {
    let mut story = Story::new("2099-12-01 08:00", GAME);
    story.until("2099-12-02 21:00");
    insta::assert_snapshot!(why(&story, &["game", "--at", "2099-12-02"]), @"
    game of 2099-12-02 20:30 did not start: the phase was seed
      ✗ during   grow: the phase is seed; grow follows when members.count >= 2 (members.count is 0)
      ✗ when     members.count > 1 && vars.open is false: members.count is 0, vars.open is true
      · trigger  every Wednesday at 20:30, Asia/Shanghai; this one is about 2099-12-02 20:30
      ✓ except   Wednesday 2099-12-02 is not in feast
        journal       9 2099-12-02 20:30:00  skipped 20:30: the phase is seed
    ");
    story.join("a", "甲");
    story.join("b", "乙");
    story.edit(&GAME.replace("open: true", "open: false"));
    story.until("2099-12-16 21:00");
    // Members have come and gone since: what counts is how many there were.
    story.signal("member.left", Some("a"), Value::Null);
    let told = why(&story, &["game", "--at", "2099-12-16"]);
    assert!(told.contains("members.count is 2, vars.open is false"), "{told}");
    let run = Command::Skip { run: RunId::new("game@2099-12-23T12:30:00Z"), step: None, by: None };
    story.command(run);
    assert_eq!(verdicts(&story, &["game"])[1], pair("would_not_start", "skip"));
    story.command(Command::Pause {
        play: Some(PlayName::new("game")),
        caretaker: None,
        until: None,
        by: None,
    });
    story.until("2099-12-31 00:00");
    assert_eq!(verdicts(&story, &["game", "--at", "2099-12-30"]), [pair("would_not_start", "paused")]);
    story.command(Command::Resume { play: None, by: None });
    assert_eq!(verdicts(&story, &["game", "--at", "2099-12-30"]), [pair("missed", "max_late")]);
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
    insta::assert_snapshot!(why(&story, &["slow"]), @"
    slow of 2099-12-01 08:30 began on time, 2099-12-01 08:30 and is not done yet; it waits at step 1 for a decision: `playbook approve t1` or `playbook reject t1`
      · trigger  every day at 08:30, Asia/Shanghai; this one is about 2099-12-01 08:30
        journal       7 2099-12-01 08:30:00  slow@2099-12-01T00:30:00Z began
                      8 2099-12-01 08:30:00  approval 小朱: 可以吗
                      9 2099-12-01 08:30:00  step 1 waits

    slow of 2099-12-02 08:30 did not start: the run slow@2099-12-01T00:30:00Z was still open
      ✗ overlap  skip: the run slow@2099-12-01T00:30:00Z, begun 2099-12-01 08:30, is still open; it waits at step 1 for a decision: `playbook approve t1` or `playbook reject t1`
      · trigger  every day at 08:30, Asia/Shanghai; this one is about 2099-12-02 08:30
        journal      11 2099-12-02 08:30:00  skipped 08:30: slow@2099-12-01T00:30:00Z is still open

    slow would not begin 2099-12-03 08:30 as things are now: slow@2099-12-01T00:30:00Z is still open
      · trigger   every day at 08:30, Asia/Shanghai; this one is about 2099-12-03 08:30
      · overlap   if it is still so then, it will not begin: skip: the run slow@2099-12-01T00:30:00Z, begun 2099-12-01 08:30, is still open; it waits at step 1 for a decision: `playbook approve t1` or `playbook reject t1`
      · max_late  it may begin 1 hour late
    ");
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
    insta::assert_snapshot!(why(&story, &["night", "--at", "2099-12-01"]), @"
    night of 2099-12-01 23:00 began on time, 2099-12-01 23:00 and was done at once; 1 message is held by a budget
      ✗ step     step 1: its message, due 2099-12-01 23:00, is held by quiet, until 2099-12-02 08:00 at the latest
      ✗ quiet    quiet hours are 22:30-08:00, and it was 2099-12-01 23:00
      · trigger  every day at 23:00, Asia/Shanghai; this one is about 2099-12-01 23:00
        journal       7 2099-12-01 23:00:00  night@2099-12-01T15:00:00Z began
                      8 2099-12-01 23:00:00  held quiet hours until 12-02 08:00: 晚安
                      9 2099-12-01 23:00:00  step 1 done
                     10 2099-12-01 23:00:00  done
    ");
    story.until("2099-12-02 08:00");
    insta::assert_snapshot!(why(&story, &["night/1", "--at", "2099-12-01"]), @"
    step 1 sent its message 9 hours late, 2099-12-02 08:00, held by quiet
      ✗ quiet    quiet hours are 22:30-08:00, and it was 2099-12-01 23:00
      · trigger  every day at 23:00, Asia/Shanghai; this one is about 2099-12-01 23:00
        journal       7 2099-12-01 23:00:00  night@2099-12-01T15:00:00Z began
                      8 2099-12-01 23:00:00  held quiet hours until 12-02 08:00: 晚安
                      9 2099-12-01 23:00:00  step 1 done
                     10 2099-12-01 23:00:00  done
                     11 2099-12-02 08:00:00  post 晚安 (due 12-01 23:00)
    ");
    story.start("ad");
    assert_eq!(verdicts(&story, &["ad"]), [pair("not_sent", "promo.around")]);
    story.start("call");
    story.start("call");
    assert_eq!(verdicts(&story, &["call"]), [pair("held", "posts.max")], "mentions hold nothing back");
    let mut story = Story::new("2099-12-01 09:00", yaml);
    story.start("talk");
    insta::assert_snapshot!(why(&story, &["talk"]), @"
    talk of 2099-12-01 09:00 began on time, 2099-12-01 09:00 and was done at once; 1 message is held by a budget
      ✗ step       step 3: its message, due 2099-12-01 09:00, is held by posts.max, until 2099-12-02 08:00 at the latest
      ✗ posts.max  the budget is 2 posts a day, and 2 had gone (09:00, 09:00)
      · trigger    none; it begins with `playbook start talk`; this one is about 2099-12-01 09:00
        journal         6 2099-12-01 09:00:00  talk@2099-12-01T01:00:00Z began
                        7 2099-12-01 09:00:00  post 一
                        8 2099-12-01 09:00:00  step 1 done
                        9 2099-12-01 09:00:00  post 二
                       10 2099-12-01 09:00:00  step 2 done
                       11 2099-12-01 09:00:00  held the posts of the day are used up until 12-02 08:00: 三
                       12 2099-12-01 09:00:00  step 3 done
                       13 2099-12-01 09:00:00  done
    ");
    story.start("news");
    assert_eq!(story.posts().len(), 3, "two to the group, one to the news");
    assert_eq!(verdicts(&story, &["news"]), [pair("held", "posts.max")]);
    story.until("2099-12-02 09:00");
    assert_eq!(story.posts().len(), 4, "with the one of the night, and without what was of its day");
    assert_eq!(verdicts(&story, &["talk"]), [pair("not_sent", "posts.max")]);
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
    assert_eq!(verdicts(&story, &["ad"]), [pair("not_sent", "promo.not_before")]);
    story.start("short");
    story.until("2099-12-01 09:06");
    let told = why(&story, &["short"]);
    assert!(told.contains("its message expired 2099-12-01 09:05, held by order"), "{told}");
    assert_eq!(verdicts(&story, &["short"]), [pair("not_sent", "order")]);
    story.until("2099-12-03 09:00");
    story.start("ad");
    story.until("2099-12-03 09:20");
    story.start("ad");
    let told = why(&story, &["ad"]);
    let few = "advertising may be 30% of the messages in 30 days; with this one they would be 5, and while they are \
               fewer than 10 that means one advertisement in 14 days; the last went 2099-12-03 09:00";
    assert!(told.contains(few), "{told}");
    for day in [4, 5] {
        story.start("talk");
        story.until(&format!("2099-12-0{day} 09:00"));
    }
    for minute in [10, 30, 50] {
        story.start("ad");
        story.until(&format!("2099-12-05 09:{minute}"));
    }
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
    insta::assert_snapshot!(why(&story, &["talk/jia"]), @"
    talk of 2099-12-05 20:00 began 2 days 13 hours late, 2099-12-01 09:00 and failed 2099-12-05 21:00: step 3: a.rhai:1:17: no luck
      ✗ step      step 1 was missed: it was due 2099-11-28 20:00, 2 days 13 hours before, and may be 1 hour late
      ✗ when      members.count > 5 is false: members.count is 0
      ✗ step      step 3 failed 2099-12-05 21:00: a.rhai:1:17: no luck
      · trigger   its only date, jia, Asia/Shanghai; this one is about 2099-12-05 20:00 and its first step is due 2099-11-28 20:00
      ✓ max_late  a step may be 1 hour late; the last one with a time is due 2099-12-05 21:00, ahead
      · adopted   the engine first saw the group 2099-12-01 09:00, after that (journal 1)
      · step      step 2 was skipped: members.count > 5 is false
        journal        7 2099-12-01 09:00:00  talk@jia began
                       8 2099-12-01 09:00:00  missed step 1: 2d13h late, 1h is allowed
                       9 2099-12-01 09:00:00  step 2 waits
                      10 2099-12-05 19:50:00  step 2 skipped: members.count > 5 is false
                      11 2099-12-05 19:50:00  step 3 waits
                      12 2099-12-05 21:00:00  step 3 calls a.rhai
                      13 2099-12-05 21:00:00  step 3 waits
                      14 2099-12-05 21:00:00  step 3: its script failed
                      15 2099-12-05 21:00:00  failed step 3: a.rhai:1:17: no luck
                      16 2099-12-05 21:00:00  the run failed
    ");
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
    story.command(Command::Postpone { play: PlayName::new("talk"), date: "jia".into(), at: to, by: None });
    let told = why(&story, &["talk/jia"]);
    assert!(told.starts_with("talk will begin 2099-12-07 20:00, in 6 days 11 hours"), "{told}");
    story.edit("plays: { talk: { dates: [{ id: jia, at: 2099-12-07 20:00 }], steps: [post: 分享] } }");
    let told = why(&story, &["talk/yi"]);
    assert!(
        told.starts_with("talk will not begin 2099-12-06 20:00: the date yi is not in the file any more"),
        "{told}"
    );
    story.until("2099-12-01 09:01");
    insta::assert_snapshot!(why(&story, &["talk/yi"]), @"
    talk of 2099-12-06 20:00 does not happen: its date was taken out of the file, which took effect 2099-12-01 09:00:05
      ✗ dates    the date yi was taken out of the file
      · trigger  1 date, Asia/Shanghai; this one is about 2099-12-06 20:00
        journal      11 2099-12-01 09:00:05  the date yi was taken out of the file
    ");
    let output = ask(&story, &["talk/jai"]).exits(2);
    assert!(output.stderr.contains("did you mean `talk/jia`?"), "{}", output.stderr);
}

#[test]
fn a_date_that_was_put_back_is_ahead_again_and_has_run_when_it_has() {
    let with = |dates: &str| format!("plays: {{ talk: {{ dates: [{dates}], steps: [post: 分享] }} }}");
    let (one, other) = ("{ id: jia, at: 2099-12-05 20:00 }", "{ id: yi, at: 2099-12-06 20:00 }");
    let mut story = Story::new("2099-12-01 09:00", &with(&format!("{one}, {other}")));
    story.edit(&with(one));
    story.until("2099-12-01 09:01");
    assert!(why(&story, &["talk/yi"]).contains("does not happen"));
    story.edit(&with(&format!("{one}, {other}")));
    let told = why(&story, &["talk/yi"]);
    assert!(told.starts_with("talk will begin 2099-12-06 20:00"), "{told}");
    assert!(told.contains("the date yi, one of 2") && !told.contains("does not happen"), "{told}");
    story.until("2099-12-07 09:00");
    let told = why(&story, &["talk/yi"]);
    assert!(told.starts_with("talk of 2099-12-06 20:00 began on time"), "{told}");
    assert!(!told.contains("does not happen"), "{told}");
}

#[test]
fn a_moved_date_is_forecast_where_it_is_now() {
    let yaml = "budgets: { quiet: 22:00-08:00 }\nplays: { talk: { dates: [{ id: jia, at: 2099-12-05 22:30 }], steps: [post: 分享] } }";
    let mut story = Story::new("2099-12-01 09:00", yaml);
    assert!(why(&story, &["talk/jia"]).contains("due 2099-12-05 22:30, probably held"));
    let to = |to| Command::Postpone { play: PlayName::new("talk"), date: "jia".into(), at: at(to), by: None };
    story.command(to("2099-12-05 23:00"));
    let told = why(&story, &["talk/jia"]);
    assert!(told.contains("due 2099-12-05 23:00, probably held"), "{told}");
    assert!(!told.contains("22:30"), "{told}");
    story.command(to("2099-12-05 20:00"));
    assert!(!why(&story, &["talk/jia"]).contains("probably"));
}

#[test]
fn a_start_by_hand_is_told_with_who_it_was_and_nothing_of_it_is_late() {
    let yaml = "plays: { talk: { dates: [{ id: jia, at: 2099-12-05 20:00 }], steps: [{ at: -1d 12:00, post: 预告 }, { at: -10m, post: 快了 }, { at: 0m, post: 分享 }, { at: +1d, post: 谢谢 }] } }";
    let mut story = Story::new("2099-12-01 09:00", yaml);
    let (play, date) = (PlayName::new("talk"), Some("jia".into()));
    story.command(Command::Start { play, args: Value::Null, date, member: None, by: Some("zhu".into()) });
    story.until("2099-12-01 09:30");
    let told = why(&story, &["talk/jia"]);
    assert!(told.starts_with("talk: zhu started it by hand 2099-12-01 09:00"), "{told}");
    assert!(
        told.contains("step 1 was skipped: its time had passed when the run was started by hand"),
        "{told}"
    );
    assert!(!told.contains("late"), "{told}");
}

#[test]
fn plays_that_answer_signals_say_what_came() {
    let yaml = "
plays:
  hi: { on: member.joined, where: 'signal.member == `b`', batch: 10m, steps: [post: 欢迎] }
  by: { steps: [post: 手] }
";
    let mut story = Story::new("2099-12-01 09:00", yaml);
    assert_eq!(verdicts(&story, &["hi"]), [pair("waits", "")]);
    story.join("a", "甲");
    insta::assert_snapshot!(why(&story, &["hi"]), @"
    hi waits for the signal member.joined
      ✗ where    the last one: signal.member == `b` is false: signal.member is a
      · trigger  on the signal member.joined where signal.member == `b`, collected for 10 minutes from the first one
      · signals  1 came since the group began, 0 met its `where`
        journal       5 2099-12-01 09:00:00  signal member.joined of a
    ");
    story.join("b", "乙");
    assert_eq!(verdicts(&story, &["hi"]), [pair("will_happen", "")]);
    story.until("2099-12-01 09:30");
    assert_eq!(verdicts(&story, &["hi"]), [pair("happened", ""), pair("waits", "")]);
    assert_eq!(verdicts(&story, &["by"]), [pair("waits", "")]);
    story.start("by");
    assert_eq!(verdicts(&story, &["by"]), [pair("happened", "")]);
}

#[test]
fn a_day_without_an_occurrence_is_explained() {
    let yaml = "
calendars: { holidays: { off: [2099-10-01], work: [2099-10-10] } }
plays:
  paper: { every: workday at 07:30, steps: [post: 早报] }
";
    let story = Story::new("2099-09-20 09:00", yaml);
    insta::assert_snapshot!(why(&story, &["paper", "--at", "2099-10-01"]), @"
    paper has no occurrence on Thursday 2099-10-01
      ✗ workday  Thursday 2099-10-01 is no working day: it is off in the calendar
      · trigger  every working day at 07:30, Asia/Shanghai
      · next     the next one after that is 2099-10-02 07:30
    ");
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
