//! What is open for people, and what they pressed lately: parts of the state.

use super::{entry::Task, state::Run, turn::Turn};
use crate::base::{
    ids::{MemberId, StepId},
    stored::is_default,
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A task, an approval or a question that is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenTask {
    /// What was asked.
    pub task: Task,
    /// Whether the reminder was sent.
    pub reminded: bool,
    /// Whether the escalation was sent.
    pub escalated: bool,
    /// By place in the task's list: what was answered; `true` where it was only ticked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ticks: BTreeMap<u32, Value>,
    /// By member: the option's index and the answer.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub answers: imbl::OrdMap<MemberId, (Option<u32>, Value)>,
    /// By member: when they answered, among the others, and whether the answer takes a place.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub turns: imbl::OrdMap<MemberId, Turn>,
    /// By option, what somebody has counted elsewhere and entered: it takes the place of what was heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<u32>,
    /// How many turns were ever taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub turn: u64,
    /// How many answers take a place.
    #[serde(default, skip_serializing_if = "is_default")]
    pub seated: u64,
}

/// An answer of a person to a task, and what was there before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Press {
    /// The task as it was open.
    pub open: OpenTask,
    /// The run that waited for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Arc<Run>>,
    /// The step that has used the answer; what is used cannot be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<StepId>,
}
