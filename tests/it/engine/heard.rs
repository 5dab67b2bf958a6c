//! What nobody wants one by one is one fact, and everything that is counted comes out as from single messages.

use crate::help::story::{Story, at};
use playbook::{
    base::{ids::InputId, seed::Seed, time::Duration, value::Value},
    engine::{
        chatter::Chatter,
        deaf::{EarNews, EarTold},
        entry::Fact,
        input::{Input, InputKind, Signal},
    },
};
use std::sync::Arc;

const QUIET: &str = "plays: { a: { steps: [{ post: hi, label: promo }] } }";

fn text(value: &str) -> Value {
    Value::str(value)
}

/// A message or a reaction of a small group, in which people ask, reply to each other and to the bot, and repeat
/// themselves within a second.
fn said(story: &Story, n: u64, seed: &mut Seed) -> Signal {
    let who = format!("m{}", seed.below(7));
    let mut message = vec![("id", text(&n.to_string()))];
    let kind = seed.below(10);
    if kind == 0 {
        message.push(("question", Value::Bool(true)));
    }
    if kind < 3 && n > 0 {
        let id = text(&n.saturating_sub(1 + seed.below(9)).to_string());
        let other = match seed.below(4) {
            0 => None,
            1 => Some(text("bot")),
            _ => Some(text(&format!("m{}", seed.below(9)))),
        };
        let reply = [("id", Some(id)), ("member", other)];
        message
            .push(("reply_to", Value::map(reply.into_iter().filter_map(|(key, value)| Some((key, value?))))));
    }
    if seed.below(3) == 0 {
        message.push(("channel", text(["talk", "help"][seed.below(2) as usize])));
    }
    if kind == 9 {
        message = vec![("id", text("1")), ("member", text(&format!("m{}", seed.below(8))))];
    }
    let mut data = vec![("message", Value::map(message))];
    if seed.below(2) == 0 {
        let beside = [("id", text(&who)), ("name", text(&format!("Name {n}"))), ("role", text("admin"))];
        data.push(("member", Value::map(beside.into_iter().take(2 + usize::from(who == "m2")))));
    }
    if kind == 9 {
        data.push(("added", Value::Bool(seed.below(3) > 0)));
    }
    // Some of it is told late.
    let late = Duration::MINUTE.times(if seed.below(20) == 0 { 600 } else { 0 });
    Signal {
        name: Arc::from(if kind == 9 { "reaction" } else { "message" }),
        id: InputId::from(format!("s{n}")),
        at: story.now,
        sent: Some(story.now.plus(-late)),
        member: Some(who.as_str().into()),
        data: Value::map(data),
    }
}

#[test]
fn numbers_and_members_come_out_as_from_single_messages() {
    for round in 0..12 {
        let mut seed = Seed::from_u64(round);
        let (mut single, mut heard) =
            (Story::new("2026-12-01 08:00", QUIET), Story::new("2026-12-01 08:00", QUIET));
        for story in [&mut single, &mut heard] {
            story.signal("member.joined", Some("bot"), Value::map([("role", text("bot"))]));
            story.signal("member.joined", Some("m0"), Value::map([("role", text("owner"))]));
            story.signal("member.joined", Some("m1"), Value::map([("source", text("poster"))]));
            story.start("a");
        }
        let mut n = 0;
        for batch in 0..120_u64 {
            let step = Duration::from_millis(seed.below(90 * 60_000) as i64);
            single.now = single.now.plus(step);
            heard.now = single.now;
            let mut together = Chatter::default();
            for _ in 0..=seed.below(12) {
                let signal = said(&single, n, &mut seed);
                n += 1;
                together.hear(&signal);
                single.input_as(Input { id: signal.id.clone(), kind: InputKind::Signal(signal) });
            }
            assert!(!together.is_empty());
            let id = InputId::from(format!("heard/{batch}"));
            heard.input_as(Input { id, kind: InputKind::Heard(together) });
        }
        assert_eq!(heard.state.numbers, single.state.numbers, "round {round}");
        assert_eq!(heard.state.members, single.state.members, "round {round}");
        let days = |story: &Story| {
            let closed = story.entries.iter().filter(|entry| matches!(entry.fact, Fact::DayClosed { .. }));
            closed.map(|entry| entry.fact.clone()).collect::<Vec<_>>()
        };
        assert!(days(&heard) == days(&single) && days(&heard).len() > 1, "round {round}");
        let facts = heard.entries.iter().filter(|entry| matches!(entry.fact, Fact::Heard(_))).count();
        assert_eq!(facts, 120, "a fact each");
    }
}

