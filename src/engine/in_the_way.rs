//! An open run that stands in the way of its play's next start, because a play runs once at a time.
//!
//! The answer of everything that looks ahead; the start itself asks when it is due.

use super::{run::Run, state::State};
use crate::{
    base::time::{Timestamp, Zone},
    model::{
        play::{Overlap, Play, Section},
        timetable::timetable,
    },
};
use std::sync::Arc;

/// An open run that a start would meet.
#[derive(Debug, Clone, Copy)]
pub struct InTheWay<'s> {
    /// The run.
    pub open: &'s Arc<Run>,
    /// Until when it goes on at least; none where it waits for somebody.
    pub until: Option<Timestamp>,
}

/// What stands in the way of a start of a play, as things are. A run that waits for somebody is in the way of the next
/// start; nobody knows of those after it.
pub fn in_the_way<'s>(state: &'s State, play: &Play, start: Timestamp, zone: &Zone) -> Option<InTheWay<'s>> {
    if play.overlap != Overlap::Skip {
        return None;
    }
    let mut open = state
        .runs
        .values()
        .filter(|run| run.play == play.name && run.section == Section::Steps && run.outcome.is_none());
    let next = next_start(state, play);
    let meets = |open: &'s Arc<Run>| {
        let until = ends(play, open, zone);
        let meets = until.map_or(next.is_none_or(|next| start <= next), |until| start <= until);
        meets.then_some(InTheWay { open, until })
    };
    open.find_map(meets)
}

/// When a play starts next by its schedule or its dates.
pub fn next_start(state: &State, play: &Play) -> Option<Timestamp> {
    let known = state.plays.get(&play.name)?;
    let dates = known.dates.values().filter_map(|(_, start)| *start);
    known.next.map(|(_, start)| start).into_iter().chain(dates).min()
}

/// Until when a run goes on at least; none where it waits for somebody and nobody knows how long.
fn ends(play: &Play, run: &Run, zone: &Zone) -> Option<Timestamp> {
    let waits = run.waiting.as_ref();
    if waits.is_some_and(|waits| waits.until.is_none()) {
        return None;
    }
    let slots = timetable(&play.steps, run.anchor, play.zone_or(zone));
    slots.iter().map(|slot| slot.at).max().max(waits.and_then(|waits| waits.until))
}
