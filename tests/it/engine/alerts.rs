//! Who is told when something goes wrong: the first channel of `alerts` that takes it, else a person.

use crate::help::story::Story;
use playbook::{
    base::ids::EffectId,
    engine::{
        entry::Fact,
        input::{ChannelNews, InputKind, Receipt},
    },
};

/// A play that fails, because a number is no list.
const FAILS: &str =
    "vars: { n: 5 }\nplays: { a: { steps: [{ each: vars.n, as: k, steps: [post: '${k}'] }] } }";
const ROLES: &str = "people: { zhu: { name: Zhu }, lin: { name: Lin } }\nroles: { host: zhu, editor: lin }\n";

/// Where alerts went, in order, with their ids.
fn told(story: &Story) -> Vec<(String, EffectId)> {
    let sent = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Notified(out) => Some((out.channel.to_string(), out.effect.clone())),
        _ => None,
    });
    sent.filter(|(_, effect)| effect.as_str().starts_with("alert/")).collect()
}

fn channels(story: &Story) -> Vec<String> {
    told(story).into_iter().map(|(channel, _)| channel).collect()
}

fn receipt(story: &mut Story, receipt: Receipt) {
    let (_, effect) = told(story).pop().expect("an alert");
    story.input(InputKind::Receipt { effect, receipt });
}

fn failing(story: &mut Story, channel: &str) {
    let since = Some(story.now);
    let news = ChannelNews {
        channel: channel.into(),
        since,
        reason: "no connection".into(),
        waiting: 1,
        others: 0,
        tell: true,
    };
    story.input(InputKind::Channel(news));
}

fn three(yaml: &str) -> Story {
    let channels = "channels: { group: { type: console }, phone: { type: console }, mail: { type: console }, \
                    desk: { type: console } }\nalerts: [phone, mail, desk]\n";
    let mut story = Story::new("2026-12-01 08:00", &format!("{channels}{yaml}"));
    story.deliver = false;
    story
}

#[test]
fn alerts_are_tried_in_order_until_one_is_taken() {
    let mut story = three(FAILS);
    story.start("a");
    assert_eq!(channels(&story), ["phone"]);
    receipt(&mut story, Receipt::Refused { reason: "gone".into() });
    assert_eq!(channels(&story), ["phone", "mail"]);
    receipt(&mut story, Receipt::InDoubt { reason: "broke".into() });
    assert_eq!(channels(&story), ["phone", "mail", "desk"]);
    receipt(&mut story, Receipt::Refused { reason: "gone".into() });
    assert_eq!(channels(&story).len(), 3, "nobody is left");
    assert!(story.state.alerts.is_empty());
}

#[test]
fn what_was_taken_is_told_to_nobody_else() {
    let mut story = three(FAILS);
    story.start("a");
    receipt(&mut story, Receipt::Accepted { note: String::new() });
    assert!(story.state.alerts.is_empty());
    failing(&mut story, "phone");
    // That the phone fails is news of its own, and is not told to the phone.
    assert_eq!(channels(&story), ["phone", "mail"]);
}

#[test]
fn a_channel_that_fails_is_passed_over_and_gives_on_what_it_has() {
    let mut story = three(FAILS);
    story.start("a");
    failing(&mut story, "phone");
    assert_eq!(channels(&story), ["phone", "mail", "mail"], "the alert, and that the phone fails");
    story.start("a");
    assert_eq!(channels(&story)[3..], ["mail"], "the phone is passed over");
}

#[test]
fn a_channel_names_its_own_watchers() {
    let mut story = Story::new(
        "2026-12-01 08:00",
        "channels:\n  group: { type: console, alerts: [desk] }\n  alerts: { type: console }\n  desk: { type: console }\n\
         plays: { a: { steps: [post: hi] } }",
    );
    failing(&mut story, "group");
    assert_eq!(channels(&story), ["desk"]);
}

#[test]
fn without_alerts_a_failed_step_is_a_task_of_the_first_role_once_a_play() {
    let mut story = Story::new("2026-12-01 10:00", &format!("{ROLES}{FAILS}"));
    assert!(story.state.tasks.is_empty());
    story.start("a");
    story.start("a");
    let tasks: Vec<_> = story.state.tasks.values().collect();
    assert_eq!(tasks.len(), 1, "a play that fails again and again asks once");
    let task = &tasks[0].task;
    assert_eq!(
        (task.people[0].id.as_str(), task.role.as_ref().map(playbook::base::ids::RoleName::as_str)),
        ("zhu", Some("host"))
    );
    let run = task.run.as_ref().expect("the run that failed");
    assert!(task.text.contains(&format!("playbook retry {run} --group ")), "{}", task.text);
    let id = task.id.clone();
    story.done(id.as_str());
    story.start("a");
    assert_eq!(story.state.tasks.len(), 1, "and again once it was looked at");
}

#[test]
fn without_alerts_a_message_that_did_not_arrive_is_a_task_of_the_first_role_once_a_play() {
    let post = "plays: { a: { every: 1h, steps: [post: hi] }, b: { steps: [post: hi] } }";
    for (yaml, asked) in [(format!("{ROLES}{post}"), 1), (post.to_owned(), 0)] {
        let mut story = Story::new("2026-12-01 10:00", &yaml);
        story.deliver = false;
        let refuse = |story: &mut Story, receipt: Receipt| {
            let sent = story.entries.iter().rev().find_map(|entry| match &entry.fact {
                Fact::Posted(out) => Some(out.effect.clone()),
                _ => None,
            });
            let effect = sent.expect("a post");
            story.input(InputKind::Receipt { effect: effect.clone(), receipt });
            effect
        };
        story.start("b");
        let effect = refuse(&mut story, Receipt::Refused { reason: "the robot is gone".into() });
        assert_eq!(story.state.tasks.len(), asked, "{yaml}");
        let Some(open) = story.state.tasks.values().next().cloned() else { continue };
        assert_eq!(open.task.people[0].id.as_str(), "zhu");
        for words in ["the robot is gone", &format!("playbook retry '{effect}' --group ")] {
            assert!(open.task.text.contains(words), "{words}: {}", open.task.text);
        }
        story.start("b");
        refuse(&mut story, Receipt::InDoubt { reason: "broke".into() });
        assert_eq!(story.state.tasks.len(), 1, "a play that fails again and again asks once");
        story.start("a");
        refuse(&mut story, Receipt::Refused { reason: "the robot is gone".into() });
        assert_eq!(story.state.tasks.len(), 2, "another play");
        let note = String::new();
        story.input(InputKind::Receipt { effect, receipt: Receipt::Accepted { note } });
        let closed = story.entries.iter().find_map(|entry| match &entry.fact {
            Fact::TaskClosed { task, answer, .. } => Some((task.clone(), answer.to_string())),
            _ => None,
        });
        assert_eq!(closed, Some((open.task.id.clone(), "arrived".to_owned())), "it was sent again");
        assert_eq!(story.state.tasks.len(), 1);
    }
}
