//! When nobody listened on a channel of a group, and when nothing came although something usually does.
//!
//! Plain data: what is told, what is recorded, and what the state keeps of it.

use crate::base::{ids::ChannelName, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Nobody listened for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The channel.
    pub channel: ChannelName,
    /// From.
    pub from: Timestamp,
    /// To.
    pub to: Timestamp,
}

/// Nothing comes for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarSilence {
    /// The channel.
    pub channel: ChannelName,
    /// The instant since which nothing came.
    pub since: Timestamp,
}

/// What is told of an ear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarNews {
    /// The channel that it listens on.
    pub channel: ChannelName,
    /// How it was or is.
    #[serde(flatten)]
    pub what: EarTold,
}

/// How an ear was or is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ear", rename_all = "snake_case")]
pub enum EarTold {
    /// It did not listen, and what happened meanwhile is told by nobody.
    Gap {
        /// From.
        from: Timestamp,
        /// To.
        to: Timestamp,
    },
    /// It listens, and nothing comes although something usually does.
    Silent {
        /// The instant since which nothing came.
        since: Timestamp,
    },
    /// Something comes again.
    Hears,
}

/// The channels of a group on which nothing comes, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Silences(pub BTreeMap<ChannelName, Timestamp>);

impl Silences {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
