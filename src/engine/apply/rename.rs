//! Records that a play has another name: everything that the state holds by its name moves to the new one, a condition
//! that it waits for, too.
//!
//! Ids of runs, effects and tasks stay: they are names of what has happened.

use super::change::{illegal, retime};
use crate::base::{
    ids::{PlayName, RunId},
    limits,
};
use crate::engine::{IllegalEntry, condition::Waited, state::State, timer::Timer};
use std::sync::Arc;

/// Moves cursor, dates, windows, skips, runs and held messages.
pub(super) fn renamed(state: &mut State, from: &PlayName, to: &PlayName) -> Result<(), IllegalEntry> {
    if state.plays.contains_key(to) && !state.is_untouched(to) {
        return illegal(format!("there is a play `{to}` already"));
    }
    let condition = state.conditions.remove(from);
    let Some(mut play) = state.plays.remove(from).or_else(|| condition.as_ref().map(|_| Arc::default()))
    else {
        return illegal(format!("no play `{from}` is known"));
    };
    if let Some(waited) = condition {
        let until = |waited: &Waited| waited.condition.until;
        retime(state, until(&waited), None, Timer::Condition { play: from.clone() });
        let armed = state.conditions.remove(to).as_ref().and_then(until);
        retime(state, armed, until(&waited), Timer::Condition { play: to.clone() });
        state.conditions.insert(to.clone(), waited);
    }
    // What was only armed under the new name gives way.
    if state.plays.remove(to).is_some() {
        let armed: Vec<_> = state.timers.iter().filter(|(_, timer)| is_of(timer, to)).cloned().collect();
        for timer in armed {
            state.timers.remove(&timer);
        }
    }
    let known = Arc::make_mut(&mut play);
    known.was.push_back(from.clone());
    if known.was.len() > limits::PLAY_NAMES_KEPT_MAX {
        known.was.pop_front();
    }
    let prefix = format!("{from}@");
    // What comes has ids of the new name, so what is to be skipped of it has them, too.
    let skips = std::mem::take(&mut known.skip);
    known.skip = skips
        .into_iter()
        .map(|run| match run.as_str().strip_prefix(&prefix) {
            Some(moment) => RunId::from(format!("{to}@{moment}")),
            None => run,
        })
        .collect();
    state.plays.insert(to.clone(), play);
    state.by_hand.rename(from, to);
    let timers: Vec<_> = state.timers.iter().filter(|(_, timer)| is_of(timer, from)).cloned().collect();
    for (at, timer) in timers {
        state.timers.remove(&(at, timer.clone()));
        state.timers.insert((at, of(timer, to)));
    }
    let runs: Vec<RunId> =
        state.runs.iter().filter(|(_, run)| run.play == *from).map(|(id, _)| id.clone()).collect();
    for id in runs {
        if let Some(run) = state.runs.get_mut(&id) {
            let run = Arc::make_mut(run);
            run.born.get_or_insert_with(|| from.clone());
            run.play = to.clone();
        }
    }
    for run in Arc::make_mut(&mut state.finished).iter_mut().filter(|run| run.play == *from) {
        let run = Arc::make_mut(run);
        run.born.get_or_insert_with(|| from.clone());
        run.play = to.clone();
    }
    for held in Arc::make_mut(&mut state.held).iter_mut() {
        if held.outgoing.play.as_ref() == Some(from) {
            Arc::make_mut(held).outgoing.play = Some(to.clone());
        }
    }
    Ok(())
}

fn is_of(timer: &Timer, name: &PlayName) -> bool {
    match timer {
        Timer::Play { play }
        | Timer::Batch { play }
        | Timer::Date { play, .. }
        | Timer::DateMissing { play, .. }
        | Timer::PauseEnds { play: Some(play) } => play == name,
        _ => false,
    }
}

/// The same timer for a play of another name.
fn of(timer: Timer, name: &PlayName) -> Timer {
    let play = name.clone();
    match timer {
        Timer::Play { .. } => Timer::Play { play },
        Timer::Batch { .. } => Timer::Batch { play },
        Timer::Date { date, .. } => Timer::Date { play, date },
        Timer::DateMissing { date, .. } => Timer::DateMissing { play, date },
        Timer::PauseEnds { play: Some(_) } => Timer::PauseEnds { play: Some(play) },
        other => other,
    }
}
