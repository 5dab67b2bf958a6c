//! What could not be decided and was given up: kept in the state, shown by `status`.
//!
//! Plain data; what is given up, and when, is decided by the draft.

use super::timer::Timer;
use crate::base::{
    ids::PlayName,
    phrase::{Phrase, kept},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// An input that could not be digested, or a condition of the file that could not be decided, as the journal has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Poison {
    /// What went wrong.
    #[serde(with = "kept")]
    pub reason: Phrase,
    /// The timer that set it off, which is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<(Timestamp, Timer)>,
    /// Whether it is a condition of the file; then the input itself was digested.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub condition: bool,
}

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
