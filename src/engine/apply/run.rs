//! Records facts about one run: its start, its steps, its loops, its end.
//!
//! The half of `apply` that knows runs; changes nothing else but the timers that belong to a run.

use super::{
    change::{Applied, illegal, play_mut, retime},
    task::use_presses,
};
use crate::base::{
    ids::{EffectId, RunId},
    limits,
    phrase::Phrase,
    time::Timestamp,
    value::Value,
};
use crate::engine::{
    amended::Amended,
    choosing::LookedAt,
    entry::{Cause, Fact, Outcome, Waiting},
    state::{Loop, Run, RunWait, State},
    timer::Timer,
};
use std::sync::Arc;

/// Entries about one run.
pub(super) fn apply_run(state: &mut State, at: Timestamp, fact: &Fact) -> Applied {
    if let Fact::StepDone { run, step, .. }
    | Fact::StepSkipped { run, step, .. }
    | Fact::StepFailed { run, step, .. } = fact
    {
        use_presses(state, run, step);
        if let Some(open) = state.runs.get_mut(run).filter(|open| open.amended.hurried(step).is_some()) {
            Arc::make_mut(open).amended.hurried = None;
        }
    }
    match fact {
        Fact::RunStarted { run, play, anchor, number, digest, section, cause, timeout, delay } => {
            if state.runs.contains_key(run) {
                return illegal(format!("the run {run} is open already"));
            }
            play_mut(state, play, |p| {
                p.started = p.started.max(*number);
                p.last = Some(run.clone());
                p.skip.remove(run);
            });
            if let Some(timeout) = timeout {
                state.timers.insert((*timeout, Timer::RunTimeout { run: run.clone() }));
            }
            let begun = Run::begun(run.clone(), play.clone(), digest.clone(), *anchor, at, cause.clone());
            let (delay, end) = (*delay, begun.end.plus(*delay));
            let new = Run { section: *section, number: *number, timeout: *timeout, delay, end, ..begun };
            state.runs.insert(run.clone(), Arc::new(new));
            Ok(())
        }
        Fact::RunRetried { run } => retry(state, at, run),
        Fact::RunFinished { run, outcome, reason } => finish_run(state, at, run, *outcome, reason),
        Fact::StepWaiting { run, step, pc, due, waiting, until, fails } => {
            let wait = RunWait {
                step: step.clone(),
                due: *due,
                waiting: waiting.clone(),
                until: *until,
                fails: *fails,
            };
            set_waiting(state, run, Some(wait), |run| run.pc = *pc)
        }
        Fact::StepDone { run, pc, end, binding, .. } => set_waiting(state, run, None, |run| {
            run.pc = *pc;
            run.end = *end;
            run.tries = 0;
            if let Some((name, value)) = binding {
                Arc::make_mut(&mut run.bindings).insert(name.clone(), value.clone());
            }
        }),
        Fact::StepSkipped { run, pc, due, reason, binding, .. } => set_waiting(state, run, None, |run| {
            run.pc = *pc;
            if let Some((name, value)) = binding {
                Arc::make_mut(&mut run.bindings).insert(name.clone(), value.clone());
            }
            // A missed step ends when it was due, so that what follows it is measured as if it had been on time.
            run.end = *due;
            run.tries = 0;
            run.missed = run
                .missed
                .saturating_add(u32::from(matches!(reason, crate::engine::entry::Skip::Late { .. })));
        }),
        Fact::Bound { run, name, value } => with_run(state, run, |run| {
            Arc::make_mut(&mut run.bindings).insert(name.clone(), value.clone());
        }),
        Fact::LoopSet { run, pc, items, index, binding, next, end } => set_waiting(state, run, None, |run| {
            set_loop(run, *pc, items.as_ref(), *index, binding);
            run.pc = *next;
            run.end = end.unwrap_or(run.end);
        }),
        Fact::StepFailed { run, .. } => with_run(state, run, |run| run.tries = run.tries.saturating_add(1)),
        Fact::MembersLookedAt(LookedAt { run, after, count, found, next }) => {
            let Some(wait) = state.runs.get(run).and_then(|run| run.waiting.clone()) else {
                return illegal(format!("{run} chooses among nobody"));
            };
            set_waiting(state, run, Some(RunWait { until: Some(*next), ..wait }), |run| {
                let choosing = run.choosing.get_or_insert_default();
                choosing.after = Some(after.clone());
                choosing.looked = choosing.looked.saturating_add(*count);
                choosing.found.extend(found.iter().cloned());
            })
        }
        _ => Ok(()),
    }
}

