//! Versions of a playbook, by chance: what an operator's edits make of it, one after another and back again.
//!
//! Dates are moved, taken out and put back, plays are renamed, removed and switched off; a file that was cut off is one
//! whose dates are gone for a while. Makes versions; when which is in force is the life's.

use crate::{
    base::{
        ids::{Digest, PlayName},
        seed::Seed,
        time::Duration,
    },
    model::{play::Play, playbook::Playbook, step::Verb, trigger::Trigger},
};
use std::sync::Arc;

/// How many versions there are beside the one that began.
const VERSIONS: u64 = 6;

/// One edit of a play.
enum Alteration {
    /// A date is at another time.
    Moved(Arc<str>, Duration),
    /// A date is gone.
    Gone(Arc<str>),
    /// All dates from a place on are gone, as in a file that is not whole.
    CutOff(usize),
    /// It has another name, and says what it was called.
    Renamed(PlayName),
    /// It is switched off, or on.
    Switched,
    /// It is gone.
    Removed,
}

/// The versions that a seed makes of a playbook, itself first.
pub(super) fn versions(playbook: &Arc<Playbook>, seed: u64) -> Vec<Arc<Playbook>> {
    let mut dice = Seed::from_parts(&["edits", &seed.to_string()]);
    let mut all = vec![playbook.clone()];
    for number in 1..=VERSIONS {
        // Mostly the last one is edited further.
        let from = if dice.below(3) == 0 { dice.below(all.len() as u64) as usize } else { all.len() - 1 };
        let Some(before) = all.get(from).cloned() else { break };
        let mut next = Playbook::clone(&before);
        for _ in 0..=dice.below(2) {
            if let Some((name, edit)) = edit(&next, &mut dice, number) {
                carry_out(&mut next.plays, &name, &edit);
                for own in next.own.values_mut() {
                    carry_out(&mut Arc::make_mut(own).plays, &name, &edit);
                }
            }
        }
        let digest = Digest::from(format!("{}-{number}", playbook.digest));
        next.own.values_mut().for_each(|own| Arc::make_mut(own).digest = digest.clone());
        next.digest = digest;
        all.push(Arc::new(next));
    }
    all
}

/// An edit that a file could have, if the play it falls on allows one.
fn edit(playbook: &Playbook, dice: &mut Seed, number: u64) -> Option<(PlayName, Alteration)> {
    let play = playbook.plays.get(dice.below(playbook.plays.len().max(1) as u64) as usize)?;
    let name = play.name.clone();
    if let Trigger::Dates(dates) = &play.trigger
        && let Some(date) = dates.get(dice.below(dates.len().max(1) as u64) as usize)
    {
        let by = Duration::MINUTE.times(dice.below(6 * 1_440) as i64 - 3 * 1_440);
        match dice.below(5) {
            0 | 1 => return Some((name, Alteration::Moved(date.id.clone(), by))),
            2 => return Some((name, Alteration::Gone(date.id.clone()))),
            3 => return Some((name, Alteration::CutOff(dice.below(dates.len() as u64) as usize))),
            _ => {}
        }
    }
    // A file in which a step starts what is not there is refused.
    let starts = |other: &Arc<Play>| {
        let programs = [&other.program, &other.moved, &other.cancelled];
        let mut steps = programs.into_iter().flat_map(crate::model::program::Program::steps);
        steps.any(|step| matches!(&step.verb, Verb::Start { play, .. } if *play == name))
    };
    let is_needed = playbook.plays.iter().any(starts);
    let edit = match dice.below(4) {
        0 | 1 if !is_needed => Alteration::Renamed(PlayName::from(format!("{name}-{number}"))),
        2 if !is_needed => Alteration::Removed,
        _ => Alteration::Switched,
    };
    Some((name, edit))
}

fn carry_out(plays: &mut Vec<Arc<Play>>, name: &PlayName, edit: &Alteration) {
    let Some(index) = plays.iter().position(|play| play.name == *name) else { return };
    if matches!(edit, Alteration::Removed) {
        plays.remove(index);
        return;
    }
    let Some(play) = plays.get_mut(index).map(Arc::make_mut) else { return };
    match (edit, &mut play.trigger) {
        (Alteration::Moved(id, by), Trigger::Dates(dates)) => {
            for date in dates.iter_mut().filter(|date| date.id == *id).map(Arc::make_mut) {
                date.at = date.at.plus(*by);
            }
        }
        (Alteration::Gone(id), Trigger::Dates(dates)) => dates.retain(|date| date.id != *id),
        (Alteration::CutOff(place), Trigger::Dates(dates)) => dates.truncate(*place),
        (Alteration::Renamed(to), _) => play.was = Some(std::mem::replace(&mut play.name, to.clone())),
        (Alteration::Switched, _) => play.enabled = !play.enabled,
        _ => {}
    }
}
