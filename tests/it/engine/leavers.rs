//! Those who leave: until when the record has their fields and their words, and what is kept of minors.

use crate::help::{playground::Playground, story::Story};
use playbook::{
    base::value::Value,
    engine::{entry::Fact, input::Command},
};

const KEPT: &str = "
members:
  fields:
    city: { purpose: to meet }
    badge: { purpose: to check, retention: 10d }
plays:
  echo:
    on: message
    where: 'signal.data.message.text == \"ferry\"'
    steps: [{ post: A ferry }]
";

fn joined(story: &mut Story, id: &str) {
    let told = [("name", Value::str(id)), ("city", Value::str("Oldtown")), ("badge", Value::str("B7"))];
    story.signal("member.joined", Some(id), Value::map(told));
}

/// Whose fields ended, and how many days after a start.
fn ended(story: &Story, start: &str) -> Vec<(i64, String, String)> {
    let start = crate::help::story::at(start);
    let mut all = Vec::new();
    for entry in &story.entries {
        if let Fact::FieldsExpired { members, left: true } = &entry.fact {
            let days = entry.at.since(start).as_millis() / 86_400_000;
            all.extend(members.iter().map(|(id, fields)| (days, id.to_string(), fields.join(" "))));
        }
    }
    all
}

#[test]
fn fields_and_words_end_thirty_days_after_leaving_or_with_their_retention() {
    let mut story = Story::new("2026-12-01 09:00", KEPT);
    joined(&mut story, "ann");
    let text = [("id", Value::str("1")), ("text", Value::str("ferry"))];
    story.signal("message", Some("ann"), Value::map([("message", Value::map(text))]));
    story.until("2026-12-05 09:00");
    story.signal("member.left", Some("ann"), Value::Null);
    story.until("2027-02-01 09:00");
    let of_ann = [(10, "ann".into(), "badge".into()), (34, "ann".into(), "city message.text".into())];
    assert_eq!(ended(&story, "2026-12-01 09:00"), of_ann);
    assert!(story.state.leavers.is_empty() && story.state.retention.is_none());
}

#[test]
fn who_is_removed_is_kept_as_long_and_who_comes_back_keeps_what_they_tell_anew() {
    let mut story = Story::new("2026-12-01 09:00", KEPT);
    joined(&mut story, "bo");
    story.until("2026-12-09 09:00");
    story.command(Command::ImportMembers { members: Vec::new(), left: vec!["bo".into()], joined: false });
    assert!(story.state.members.is_empty(), "{}", story.news());
    joined(&mut story, "bo");
    story.until("2026-12-20 09:00");
    let left = story.state.leavers.next();
    assert!(left.is_some(), "what was told before the removal is still there");
    story.until("2027-02-20 09:00");
    let fields = &story.state.members.get(&"bo".into()).expect("bo is back").fields;
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["city"], "the badge by its own retention");
    let of_bo = [(10, "bo".into(), "badge".into()), (38, "bo".into(), "city".into())];
    assert_eq!(ended(&story, "2026-12-01 09:00"), of_bo);
}

#[test]
fn nothing_is_kept_of_minors_that_no_guardian_has_agreed_to() {
    let file = |members: &str, steps: &str| {
        format!(
            "name: m\ntimezone: UTC\ncharter: {{ minors: true }}\nroles: {{ host: {{ people: [lin] }} }}\npeople: {{ lin: {{ name: Lin }} }}\n{members}plays:\n  p:\n    on: appeal\n    per: member\n    steps: [{{ {steps} }}]\n"
        )
    };
    let mut story = Story::new("2026-12-01 09:00", "charter: { minors: true }\n");
    joined(&mut story, "cy");
    assert!(story.state.members.get(&"cy".into()).expect("cy").fields.is_empty());
    let place = Playground::new();
    for (members, steps, found) in [
        (
            "members: { fields: { city: { purpose: to meet } } }\n",
            "post: Hello",
            "no guardian's consent is named",
        ),
        ("", "task: 'Speak with ${member.name}', to: host", "one person alone is asked about one member"),
        ("", "approve: 'Let ${member.name} go?', to: lin", "one person alone is asked about one member"),
        ("", "post: Look, image: a.png", "a picture is posted"),
        ("", "run: rank.rhai", "members are ranked"),
    ] {
        place.write("rank.rhai", "fn main(args) { members.top(3).map(|m| m.name) }");
        place.write_bytes("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0");
        place.write("m.yaml", &file(members, steps));
        let said = place.run(&["check", "m.yaml"]).exits(1).stdout;
        assert!(said.contains(found) && said.contains("error[minors]"), "{steps}: {said}");
    }
    let agreed = "members: { fields: { city: { purpose: \"to meet, with a guardian's consent\" } } }\n";
    place.write("m.yaml", &file(agreed, "post: Hello"));
    place.run(&["check", "m.yaml"]).exits(0);
}
