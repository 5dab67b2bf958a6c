//! Records what an operator has done.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::{
    caretaking,
    change::{Applied, illegal, play_mut, retime},
    task,
};
use crate::engine::{
    by_hand::{Hush, Mending},
    numbers,
    operation::Operation,
    state::{State, Timer},
};
use crate::{
    base::{
        ids::{ChannelName, EffectId, PlayName},
        limits,
        time::Timestamp,
    },
    model::message::Revising,
};
use std::sync::Arc;

/// What an operator has done.
pub(super) fn apply_operation(state: &mut State, at: Timestamp, operation: &Operation) -> Applied {
    match operation {
        Operation::Noted { .. } | Operation::Asked { .. } | Operation::Tagged { .. } => {}
        Operation::Replied { member, asked } => numbers::replied(state, at, member, *asked),
        Operation::Caretaker { role, next } => caretaking::apply(state, at, role.as_ref(), *next),
        Operation::Hurried { run, step } => {
            let Some(open) = state.runs.get_mut(run) else { return illegal(format!("no open run {run}")) };
            Arc::make_mut(open).amended.hurried = Some((step.clone(), at));
        }
        Operation::Delayed { run, later, .. } => {
            let Some(open) = state.runs.get_mut(run) else { return illegal(format!("no open run {run}")) };
            Arc::make_mut(open).amended.later = Some(*later);
        }
        Operation::Unskipped { play, run } => {
            if !play_mut(state, play, |known| known.skip.remove(run)) {
                return illegal(format!("{run} is not skipped"));
            }
        }
        Operation::Recalled { effect, channel, revision: Some(revision), text, .. } => {
            ask_platform(state, revision, (effect, channel, Revising::Deletes, text));
        }
        Operation::Corrected { effect, channel, revision: Some(revision), text, .. } => {
            ask_platform(state, revision, (effect, channel, Revising::Edits, text));
        }
        Operation::Pinned { effect, channel, revision: Some(revision), text, .. } => {
            ask_platform(state, revision, (effect, channel, Revising::Pins, text));
        }
        Operation::StepLeftOut { run, step } => {
            let Some(open) = state.runs.get_mut(run) else { return illegal(format!("no open run {run}")) };
            Arc::make_mut(open).amended.left_out.insert(step.clone());
        }
        Operation::RemindedLater { task, at } => return task::remind_later(state, task, *at),
        Operation::Recalled { .. }
        | Operation::Corrected { .. }
        | Operation::Pinned { .. }
        | Operation::LetGo { .. }
        | Operation::Dropped { .. } => {}
        Operation::Reworded { run, step, text } => {
            let Some(open) = state.runs.get_mut(run) else { return illegal(format!("no open run {run}")) };
            Arc::make_mut(open).amended.words.insert(step.clone(), text.clone());
        }
        Operation::Swapped { role, turns, .. } => {
            let known = state.by_hand.swaps.entry(role.clone()).or_default();
            // What is over need not be known.
            known.retain(|relief| relief.to > at);
            known.extend(turns.iter().cloned());
        }
        Operation::PutOff { play, date } => put_off(state, play, date),
        Operation::Hushed { until, why, channels } => {
            let since = state.by_hand.hush.as_ref().map_or(at, |hush| hush.since);
            set_hush(
                state,
                Some(Hush { since, until: *until, why: why.clone(), channels: channels.clone() }),
            );
        }
        Operation::Unhushed { .. } => set_hush(state, None),
    }
    Ok(())
}

fn ask_platform(
    state: &mut State,
    revision: &EffectId,
    (of, channel, does, text): (&EffectId, &ChannelName, Revising, &String),
) {
    let asked = Mending { of: of.clone(), channel: channel.clone(), does, text: text.clone() };
    if state.by_hand.revisions.len() >= limits::REVISIONS_MAX {
        state.by_hand.revisions.pop_first();
    }
    state.by_hand.revisions.insert(revision.clone(), asked);
}

fn set_hush(state: &mut State, hush: Option<Hush>) {
    let ends = hush.as_ref().and_then(|hush| hush.until);
    let old = std::mem::replace(&mut state.by_hand.hush, hush);
    retime(state, old.and_then(|hush| hush.until), ends, Timer::HushEnds);
}

/// A date has no time: nothing of it wakes the group.
fn put_off(state: &mut State, play: &PlayName, date: &Arc<str>) {
    state.by_hand.put_off(play, date);
    let start = state.plays.get(play).and_then(|known| known.dates.get(date)).and_then(|date| date.1);
    retime(state, start, None, Timer::Date { play: play.clone(), date: date.clone() });
    if let Some((run, at)) =
        state.run_of_date(play, date).and_then(|run| Some((run.id.clone(), run.timer()?)))
    {
        state.timers.remove(&(at, Timer::Run { run }));
    }
}
