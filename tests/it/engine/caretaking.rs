//! Who looks after a group: since when nobody does, who looks in while it is paused, numbers on a task, evidence.

use crate::help::story::{Story, at};
use playbook::{
    base::{ids::PlayName, source::MemoryFolder, value::Value},
    engine::{
        entry::{Fact, TaskKind},
        input::Command,
    },
    lang,
};

const GROUP: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles: { host: { people: [zhu], channel: staff }, deputy: { people: [lin], channel: staff } }
channels: { group: { type: console }, staff: { type: console } }
";

/// The texts of the tasks that were opened since an entry, with the role of each.
fn tasks(story: &Story, since: usize) -> Vec<(String, String)> {
    let opened = story.entries[since..].iter().filter_map(|entry| match &entry.fact {
        Fact::TaskOpened(task) if task.kind == TaskKind::Task => Some(task),
        _ => None,
    });
    opened
        .map(|task| (task.role.as_ref().map(ToString::to_string).unwrap_or_default(), task.text.clone()))
        .collect()
}

fn pause(story: &mut Story, caretaker: Option<&str>) {
    story.command(Command::Pause { play: None, caretaker: caretaker.map(Into::into), until: None, by: None });
}

#[test]
fn a_pause_leaves_one_task_a_week_to_the_caretaker() {
    let mut story = Story::new(
        "2026-12-01 10:00",
        &format!("{GROUP}plays: {{ hi: {{ every: day at 09:00, steps: [{{ post: hi }}] }} }}\n"),
    );
    let from = story.entries.len();
    pause(&mut story, Some("deputy"));
    assert!(story.state.paused);
    let told = tasks(&story, from);
    assert_eq!(told.len(), 1, "at once");
    assert!(told[0].0 == "deputy" && told[0].1.contains("is paused since"), "{told:?}");
    story.until("2026-12-30 09:00");
    assert_eq!(tasks(&story, from).len(), 5, "and every week");
    assert!(!story.posts().iter().any(|text| text == "hi"), "nothing else happens");
    assert_eq!(story.state.tasks.len(), 5);
    story.command(Command::Resume { play: None, by: None });
    assert!(story.state.tasks.is_empty(), "there is nothing to look after any more");
    let from = story.entries.len();
    story.until("2027-02-01 09:00");
    assert_eq!(tasks(&story, from), []);
    assert_eq!(story.state.by_hand.caretaking, None);
}

#[test]
fn a_pause_of_which_nobody_takes_care_asks_the_host_after_a_day() {
    let mut story = Story::new(
        "2026-12-01 09:00",
        &format!("{GROUP}plays: {{ hi: {{ on: tick, steps: [{{ post: hi }}] }} }}\n"),
    );
    let from = story.entries.len();
    pause(&mut story, None);
    story.until("2026-12-02 08:59");
    assert_eq!(tasks(&story, from), []);
    story.until("2026-12-02 09:00");
    let told = tasks(&story, from);
    assert!(told.len() == 1 && told[0].0 == "host" && told[0].1.contains("--caretaker ROLE"), "{told:?}");
    // Somebody is named now; whoever it is looks in from then on.
    pause(&mut story, Some("deputy"));
    story.until("2026-12-10 09:00");
    let told = tasks(&story, from);
    assert!(told.len() == 3 && told[1].0 == "deputy" && told[2].0 == "deputy", "{told:?}");
    // A role that is none is refused, and a pause of one play needs nobody.
    let from = story.entries.len();
    pause(&mut story, Some("nobody"));
    assert!(
        story.entries[from..]
            .iter()
            .any(|entry| matches!(&entry.fact, Fact::Refused { reason } if reason.en.contains("nobody")))
    );
}

