//! A part of the members of a large group is looked at, and what it adds to what is found.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::{
    kept::Numbers,
    rising,
    round::Going,
    survey::{Sight, staff_number},
};
use crate::{
    base::{
        habits::Habits,
        limits,
        member::{Member, Members},
        time::Timestamp,
    },
    engine::{state::State, timer::Timer},
};
use std::sync::Arc;

/// When the next part is looked at.
pub(super) fn await_part(state: &mut State, next: Option<Timestamp>) {
    let old = state.numbers.round.next;
    if old != next {
        Arc::make_mut(&mut state.numbers).round.next = next;
        if let Some(old) = old {
            state.timers.remove(&(old, Timer::Survey));
        }
        if let Some(next) = next {
            state.timers.insert((next, Timer::Survey));
        }
    }
}

/// Looks at a part of the members.
pub(super) fn survey(state: &mut State, next: Option<Timestamp>) {
    advance(Arc::make_mut(&mut state.numbers), &mut state.members);
    await_part(state, next);
}

fn advance(numbers: &mut Numbers, members: &mut Members) {
    let Some(mut going) = numbers.round.going.take() else { return };
    let part: Vec<(Arc<Member>, Option<Arc<Habits>>)> = members
        .with_habits_after(going.after.as_ref())
        .take(limits::MEMBERS_AT_ONCE_MAX)
        .map(|(member, habits)| (member.clone(), habits.cloned()))
        .collect();
    let more = part.len() == limits::MEMBERS_AT_ONCE_MAX;
    if going.counting {
        let Going { day, end, ref staff, ref mut found, ref mut due, .. } = *going;
        let sight = Sight { today: day, now: end, staff, top: limits::TOP_KEPT_MAX };
        for (member, habits) in &part {
            found.see(member, habits.as_ref(), &sight);
            if let Some(habits) = habits {
                due.see(&member.source, habits);
            }
        }
    } else {
        let staff = part.iter().filter_map(|(member, habits)| staff_number(member, habits.as_ref()));
        going.staff.extend(staff);
    }
    going.after = part.last().filter(|_| more).map(|(member, _)| member.id.clone());
    if more || !going.counting {
        going.counting |= !more;
        numbers.round.going = Some(going);
        return;
    }
    let Going { day, mut found, due, .. } = *going;
    found.end(limits::TOP_KEPT_MAX);
    for voice in found.top.iter_mut().take(rising::TOP).filter(|voice| voice.messages > 0) {
        voice.new |= rising::rises(members, &voice.by.0, day);
    }
    numbers.cohorts.settle(due);
    numbers.round.found = Some(Arc::new(found));
}
