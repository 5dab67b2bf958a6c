//! Who is among those who say most, for the first time.
//!
//! Noted of members when a day closes.

use crate::base::{
    civil_day::CivilDay,
    habits::{COUNTED_DAYS, Habits},
    ids::MemberId,
    member::Members,
};
use std::cmp::Reverse;

/// So many who say most are remembered.
pub(super) const TOP: usize = 20;

/// Notes who is among those who say most, if they are for the first time.
pub(super) fn rise(members: &mut Members, today: CivilDay) {
    let mut all: Vec<(u32, Reverse<&MemberId>)> = members
        .all_habits()
        .map(|(id, habits)| (habits.messages(today, COUNTED_DAYS), Reverse(id)))
        .filter(|(messages, _)| *messages > 0)
        .collect();
    if all.len() > TOP {
        all.select_nth_unstable_by(TOP, |a, b| b.cmp(a));
        all.truncate(TOP);
    }
    let most: Vec<MemberId> = all.into_iter().map(|(_, id)| id.0.clone()).collect();
    for id in most {
        rises(members, &id, today);
    }
}

/// Notes that somebody is among those who say most; whether it is for the first time.
pub(super) fn rises(members: &mut Members, id: &MemberId, today: CivilDay) -> bool {
    // They are among those who are counted.
    let new = members.habits(id).is_some_and(|habits| habits.risen.is_none());
    if new {
        let none = || Habits::new(0, today);
        members.count(id, none, |habits| habits.risen = Some(today));
    }
    new
}
