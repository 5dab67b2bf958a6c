//! What people do to tasks beside answering them: take an answer back, ask somebody else, remind; and who is away.

use crate::{
    help::playground::{Playground, eventually},
    help::story::Story,
};
use playbook::{base::ids::TaskId, engine::input::Command};
use std::sync::Arc;

const PEOPLE: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 }, he: { name: 小何 } }
roles: { host: { people: [zhu], channel: staff }, editor: { people: [lin], channel: desk } }
channels: { group: { type: console }, staff: { type: console }, desk: { type: console } }
";

fn story(plays: &str) -> Story {
    Story::new("2026-12-01 08:00", &format!("{PEOPLE}plays:\n{plays}"))
}

fn undo(story: &mut Story, task: &str) -> String {
    story.news();
    story.command(Command::Undo { task: task.into(), by: Some("lin".into()) });
    story.news()
}

fn to_group(story: &Story) -> Vec<String> {
    story.posts().into_iter().filter(|text| !text.starts_with("**")).collect()
}

const TALK: &str = "  talk:
    dates: [{ id: jia, at: 2026-12-11 20:00 }]
    steps:
      - { at: -8d 18:00, approve: 可以发吗, to: editor, open_for: 16h }
      - { at: -7d 12:00, post: 预告 }
      - { at: 0m, post: 开始 }
";

#[test]
fn a_no_that_ended_a_run_is_taken_back_and_the_run_goes_on() {
    let mut story = story(TALK);
    story.until("2026-12-03 19:00");
    let (task, by) = ("t1".into(), Some("lin".to_owned()));
    story.command(Command::Reject { task, by, reason: None, as_operator: false });
    assert!(story.state.runs.is_empty());
    assert!(!undo(&mut story, "t1").contains("refused"));
    assert!(story.state.tasks.contains_key("t1") && story.state.runs.len() == 1);
    story.approve("t1");
    story.until("2026-12-12 08:00");
    assert_eq!(to_group(&story), ["预告", "开始"]);
}

#[test]
fn a_yes_is_taken_back_until_a_step_has_used_it() {
    let mut early = story(TALK);
    early.until("2026-12-03 19:00");
    early.approve("t1");
    early.until("2026-12-04 09:00");
    assert!(!undo(&mut early, "t1").contains("refused"));
    early.until("2026-12-12 08:00");
    assert!(to_group(&early).is_empty(), "nobody decided again, so silence did");
    let mut late = story(TALK);
    late.until("2026-12-03 19:00");
    late.approve("t1");
    late.until("2026-12-04 13:00");
    assert!(undo(&mut late, "t1").contains("refused: step 2 has used the answer to t1"));
    late.until("2026-12-12 08:00");
    assert_eq!(to_group(&late), ["预告", "开始"]);
}

#[test]
fn a_yes_whose_time_is_over_stays() {
    let mut story = story(TALK);
    story.until("2026-12-03 19:00");
    story.approve("t1");
    story.until("2026-12-04 11:00");
    assert!(undo(&mut story, "t1").contains("refused: the time in which t1 could be decided is over"));
}

#[test]
fn what_was_done_is_open_again_and_what_was_never_answered_is_refused() {
    let mut story = story(
        "  a: { steps: [{ task: 订场地, to: host, due: 2d, remind: 1d, as: place }, { wait: 10h }, { post: '${place.done}' }] }\n",
    );
    story.start("a");
    assert!(undo(&mut story, "t1").contains("refused: t1 is open"));
    story.done("t1");
    assert!(!undo(&mut story, "t1").contains("refused"));
    story.until("2026-12-02 09:00");
    assert_eq!(to_group(&story), ["false"]);
    assert!(story.news().contains("Reminder t1"), "its reminder is back, too");
    assert!(undo(&mut story, "t9").contains("refused: there is no answer to t9"));
    story.done("t1");
    assert!(!undo(&mut story, "t1").contains("refused"), "the run has ended and nothing can use it any more");
}

#[test]
fn what_a_wait_went_on_for_stays_done() {
    let mut story =
        story("  a: { steps: [{ task: 订场地, to: host, as: place }, { wait: place }, { post: 订好了 }] }\n");
    story.start("a");
    story.done("t1");
    assert!(undo(&mut story, "t1").contains("has used the answer to t1"));
}

