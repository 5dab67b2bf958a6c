//! What an operator has done in a group beside starting, ending and answering things: a fact like others.
//!
//! Plain data. Stored for ever: a variant may gain fields with defaults, never lose or rename one.

use super::{amended::Later, by_hand::Relief};
use crate::base::{
    ids::{ChannelName, EffectId, MemberId, PersonId, PlayName, RoleName, RunId, StepId, TaskId},
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How what was sent is taken back or corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The platform is asked.
    Platform,
    /// It had not left yet.
    Held,
    /// A person is asked.
    Person,
    /// A correction is posted.
    Post,
}

/// A command of which who gave it is a fact of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bidding {
    /// `start`
    Start,
    /// `pause`
    Pause,
    /// `resume`
    Resume,
    /// `postpone`
    Postpone,
    /// `retry`
    Retry,
}

/// What an operator has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Operation {
    /// Remarked something about a run, or about the group.
    Noted {
        /// The run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
        /// The remark that is kept.
        text: String,
    },
    /// Everything is paused; who looks in meanwhile, and when they are asked next.
    Caretaker {
        /// The role; the host's where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<RoleName>,
        /// When they are asked next.
        next: Timestamp,
    },
    /// Gave a command whose own facts do not say who it was.
    Asked {
        /// The command.
        what: Bidding,
        /// About which play, date or run; empty where it is about every play.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        about: String,
    },
    /// A step is due at once.
    Hurried {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
    },
    /// The steps of a day are later.
    Delayed {
        /// The run.
        run: RunId,
        /// How much was added.
        more: Duration,
        /// Which, and how much in all.
        #[serde(flatten)]
        later: Later,
    },
    /// An occurrence that was to be skipped starts after all.
    Unskipped {
        /// The play.
        play: PlayName,
        /// The run that it will be.
        run: RunId,
    },
    /// A date has no time until it is given another one.
    PutOff {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
    },
    /// Swapped turns of a role.
    Swapped {
        /// The role.
        role: RoleName,
        /// Whose turn it was first.
        one: PersonId,
        /// With whom.
        other: PersonId,
        /// Who has it instead, and when.
        turns: Vec<Relief>,
    },
    /// Took back what was sent.
    Recalled {
        /// The message.
        effect: EffectId,
        /// Where it was.
        channel: ChannelName,
        /// How it was taken back.
        how: Means,
        /// What the platform is asked with, where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<EffectId>,
        /// How the message begins.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Corrected what was sent.
    Corrected {
        /// The message.
        effect: EffectId,
        /// Where it was.
        channel: ChannelName,
        /// How it was corrected.
        how: Means,
        /// What the platform is asked with, where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<EffectId>,
        /// What it is to say.
        text: String,
    },
    /// Left out a step of a run that is still ahead.
    StepLeftOut {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
    },
    /// Asked to be reminded of a task later.
    RemindedLater {
        /// The task.
        task: TaskId,
        /// When whoever is asked is reminded.
        at: Timestamp,
    },
    /// Let a message go that a budget held.
    LetGo {
        /// The message.
        effect: EffectId,
    },
    /// Gave a message up that was refused, or of which nobody knows whether it arrived.
    Dropped {
        /// The message.
        effect: EffectId,
        /// Where it was to go.
        channel: ChannelName,
        /// How the message begins.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// What was sent is to stay at the top, as its step says.
    Pinned {
        /// The message.
        effect: EffectId,
        /// Where it is.
        channel: ChannelName,
        /// How it is kept there.
        how: Means,
        /// What the platform is asked with, where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<EffectId>,
        /// How the message begins.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Gave a step of a run other words, for this run only.
    Reworded {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// What it says.
        text: String,
    },
    /// Gave a member a tag, or took it away.
    Tagged {
        /// The member.
        member: MemberId,
        /// The tag.
        tag: String,
        /// Whether it was taken away.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        off: bool,
    },
    /// Said that what a member asked was answered.
    Replied {
        /// Who asked.
        member: MemberId,
        /// When; every question of theirs that was open when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Timestamp>,
    },
    /// Members see nothing from now on.
    Hushed {
        /// Until when; none where somebody has to end it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why the group was hushed.
        why: String,
        /// The channels that members see.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        channels: Vec<ChannelName>,
    },
    /// Members see again what is said.
    Unhushed {
        /// Whether what has come too late is sent all the same.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        send: bool,
        /// The channels that members see.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        channels: Vec<ChannelName>,
    },
}
