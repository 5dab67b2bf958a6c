//! What more members than one decision looks at are looked at for: how far that has come, and the facts that take it on.
//!
//! Plain data; who is chosen, or has their day, is decided elsewhere.

use crate::base::{
    ids::{MemberId, PlayName, RunId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A part of the members was looked at for a choice; the next part follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LookedAt {
    /// The run that chooses.
    pub run: RunId,
    /// The last of them.
    pub after: MemberId,
    /// How many of them.
    pub count: u32,
    /// Those who were chosen, each with their place in the order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<(i64, MemberId)>,
    /// When the next part is looked at.
    pub next: Timestamp,
}

/// How far an occurrence has come that is about a day of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The occurrence.
    pub anchor: Timestamp,
    /// The member who was looked at last.
    pub member: MemberId,
}

/// A part of the members whose day it is was looked at; the next part follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayReached {
    /// The play.
    pub play: PlayName,
    /// How far it has come.
    #[serde(flatten)]
    pub reached: Reached,
    /// When the next part is looked at.
    pub next: Timestamp,
}
