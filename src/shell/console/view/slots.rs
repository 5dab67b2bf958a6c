//! When the steps of a run are due: as the file says, and as it was changed in that run since.

use crate::{
    base::time::{Timestamp, Zone},
    engine::{
        entry::Waiting,
        run::{Run, RunWait},
    },
    model::{
        play::{Play, Section},
        playbook::Playbook,
        step::Step,
        timetable::timetable,
    },
};
use std::sync::Arc;

/// A step, and when it is due as far as that is known.
type Slotted = (Option<Timestamp>, Arc<Step>);

/// The steps of a run in the order of the file; of one that has not begun as they will be.
pub(super) fn slots(play: &Play, run: Option<&Run>, anchor: Timestamp, zone: &Zone) -> Vec<Slotted> {
    let section = run.map_or(Section::Steps, |run| run.section);
    if section != Section::Steps {
        return play.section(section).steps().map(|step| (None, step.clone())).collect();
    }
    let slots = timetable(&play.steps, anchor, zone);
    let Some(run) = run else { return slots.into_iter().map(|slot| (Some(slot.at), slot.step)).collect() };
    let wait = run.waiting.as_ref().filter(|_| run.outcome.is_none());
    let here = wait.and_then(|wait| Some((wait, slots.iter().position(|slot| slot.step.id == wait.step)?)));
    let Some((wait, place)) = here else {
        return slots.into_iter().map(|slot| (Some(run.moved(slot.at)), slot.step)).collect();
    };
    // What follows without a time of its own moves with the step before it.
    let along = match (&wait.waiting, wait.until, slots.get(place + 1)) {
        (Waiting::Time, Some(until), Some(next)) => until.since(next.at),
        _ => wait.due.since(slots[place].at),
    };
    let mut own = false;
    let moved = slots.into_iter().enumerate().map(|(n, slot)| {
        let at = match n.cmp(&place) {
            std::cmp::Ordering::Less => run.moved(slot.at),
            std::cmp::Ordering::Equal => run.amended.hurried(&wait.step).unwrap_or(wait.due),
            std::cmp::Ordering::Greater => {
                own |= slot.step.at.is_some();
                if own { run.moved(slot.at) } else { slot.at.plus(along) }
            }
        };
        (Some(at), slot.step)
    });
    moved.collect()
}

/// When the moment of a run is as things are; nothing once it is behind, however early that was.
pub(super) fn begins(playbook: Option<&Playbook>, run: Option<&Run>, anchor: Timestamp) -> Option<Timestamp> {
    let Some(run) = run else { return Some(anchor) };
    let wait = run.waiting.as_ref().filter(|_| run.section == Section::Steps);
    let behind = |wait: &RunWait| {
        let playbook = playbook?;
        let play = playbook.play(run.born_as())?;
        let slots = timetable(&play.steps, run.anchor, play.zone_or(&playbook.zone));
        let moment = slots.iter().position(|slot| slot.at >= run.anchor)?;
        Some(moment < slots.iter().position(|slot| slot.step.id == wait.step)?)
    };
    (wait.and_then(behind) != Some(true)).then(|| run.moved(run.anchor))
}
