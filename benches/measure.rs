//! What the measures share: a clock, a table line, a playbook from text.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

use playbook::{
    base::{source::MemoryFolder, time::Timestamp},
    engine::{
        self,
        input::{Input, InputKind},
        state::State,
    },
    lang,
    model::playbook::{Playbook, Playbooks},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A measure: its name, and what it does.
pub(crate) type Measure = (&'static str, fn());

/// How long something takes.
pub(crate) fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// Prints one line.
pub(crate) fn line(what: &str, value: impl std::fmt::Display) {
    println!("  {what:<58} {value}");
}

/// So many a second.
pub(crate) fn rate(n: usize, took: Duration) -> String {
    let per_second = n as f64 / took.as_secs_f64();
    format!("{per_second:>14.0} /s   ({n} in {:.1} ms)", took.as_secs_f64() * 1e3)
}

/// Compiles a text.
pub(crate) fn playbook(text: &str) -> Arc<Playbook> {
    let mut folder = MemoryFolder::default();
    folder.0.insert("p.yaml".into(), Arc::from(text));
    let compiled = lang::compile(&folder, "p.yaml");
    compiled.playbook.unwrap_or_else(|| panic!("{:#?}", compiled.report))
}

/// A group of a playbook, adopted at an instant.
pub(crate) fn adopted(playbook: &Arc<Playbook>, now: Timestamp) -> (State, Playbooks) {
    let mut playbooks = Playbooks::default();
    playbooks.insert(playbook.clone());
    let group = playbook.groups.keys().next().expect("a group").clone();
    let mut state = State::new(group);
    let input = Input { id: "adopt".into(), kind: InputKind::Adopt { digest: playbook.digest.clone() } };
    state = engine::step(&state, &playbooks, &input, now).next;
    (state, playbooks)
}
