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
        /// The play that is due.
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
        /// The run that is due.
        run: RunId,
    },
    /// A run takes too long.
    RunTimeout {
        /// The run whose wait ends.
        run: RunId,
    },
    /// A task's reminder.
    TaskRemind {
        /// The task to remind of.
        task: TaskId,
    },
    /// A task is due.
    TaskDue {
        /// The task that is due.
        task: TaskId,
    },
    /// Those who are asked are told.
    TaskTell {
        /// The task to tell.
        task: TaskId,
    },
    /// A message to people that waited for their hours goes.
    Notice {
        /// The notice to give.
        effect: EffectId,
    },
    /// A held message is looked at again.
    Held {
        /// The message that may be released.
        effect: EffectId,
    },
    /// A held message expires, or has been held long enough.
    Expiry {
        /// The message that expires.
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
    /// Members of a large group are looked at for its numbers.
    Survey,
    /// A rule has watched for long enough, or somebody may write again.
    Moderation,
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
    /// Whoever looks in while the group is paused is asked.
    Caretaker,
    /// A pause ends by itself.
    PauseEnds {
        /// Of which play; of everything when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        play: Option<PlayName>,
    },
}

/// When the engine wants to be called next, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// When to decide again.
    pub at: Timestamp,
    /// Why to decide again.
    pub reason: Timer,
}