/// A failed run is open again, at the step that failed.
fn retry(state: &mut State, at: Timestamp, run: &RunId) -> Applied {
    let finished = Arc::make_mut(&mut state.finished);
    let index = finished.iter().position(|r| r.id == *run && r.outcome == Some(Outcome::Failed));
    let Some(retried) = index.and_then(|index| finished.remove(index)) else {
        return illegal(format!("no failed run {run}"));
    };
    let mut retried = Run::clone(&retried);
    retried.outcome = None;
    retried.finished = None;
    retried.reason = Phrase::default();
    retried.tries = 0;
    retried.timeout = None;
    retried.end = at;
    state.runs.insert(run.clone(), Arc::new(retried));
    Ok(())
}

fn set_loop(run: &mut Run, pc: u32, items: Option<&Value>, index: Option<u32>, binding: &Arc<str>) {
    if let Some(items) = items {
        run.loops.push(Loop { pc, items: items.clone(), index: 0 });
    }
    let Some(index) = index else {
        run.loops.retain(|l| l.pc != pc);
        Arc::make_mut(&mut run.bindings).remove(binding);
        return;
    };
    let Some(current) = run.loops.iter_mut().rev().find(|l| l.pc == pc) else { return };
    current.index = index;
    let item = current.items.as_list().and_then(|items| items.get(index as usize)).cloned();
    Arc::make_mut(&mut run.bindings).insert(binding.clone(), item.unwrap_or_default());
}

fn with_run(state: &mut State, id: &RunId, change: impl FnOnce(&mut Run)) -> Applied {
    let Some(run) = state.runs.get_mut(id) else { return illegal(format!("no open run {id}")) };
    change(Arc::make_mut(run));
    Ok(())
}

fn set_waiting(
    state: &mut State,
    id: &RunId,
    wait: Option<RunWait>,
    change: impl FnOnce(&mut Run),
) -> Applied {
    let suspended = state.runs.get(id).is_some_and(|run| state.is_suspended(run));
    let Some(run) = state.runs.get_mut(id) else { return illegal(format!("no open run {id}")) };
    let run = Arc::make_mut(run);
    change(run);
    if !matches!(wait.as_ref().map(|wait| &wait.waiting), Some(Waiting::Choice { .. })) {
        run.choosing = None;
    }
    let old = run.timer();
    let before = std::mem::replace(&mut run.waiting, wait);
    // A run that is suspended is woken by nothing but its date.
    let new = run.timer().filter(|_| !suspended);
    if let Some(Waiting::Script { effect }) = before.map(|wait| wait.waiting) {
        // A step that was skipped meanwhile has no use for its script.
        drop_call(state, &effect);
    }
    retime(state, old, new, Timer::Run { run: id.clone() });
    Ok(())
}

fn drop_call(state: &mut State, effect: &EffectId) {
    if state.calls.iter().any(|call| call.effect == *effect) {
        Arc::make_mut(&mut state.calls).retain(|call| call.effect != *effect);
    }
}

fn finish_run(state: &mut State, at: Timestamp, id: &RunId, outcome: Outcome, reason: &Phrase) -> Applied {
    let Some(run) = state.runs.remove(id) else { return illegal(format!("no open run {id}")) };
    if let Some(wait) = run.timer() {
        state.timers.remove(&(wait, Timer::Run { run: id.clone() }));
    }
    if let Some(timeout) = run.timeout {
        state.timers.remove(&(timeout, Timer::RunTimeout { run: id.clone() }));
    }
    if let Some(Waiting::Script { effect }) = run.waiting.as_ref().map(|w| &w.waiting) {
        drop_call(state, effect);
    }
    let mut run = run;
    let ended = Arc::make_mut(&mut run);
    ended.outcome = Some(outcome);
    ended.finished = Some(at);
    reason.clone_into(&mut ended.reason);
    ended.waiting = None;
    if outcome != Outcome::Failed {
        // Nobody carries it on: what only its steps could see goes, and the state stays small. The journal has it.
        ended.bindings = Arc::default();
        ended.cause = Cause::default();
        ended.loops.clear();
        ended.posts.clear();
        ended.amended = Amended::default();
    }
    let finished = Arc::make_mut(&mut state.finished);
    if finished.len() >= limits::RUNS_REMEMBERED_MAX {
        // A failed run waits for a person, who may come long after a busy play has ended many times.
        let oldest_ended = finished.iter().position(|run| run.outcome != Some(Outcome::Failed));
        finished.remove(oldest_ended.unwrap_or(0));
    }
    finished.push_back(run);
    Ok(())
}

/// Records that a run takes its words from another version.
pub(in crate::engine) fn take_words(
    state: &mut State,
    run: &RunId,
    words: &crate::engine::run::Wording,
    values: Option<&Value>,
) -> Applied {
    let Some(open) = state.runs.get_mut(run) else {
        return illegal(format!("no open run {run}"));
    };
    let open = Arc::make_mut(open);
    open.words = Some(words.clone());
    if let Some(values) = values {
        open.cause.values = values.clone();
    }
    Ok(())
}
