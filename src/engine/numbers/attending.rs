//! Who came to a date, when it is over: ticked off at the door; where there is no such list, whoever signed up and did
//! anything on the day.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::{
    event::{AFTER, Event},
    kept::{Numbers, keep},
};
use crate::{
    base::{
        civil_day::CivilDay,
        ids::{MemberId, RunId},
        limits,
        time::Timestamp,
    },
    engine::{
        coming,
        state::{OpenTask, State},
    },
};
use std::sync::Arc;

/// A list at the door is closed.
pub(super) fn door_closed(state: &mut State, at: Timestamp, open: &OpenTask) {
    let Some(id) = open.task.run.clone().filter(|_| open.task.checkin) else { return };
    let ended = || state.finished.iter().rev().find(|run| run.id == id).map(|run| run.anchor);
    let anchor = state.runs.get(&id).map(|run| run.anchor).or_else(ended).unwrap_or(at);
    let (came, heads) = open.arrived();
    let signed = open.task.members.clone();
    let heads = u32::try_from(heads).unwrap_or_default();
    note(
        state,
        Event {
            run: id,
            day: state.numbers.day_of(anchor),
            signed,
            came,
            heads,
            door: true,
            paid: Vec::new(),
        },
    );
}

/// The run of a date has ended.
pub(super) fn run_ended(state: &mut State, id: &RunId) {
    let Some(run) = state.runs.get(id).filter(|run| run.cause.date.is_some()) else { return };
    if state.numbers.events.iter().any(|event| event.run == *id) {
        return;
    }
    let Some(mut signed) = coming::signed(&run.bindings).filter(|signed| !signed.is_empty()) else { return };
    signed.truncate(limits::LIST_ITEMS_MAX);
    let numbers = &state.numbers;
    let (day, today) = (numbers.day_of(run.anchor), numbers.today);
    let back = today.since(day);
    let acted = |id: &&MemberId| {
        let acted = state.members.habits(id).map_or(0, |habits| habits.acted(today));
        u32::try_from(back).is_ok_and(|back| acted.checked_shr(back).unwrap_or(0) & 1 != 0)
    };
    let came: Vec<MemberId> = signed.iter().filter(acted).cloned().collect();
    let heads = came.len() as u32;
    note(state, Event { run: id.clone(), day, signed, came, heads, door: false, paid: Vec::new() });
}

fn note(state: &mut State, event: Event) {
    let numbers = Arc::make_mut(&mut state.numbers);
    numbers.events.retain(|known| known.run != event.run);
    keep(&mut numbers.events, event, limits::EVENTS_KEPT_MAX);
}

/// Somebody bought something.
pub(super) fn bought(numbers: &mut Numbers, day: CivilDay, member: &MemberId) {
    for event in &mut numbers.events {
        let theirs = event.came.contains(member) || event.signed.contains(member);
        if theirs && day.since(event.day) <= AFTER && !event.paid.contains(member) {
            event.paid.push(member.clone());
        }
    }
}
