//! Stories of lateness, of one run a member, and of signals that do not fit.

use crate::help::story::{Story, at};
use playbook::base::{ids::InputId, value::Value};
use playbook::engine::entry::{Fact, Skip};
use playbook::engine::input::InputKind;

#[test]
fn what_follows_a_wait_is_late_from_when_the_wait_ended() {
    let yaml = "plays: { a: { max_late: 1h, steps: [{ wait: 20m }, { post: 过时 }, { wait: 1d }, { post: 之后 }] } }";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    story.sleep_until("2026-12-01 10:00");
    assert!(story.posts().is_empty(), "an hour and forty minutes late");
    assert!(story.news().contains("missed a@2026-12-01T00:00:00Z/2: late"));
    story.until("2026-12-02 09:00");
    assert_eq!(story.posts(), ["之后"], "a day after the missed step was due");
}

#[test]
fn silence_that_means_yes_meant_it_when_the_time_was_over() {
    let yaml = "
plays:
  a: { steps: [{ approve: 行吗, open_for: 1h, otherwise: proceed }, { post: 过时 }] }
  b: { steps: [{ ask: 哪个, options: [甲, 乙], open_for: 1h, as: v }, { post: '${v.winner}结果' }] }
  c: { steps: [{ wait: ping, timeout: 1h, otherwise: [post: 没等到] }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for play in ["a", "b", "c"] {
        story.start(play);
    }
    let before = story.posts().len();
    story.sleep_until("2026-12-01 12:00");
    assert_eq!(story.posts().len(), before, "three hours late");
    assert!(story.state.runs.is_empty());
}

#[test]
fn a_step_that_took_too_long_failed_though_nobody_was_awake() {
    let yaml = "plays: { a: { steps: [{ approve: 行吗, open_for: 2h, otherwise: proceed, timeout: 1h }, { post: 好 }] } }";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    story.sleep_until("2026-12-01 10:30");
    assert!(story.posts().is_empty());
    assert!(story.news().contains("failed"));
}

#[test]
fn a_window_that_closed_too_long_ago_starts_nothing() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { hi: { on: ping, batch: 10m, steps: [post: 欢迎] } }");
    story.signal("ping", None, Value::Null);
    story.sleep_until("2026-12-01 12:00");
    assert!(story.posts().is_empty());
    assert!(story.news().contains("skipped hi@2026-12-01T00:10:00Z: late"));
}

#[test]
fn a_window_until_a_clock_time_passes_midnight() {
    let yaml = "plays: { hi: { on: ping, batch: until 20:00, steps: [post: '${signals.len()} 次'] } }";
    let mut story = Story::new("2026-12-01 20:00", yaml);
    story.signal("ping", None, Value::Null);
    story.until("2026-12-02 19:59");
    story.signal("ping", None, Value::Null);
    story.until("2026-12-02 20:00");
    assert_eq!(story.posts(), ["2 次"]);
    assert_eq!(story.state.finished.back().expect("a run").anchor, at("2026-12-02 20:00"));
}

#[test]
fn calendars_and_bounds_hold_for_signals_too() {
    let yaml = "
calendars: { feast: [2026-12-02] }
plays:
  a: { on: ping, except: feast, steps: [post: 平日] }
  b: { on: ping, only: feast, steps: [post: 节日] }
  c: { on: ping, from: 2026-12-02, until: 2026-12-02, steps: [post: 当天] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for (day, posts) in [
        ("2026-12-01 09:00", vec!["平日"]),
        ("2026-12-02 09:00", vec!["节日", "当天"]),
        ("2026-12-03 09:00", vec!["平日"]),
    ] {
        let before = story.posts().len();
        story.until(day);
        story.signal("ping", None, Value::Null);
        assert_eq!(story.posts()[before..], posts, "{day}");
    }
}

#[test]
fn the_last_day_of_until_belongs_to_it() {
    let yaml = "
plays:
  week: { every: day at 09:00, from: 2026-12-02, until: 2026-12-04, steps: [post: '第${run.number}天'] }
  single: { every: day at 10:00, from: 2026/12/3, until: 2026/12/3, steps: [post: 就今天] }
  night: { dates: [{ id: x, at: 2026-12-04 23:59 }], until: 2026-12-04, steps: [post: 最后] }
  moment: { every: day at 08:00, until: 2026-12-03 08:00, steps: [post: 早] }
";
    let mut story = Story::new("2026-12-01 12:00", yaml);
    story.until("2026-12-08 12:00");
    assert_eq!(story.posts(), ["早", "第1天", "第2天", "就今天", "第3天", "最后"]);
}

#[test]
fn one_run_a_member_and_no_run_in_the_way_of_another_member() {
    for overlap in ["allow", "skip", "replace"] {
        let yaml = format!(
            "plays: {{ hi: {{ on: member.joined, per: member, overlap: {overlap}, steps: [{{ at: +1d, post: '${{member.name}}' }}] }} }}"
        );
        let mut story = Story::new("2026-12-01 08:00", &yaml);
        story.join("a", "甲");
        story.join("b", "乙");
        story.join("a", "甲");
        assert_eq!(story.state.runs.len(), 2, "{overlap}");
        story.until("2026-12-03 08:00");
        let mut posts = story.posts();
        posts.sort();
        assert_eq!(posts, ["乙", "甲"], "{overlap}");
    }
}

#[test]
fn a_condition_about_a_member_is_not_met_by_a_signal_about_nobody() {
    let yaml = "
channels: { group: { type: console }, alerts: { type: console } }
plays: { a: { on: ping, where: member.points >= 0, steps: [post: '${member.name}'] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.signal("ping", None, Value::Null);
    assert!(story.posts().is_empty(), "neither a run nor an alarm");
    story.join("a", "甲");
    story.signal("ping", Some("a"), Value::Null);
    assert_eq!(story.posts(), ["甲"]);
}

#[test]
fn quiet_hours_end_once_in_the_night_in_which_clocks_are_set_back() {
    let yaml =
        "timezone: Europe/Berlin\nbudgets: { quiet: 22:30-02:30 }\nplays: { a: { steps: [post: 夜] } }";
    let mut files = playbook::base::source::MemoryFolder::default();
    files.0.insert("p.yaml".into(), format!("name: night\n{yaml}").into());
    let book = crate::help::story::compile(&files);
    let mut books = playbook::model::playbook::Playbooks::default();
    books.insert(book.clone());
    let group = book.groups.keys().next().expect("a group").clone();
    let mut state = playbook::engine::state::State::new(group);
    // The second 02:10 of that night.
    let now = playbook::base::time::Timestamp::from_jiff("2026-10-25T01:10:00Z".parse().expect("an instant"));
    let adopt = InputKind::Adopt { digest: book.digest.clone() };
    let start = InputKind::Command(playbook::engine::input::Command::Start {
        play: "a".into(),
        args: Value::Null,
        date: None,
        member: None,
        by: None,
    });
    let mut sent = 0;
    for kind in [adopt, start] {
        let input = playbook::engine::input::Input { id: InputId::new("once"), kind };
        for entry in playbook::engine::step(&state, &books, &input, now).entries {
            sent += usize::from(entry.effect().is_some());
            playbook::engine::apply(&mut state, &entry).expect("legal");
        }
    }
    assert_eq!((sent, state.held.len()), (1, 0));
}

#[test]
fn a_thousand_held_messages_cost_a_few_entries_each() {
    let yaml = "
budgets: { quiet: '22:30-08:00', posts: { max: 500 per day, gap: 1m } }
plays: { a: { steps: [{ each: '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]', as: k, steps: [post: '${k}'] }] } }
";
    let mut story = Story::new("2026-12-01 23:00", yaml);
    for _ in 0..10 {
        story.start("a");
    }
    let before = story.entries.len();
    story.until("2026-12-02 12:00");
    assert_eq!(story.posts().len(), 100);
    assert!(story.entries.len() - before < 500, "{} entries", story.entries.len() - before);
}

#[test]
fn one_decision_does_not_do_more_than_it_may_however_many_plays_a_message_sets_off() {
    let list: Vec<String> = (0..150).map(|n| n.to_string()).collect();
    let mut yaml = format!("vars: {{ l: [{}] }}\nplays:\n", list.join(", "));
    for n in 0..12 {
        yaml += &format!(
            "  dear{n}: {{ on: go, when: \"vars.l.filter(|x| vars.l.filter(|y| y == x).len() > {n}).len() == 0\", \
             steps: [post: dear] }}\n"
        );
    }
    yaml += "  cheap: { on: go, when: \"signal.data.n == 1\", steps: [post: cheap] }\n";
    let mut story = crate::help::story::Story::new("2026-03-01 08:00", &yaml);
    let before = story.entries.len();
    story.signal("go", None, Value::map([("n", Value::Int(1))]));
    let cut = |entry: &playbook::engine::entry::Entry| match &entry.fact {
        Fact::Skipped { reason: Skip::When { condition, .. }, .. } => {
            condition.contains("has done all it may at once")
        }
        _ => false,
    };
    let entries = &story.entries[before..];
    assert!(entries.iter().any(cut), "{entries:#?}");
    let cheap = |entry: &playbook::engine::entry::Entry| matches!(&entry.fact, Fact::RunStarted { play, .. } if play.as_str() == "cheap");
    assert!(entries.iter().any(cheap), "a short condition is answered all the same: {entries:#?}");
}
