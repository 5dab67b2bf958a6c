//! What a run waits for at a step.
//!
//! Plain data, stored with the entries; what ends a wait is `advance`'s and the verbs'.

use crate::base::{
    ids::{EffectId, MemberId, TaskId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a run or a step waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Waiting {
    /// The step is not due yet.
    Due,
    /// A script that was called.
    Script {
        /// The call.
        effect: EffectId,
    },
    /// The next try of a script.
    Retry,
    /// A person's decision.
    Approval {
        /// The task.
        task: TaskId,
    },
    /// Answers.
    Answers {
        /// The task.
        task: TaskId,
    },
    /// A `wait` for a time.
    Time,
    /// A `wait` for a signal.
    Signal {
        /// The name of the signal.
        name: Arc<str>,
    },
    /// A `wait` for a task that an earlier step opened.
    Task {
        /// The task.
        task: TaskId,
    },
    /// The delivery of a message.
    Delivery {
        /// The message that is to arrive.
        effect: EffectId,
        /// Of the notice of a `prune`: who is to be told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        members: Vec<MemberId>,
    },
    /// The grace of a `prune`.
    Grace {
        /// Who has been told.
        members: Vec<MemberId>,
        /// When it ends, where something is said before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<Timestamp>,
    },
    /// The rest of a choice among many members, which is made a part at a time.
    Choice {
        /// What the choice is for.
        stage: PruneStage,
        /// Among whom; all members when nobody is listed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        among: Vec<MemberId>,
    },
    /// The removals of a `prune` by a person.
    Removal {
        /// The task.
        task: TaskId,
    },
}

/// What those whom a `prune` chooses are chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PruneStage {
    /// To be told.
    Notice,
    /// To be put before a person: the grace is over.
    Grace,
    /// To be let go: a person said yes.
    Removal,
}