#[test]
fn a_heard_fact_has_the_form_that_is_documented_and_no_words() {
    let mut story = Story::new("2026-12-01 08:00", QUIET);
    let say = |n: u32, who: &str, rest: &[(&str, Value)], after: i64| Signal {
        name: Arc::from("message"),
        id: InputId::from(format!("s{n}")),
        at: at("2026-12-01 08:00"),
        sent: Some(at("2026-12-01 08:00").plus(Duration::from_millis(after))),
        member: Some(who.into()),
        data: Value::map([("message", Value::map(rest.iter().cloned()))]),
    };
    let mut together = Chatter::default();
    let words = ("text", text("secret words"));
    together.hear(&say(1, "a", std::slice::from_ref(&words), 0));
    together.hear(&say(2, "b", std::slice::from_ref(&words), 0));
    together.hear(&say(3, "a", std::slice::from_ref(&words), 0));
    together.hear(&say(4, "b", &[("id", text("9")), ("text", text("why?"))], 1_000));
    let reply = Value::map([("id", text("9")), ("member", text("b"))]);
    together.hear(&say(5, "a", &[("reply_to", reply)], 2_000));
    story.input(InputKind::Heard(together));
    let fact = story.entries.iter().map(|entry| &entry.fact).find(|fact| matches!(fact, Fact::Heard(_)));
    let zero = at("2026-12-01 08:00").as_millis();
    assert_eq!(
        serde_json::to_value(fact).unwrap(),
        serde_json::json!({
            "entry": "heard", "from": zero, "to": zero + 2_000,
            "by": [["a", 2, zero], ["b", 1, zero], ["b", 1, zero + 1_000], ["a", 1, zero + 2_000]],
            "questions": [{ "place": 2, "id": "9" }], "replies": [{ "place": 3, "to": "b", "id": "9" }],
        })
    );
    let day = &story.state.numbers.open;
    assert_eq!((day.human, day.asked, day.answered, day.replies), (5, 1, 1, 1));
    // Nothing is no fact.
    let before = story.entries.len();
    story.input(InputKind::Heard(Chatter::default()));
    assert_eq!(story.entries.len(), before);
}

#[test]
fn names_and_roles_are_kept_up_and_what_stands_beside_a_message_fills_in_what_nobody_has_said() {
    let mut story = Story::new("2026-12-01 08:00", QUIET);
    let known = |story: &Story, id: &str| {
        let member = story.state.members.get(&id.into()).expect("a member");
        (member.name.clone(), member.role.clone())
    };
    let beside =
        |name: &str| Value::map([("member", Value::map([("name", text(name)), ("role", text("admin"))]))]);
    story.join("a", "Ann");
    story.signal("message", Some("a"), beside("xX_ann_Xx"));
    story.signal("message", Some("b"), beside("Ben"));
    story.signal("message", Some("b"), beside("Benny"));
    assert_eq!(
        (known(&story, "a"), known(&story, "b")),
        (("Ann".into(), "admin".into()), ("Ben".into(), "admin".into()),)
    );
    story.signal("member.renamed", Some("a"), Value::map([("name", text("Anna"))]));
    story.signal("member.renamed", Some("a"), Value::map([("name", text(" "))]));
    story.signal("member.role", Some("a"), Value::map([("role", text("owner"))]));
    story.signal("member.role", Some("b"), Value::map([("role", text(""))]));
    assert_eq!(known(&story, "a"), ("Anna".into(), "owner".into()));
    assert_eq!(known(&story, "b"), ("Ben".into(), String::new()));
    let set = story.entries.iter().filter(|entry| matches!(entry.fact, Fact::MemberSet(_))).count();
    // What is the same is no fact.
    story.signal("member.role", Some("b"), Value::map([("role", text(""))]));
    assert_eq!(story.entries.iter().filter(|entry| matches!(entry.fact, Fact::MemberSet(_))).count(), set);
}

#[test]
fn a_gap_marks_the_days_that_it_touches_and_a_silence_is_told_once() {
    let alerts = format!("channels: {{ group: console, alerts: console }}\n{QUIET}");
    let mut story = Story::new("2026-12-01 08:00", &alerts);
    story.join("a", "a");
    story.now = at("2026-12-02 08:00");
    story.join("b", "b");
    let complete = |story: &Story, days: u32| story.state.numbers.is_complete(days, story.state.created);
    assert!(complete(&story, 2));
    let news = |what: EarTold| InputKind::Ear(EarNews { channel: "group".into(), what });
    // Nothing was recorded on the third; nobody listened then.
    story.now = at("2026-12-04 09:00");
    story.input(news(EarTold::Gap { from: at("2026-12-02 20:00"), to: at("2026-12-03 07:00") }));
    assert!(complete(&story, 1) && !complete(&story, 2) && !complete(&story, 3));
    assert!(
        story.state.numbers.closed.iter().any(|day| day.incomplete && day.day.to_string() == "2026-12-02")
    );
    assert!(
        story.state.numbers.closed.iter().any(|day| !day.incomplete && day.day.to_string() == "2026-12-01")
    );
    story.input(news(EarTold::Gap { from: at("2026-12-04 08:00"), to: at("2026-12-05 08:00") }));
    assert!(story.state.numbers.open.incomplete);
    let gaps: Vec<_> = story
        .entries
        .iter()
        .filter_map(|entry| match &entry.fact {
            Fact::Gap(gap) => Some(gap.to),
            _ => None,
        })
        .collect();
    assert_eq!(gaps[1], at("2026-12-04 09:00"), "nothing of what is to come");
    let told = |story: &Story| {
        let texts = story.entries.iter().filter_map(|entry| match &entry.fact {
            Fact::Notified(out) if out.channel.as_str() == "alerts" => Some(out.message.text.clone()),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    };
    for _ in 0..2 {
        story.input(news(EarTold::Silent { since: at("2026-12-04 08:00") }));
    }
    assert!(told(&story).len() == 1 && told(&story)[0].contains("ear-silent"), "{:?}", told(&story));
    assert_eq!(story.state.silences.0.len(), 1);
    for _ in 0..2 {
        story.input(news(EarTold::Hears));
    }
    assert!(told(&story).len() == 2 && story.state.silences.is_empty());
}
