//! The numbers of a group: what its entries add up to, day by day.
//!
//! A part of the state, changed only by `apply` and in bounds. Counts facts and judges nothing; what a number means is
//! said where it is read. A day that was closed never changes, but that it may turn out to be incomplete.

pub mod cohort;
pub mod unheard;
pub mod day;
pub mod duty;
mod owed;
mod event;
pub mod kept;
mod tallying;
mod gauges;
pub mod reading;
mod unknown;
pub mod tally;
pub(in crate::engine) mod said;
mod close;
mod joined;
mod count;
mod own;
mod people;
mod question;
mod rostering;
mod round;
mod attending;
mod looking;
mod rising;
mod station;
mod survey;
mod surveying;
mod talk;
mod windows;

use super::{
    entry::{Entry, Fact},
    state::State,
};
use crate::base::{
    ids::MemberId,
    limits,
    time::{Timestamp, Zone},
};
use std::sync::Arc;

pub use close::{as_of, closing};
pub(in crate::engine) use count::{reacts, talks};
pub use gauges::Gauges;
pub(super) use joined::join;
pub use kept::Numbers;
pub(super) use station::{is_a_bot, is_staff};

/// Nobody listened for a while: the days of it are known to be incomplete.
pub(super) fn nobody_listened(state: &mut State, from: Timestamp, to: Timestamp) {
    if state.numbers.is_new() {
        return;
    }
    let numbers = Arc::make_mut(&mut state.numbers);
    let (first, last) = (numbers.day_of(from), numbers.day_of(to));
    for closed in numbers.closed.iter_mut().filter(|closed| first <= closed.day && closed.day <= last) {
        Arc::make_mut(closed).incomplete = true;
    }
    numbers.open.incomplete |= first <= numbers.today && numbers.today <= last;
    match numbers.unheard.back_mut() {
        Some(known) if first <= known.1 => *known = (known.0.min(first), known.1.max(last)),
        _ => drop(kept::keep(&mut numbers.unheard, (first, last), limits::DAYS_KEPT_MAX)),
    }
}

/// Somebody says that what a member asked was answered: at one time, or whatever is open.
pub(super) fn replied(state: &mut State, at: Timestamp, by: &MemberId, asked: Option<Timestamp>) {
    if !state.numbers.is_new() {
        question::replied(Arc::make_mut(&mut state.numbers), at, by, asked);
    }
}

/// Whether there is nothing to store.
pub(super) fn nothing_counted(numbers: &Arc<Numbers>) -> bool {
    numbers.is_new()
}

/// What has to be known before an entry is applied, because it is gone afterwards.
pub(super) fn before(state: &mut State, entry: &Entry) -> count::Before {
    count::before(state, entry)
}

/// Counts an entry that was applied.
pub(super) fn after(state: &mut State, entry: &Entry, before: count::Before) {
    match &entry.fact {
        Fact::Adopted { zone: Some(zone), .. } => {
            let zone = Zone::named(zone).unwrap_or_else(Zone::utc);
            Arc::make_mut(&mut state.numbers).begin_day(entry.at, &zone);
        }
        Fact::DayClosed { numbers, zone, .. } => close::close(state, entry.at, numbers, zone.as_deref()),
        _ if state.numbers.is_new() => {}
        Fact::Surveyed { next } => looking::survey(state, *next),
        Fact::OnDuty(duty) => owed::apply(Arc::make_mut(&mut state.numbers), duty),
        Fact::Tallied(fact) => {
            let day = state.numbers.day_of(entry.at);
            tally::apply(&mut Arc::make_mut(&mut state.numbers).tallies, day, fact);
        }
        _ => count::after(state, entry, before),
    }
}
