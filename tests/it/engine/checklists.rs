//! A task's list: ticked off, answered and added to, in messages, on the command line and in later steps.

use crate::help::story::Story;
use playbook::{
    base::ids::TaskId,
    engine::{entry::Fact, input::Command},
};

const YAML: &str = "
roles: { host: zhu }
people: { zhu: { name: Zhu } }
channels: { group: console, staff: console }
plays:
  share:
    steps:
      - task: Eight questions before the evening
        to: host
        due: 1d
        remind: 2h
        list: { file: data/before.yaml }
        as: preflight
      - wait: preflight
      - post: 'who: ${preflight.items[0].answer}, open: ${preflight.left.len()}, by ${preflight.by}'
";

fn tick(story: &mut Story, items: &[&str]) {
    let items = items.iter().map(|item| (*item).to_owned()).collect();
    story.command(Command::Tick { task: TaskId::new("t1"), items, by: Some("zhu".into()) });
}

fn refused(story: &Story) -> Option<&str> {
    match &story.entries.last()?.fact {
        Fact::Refused { reason } => Some(&reason.en),
        _ => None,
    }
}

/// What the group was told.
fn said(story: &Story) -> String {
    story.posts().into_iter().filter(|post| post.starts_with("who: ")).collect()
}

fn told(story: &Story) -> Vec<String> {
    let texts = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Notified(out) => Some(out.message.text.clone()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn a_list_in_a_file_is_ticked_off_and_gates_what_follows() {
    let list = "- Who is it for?\n- What do they need?\n- What comes after?\n";
    let mut story = Story::with_files("2026-12-01 09:00", YAML, &[("data/before.yaml", list)]);
    story.start("share");
    assert!(told(&story)[0].contains("- [ ] Who is it for?\n- [ ] What do they need?"), "{:?}", told(&story));
    tick(&mut story, &["1=New parents", "What do"]);
    assert_eq!(said(&story), "", "one is open");
    story.until("2026-12-02 08:00");
    let reminder = told(&story).pop().unwrap();
    assert!(reminder.contains("- [ ] What comes after?") && !reminder.contains("Who is"), "{reminder}");
    tick(&mut story, &["3"]);
    assert_eq!(said(&story), "who: New parents, open: 0, by zhu");
}

#[test]
fn done_leaves_open_what_was_not_ticked_and_undo_brings_the_list_back() {
    let yaml = YAML.replace("{ file: data/before.yaml }", "[Book the room, Ask who brings cake]");
    let mut story = Story::new("2026-12-01 09:00", &yaml.replace("- wait: preflight", "- wait: 1h"));
    story.start("share");
    tick(&mut story, &["Book"]);
    story.done("t1");
    story.command(Command::Undo { task: TaskId::new("t1"), by: None });
    tick(&mut story, &["2"]);
    story.until("2026-12-01 11:00");
    assert_eq!(said(&story), "who: , open: 0, by zhu");
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.start("share");
    story.done("t1");
    assert_eq!(said(&story), "who: , open: 2, by ");
}

#[test]
fn what_is_not_on_the_list_is_named_and_what_is_added_counts() {
    let yaml = YAML.replace("{ file: data/before.yaml }", "['${members.names}']");
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("a", "Ann");
    story.join("b", "Bo");
    story.start("share");
    tick(&mut story, &["Anna"]);
    assert_eq!(
        refused(&story),
        Some("t1: `Anna` is not on its list; did you mean `Ann`; the list: 1 Ann, 2 Bo")
    );
    tick(&mut story, &["Ann", "+Carl"]);
    tick(&mut story, &["9"]);
    assert!(refused(&story).is_some(), "there is no ninth");
    tick(&mut story, &["2"]);
    assert_eq!(said(&story), "who: , open: 0, by zhu");
    let items = story.entries.iter().filter(|entry| matches!(entry.fact, Fact::ItemTicked { .. })).count();
    assert_eq!(items, 3, "two who had signed up and one who walked in");
}
