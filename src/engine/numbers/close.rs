//! The end of a day: what is recorded of it, and how the next one begins.
//!
//! What a day came to is decided once, by [`closing`]; recovery takes it from the journal.

use super::{
    day::DayNumbers,
    kept::{Numbers, keep},
    looking, question,
    rising::rise,
    round,
};
use crate::{
    base::{
        limits,
        member::Members,
        time::{Timestamp, Zone},
    },
    engine::{entry::TaskKind, state::State},
};
use std::sync::Arc;

/// What has to be recorded of the open day before anything else happens at an instant, if it is over: nothing of a
/// day on which nothing happened.
pub fn closing(state: &State, now: Timestamp) -> Option<DayNumbers> {
    let numbers = &*state.numbers;
    if numbers.is_new() || now < numbers.until {
        return None;
    }
    let mut day = numbers.open.clone();
    // Questions of which the time ran out that day.
    let mut late = Numbers { questions: numbers.questions.clone(), open: day, ..Numbers::default() };
    question::forget(&mut late, numbers.until.just_before());
    day = late.open;
    // What is done on the morning after is late, and not what nobody did.
    let due = |at: Timestamp| at >= numbers.overdue_from() && at < numbers.from;
    let missed =
        state.tasks.values().filter(|open| is_of_people(open.task.kind) && open.task.due.is_some_and(due));
    for open in missed {
        day.duty(&open.task.whose(None), |duties| &mut duties.missed);
    }
    if day.is_empty() {
        return None;
    }
    day.members = u32::try_from(state.members.len()).unwrap_or(u32::MAX);
    day.speakers = numbers.speakers.within(1);
    day.actors = numbers.actors.within(1);
    Some(day)
}

/// Whether a task is for those who look after the group, and not for all members.
pub(super) const fn is_of_people(kind: TaskKind) -> bool {
    !matches!(kind, TaskKind::Question)
}

/// The numbers of a group as they are at an instant, whether or not its day has been closed.
pub fn as_of(state: &State, now: Timestamp) -> (Arc<Numbers>, Members) {
    let numbers = &state.numbers;
    if numbers.is_new() || now < numbers.until {
        return (numbers.clone(), state.members.clone());
    }
    let (mut seen, mut members) = (Numbers::clone(numbers), state.members.clone());
    finish(&mut seen, &mut members, closing(state, now).as_ref(), now, None);
    (Arc::new(seen), members)
}

/// Records what a day came to and begins the next one.
pub(super) fn close(state: &mut State, at: Timestamp, day: &DayNumbers, zone: Option<&str>) {
    let numbers = Arc::make_mut(&mut state.numbers);
    finish(numbers, &mut state.members, Some(day), at, zone);
    // Nothing wakes a group that has come to its end.
    let next = (round::is_large(&state.members) && !state.phase_final).then_some(at);
    looking::await_part(state, next);
}

/// The same for a day on which nothing happened, of which nothing is recorded.
pub(super) fn pass(numbers: &mut Numbers, members: &mut Members, at: Timestamp) {
    finish(numbers, members, None, at, None);
}

fn finish(
    numbers: &mut Numbers,
    members: &mut Members,
    day: Option<&DayNumbers>,
    at: Timestamp,
    zone: Option<&str>,
) {
    let known = !numbers.is_new();
    if known {
        question::forget(numbers, numbers.until.just_before());
        if let Some(day) = day.filter(|day| !day.is_empty()) {
            keep(&mut numbers.closed, Arc::new(day.clone()), limits::DAYS_KEPT_MAX);
            if !round::is_large(members) {
                rise(members, numbers.today);
            }
        }
    }
    let zone = zone.and_then(Zone::named).unwrap_or_else(|| numbers.zone());
    let changed = known && numbers.zone.as_deref() != Some(zone.name());
    let (last, end) = (numbers.today, numbers.until);
    numbers.overdue_from = known.then_some(numbers.from);
    numbers.begin_day(at, &zone);
    numbers.open.incomplete |= changed;
    let oldest = numbers.today.plus(1 - limits::DAYS_KEPT_MAX as i32);
    while numbers.closed.front().is_some_and(|day| day.day < oldest) {
        numbers.closed.pop_front();
    }
    if !round::is_large(members) {
        numbers.round.forget();
        if known && numbers.today > last {
            numbers.cohorts.check(members, numbers.today);
        }
    } else if known && numbers.today > last {
        let due = numbers.cohorts.due(numbers.today);
        numbers.round.begin(last, end, due);
    }
}
