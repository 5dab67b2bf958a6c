//! At the door of an event: who signed up is ticked off, whoever else comes is added, and what it came to is a number.

use crate::help::story::{Story, at};
use playbook::{
    base::{ids::TaskId, locale::Locale, value::Value},
    engine::{entry::Fact, input::Command},
    shell::view::{
        GroupShown,
        metrics::{NumberRow, metrics},
    },
};

const YAML: &str = "
roles: { host: zhu }
people: { zhu: { name: Zhu } }
channels: { group: console, staff: console }
plays:
  meet:
    dates: [{ id: a, at: 2026-12-12 14:00 }]
    steps:
      - at: -5d 10:00
        ask: Are you coming?
        options: ['yes', 'no']
        seats: 3
        open_for: 3d
        as: who
      - { at: -1h, task: At the door, to: host, list: checkin, as: door, due: +3h }
      - at: +1d 10:00
        task: Look back
        to: host
        numbers: [attendance]
  heard:
    on: came
    steps: [{ post: '${signal.member.name} is here' }]
";

fn row(story: &Story, metric: &str) -> NumberRow {
    let zone = story.playbook.zone.clone();
    let group = GroupShown { id: &story.state.group, state: &story.state, info: None, zone: &zone };
    let rows = metrics(group, Some(&story.playbook), story.now, Locale::En);
    rows.into_iter().find(|row| row.metric == metric).expect("a metric")
}

fn answer(story: &mut Story, who: &str, option: &str) {
    let task = story.state.tasks.keys().next().cloned().expect("an open question");
    let data = Value::map([("task", Value::str(task.as_str())), ("option", Value::str(option))]);
    story.signal("answer", Some(who), data);
}

fn door(story: &Story) -> TaskId {
    let open = story.state.tasks.values().find(|open| open.task.checkin).expect("a list at the door");
    open.task.id.clone()
}

/// Five have signed up for three places, and the list at the door is open.
fn at_the_door() -> Story {
    let mut story = Story::new("2026-12-01 09:00", YAML);
    for who in ["a", "b", "c", "d", "e"] {
        story.join(who, &who.to_uppercase());
    }
    story.until("2026-12-07 11:00");
    for (who, option) in [("a", "yes"), ("b", "yes"), ("e", "no"), ("c", "yes"), ("d", "yes")] {
        answer(&mut story, who, option);
    }
    story.until("2026-12-12 13:30");
    story
}

#[test]
fn those_with_a_place_are_on_the_list_and_whoever_comes_is_ticked_brings_others_or_walks_in() {
    let mut story = at_the_door();
    let id = door(&story);
    assert_eq!(
        story.state.tasks[&id].task.list,
        ["A", "B", "C"],
        "three places, and nobody who waits for one"
    );
    let tick = |story: &mut Story, items: &[&str]| {
        let items = items.iter().map(|item| (*item).to_owned()).collect();
        story.command(Command::Tick { task: id.clone(), items, by: Some("zhu".into()) });
    };
    tick(&mut story, &["A", "B=+2"]);
    tick(&mut story, &["+somebody"]);
    tick(&mut story, &["A"]);
    let here: Vec<_> = story.posts().into_iter().filter(|post| post.ends_with("is here")).collect();
    assert_eq!(here, ["A is here", "B is here"], "told once of each");
    assert!(story.state.tasks.contains_key(&id), "people come until somebody says that nobody does any more");
    story.done(id.as_str());
    assert_eq!((row(&story, "attendance").value, row(&story, "attendance").of), (Some(5.0), Some(3)));
    assert!((row(&story, "show_up").value.unwrap_or_default() - 2.0 / 3.0).abs() < 1e-9);
    story.until("2026-12-13 10:30");
    let asked = story.state.tasks.values().next_back().expect("the look back").task.text.clone();
    assert!(asked.contains("Who came: 5"), "{asked}");
    // In the month after one of the two who came says something, and so does the one who did not.
    story.signal("message", Some("a"), Value::Null);
    story.signal("message", Some("c"), Value::Null);
    assert_eq!((row(&story, "after").value, row(&story, "after_absent").value), (Some(0.5), Some(1.0)));
    story.signal("order.paid", Some("b"), Value::Null);
    assert_eq!(row(&story, "after").value, Some(1.0), "who bought something stays, too");
    story.until("2027-01-20 10:00");
    assert_eq!(row(&story, "after").value, Some(1.0), "what is later does not count, what was does");
}

#[test]
fn without_a_list_who_signed_up_and_did_anything_that_day_was_there() {
    let yaml = YAML
        .replace("      - { at: -1h, task: At the door, to: host, list: checkin, as: door, due: +3h }\n", "");
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    for who in ["a", "b", "c"] {
        story.join(who, who);
    }
    assert!(row(&story, "attendance").unknown.is_some_and(|why| why.contains("no date")));
    story.until("2026-12-07 11:00");
    for who in ["a", "b"] {
        answer(&mut story, who, "yes");
    }
    story.until("2026-12-12 14:30");
    for who in ["b", "c"] {
        story.signal("message", Some(who), Value::Null);
    }
    story.now = at("2026-12-12 15:00");
    story.until("2026-12-13 10:30");
    let look = story.state.tasks.keys().next().cloned().expect("the look back");
    story.done(look.as_str());
    assert_eq!((row(&story, "attendance").value, row(&story, "show_up").value), (Some(1.0), Some(0.5)));
    let ended = story.entries.iter().filter(|entry| matches!(entry.fact, Fact::RunFinished { .. })).count();
    assert!(ended > 0, "the run is over");
}
