//! Versions of a file, back and forth: nothing starts twice, and nothing goes without a record.

use crate::help::story::Story;
use playbook::{
    base::value::Value,
    engine::{entry::Fact, skip::Skip},
};

#[test]
fn a_play_that_has_its_old_name_back_has_had_its_dates() {
    let file = |name: &str, was: &str| {
        format!(
            "plays:\n  {name}:\n    {was}max_late: 2h\n    dates: [{{ id: jia, at: 2026-12-01 09:00 }}, {{ id: yi, at: 2026-12-05 09:00 }}]\n    \
             steps: [post: '${{date.id}}']\n"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &file("guest", ""));
    story.until("2026-12-01 09:30");
    story.edit(&file("session", "was: guest\n    "));
    // The edit is taken back as a whole, without a word about the other name.
    story.edit(&file("guest", ""));
    story.until("2026-12-06 09:00");
    assert_eq!(story.posts(), ["jia", "yi"]);
}

#[test]
fn what_a_play_had_collected_that_is_gone_is_on_record() {
    let file = "plays:\n  other: { steps: [post: x] }\n";
    let with = format!("{file}  welcome:\n    on: member.joined\n    batch: 1h\n    steps: [post: 欢迎]\n");
    let mut story = Story::new("2026-12-01 08:00", &with);
    story.signal("member.joined", Some("a"), Value::Null);
    story.edit(file);
    let skipped = story.entries.iter().find_map(|entry| match &entry.fact {
        Fact::Skipped { play, reason: Skip::Operator, .. } => Some(play.to_string()),
        _ => None,
    });
    assert_eq!(skipped.as_deref(), Some("welcome"));
    story.until("2026-12-01 12:00");
    assert_eq!(story.posts(), Vec::<String>::new());
}

#[test]
fn a_change_of_name_that_is_taken_back_starts_nothing_twice() {
    let file = |name: &str, was: &str| {
        format!(
            "plays:\n  {name}:\n    {was}every: 20m\n    overlap: allow\n    steps: [{{ at: -1d 10:00, post: early }}]\n"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &file("news", ""));
    story.until("2026-12-02 11:00");
    let started = |story: &Story| -> Vec<String> {
        let runs = story.entries.iter().filter_map(|entry| match &entry.fact {
            Fact::RunStarted { run, .. } => Some(run.to_string()),
            _ => None,
        });
        runs.collect()
    };
    let before = started(&story).len();
    assert!(before > 100, "more than are remembered one by one: {before}");
    story.edit(&file("bulletin", "was: news\n    "));
    // Without a word of what it was called: the file of before.
    story.edit(&file("news", ""));
    story.until("2026-12-03 09:00");
    let mut runs = started(&story);
    let all = runs.len();
    runs.sort();
    runs.dedup();
    assert_eq!(runs.len(), all, "an occurrence starts once");
}
