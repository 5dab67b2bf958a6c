//! What breaks the engine: one step or one occurrence is given up, everything else goes on, and `status` can say so.

use crate::help::story::{Story, at};
use playbook::{
    base::value::Value,
    engine::{
        self, Step,
        entry::{Entry, Fact, Poison, Skip},
        input::{Input, InputKind},
        state::State,
        timer::Timer,
    },
    script::action,
};
use std::sync::Arc;

/// One input on a state that was tampered with.
fn take(story: &Story, state: &State, kind: InputKind, now: &str) -> Step {
    engine::step(state, &story.playbooks, &Input { id: "i".into(), kind }, at(now))
}

fn wake(state: &State) -> InputKind {
    InputKind::Wake { epoch: state.epoch }
}

const YAML: &str = "
plays:
  ask:
    every: day at 09:00
    steps: [{ start: other }, { post: never }]
  other:
    steps: [{ wait: 30d }]
  hi:
    every: day at 09:00
    steps: [{ post: hi }]
";

/// A run with this id is open already: no entry can start it.
fn in_the_way(story: &mut Story, run: &str) -> State {
    story.until("2026-12-01 10:00");
    let mut state = story.state.clone();
    let mut open = (**state.runs.values().next().expect("an open run")).clone();
    open.id = run.into();
    state.runs.insert(open.id.clone(), Arc::new(open));
    state
}

#[test]
fn an_occurrence_that_breaks_the_engine_is_skipped_alone() {
    let mut story = Story::new("2026-12-01 08:00", YAML);
    let state = in_the_way(&mut story, "hi@2026-12-02T01:00:00Z");
    let step = take(&story, &state, wake(&state), "2026-12-02 09:00");
    assert_eq!(step.parked, None);
    let skipped = |entry: &Entry| matches!(&entry.fact, Fact::Skipped { reason: Skip::Broken { .. }, .. });
    assert!(step.entries.iter().any(skipped), "{:#?}", step.entries);
    assert_eq!(step.next.broken.len(), 1);
    let next = step.next.plays.get("hi").and_then(|play| play.next).expect("armed");
    assert_eq!(next.0, at("2026-12-03 09:00"));
}

#[test]
fn a_run_that_waits_for_nothing_and_a_timer_of_nobody_are_let_go() {
    let mut story = Story::new("2026-12-01 08:00", YAML);
    story.until("2026-12-01 10:00");
    for timer in [
        Timer::Run { run: "ghost@x".into() },
        Timer::RunTimeout { run: "ghost@x".into() },
        Timer::Date { play: "hi".into(), date: "ghost".into() },
    ] {
        let mut state = story.state.clone();
        state.timers.insert((at("2026-12-01 11:00"), timer.clone()));
        let step = take(&story, &state, wake(&state), "2026-12-02 09:00");
        assert_eq!(step.parked, None, "{timer:?}");
        assert!(step.next.timers.iter().all(|(_, left)| *left != timer), "{timer:?} is gone");
        assert_eq!(step.next.broken.len(), 1, "status can say so");
        let hi = |entry: &Entry| matches!(&entry.fact, Fact::Posted(out) if out.message.text == "hi");
        assert!(step.entries.iter().any(hi), "what was due otherwise happens: {timer:?}");
    }
}

#[test]
fn what_was_given_up_is_remembered_within_a_bound() {
    let story = Story::new("2026-12-01 08:00", YAML);
    let mut state = story.state.clone();
    for n in 0..100_u32 {
        let timer = Some((at("2026-12-01 08:00"), Timer::Midnight));
        let fact = Fact::Poisoned(Poison { reason: n.to_string().into(), timer, condition: false });
        let entry = Entry { at: at("2026-12-01 08:00"), input: None, fact };
        engine::apply(&mut state, &entry).unwrap();
    }
    assert_eq!(state.broken.len(), playbook::base::limits::BROKEN_KEPT_MAX);
    assert_eq!(state.broken.back().map(|broken| broken.reason.en.as_str()), Some("99"));
}

#[test]
fn a_script_that_returns_to_a_run_that_is_gone_leaves_nothing_behind() {
    let yaml = "plays: { go: { on: go, steps: [{ run: s.rhai }] } }";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("s.rhai", "fn main(args) { 1 }")]);
    story.answer_scripts = false;
    story.signal("go", None, Value::Null);
    let call = story.state.calls.front().expect("a call").clone();
    let mut state = story.state.clone();
    state.runs.remove(&call.run);
    let result = Ok(action::CallOutcome::default());
    let returned = InputKind::ScriptReturned { effect: call.effect.clone(), result };
    let step = take(&story, &state, returned, "2026-12-01 08:01");
    assert_eq!(step.parked, None);
    assert!(step.next.calls.is_empty(), "nothing waits for it, and the next call can begin");
}
