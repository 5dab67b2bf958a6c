//! What several parts of `apply` do alike: refuse an entry, move a timer, change a play.
//!
//! Knows no entry and decides nothing.

use crate::{
    base::{
        ids::{EffectId, PlayName},
        time::Timestamp,
    },
    engine::{
        IllegalEntry,
        effect::effect_run,
        state::{PlayState, State},
        timer::Timer,
    },
};
use std::sync::Arc;

/// What applying an entry gives.
pub(in crate::engine) type Applied = Result<(), IllegalEntry>;

/// Refuses an entry: it cannot follow this state.
pub(in crate::engine) fn illegal(why: impl Into<String>) -> Applied {
    Err(IllegalEntry(why.into()))
}

/// Moves a timer from one instant to another.
pub(in crate::engine) fn retime(
    state: &mut State,
    old: Option<Timestamp>,
    new: Option<Timestamp>,
    timer: Timer,
) {
    if old == new {
        return;
    }
    if let Some(old) = old {
        state.timers.remove(&(old, timer.clone()));
    }
    if let Some(new) = new {
        state.timers.insert((new, timer));
    }
}

pub(in crate::engine) fn play_mut<T>(
    state: &mut State,
    play: &PlayName,
    change: impl FnOnce(&mut PlayState) -> T,
) -> T {
    if let Some(known) = state.plays.get_mut(play) {
        return change(Arc::make_mut(known));
    }
    let mut new = PlayState::default();
    let result = change(&mut new);
    state.plays.insert(play.clone(), Arc::new(new));
    result
}

/// Every effect of a run has another ordinal.
pub(in crate::engine) fn count_effect(state: &mut State, effect: &EffectId) {
    if let Some(run) = effect_run(effect)
        && let Some(run) = state.runs.get_mut(run)
    {
        Arc::make_mut(run).ordinal += 1;
    }
}
