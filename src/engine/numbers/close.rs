//! The end of a day: what is recorded of it, and how the next one begins.
//!
//! What a day came to is decided once, by [`closing`]; recovery takes it from the journal.

use super::{
    day::DayNumbers,
    kept::{Numbers, keep},
    question,
};
use crate::{
    base::{
        civil_day::CivilDay,
        ids::MemberId,
        limits,
        member::Members,
        time::{Timestamp, Zone},
    },
    engine::{entry::TaskKind, state::State},
};
use std::{cmp::Reverse, sync::Arc};

/// So many who say most are remembered.
const TOP: usize = 20;

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
    let due = |at: Timestamp| at >= numbers.from && at < numbers.until;
    let missed =
        state.tasks.values().filter(|open| is_of_people(open.task.kind) && open.task.due.is_some_and(due));
    super::day::add(&mut day.missed, missed.count() as u64);
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
            rise(members, numbers.today);
        }
    }
    let zone = zone.and_then(Zone::named).unwrap_or_else(|| numbers.zone());
    let changed = known && numbers.zone.as_deref() != Some(zone.name());
    let last = numbers.today;
    numbers.begin_day(at, &zone);
    numbers.open.incomplete |= changed;
    let oldest = numbers.today.plus(1 - limits::DAYS_KEPT_MAX as i32);
    while numbers.closed.front().is_some_and(|day| day.day < oldest) {
        numbers.closed.pop_front();
    }
    if known && numbers.today > last {
        numbers.cohorts.check(members, numbers.today);
    }
}

/// Notes who is among those who say most, if they are for the first time.
fn rise(members: &mut Members, today: CivilDay) {
    let mut all: Vec<(u32, Reverse<&MemberId>)> = members
        .all_habits()
        .map(|(id, habits)| (habits.messages(today, crate::base::habits::COUNTED_DAYS), Reverse(id)))
        .filter(|(messages, _)| *messages > 0)
        .collect();
    if all.len() > TOP {
        all.select_nth_unstable_by(TOP, |a, b| b.cmp(a));
        all.truncate(TOP);
    }
    let new: Vec<MemberId> = all
        .into_iter()
        .filter(|(_, id)| members.habits(id.0).is_some_and(|habits| habits.risen.is_none()))
        .map(|(_, id)| id.0.clone())
        .collect();
    for id in new {
        // They are among those who are counted.
        members.count(
            &id,
            || crate::base::habits::Habits::new(0, today),
            |habits| {
                habits.risen = Some(today);
            },
        );
    }
}
