//! When pauses end by themselves.
//!
//! Plain data, a part of what operators have set.

use crate::base::{ids::PlayName, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When pauses end by themselves; one that is not named here has to be ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PauseEnds {
    /// That of everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Timestamp>,
    /// Those of single plays.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plays: BTreeMap<PlayName, Timestamp>,
}

impl PauseEnds {
    /// Whether each pause has to be ended.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// When the pause of a play, or of everything, ends by itself.
    pub fn of(&self, play: Option<&PlayName>) -> Option<Timestamp> {
        play.map_or(self.all, |play| self.plays.get(play).copied())
    }

    /// Has it end then, or when somebody ends it. Gives what was known before.
    pub(super) fn put(&mut self, play: Option<&PlayName>, ends: Option<Timestamp>) -> Option<Timestamp> {
        let Some(play) = play else { return std::mem::replace(&mut self.all, ends) };
        match ends {
            Some(ends) => self.plays.insert(play.clone(), ends),
            None => self.plays.remove(play),
        }
    }

    /// A play has another name.
    pub(super) fn rename(&mut self, from: &PlayName, to: &PlayName) {
        if let Some(ends) = self.plays.remove(from) {
            self.plays.insert(to.clone(), ends);
        }
    }
}
