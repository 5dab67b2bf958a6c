//! Sets a group's clock back: what began after the instant begins at it, and what was counted from there with it.
//!
//! The part of `apply` that makes a clock go backwards, the only one. What was settled stays settled.

use super::change::{play_mut, retime};
use crate::base::{
    ids::{PlayName, RunId, TaskId},
    time::{Duration, Timestamp},
};
use crate::engine::{state::State, timer::Timer};
use std::sync::Arc;

/// The clock was ahead: it shows an earlier instant from now on.
pub(super) fn set_back(state: &mut State, to: Timestamp) {
    let by = state.clock.since(to);
    if by <= Duration::ZERO {
        return;
    }
    state.clock = to;
    let runs: Vec<RunId> = state.runs.keys().cloned().collect();
    for id in runs {
        set_run_back(state, &id, to, by);
    }
    let tasks: Vec<TaskId> = state.tasks.keys().cloned().collect();
    for id in tasks {
        set_task_back(state, &id, to, by);
    }
    set_windows_back(state, by);
    if state.phase_entered > to {
        state.phase_entered = to;
        let timeout = state.phase_timeout.map(|timeout| timeout.plus(-by));
        let old = std::mem::replace(&mut state.phase_timeout, timeout);
        retime(state, old, timeout, Timer::PhaseTimeout);
    }
    let all = std::iter::once(&mut state.released).chain(state.released_elsewhere.values_mut());
    for released in all {
        for one in released.iter_mut().filter(|one| one.at > to || one.due > to) {
            (one.at, one.due) = (one.at.min(to), one.due.min(to));
        }
    }
    for held in Arc::make_mut(&mut state.held) {
        let held = Arc::make_mut(held);
        held.since = held.since.min(to);
        held.outgoing.due = held.outgoing.due.min(to);
    }
}

/// A wait that began after the instant ends as much earlier.
fn set_run_back(state: &mut State, id: &RunId, to: Timestamp, by: Duration) {
    let suspended = state.runs.get(id).is_some_and(|run| state.is_suspended(run));
    let Some(run) = state.runs.get_mut(id) else { return };
    let run = Arc::make_mut(run);
    let (old, old_timeout) = (run.timer(), run.timeout);
    if run.started > to {
        run.started = to;
        run.timeout = run.timeout.map(|timeout| timeout.plus(-by));
    }
    if run.end > to {
        run.end = run.end.plus(-by);
    }
    if let Some(wait) = run.waiting.as_mut().filter(|wait| wait.due > to && wait.due <= to.plus(by)) {
        wait.due = wait.due.plus(-by);
        wait.until = wait.until.map(|until| until.plus(-by));
        wait.fails = wait.fails.map(|fails| fails.plus(-by));
    }
    let (new, new_timeout) = (run.timer(), run.timeout);
    if !suspended {
        retime(state, old, new, Timer::Run { run: id.clone() });
    }
    retime(state, old_timeout, new_timeout, Timer::RunTimeout { run: id.clone() });
}

fn set_task_back(state: &mut State, id: &TaskId, to: Timestamp, by: Duration) {
    let Some(open) = state.tasks.get_mut(id).filter(|open| open.task.opened > to) else { return };
    let task = &mut Arc::make_mut(open).task;
    task.opened = to;
    let (remind, due) = (task.remind, task.due);
    task.remind = remind.map(|at| at.plus(-by));
    task.due = due.map(|at| at.plus(-by));
    let (new_remind, new_due) = (task.remind, task.due);
    for (old, new, timer) in [
        (remind, new_remind, Timer::TaskRemind { task: id.clone() }),
        (due, new_due, Timer::TaskDue { task: id.clone() }),
    ] {
        // One that has fired, or that nobody watches, has no timer.
        if old.is_some_and(|old| state.timers.contains(&(old, timer.clone()))) {
            retime(state, old, new, timer);
        }
    }
}

/// A window that is open was opened by the wrong clock.
fn set_windows_back(state: &mut State, by: Duration) {
    let open: Vec<PlayName> =
        state.plays.iter().filter(|(_, play)| play.batch.is_some()).map(|(name, _)| name.clone()).collect();
    for name in open {
        let moved = play_mut(state, &name, |play| {
            let (until, _) = play.batch.as_mut()?;
            let old = *until;
            *until = old.plus(-by);
            Some((old, *until))
        });
        if let Some((old, new)) = moved {
            retime(state, Some(old), Some(new), Timer::Batch { play: name });
        }
    }
}
