//! A fact that somebody outside has reported, or that a step has sent.

use crate::base::{
    ids::{InputId, MemberId},
    time::Timestamp,
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A fact reported from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// `member.joined`, `message`, … or the playbook's own.
    pub name: Arc<str>,
    /// The id of the signal.
    pub id: InputId,
    /// When it was received, or sent by a step.
    #[serde(rename = "sent")]
    pub at: Timestamp,
    /// When it happened, as whoever reported it says; none where that is when it was received.
    #[serde(rename = "time", default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
    /// The member it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

impl Signal {
    /// When it happened: as it was reported, else when it was received.
    pub fn happened(&self) -> Timestamp {
        self.sent.unwrap_or(self.at)
    }

    /// As expressions and scripts see it: `signal`.
    pub fn to_value(&self) -> Value {
        Value::map([
            ("name", Value::str(&self.name)),
            ("at", Value::Time(self.at)),
            ("sent", Value::Time(self.happened())),
            ("id", Value::str(self.id.as_str())),
            ("member", self.member.as_ref().map_or(Value::Null, |m| Value::str(m.as_str()))),
            ("data", self.data.clone()),
        ])
    }
}
