//! Records that two ids are of one member: whatever is kept by member goes to that one.
//!
//! A part of `apply`: changes the state as the fact says, and decides nothing.

use crate::engine::{joined_ids::JoinedIds, moderation, numbers, open::OpenTask, state::State};
use std::sync::Arc;

/// Records it: members, and whatever else is kept by member.
pub(super) fn join(state: &mut State, JoinedIds { from, into }: &JoinedIds) {
    let into = &state.members.own_id(into).clone();
    if from == into || !state.members.contains(into) {
        return;
    }
    if numbers::join(state, from, into) {
        state.members_ever = state.members_ever.saturating_sub(1);
    }
    if let Some(since) = state.standing.since.remove(from)
        && !state.standing.since.contains_key(into)
    {
        state.standing.since.insert(into.clone(), since);
    }
    state.filled_in.join(from, into);
    moderation::join(state, from, into);
    let about: Vec<_> = (state.runs.iter())
        .filter(|(_, run)| run.cause.member.as_ref() == Some(from))
        .map(|(id, _)| id.clone())
        .collect();
    for run in about {
        if let Some(run) = state.runs.get_mut(&run) {
            Arc::make_mut(run).cause.member = Some(into.clone());
        }
    }
    let of = |open: &OpenTask| {
        open.answers.contains_key(from)
            || open.task.of.as_ref() == Some(from)
            || open.task.members.contains(from)
    };
    let tasks: Vec<_> = state.tasks.iter().filter(|(_, open)| of(open)).map(|(id, _)| id.clone()).collect();
    for task in tasks {
        if let Some(open) = state.tasks.get_mut(&task) {
            Arc::make_mut(open).join(from, into);
        }
    }
}
