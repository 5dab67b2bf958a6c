//! Records that nothing starts, of a play or of all, and that it does again.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::{
    caretaking,
    change::{play_mut, retime},
};
use crate::{
    base::{ids::PlayName, time::Timestamp},
    engine::{state::State, timer::Timer},
};

/// Nothing starts until somebody ends it, or a time comes.
pub(super) fn pause(state: &mut State, play: Option<&PlayName>, until: Option<Timestamp>) {
    match play {
        Some(play) => play_mut(state, play, |known| known.paused = true),
        None => state.paused = true,
    }
    windows(state);
    ends(state, play, until);
}

/// It starts again.
pub(super) fn resume(state: &mut State, play: Option<&PlayName>) {
    match play {
        Some(play) => play_mut(state, play, |known| known.paused = false),
        None => caretaking::end(state),
    }
    windows(state);
    ends(state, play, None);
}

/// A window of signals that was open when its play was paused does not close in the pause: it closes behind it, and
/// `catch_up` and `max_late` say what becomes of its run.
fn windows(state: &mut State) {
    let open = state.plays.iter().filter_map(|(name, known)| Some((name.clone(), known.batch.as_ref()?.0)));
    for (play, until) in open.collect::<Vec<_>>() {
        let paused = state.is_paused(&play);
        let timer = (until, Timer::Batch { play });
        if paused {
            state.timers.remove(&timer);
        } else {
            state.timers.insert(timer);
        }
    }
}

fn ends(state: &mut State, play: Option<&PlayName>, until: Option<Timestamp>) {
    let known = state.by_hand.pause_ends.put(play, until);
    retime(state, known, until, Timer::PauseEnds { play: play.cloned() });
}
