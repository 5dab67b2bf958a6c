//! A task: something a person is asked to do, to decide or to answer.
//!
//! Plain data; nothing about programs waiting is ever called so.

use crate::{
    base::{
        ids::{ChannelName, EffectId, MemberId, RoleName, RunId, StepId, TaskId},
        person::Person,
        phrase::{Phrase, phrase},
        time::Timestamp,
        value::Value,
        words,
    },
    model::message::{Asks, Message},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

impl Task {
    /// The play whose run asks.
    fn play(&self) -> Option<&str> {
        self.run.as_ref()?.as_str().split(['@', '~']).next()
    }

    /// Whose duty it was: the play's, the role's, and that of whoever ended it, else of those who were asked.
    pub fn whose(&self, by: Option<&str>) -> Vec<String> {
        let asked = || self.people.iter().map(|person| person.id.to_string()).collect();
        let people: Vec<String> = by.map_or_else(asked, |by| vec![self.person(by).to_owned()]);
        let role = self.role.iter().map(|role| format!("role {role}"));
        let people = people.into_iter().map(|person| format!("person {person}"));
        self.play().map(str::to_owned).into_iter().chain(role).chain(people).collect()
    }

    /// The id of whoever is called so, where it is one of those who were asked: people say their names.
    pub fn person<'a>(&'a self, called: &'a str) -> &'a str {
        let asked = self.people.iter().find(|one| one.id.as_str() == called || one.name == called);
        asked.map_or(called, |person| person.id.as_str())
    }
}

/// What a person is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id, unique within the group: `t12`.
    pub id: TaskId,
    /// What kind of task it is.
    pub kind: TaskKind,
    /// What is asked.
    pub text: String,
    /// The run that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The step that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// The role it was addressed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
    /// Who is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it should be done, or when silence is the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When whoever is asked is told, where that is not at once because they sleep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tell: Option<Timestamp>,
    /// When a reminder is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<Timestamp>,
    /// When the reminders after it are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminds: Vec<Timestamp>,
    /// When whoever a task escalates to is told, where that is not when it is due because they sleep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_at: Option<Timestamp>,
    /// Who is told when it is overdue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate: Vec<Person>,
    /// For a delivery: the message to copy out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<EffectId>,
    /// For a delivery: the channel into which it is pasted; none where an older program asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<ChannelName>,
    /// What ends it by itself, where something does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<EndsWith>,
    /// For a delivery: what goes with its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paste: Option<Box<Message>>,
    /// What is to be ticked off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<String>,
    /// For an approval: what is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// For a question: its options in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// For a question: the fields of its form in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// For a question: how many options one person may choose, where it is more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<u32>,
    /// For a sign-up: how many places there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
    /// For a question to one member: who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<MemberId>,
    /// For a list at the door: that its first items are the members, in their order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub checkin: bool,
    /// For a removal, and for a list at the door: the members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberId>,
    /// For a question: who chose what is nobody's business.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
    /// For an approval: a link in a message is not enough to decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
}

impl Task {
    /// Who was asked, for a sentence.
    pub fn whom(&self) -> Phrase {
        let people: Vec<String> = (self.people.iter())
            .map(|person| match person.id.as_str() {
                id if id == person.name => id.to_owned(),
                id => format!("{} ({id})", person.name),
            })
            .collect();
        let nobody = people.is_empty();
        let people = Phrase { en: words::list(&people, "and"), zh: people.join("、") };
        match &self.role {
            Some(role) if nobody => phrase!("whoever is {role}", "担任 {role} 的人"),
            Some(role) => people.and(&phrase!(" as {role}", "（{role}）")),
            None => people,
        }
    }
}

impl Task {
    /// What a message about it asks of whoever reads it; nothing where nobody by name is asked.
    pub fn asks(&self) -> Option<Asks> {
        let of = match (&self.role, self.people.as_slice()) {
            (Some(role), _) => Arc::from(role.as_str()),
            (None, [person]) => Arc::from(person.id.as_str()),
            (None, _) => return None,
        };
        Some(Asks::Task { task: self.id.clone(), of })
    }

    /// For a delivery: the message to paste.
    pub fn to_paste(&self) -> Message {
        let with = self.paste.as_deref().cloned().unwrap_or_default();
        Message { text: self.text.clone(), ..with }
    }

    /// The options that an answer to this question chose, each once.
    pub fn chosen(&self, option: Option<u32>, value: &Value) -> Vec<u32> {
        let Value::List(items) = value else { return option.into_iter().collect() };
        let index = |item: &Value| self.options.iter().position(|option| item.as_str() == Some(option));
        items.iter().filter_map(index).map(|index| index as u32).collect()
    }
}

/// What a task is about that may be over before anybody has answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndsWith {
    /// The pause of every play is over.
    Resume,
    /// The message has arrived after all.
    Arrival(EffectId),
    /// The question is closed.
    Answer(TaskId),
}

impl EndsWith {
    /// The answer with which the journal closes the task.
    pub(super) const fn answer(&self) -> &'static str {
        match self {
            Self::Resume => "resumed",
            Self::Arrival(_) => "arrived",
            Self::Answer(_) => "answered",
        }
    }
}

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// `task`
    Task,
    /// `approve`, and the decision of a `prune`.
    Approval,
    /// `ask`: put to the group.
    Question,
    /// A post on a manual channel.
    Delivery,
    /// Members whom a person removes because the platform cannot.
    Removal,
}

impl TaskKind {
    /// The word, as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Approval => "approval",
            Self::Question => "question",
            Self::Delivery => "delivery",
            Self::Removal => "removal",
        }
    }
}
