//! Why a run exists, and why a phase was entered.
//!
//! Plain data in entries; decides nothing.

use crate::base::{
    ids::{MemberId, RunId},
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why a run exists.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cause {
    /// The id of the date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Arc<str>>,
    /// `date` in expressions.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub values: Value,
    /// The signals, as `Signal::to_value` gives them; the first is `signal` in expressions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Value>,
    /// The member of `per: member`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// `args`
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub args: Value,
    /// Whether a person started it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// Why a phase was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum PhaseCause {
    /// The group was adopted.
    Adopted,
    /// `until` became true.
    Until {
        /// As it was written.
        condition: String,
    },
    /// `timeout` passed.
    Timeout,
    /// An `enter` step.
    Step {
        /// Of this run.
        run: RunId,
    },
    /// The playbook that is in force now has no phase of the old name.
    Edit,
}
