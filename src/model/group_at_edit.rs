//! Where a group stands when an edit of its playbook comes.
//!
//! Plain data; read from a state by the engine.

use super::trigger::DateEntry;
use crate::base::{
    ids::{GroupId, PlayName},
    time::Timestamp,
};
use std::{collections::BTreeMap, sync::Arc};

/// Where a group stands when an edit comes: for it next starts are told, and where its dates are now.
#[derive(Debug, Clone)]
pub struct GroupAtEdit {
    /// The group.
    pub group: GroupId,
    /// When it began.
    pub created: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// Dates ahead that a command has moved: by play and id, when they are now.
    pub postponed: BTreeMap<(PlayName, Arc<str>), Timestamp>,
    /// Dates that start nothing any more, by play and id, and whether their run is still open.
    pub settled: BTreeMap<(PlayName, Arc<str>), bool>,
}

impl GroupAtEdit {
    /// Whether a date has begun, was used up or passed: it starts nothing again.
    pub(super) fn is_settled(&self, play: &PlayName, date: &DateEntry) -> bool {
        self.settled.contains_key(&(play.clone(), date.id.clone()))
    }

    /// Whether a date is over: nothing that is said of it happens.
    pub(super) fn is_over(&self, play: &PlayName, date: &DateEntry) -> bool {
        self.settled.get(&(play.clone(), date.id.clone())) == Some(&false)
    }

    /// When a date is now, whatever the file says.
    pub(super) fn date(&self, play: &PlayName, date: &DateEntry) -> Timestamp {
        let postponed = self.postponed.get(&(play.clone(), date.id.clone()));
        postponed.copied().unwrap_or(date.at)
    }
}