#[test]
fn plays_are_told_once_that_nobody_looks_after_the_group() {
    let yaml = format!(
        "{GROUP}plays:\n  alarm: {{ on: operators.idle, steps: [{{ post: '${{signal.data.days}} days' }}] }}\n  \
         deputy: {{ whenever: operators.idle > days(4), steps: [{{ post: four days }}] }}\n  \
         work: {{ steps: [{{ task: x, to: host, due: 60d }}] }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.until("2026-12-03 08:00");
    assert_eq!(story.posts().len(), 0);
    story.until("2026-12-05 08:00");
    assert_eq!(story.posts(), ["2 days"], "at the midnight after two days, once");
    story.until("2026-12-06 08:00");
    assert_eq!(story.posts(), ["2 days", "four days"]);
    // Somebody does something: it begins anew.
    story.start("work");
    let task = story.state.tasks.keys().next().cloned().expect("a task");
    story.command(Command::Done { task, by: Some("zhu".into()), note: Value::Null });
    let before = story.posts().len();
    story.until("2026-12-08 07:00");
    assert_eq!(story.posts().len(), before);
    story.until("2026-12-10 08:00");
    assert_eq!(story.posts().iter().filter(|text| *text == "2 days").count(), 2);
    // Less is a sign where the playbook says so.
    let mut story = Story::new("2026-12-01 09:00", &format!("doctor: {{ unattended: 1d }}\n{yaml}"));
    story.until("2026-12-03 08:00");
    assert_eq!(story.posts(), ["1 days"]);
}

#[test]
fn a_task_shows_the_numbers_of_its_group() {
    let yaml = format!(
        "{GROUP}metrics: {{ orders: {{ count: order.paid, title: Orders }} }}\nplays:\n  retro:\n    steps:\n      - task: 复盘\n        \
         to: host\n        list: [做得好的, 还能再用的]\n        numbers: [attendance, speakers(14), orders, promo_response]\n        as: retro\n      \
         - wait: retro\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("a", "甲");
    story.join("b", "乙");
    story.signal("message", Some("a"), Value::Null);
    story.signal("order.paid", None, Value::Null);
    let from = story.entries.len();
    story.start("retro");
    let (_, text) = tasks(&story, from).remove(0);
    assert!(text.starts_with("复盘\n"), "{text}");
    assert!(text.contains("- Members who did anything on 2026-12-01: 1\n"), "{text}");
    assert!(text.contains("- Members who spoke (14 days): 1\n- Orders: 1\n"), "{text}");
    assert!(text.contains("brought back: unknown: there is nothing yet"), "{text}");
    assert_eq!(story.now, at("2026-12-01 09:00"));
}

#[test]
fn what_a_number_or_evidence_cannot_be_is_an_error() {
    let problems = |play: &str| -> Vec<&'static str> {
        let mut folder = MemoryFolder::default();
        let text = format!("name: x\ntimezone: Asia/Shanghai\nplays:\n  a:\n    on: tick\n{play}");
        folder.0.insert("p.yaml".into(), text.into());
        lang::compile(&folder, "p.yaml").report.diagnostics.iter().map(|one| one.code).collect()
    };
    let task = |numbers: &str| problems(&format!("    steps: [{{ task: a, numbers: {numbers} }}]\n"));
    assert_eq!(task("[speakers, speakers(7), attendance, metrics.health]"), [""; 0]);
    assert_eq!(task("[speekers]"), ["unknown-name"]);
    assert_eq!(task("[health(7)]"), ["bad-value"]);
    let play = |evidence: &str| problems(&format!("    evidence: {evidence}\n    steps: [{{ post: a }}]\n"));
    assert_eq!(play("{ who: Lin, where: three groups, numbers: 12% more, date: 2026-05 }"), [""; 0]);
    assert_eq!(play("[{ who: Lin }, { who: Zhu, date: 2026 }]"), [""; 0]);
    assert_eq!(play("{ whom: Lin }"), ["unknown-key"]);
}

#[test]
fn a_pause_with_an_end_is_resumed_by_itself_and_leaves_others_paused() {
    let mut story = Story::new(
        "2026-12-01 10:00",
        &format!(
            "{GROUP}plays:\n  hi: {{ every: day at 09:00, steps: [{{ post: hi }}] }}\n  ho: {{ every: day at 09:00, steps: [{{ post: ho }}] }}\n"
        ),
    );
    let pause = |play: Option<&str>, until: Option<&str>| Command::Pause {
        play: play.map(Into::into),
        caretaker: None,
        until: until.map(at),
        by: None,
    };
    story.command(pause(Some("ho"), None));
    story.command(pause(None, Some("2026-12-03 12:00")));
    story.until("2026-12-03 11:59");
    let hi = |story: &Story| story.posts().iter().filter(|text| *text == "hi").count();
    assert!(story.state.paused && hi(&story) == 0 && !story.state.tasks.is_empty());
    story.until("2026-12-05 10:00");
    assert!(
        !story.state.paused && story.state.plays[&PlayName::new("ho")].paused,
        "the other was paused by itself"
    );
    assert_eq!(hi(&story), 2, "on the fourth and the fifth");
    assert!(!story.posts().iter().any(|text| text == "ho"));
    assert!(story.state.tasks.is_empty(), "whoever was to look in need not any more");
    // One play until a time; what would be over already is refused; a later word takes the place of an earlier one.
    story.command(pause(Some("hi"), Some("2026-12-07 08:00")));
    story.command(pause(Some("hi"), Some("2026-12-06 08:00")));
    let from = story.entries.len();
    story.command(pause(Some("hi"), Some("2026-12-05 09:00")));
    assert!(story.entries[from..].iter().any(|entry| matches!(entry.fact, Fact::Refused { .. })));
    story.until("2026-12-06 10:00");
    assert_eq!(hi(&story), 3);
    // Ended by hand before: nothing is left that wakes the group for it.
    story.command(pause(Some("hi"), Some("2026-12-20 08:00")));
    story.command(Command::Resume { play: Some("hi".into()), by: None });
    assert!(story.state.by_hand.is_empty(), "{:?}", story.state.by_hand);
    story.until("2026-12-07 10:00");
    assert_eq!(hi(&story), 4);
}

#[test]
fn what_a_person_does_about_a_member_is_on_record_and_plays_hear_of_it() {
    let mut story = Story::new(
        "2026-12-01 10:00",
        &format!("{GROUP}plays: {{ gift: {{ on: tag.added, steps: [{{ post: '${{member.name}}' }}] }} }}\n"),
    );
    let tag = |member: &str, off| Command::Tag {
        member: member.into(),
        tag: "vip".into(),
        off,
        by: Some("Zhu".into()),
    };
    story.join("m1", "m1");
    story.command(tag("m1", false));
    assert_eq!(story.posts(), ["m1"], "{:#?}", story.entries);
    for refused in [tag("m1", false), tag("nobody", false)] {
        let from = story.entries.len();
        story.command(refused);
        assert!(matches!(story.entries[from].fact, Fact::Refused { .. }));
    }
    story.command(tag("m1", true));
    assert!(story.state.members.get(&"m1".into()).unwrap().tags.is_empty());
    let replied =
        |member: &str| Command::Replied { member: member.into(), asked: None, by: Some("Zhu".into()) };
    story.now = at("2026-12-01 11:00");
    let asks = Value::map([("id", Value::str("q1")), ("question", Value::Bool(true))]);
    story.signal("message", Some("m1"), Value::map([("message", asks)]));
    assert_eq!(story.state.numbers.questions.len(), 1);
    story.now = at("2026-12-01 11:20");
    story.command(replied("m1"));
    assert!(story.state.numbers.questions.is_empty());
    assert_eq!(story.state.numbers.open.answered, 1);
    let from = story.entries.len();
    story.command(replied("m1"));
    assert!(matches!(story.entries[from].fact, Fact::Refused { .. }), "nothing waits any more");
}
