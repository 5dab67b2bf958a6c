//! A message: CommonMark text and what goes with it, ready for an adapter to translate.
//!
//! Platform-independent; holds no secret and no address.

use crate::base::{
    ids::{EffectId, TaskId},
    person::Person,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A message as decided: everything an adapter needs but the address.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Message {
    /// CommonMark.
    pub text: String,
    /// Who is to be notified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// An image's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Links shown as buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// A question with options, for platforms that have polls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// The effect that this one answers, where a platform has threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<EffectId>,
    /// What it asks of whoever reads it: whoever sends it may add where to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    /// What it does to a message that was sent before; then it is none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revises: Option<Revision>,
    /// Who may not write for a while, may again, leaves the group, or is let in; then it is no message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricts: Option<Restriction>,
    /// The one member who is told, by id; none for everybody on the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Arc<str>>,
    /// It stays at the top, where the platform has such a place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pin: bool,
    /// A message that somebody is to paste elsewhere, shown below the text as it is to be pasted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paste: Option<Box<Self>>,
}

/// What is done to a message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The message that is revised.
    pub of: EffectId,
    /// What the revision does to the message.
    pub does: Revising,
    /// The message of a member that it is done to, by its id on the platform; none for one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Arc<str>>,
}

/// Somebody may not write for a while, may again, leaves the group, or is let in or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Whose id it is: the platform's name, a colon, and the id there.
    pub member: Arc<str>,
    /// From when.
    pub from: Timestamp,
    /// Until when; none where they may write again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// They are not kept from writing but leave the group.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removes: bool,
    /// They have asked to come in, and this is the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Admission>,
}

/// The answer to somebody who has asked to come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// Whether they come in.
    pub yes: bool,
    /// What the platform calls their request, where it calls it something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Arc<str>>,
}

impl Restriction {
    /// Somebody may write.
    fn of(member: &str, from: Timestamp) -> Self {
        Self { member: Arc::from(member), from, until: None, removes: false, answers: None }
    }
}

/// Whether a message is deleted, says something else, or stays at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revising {
    /// It is deleted.
    Deletes,
    /// It says what the revision says.
    Edits,
    /// It stays at the top.
    Pins,
}

impl Message {
    /// What people read where everybody is meant and the platform has no word of its own, in the language of the text.
    pub fn everybody(&self) -> &'static str {
        let is_chinese = self.text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        if is_chinese { "@所有人" } else { "@everyone" }
    }

    /// No message: somebody may not write until an instant, or may again.
    pub fn silences(member: &str, from: Timestamp, until: Option<Timestamp>) -> Self {
        Self::restricting(Restriction { until, ..Restriction::of(member, from) })
    }

    /// No message: somebody leaves the group.
    pub fn removes(member: &str, from: Timestamp) -> Self {
        Self::restricting(Restriction { removes: true, ..Restriction::of(member, from) })
    }

    /// No message: somebody who has asked to come in is let in, or is not.
    pub fn admits(member: &str, from: Timestamp, answer: Admission) -> Self {
        Self::restricting(Restriction { answers: Some(answer), ..Restriction::of(member, from) })
    }

    fn restricting(restriction: Restriction) -> Self {
        Self { restricts: Some(restriction), ..Self::default() }
    }

    /// A message that is only text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// What a message asks of whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// A task, of whoever has the role it is addressed to, else of the person.
    Task {
        /// The task that is asked.
        task: TaskId,
        /// The role's name, or the person's id.
        of: Arc<str>,
    },
    /// An answer of the group to the question that the message is.
    Answer,
}

/// Somebody to notify.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mention {
    /// Everybody in the group.
    All,
    /// One person, by the id that the platform knows, else by name.
    Person(Person),
}

/// A link shown as a button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

/// A question with options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The question.
    pub question: String,
    /// The options, in order.
    pub options: Vec<String>,
    /// Whether names are hidden.
    #[serde(default)]
    pub anonymous: bool,
    /// Whether several options may be chosen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub several: bool,
    /// When answers count no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<Timestamp>,
}

/// What kind of message it is, for budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Something of value.
    Content,
    /// Something to know.
    Notice,
    /// Talk and play.
    Social,
    /// Advertising; budgets watch its share.
    Promo,
}

impl Label {
    /// Every label.
    pub const ALL: [Self; 4] = [Self::Content, Self::Notice, Self::Social, Self::Promo];

    /// As written in a playbook.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Notice => "notice",
            Self::Social => "social",
            Self::Promo => "promo",
        }
    }

    /// The label of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.as_str() == word)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
