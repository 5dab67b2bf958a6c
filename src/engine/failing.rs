//! A channel of a group that does not get through, as the state keeps it.
//!
//! Plain data; when it is told, and to whom, is decided by the draft.

use crate::base::{
    phrase::{Phrase, kept},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A channel that has been failing for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Since when the channel has been failing.
    pub since: Timestamp,
    /// What the attempt before it was recorded brought back.
    #[serde(default, with = "kept", skip_serializing_if = "Phrase::is_empty")]
    pub reason: Phrase,
    /// Whether this group has told of it.
    #[serde(default)]
    pub told: bool,
}
