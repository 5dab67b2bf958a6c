//! Plays that start when a condition has become true and stays so: once an edge, unknown starts nothing, and why tells.

use crate::help::story::{Story, at};
use playbook::{
    base::value::Value,
    engine::{condition::Truth, entry::Fact, input::InputKind},
};

const COUNT: &str = "
plays:
  crowd:
    whenever: members.count >= 2
    steps: [{ post: 我们是两个人了 }]
";

fn standings(story: &Story) -> Vec<(Truth, bool)> {
    let of = |fact: &Fact| match fact {
        Fact::Condition { condition, .. } => Some((condition.holds, condition.done)),
        _ => None,
    };
    story.entries.iter().filter_map(|entry| of(&entry.fact)).collect()
}

fn posts(story: &mut Story) -> usize {
    story.news().matches("post group").count()
}

#[test]
fn it_starts_once_and_again_only_after_it_was_false() {
    let mut story = Story::new("2026-12-01 08:00", COUNT);
    story.join("a", "甲");
    assert_eq!((posts(&mut story), standings(&story).len()), (0, 0), "what never held is nothing new");
    story.join("b", "乙");
    assert_eq!(posts(&mut story), 1);
    story.join("c", "丙");
    assert_eq!(posts(&mut story), 0, "it still holds");
    story.signal("member.left", Some("c"), Value::Null);
    story.signal("member.left", Some("b"), Value::Null);
    assert_eq!(standings(&story).last(), Some(&(Truth::False, false)));
    story.now = at("2026-12-03 08:00");
    story.join("b", "乙");
    assert_eq!(posts(&mut story), 1);
    let run = story.state.finished.back().expect("a run").id.clone();
    assert_eq!(run.as_str(), "crowd@2026-12-03T00:00:00Z", "its id is the play and since when it holds");
}

#[test]
fn a_state_whose_condition_has_started_its_play_is_read_again() {
    let mut story = Story::new("2026-12-01 08:00", COUNT);
    story.join("a", "甲");
    story.join("b", "乙");
    assert_eq!(posts(&mut story), 1);
    let text = serde_json::to_string(&story.state).expect("a state is stored");
    let read = serde_json::from_str(&text).expect("and read");
    assert_eq!(story.state, read);
    // As an older program wrote it: the same name twice.
    let older = text.replacen("\"starts\":[", "\"starts\":true,\"starts\":[", 1);
    assert_ne!(older, text);
    assert_eq!(story.state, serde_json::from_str(&older).expect("that, too"));
}

#[test]
fn it_has_to_last_and_time_without_the_engine_counts_only_if_it_holds_afterwards() {
    let yaml = "
plays:
  quiet:
    whenever: metrics.speakers(7) < 2
    lasts: 3d
    max: 1 per 14d
    steps: [{ post: 开一个人人能答的话题 }]
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for who in ["a", "b", "c"] {
        story.join(who, who);
        story.signal("message", Some(who), Value::Null);
    }
    story.until("2026-12-07 12:00");
    assert_eq!(posts(&mut story), 0, "they have spoken within seven days");
    story.until("2026-12-10 12:00");
    assert_eq!(posts(&mut story), 0, "it holds since midnight of the 8th and has not lasted");
    story.until("2026-12-11 12:00");
    assert_eq!(posts(&mut story), 1, "three days later it starts, though nobody did anything");
    story.until("2026-12-20 12:00");
    assert_eq!(posts(&mut story), 0, "an edge counts once");
    // It becomes false and true again: too soon for another one.
    for who in ["a", "b"] {
        story.signal("message", Some(who), Value::Null);
    }
    story.start_nothing();
    assert_eq!(standings(&story).last(), Some(&(Truth::False, false)));
    story.until("2026-12-24 12:00");
    assert_eq!(posts(&mut story), 0);
    story.until("2027-01-03 12:00");
    let skipped = story.entries.iter().any(|entry| {
        matches!(&entry.fact, Fact::Skipped { reason: playbook::engine::entry::Skip::Limit { limit }, .. }
            if limit == "max: 1 per 14d")
    });
    assert_eq!((posts(&mut story), skipped), (1, false), "after 14 days it may start again");
}

#[test]
fn what_nobody_knows_starts_nothing_and_the_time_stands_still() {
    let yaml = "
channels: { group: { type: wecom, url: { env: ROBOT } } }
plays:
  quiet: { whenever: metrics.speakers(7) < 5, steps: [{ post: 谁来说说 }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-05 12:00");
    assert_eq!((posts(&mut story), standings(&story)), (0, vec![(Truth::Unknown, false)]));
    for who in ["a", "b", "c"] {
        story.signal("message", Some(who), Value::Null);
    }
    assert_eq!(posts(&mut story), 0, "messages do not make it look");
    story.until("2026-12-06 12:00");
    assert_eq!(posts(&mut story), 1);
}

#[test]
fn another_text_begins_anew_and_a_phase_that_is_not_meant_waits() {
    let yaml = |condition: &str| {
        format!(
            "
phases: [{{ name: seed, until: members.count >= 3 }}, {{ name: grow }}]
plays:
  crowd: {{ whenever: {condition}, lasts: 2d, during: grow, steps: [{{ post: 到了 }}] }}
"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &yaml("members.count >= 2"));
    story.join("a", "a");
    story.join("b", "b");
    assert!(standings(&story).is_empty(), "in another phase it is not looked at");
    story.join("c", "c");
    assert_eq!(standings(&story), [(Truth::True, false)]);
    story.until("2026-12-02 08:00");
    story.edit(&yaml("members.count >= 1"));
    story.until("2026-12-03 20:00");
    assert_eq!(posts(&mut story), 0, "two days count from the edit");
    story.until("2026-12-04 20:00");
    assert_eq!(posts(&mut story), 1);
    assert!(story.state.timers.iter().all(|(_, timer)| !format!("{timer:?}").contains("Condition")));
}

trait Looks {
    fn start_nothing(&mut self);
}

impl Looks for Story {
    /// A wake that nothing asked for, as a timer of something else would be.
    fn start_nothing(&mut self) {
        self.input(InputKind::Wake { epoch: self.state.epoch });
    }
}
