//! Two members turn out to be one: whoever was counted twice is counted once from then on.
//!
//! Days that are closed stay as they were counted.

use crate::{
    base::{habits::Habits, ids::MemberId},
    engine::state::State,
};
use std::sync::Arc;

/// Joins an id to a member, in the members and in what is counted of them; whether two have become one.
pub(in crate::engine) fn join(state: &mut State, from: &MemberId, into: &MemberId) -> bool {
    let today = state.numbers.today;
    let back = |days: u64| (days != 0).then(|| days.trailing_zeros());
    let last = |habits: &Arc<Habits>| (back(habits.spoke(today)), back(habits.acted(today)));
    let before = [from, into].map(|id| state.members.habits(id).map(last));
    if !state.members.join(from, into) {
        return false;
    }
    if state.numbers.is_new() {
        return true;
    }
    let now = state.members.habits(into).map(last);
    let numbers = Arc::make_mut(&mut state.numbers);
    for (spoke, acted) in before.into_iter().flatten() {
        numbers.speakers.lose(spoke);
        numbers.actors.lose(acted);
    }
    if let Some((spoke, acted)) = now {
        numbers.speakers.see(None, spoke);
        numbers.actors.see(None, acted);
    }
    for question in numbers.questions.iter_mut().filter(|question| question.by == *from) {
        question.by = into.clone();
    }
    true
}
