//! By which names an open question goes: its task, its run, its play, the name of its result.
//!
//! Reads the state; decides nothing.

use super::{
    entry::TaskKind,
    state::{OpenTask, Run, State},
};
use crate::{base::ids::TaskId, model::play::Play};
use std::sync::Arc;

/// The open question of a name, else the one opened last. `play` finds the play that a run is carried on with.
pub fn question<'a>(
    state: &'a State,
    named: Option<&str>,
    play: impl Fn(&Run) -> Option<Arc<Play>>,
) -> Option<&'a Arc<OpenTask>> {
    let by_id = named.and_then(|id| state.tasks.get(&TaskId::new(id)));
    if let Some(open) = by_id.filter(|open| open.task.kind == TaskKind::Question) {
        return Some(open);
    }
    let questions = state.tasks.values().filter(|open| open.task.kind == TaskKind::Question);
    let called = |open: &&Arc<OpenTask>| named.is_none_or(|name| is_called(state, open, name, &play));
    questions.filter(called).max_by_key(|open| number(&open.task.id))
}

/// Whether a question goes by a name: its run or play, or the name that its step binds.
fn is_called(state: &State, open: &OpenTask, name: &str, play: impl Fn(&Run) -> Option<Arc<Play>>) -> bool {
    let Some(run) = &open.task.run else { return false };
    if run.as_str() == name || run.as_str().split('@').next() == Some(name) {
        return true;
    }
    let binding = || {
        let run = state.runs.get(run)?;
        let play = play(run)?;
        let mut steps = play.section(run.section).steps();
        let step = steps.find(|step| Some(&step.id) == open.task.step.as_ref())?;
        step.verb.binding().cloned()
    };
    binding().is_some_and(|binding| *binding == *name)
}

/// The number in a task's id.
pub(super) fn number(id: &TaskId) -> u64 {
    id.as_str().get(1..).and_then(|n| n.parse().ok()).unwrap_or_default()
}
