//! Where a message stands that was decided: what the outbox knows of it, as whoever revises it needs it.
//!
//! Plain data; the shell looks it up.

use super::outgoing::Outgoing;
use serde::{Deserialize, Serialize};

/// What the outbox knows of a message that was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispatched {
    /// The message.
    pub outgoing: Outgoing,
    /// Where it is.
    pub stands: Stands,
}

/// Where a message is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// It has not left yet.
    Waits,
    /// It has arrived, or its attempt is under way.
    Sent,
    /// It may have arrived.
    InDoubt,
    /// It never arrived.
    Lost,
}
