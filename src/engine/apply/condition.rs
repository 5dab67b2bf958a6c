//! What is recorded of the conditions of `whenever`.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::change::retime;
use crate::{
    base::{ids::PlayName, limits, time::Timestamp},
    engine::{
        condition::{Condition, Waited},
        state::{State, Timer},
    },
};

/// Records how a condition stands, and whether it has started its play.
pub(in crate::engine) fn apply(state: &mut State, at: Timestamp, play: &PlayName, condition: &Condition) {
    let known = state.conditions.remove(play);
    let old = known.as_ref().and_then(|known| known.condition.until);
    retime(state, old, condition.until, Timer::Condition { play: play.clone() });
    let mut kept = known.map(|known| known.starts).unwrap_or_default();
    if condition.starts {
        kept.push_back(at);
        if kept.len() > limits::CONDITION_STARTS_KEPT_MAX {
            kept.pop_front();
        }
    }
    let condition = Condition { starts: false, ..condition.clone() };
    state.conditions.insert(play.clone(), Waited { condition, starts: kept });
}
