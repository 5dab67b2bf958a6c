//! What is recorded of a pause of everything, and of whoever looks in meanwhile.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::change::retime;
use crate::{
    base::{ids::RoleName, time::Timestamp},
    engine::{
        by_hand::Caretaking,
        state::{State, Timer},
    },
};

/// Records who takes care, and when they are asked next.
pub(in crate::engine) fn apply(state: &mut State, at: Timestamp, role: Option<&RoleName>, next: Timestamp) {
    let known = state.by_hand.caretaking.take();
    let since = known.as_ref().map_or(at, |known| known.since);
    retime(state, known.map(|known| known.next), Some(next), Timer::Caretaker);
    state.by_hand.caretaking = Some(Caretaking { role: role.cloned(), since, next });
}

/// The pause is over.
pub(in crate::engine) fn end(state: &mut State) {
    state.paused = false;
    let known = state.by_hand.caretaking.take();
    retime(state, known.map(|known| known.next), None, Timer::Caretaker);
}
