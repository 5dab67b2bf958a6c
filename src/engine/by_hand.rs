//! What operators have set in one group: that members see nothing for a while, dates without a time.
//!
//! Plain data, a part of the state; recorded by `apply_operation`.

use super::pause_ends::PauseEnds;
use crate::{
    base::{
        ids::{ChannelName, EffectId, PersonId, PlayName, RoleName},
        person::Person,
        time::{Timestamp, Zone},
    },
    model::{message::Revising, role::Role},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What operators have set in a group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ByHand {
    /// Members see nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hush: Option<Hush>,
    /// Who looks in while everything is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caretaking: Option<Caretaking>,
    /// When pauses end by themselves.
    #[serde(default, skip_serializing_if = "PauseEnds::is_empty")]
    pub pause_ends: PauseEnds,
    /// Dates whose new time is not known yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub put_off: BTreeMap<PlayName, BTreeSet<Arc<str>>>,
    /// Turns of a role that two people have swapped.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub swaps: BTreeMap<RoleName, Vec<Relief>>,
    /// What platforms were asked to delete or to change, by the message that asks them, until they have answered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub revisions: BTreeMap<EffectId, Mending>,
}

/// Somebody has a role for a while instead of whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relief {
    /// From.
    pub from: Timestamp,
    /// Until before.
    pub to: Timestamp,
    /// The person who takes over.
    pub person: PersonId,
}

/// Who looks in while the group is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caretaking {
    /// The role; the host's where none was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
    /// Since when it is paused.
    pub since: Timestamp,
    /// When they are asked next.
    pub next: Timestamp,
}

/// A deletion or a change that a platform was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mending {
    /// Of which message.
    pub of: EffectId,
    /// Where it is.
    pub channel: ChannelName,
    /// What is asked.
    pub does: Revising,
    /// How it begins; of a change, what it is to say.
    pub text: String,
}

/// Members see nothing: since when, until when, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hush {
    /// Since when the group is hushed.
    pub since: Timestamp,
    /// Until when; none where somebody has to end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why the group is hushed.
    pub why: String,
    /// The channels that members see; empty where an older program has hushed it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelName>,
}

impl ByHand {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Who has a role at an instant, and who after the next handover, as turns were swapped.
    pub fn holders(
        &self,
        role: &Role,
        created: Timestamp,
        at: Timestamp,
        zone: &Zone,
    ) -> (Vec<Person>, Vec<Person>) {
        let (now, next) = role.holders(created, at, zone);
        let Some(swaps) = self.swaps.get(&role.name) else { return (now, next) };
        let instead = |at: Timestamp| {
            let relief = swaps.iter().rev().find(|relief| relief.from <= at && at < relief.to)?;
            role.people.iter().find(|person| person.id == relief.person).cloned()
        };
        let then = role.handover_after(created, at, zone);
        (
            instead(at).map_or(now, |person| vec![person]),
            then.and_then(instead).map_or(next, |person| vec![person]),
        )
    }

    /// Whether the new time of a date is not known yet.
    pub fn is_put_off(&self, play: &PlayName, date: &str) -> bool {
        self.put_off.get(play).is_some_and(|dates| dates.contains(date))
    }

    pub(super) fn put_off(&mut self, play: &PlayName, date: &Arc<str>) {
        self.put_off.entry(play.clone()).or_default().insert(date.clone());
    }

    /// A date has a time again, or is gone; says whether it had none.
    pub(super) fn has_a_time(&mut self, play: &PlayName, date: &str) -> bool {
        let had_none = self.put_off.get_mut(play).is_some_and(|dates| dates.remove(date));
        self.put_off.retain(|_, dates| !dates.is_empty());
        had_none
    }

    /// A play has another name.
    pub(super) fn rename(&mut self, from: &PlayName, to: &PlayName) {
        self.pause_ends.rename(from, to);
        if let Some(dates) = self.put_off.remove(from) {
            self.put_off.insert(to.clone(), dates);
        }
    }
}
