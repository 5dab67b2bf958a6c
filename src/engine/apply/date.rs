//! Records facts about one date of a play: armed, moved, missing from the file, back in it, cancelled.
//!
//! The part of `apply` that knows dates; changes nothing else but the timers of a date and of its run.

use super::change::{play_mut, retime};
use crate::base::{
    ids::{PlayName, RunId},
    time::Timestamp,
    value::Value,
};
use crate::engine::{choosing::DayReached, entry::Fact, state::State, timer::Timer};
use std::sync::Arc;

/// Records how far a day of members has come, and when it goes on.
pub(super) fn reach(state: &mut State, DayReached { play, reached, next }: &DayReached) {
    let next = *next;
    let old = play_mut(state, play, |p| {
        p.reached = Some(reached.clone());
        p.next.replace((reached.anchor, next))
    });
    retime(state, old.map(|old| old.1), Some(next), Timer::Play { play: play.clone() });
}

/// Entries about one date.
pub(super) fn apply_date(state: &mut State, fact: &Fact) {
    match fact {
        Fact::DateArmed { play, date, anchor, start } => {
            let missing = state.by_hand.is_put_off(play, date)
                || state.plays.get(play).is_some_and(|p| p.missing.contains_key(date));
            let old = play_mut(state, play, |p| p.dates.insert(date.clone(), (*anchor, *start)));
            let start = start.filter(|_| !missing);
            retime(state, old.and_then(|d| d.1), start, start_timer(play, date));
        }
        Fact::DateMoved { play, date, to, said, .. } => date_moved(state, play, date, *to, *said),
        Fact::DateMissing { play, date, until } => {
            let (start, old) = play_mut(state, play, |p| {
                (p.dates.get(date).and_then(|date| date.1), p.missing.insert(date.clone(), *until))
            });
            retime(state, old, Some(*until), missing_timer(play, date));
            retime(state, start, None, start_timer(play, date));
            if let Some((run, at)) = wait_of(state, play, date) {
                state.timers.remove(&(at, Timer::Run { run }));
            }
        }
        Fact::DateWaits { play, date, waits } => {
            let start = state.plays.get(play).and_then(|p| p.dates.get(date)).and_then(|date| date.1);
            if *waits {
                retime(state, start, None, start_timer(play, date));
            } else {
                retime(state, None, start, start_timer(play, date));
            }
        }
        Fact::DateBack { play, date } => {
            forget_missing(state, play, date);
            if state.by_hand.is_put_off(play, date) {
                return;
            }
            let start = state.plays.get(play).and_then(|p| p.dates.get(date)).and_then(|date| date.1);
            retime(state, None, start, start_timer(play, date));
            if let Some((run, at)) = wait_of(state, play, date) {
                state.timers.insert((at, Timer::Run { run }));
            }
        }
        Fact::DateCancelled { play, date, begun } => {
            forget_missing(state, play, date);
            state.by_hand.has_a_time(play, date);
            let old = play_mut(state, play, |p| {
                p.said.remove(date);
                let old = p.dates.get(date).copied();
                // One that has not started is forgotten, so that a line that was taken out by mistake can be put
                // back; one that has started is announced anew, by another run.
                if *begun {
                    let times = p.withdrawn.entry(date.clone()).or_default();
                    *times = times.saturating_add(1);
                }
                if *begun || old.is_some_and(|old| old.1.is_some()) {
                    p.dates.remove(date);
                }
                old
            });
            retime(state, old.and_then(|d| d.1), None, start_timer(play, date));
        }
        _ => {}
    }
}

fn start_timer(play: &PlayName, date: &Arc<str>) -> Timer {
    Timer::Date { play: play.clone(), date: date.clone() }
}

fn missing_timer(play: &PlayName, date: &Arc<str>) -> Timer {
    Timer::DateMissing { play: play.clone(), date: date.clone() }
}

/// The open run of a date and when its wait ends by itself.
fn wait_of(state: &State, play: &PlayName, date: &str) -> Option<(RunId, Timestamp)> {
    let run = state.run_of_date(play, date)?;
    Some((run.id.clone(), run.timer()?))
}

fn forget_missing(state: &mut State, play: &PlayName, date: &Arc<str>) {
    let until = play_mut(state, play, |p| p.missing.remove(date));
    retime(state, until, None, missing_timer(play, date));
}

fn date_moved(state: &mut State, play: &PlayName, date: &Arc<str>, to: Timestamp, said: Option<Timestamp>) {
    if state.by_hand.has_a_time(play, date)
        && let Some((run, at)) = wait_of(state, play, date)
    {
        state.timers.insert((at, Timer::Run { run }));
    }
    play_mut(state, play, |p| {
        if let Some(entry) = p.dates.get_mut(date) {
            entry.0 = to;
        }
        match said {
            Some(said) => p.said.insert(date.clone(), said),
            None => p.said.remove(date),
        }
    });
    let runs: Vec<RunId> = state
        .runs
        .iter()
        .filter(|(_, run)| run.play == *play && run.cause.date.as_ref() == Some(date))
        .map(|(id, _)| id.clone())
        .collect();
    for id in runs {
        if let Some(run) = state.runs.get_mut(&id) {
            let run = Arc::make_mut(run);
            run.anchor = to;
            // A time that was said is the time: what an evening was late by ends with its move.
            run.amended.later = None;
            if let Value::Map(values) = &mut run.cause.values {
                Arc::make_mut(values).insert(Arc::from("at"), Value::Time(to));
            }
        }
    }
}