#[test]
fn a_task_goes_to_somebody_else_who_is_told_and_may_decide() {
    let mut story = story("  a: { steps: [{ approve: 行吗, to: editor }, { post: 好 }] }\n");
    story.start("a");
    story.news();
    let (task, to) = ("t1".into(), Arc::from("host"));
    story.command(Command::Reassign { task, to, by: None });
    assert!(story.news().contains("tell staff: **Approval t1** · 行吗"));
    let (task, to) = ("t1".into(), Arc::from("hst"));
    story.command(Command::Reassign { task, to, by: None });
    assert!(story.news().contains("refused: `hst` is neither a role nor one of `people`"));
    for name in ["小何", "小朱"] {
        let (task, to) = ("t1".into(), Arc::from(name));
        story.command(Command::Reassign { task, to, by: None });
        assert_eq!(story.state.tasks["t1"].task.people[0].name, name, "a name is as good as an id");
    }
    let (task, by) = ("t1".into(), Some("zhu".to_owned()));
    story.command(Command::Approve { task, by, note: None, except: Vec::new(), as_operator: false });
    assert_eq!(to_group(&story), ["好"]);
}

#[test]
fn what_is_open_for_one_goes_to_another_in_one_message() {
    let mut story = story(
        "  a: { steps: [{ task: 订场地, to: host }, { task: 写预告, to: host }, { task: 校对, to: editor }] }\n",
    );
    story.start("a");
    story.news();
    story.command(Command::Handover { from: Arc::from("zhu"), to: Arc::from("editor"), by: None });
    let told: Vec<String> =
        story.news().lines().filter(|line| line.contains(" tell ")).map(str::to_owned).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let text = story.posts().pop().expect("a message");
    assert!(text.contains("订场地") && text.contains("写预告") && !text.contains("校对"), "{text}");
    assert!(story.state.tasks.values().all(|open| open.task.people[0].id.as_str() == "lin"));
    story.command(Command::Handover { from: Arc::from("zhu"), to: Arc::from("editor"), by: None });
    assert!(story.news().contains("refused: nothing is open for zhu"));
}

#[test]
fn a_reminder_is_sent_on_demand() {
    let mut story =
        story("  a: { steps: [{ task: 订场地, to: host, due: 2d }, { task: 想想, to: host }] }\n");
    story.start("a");
    story.news();
    story.command(Command::Remind { task: "t1".into(), at: None, by: None });
    story.command(Command::Remind { task: "t1".into(), at: None, by: None });
    story.command(Command::Remind { task: "t2".into(), at: None, by: None });
    let news = story.news();
    assert_eq!(news.matches("Reminder t1").count(), 2, "{news}");
    assert!(news.contains("Task t2"), "{news}");
}

#[test]
fn whoever_is_away_is_not_asked_and_the_next_one_stands_in() {
    let mut story = Story::new(
        "2026-12-01 08:00",
        "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles:
  host: { people: [zhu, lin], term: 1 week, from: 2026-11-30, away: { zhu: 2026-12-03..2026-12-04, lin: [2026-12-09] } }
plays: { a: { every: day at 09:00, steps: [{ post: '${roles.host}' }] } }
",
    );
    story.until("2026-12-10 12:00");
    let names = to_group(&story);
    assert_eq!(names, ["小朱", "小朱", "小林", "小林", "小朱", "小朱", "小林", "小林", "小朱", "小林"]);
}

#[test]
fn an_answer_is_taken_back_through_the_binary() {
    let yaml = "\
name: p
timezone: UTC
people: { bob: { name: Bob }, ann: { name: Ann } }
roles: { boss: { people: [bob] } }
plays:
  go:
    on: group.created
    steps: [{ task: Book the room, to: boss }, { wait: 30d }]
";
    let place = Playground::new().file("p.yaml", yaml);
    let engine = place.start(&["run", "p.yaml"]);
    eventually("the task", || place.run(&["tasks"]).stdout.contains("Book the room"));
    let _ = place.run(&["undo", "t1"]).exits(4);
    let _ = place.run(&["done", "t1", "--by", "bob"]).exits(0);
    assert!(!place.run(&["tasks"]).stdout.contains("Book the room"));
    let _ = place.run(&["undo", "t1"]).exits(0);
    assert!(place.run(&["tasks"]).stdout.contains("Book the room"));
    let _ = place.run(&["reassign", "t1", "--to", "ann"]).exits(0);
    assert!(place.run(&["tasks"]).stdout.contains("Ann"));
    let _ = place.run(&["handover", "ann", "--to", "boss"]).exits(0);
    assert!(place.run(&["tasks"]).stdout.contains("Bob"));
    let log = place.run(&["log"]).exits(0).stdout;
    assert!(log.contains("is open again") && log.contains("to Ann"), "{log}");
    let _ = engine.stop().exits(0);
}

