//! Answers that can still be taken back, and who may.
//!
//! Looks only; the engine says whether it is done.

use super::door::Asker;
use crate::{
    base::{
        ids::{GroupId, TaskId},
        time::Timestamp,
    },
    engine::state::Press,
    shell::runtime::publish::{GroupNow, Snapshot},
};

/// A task that was answered lately, where the asker may take the answer back: whoever was asked, or commands the group.
pub(super) fn pressed<'g>(
    asker: &Asker,
    group: &'g GroupNow,
    task: &TaskId,
    now: Timestamp,
) -> Option<&'g Press> {
    let press = group.state.presses.iter().find(|press| press.open.task.id == *task)?;
    let may = asker.commands(group, now) || asker.is_asked(group, &press.open, now);
    may.then_some(press)
}

/// Of what was answered, what can still be taken back: nothing has used it.
pub(super) fn undoable(
    snapshot: &Snapshot,
    (asker, now): (&Asker, Timestamp),
    answered: Vec<(GroupId, TaskId)>,
) -> Vec<(GroupId, TaskId)> {
    let holds = |(group, task): &(GroupId, TaskId)| {
        let group = snapshot.groups.get(group);
        group
            .and_then(|group| pressed(asker, group, task, now))
            .is_some_and(|press| press.used.is_none() && press.open.task.members.is_empty())
    };
    answered.into_iter().filter(holds).collect()
}
