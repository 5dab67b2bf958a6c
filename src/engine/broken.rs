//! What could not be decided and was given up: kept in the state, shown by `status`.
//!
//! Plain data; what is given up, and when, is decided by the draft.

use crate::base::{
    ids::PlayName,
    phrase::{Phrase, kept},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Something that could not be decided and was given up, so that everything else goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// When it broke.
    pub at: Timestamp,
    /// The play, where it was an occurrence of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<PlayName>,
    /// Why it broke.
    #[serde(with = "kept")]
    pub reason: Phrase,
}