#[test]
fn two_people_swap_their_next_turns() {
    let mut story = Story::new(
        "2026-12-07 08:00",
        "people: { zhu: { name: 小朱 }, lin: { name: 小林 }, he: { name: 小何 } }
roles: { host: { people: [zhu, lin, he], term: 7d, from: 2026-12-07 }, all: { people: [zhu, lin] } }
plays: { hi: { every: monday at 09:00, steps: [{ post: '${roles.host.name} ${roles.host.next.name}' }] } }
",
    );
    let swap = |role: &str, one: &str, other: &str| Command::Swap {
        role: role.into(),
        one: Arc::from(one),
        other: Arc::from(other),
        by: Some("zhu".into()),
    };
    for (role, one, other, why) in [
        ("hots", "zhu", "lin", "refused: there is no role `hots`"),
        ("all", "zhu", "lin", "refused: nobody takes turns in `all`"),
        ("host", "zhu", "wu", "refused: only people of `host` can swap: zhu, lin, he"),
        ("host", "zhu", "zhu", "refused: zhu has that turn already"),
    ] {
        story.command(swap(role, one, other));
        assert!(story.news().contains(why), "{why}");
    }
    story.command(swap("host", "小林", "he"));
    assert!(!story.news().contains("refused"));
    story.until("2027-01-05 08:00");
    assert_eq!(story.posts(), ["小朱 小何", "小何 小林", "小林 小朱", "小朱 小林", "小林 小何"]);
}

#[test]
fn who_started_paused_resumed_moved_or_retried_is_on_record() {
    use playbook::{
        base::{ids::PlayName, value::Value},
        engine::{
            entry::Fact,
            operation::{Bidding, Operation},
        },
    };
    let yaml = "
vars: { n: 5 }
plays:
  a: { steps: [{ each: vars.n, as: k, steps: [post: '${k}'] }] }
  b: { dates: [{ id: jia, at: 2026-12-20 10:00 }], steps: [post: hi] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    let by = || Some("Zhu".to_owned());
    let (play, args) = (PlayName::new("a"), Value::Null);
    story.command(Command::Start { play, args, date: None, member: None, by: by() });
    let run = story.state.finished.back().expect("it failed").id.clone();
    story.command(Command::Retry { run: run.clone(), by: by() });
    story.command(Command::Pause { play: None, caretaker: None, until: None, by: by() });
    story.command(Command::Resume { play: None, by: by() });
    let at = crate::help::story::at("2026-12-21 10:00");
    story.command(Command::Postpone { play: "b".into(), date: "jia".into(), at, by: by() });
    // What is refused was not done, and who is not named is not on record.
    story.command(Command::Pause { play: Some("c".into()), caretaker: None, until: None, by: by() });
    story.command(Command::Pause { play: None, caretaker: None, until: None, by: None });
    let asked: Vec<(String, Bidding, String)> = (story.entries.iter())
        .filter_map(|entry| match &entry.fact {
            Fact::Operator { by, did: Operation::Asked { what, about } } => {
                Some((by.clone().unwrap_or_default(), *what, about.clone()))
            }
            _ => None,
        })
        .collect();
    let zhu = |what, about: &str| ("Zhu".to_owned(), what, about.to_owned());
    assert_eq!(
        asked,
        [
            zhu(Bidding::Start, "a"),
            zhu(Bidding::Retry, run.as_str()),
            zhu(Bidding::Pause, ""),
            zhu(Bidding::Resume, ""),
            zhu(Bidding::Postpone, "b/jia"),
        ]
    );
}

#[test]
fn a_no_that_gave_a_task_is_taken_back_with_the_task_until_somebody_has_done_it() {
    let plays = "  talk:
    steps:
      - approve: 可以发吗
        to: editor
        open_for: 16h
        no: [{ task: 改稿子, to: host }, { task: 通知嘉宾, to: host }]
      - post: 开始
";
    let rejected = || {
        let mut story = story(plays);
        story.start("talk");
        let (task, by) = ("t1".into(), Some("lin".to_owned()));
        story.command(Command::Reject { task, by, reason: None, as_operator: false });
        assert_eq!(story.state.tasks.keys().map(TaskId::as_str).collect::<Vec<_>>(), ["t2", "t3"]);
        story
    };
    let mut early = rejected();
    let told = undo(&mut early, "t1");
    assert!(!told.contains("refused") && told.contains("closed t2: cancelled"), "{told}");
    assert!(told.contains("tell staff: **t2** is not asked any more"), "{told}");
    assert_eq!(early.state.tasks.keys().map(TaskId::as_str).collect::<Vec<_>>(), ["t1"]);
    early.approve("t1");
    assert_eq!(to_group(&early), ["开始"]);
    let mut late = rejected();
    late.done("t2");
    assert!(undo(&mut late, "t1").contains("refused: step "));
    assert!(late.state.tasks.contains_key("t3"));
}
