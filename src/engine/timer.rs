//! What a group waits for: the timers that wake it, and the deadline that they add up to.
//!
//! Plain data; set and taken away by `apply`, fired by the draft.

use crate::base::{
    ids::{EffectId, PlayName, RunId, TaskId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What waits for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "timer", rename_all = "snake_case")]
pub enum Timer {
    /// A scheduled play starts.
    Play {
        /// Which.
        play: PlayName,
    },
    /// A date starts.
    Date {
        /// The play.
        play: PlayName,
        /// The date.
        date: Arc<str>,
    },
    /// A batch window closes.
    Batch {
        /// The play.
        play: PlayName,
    },
    /// A run goes on.
    Run {
        /// Which.
        run: RunId,
    },
    /// A run takes too long.
    RunTimeout {
        /// Which.
        run: RunId,
    },
    /// A task's reminder.
    TaskRemind {
        /// Which.
        task: TaskId,
    },
    /// A task is due.
    TaskDue {
        /// Which.
        task: TaskId,
    },
    /// Those who are asked are told.
    TaskTell {
        /// Which.
        task: TaskId,
    },
    /// A message to people that waited for their hours goes.
    Notice {
        /// Which.
        effect: EffectId,
    },
    /// A held message is looked at again.
    Held {
        /// Which.
        effect: EffectId,
    },
    /// A held message expires, or has been held long enough.
    Expiry {
        /// Which.
        effect: EffectId,
    },
    /// The phase's timeout passes.
    PhaseTimeout,
    /// The phase's `until` is tested.
    Midnight,
    /// A condition has held for as long as its play asks.
    Condition {
        /// The play that waits for it.
        play: PlayName,
    },
    /// Where members stand is looked at.
    Tiers,
    /// Members see again what is said.
    HushEnds,
    /// A field of a member has been kept long enough.
    Retention,
    /// A date that is missing from the file is cancelled.
    DateMissing {
        /// The play.
        play: PlayName,
        /// The date.
        date: Arc<str>,
    },
}

/// When the engine wants to be called next, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Timer,
}
