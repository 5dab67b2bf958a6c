//! What the plays with `whenever` wait for: whether it holds, since when, and whether it has started its play.
//!
//! Plain data; what holds is found out by the draft.

use crate::base::time::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, sync::Arc};

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Truth {
    /// The condition holds.
    #[serde(rename = "true")]
    True,
    /// It does not.
    #[serde(rename = "false")]
    False,
    /// Nobody knows: it reads something that is not heard.
    #[serde(rename = "unknown")]
    Unknown,
}

/// How the condition of a play stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What is waited for, as the file says it.
    pub expression: Arc<str>,
    /// Whether it holds.
    pub holds: Truth,
    /// Since when; for one that holds again after it was unknown, as if it had held all the time that counts.
    pub since: Timestamp,
    /// While it is unknown: for how long it had held before.
    #[serde(default, skip_serializing_if = "Duration::is_zero")]
    pub counted: Duration,
    /// When it will have held for long enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether it has had its effect: nothing starts before it was false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
    /// Whether it has started its play with this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub starts: bool,
}

/// The same, with when its play has started, as the state keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waited {
    /// How it stands.
    #[serde(flatten)]
    pub condition: Condition,
    /// When its play has started, the last times.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub starts: VecDeque<Timestamp>,
}
