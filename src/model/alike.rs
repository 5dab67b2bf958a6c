//! Plays of two versions of a file that are most likely one under another name.
//!
//! Guesses, for advice alone: nothing is joined by it, because nothing takes two lives apart again.

use super::{play::Play, playbook::Playbook, trigger::Trigger};
use crate::base::phrase::{Phrase, phrase};
use std::sync::Arc;

/// What two plays must have in common, of the parts of [`likeness`].
const ALIKE: u8 = 2;

/// The plays that are gone, each with the new one that it most likely is, where the file does not say what that was.
pub fn renamed<'p>(old: &'p Playbook, new: &'p Playbook) -> Vec<(&'p Play, &'p Play)> {
    let goes_on = |play: &Play| {
        new.plays.iter().any(|now| now.name == play.name || now.was.as_ref() == Some(&play.name))
    };
    let is_new = |play: &&Arc<Play>| old.play(&play.name).is_none() && play.was.is_none();
    let mut begun: Vec<&Arc<Play>> = new.plays.iter().filter(is_new).collect();
    let mut found = Vec::new();
    for gone in old.plays.iter().filter(|play| !goes_on(play)) {
        let likest = begun.iter().enumerate().map(|(index, play)| (likeness(gone, play), index));
        // Of two that are equally alike the first one is meant: plays keep their order.
        let likest =
            likest.filter(|(likeness, _)| *likeness >= ALIKE).rev().max_by_key(|(likeness, _)| *likeness);
        if let Some((_, index)) = likest {
            found.push((&**gone, &**begun.remove(index)));
        }
    }
    found
}

/// What whoever wrote the file may have forgotten.
pub fn advice(old: &Playbook, new: &Playbook) -> Vec<Phrase> {
    let said = renamed(old, new).into_iter().map(|(gone, play)| {
        let (gone, play) = (&gone.name, &play.name);
        phrase!(
            "`{gone}` is gone and `{play}` is new and alike: if it is the same play, add `was: {gone}` to `{play}`, and its \
             dates, runs and what was moved go on",
            "`{gone}` 没有了，新的 `{play}` 和它很像：如果是同一个玩法，在 `{play}` 里加上 `was: {gone}`，日期、活动和改过的时间才会接着走"
        )
    });
    said.collect()
}

/// How much two plays have in common: the same steps count most, then the same trigger, the same title, most of the steps.
fn likeness(one: &Play, other: &Play) -> u8 {
    let steps = |play: &Play| play.program.steps().cloned().collect::<Vec<_>>();
    let (mine, theirs) = (steps(one), steps(other));
    let shared = mine.iter().filter(|step| theirs.contains(step)).count();
    let same_steps = one.program == other.program && !mine.is_empty();
    let same_trigger = one.trigger == other.trigger && one.trigger != Trigger::Command;
    let same_title = one.title == other.title && *one.title != *one.name.as_str();
    let most_steps = shared * 2 >= mine.len().max(theirs.len()) && shared > 0;
    2 * u8::from(same_steps) + u8::from(same_trigger) + u8::from(same_title) + u8::from(most_steps)
}
