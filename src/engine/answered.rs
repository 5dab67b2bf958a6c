//! What a member answered, as a fact.
//!
//! Plain data in an entry; decides nothing. Stored for ever: it may gain fields with defaults, never lose or rename one.

use crate::base::{
    ids::{MemberId, TaskId},
    stored::is_default,
    value::Value,
};
use serde::{Deserialize, Serialize};

/// A member answered a question; a second answer of the same member takes the first one's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberAnswer {
    /// The question.
    pub task: TaskId,
    /// The member who answered.
    pub member: MemberId,
    /// The option's index, for a poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<u32>,
    /// What was answered: of several options chosen, a list.
    pub value: Value,
    /// Whether it takes one of the places.
    #[serde(default, skip_serializing_if = "is_default")]
    pub seat: bool,
    /// Whether who chose what is nobody's business.
    #[serde(default, skip_serializing_if = "is_default")]
    pub anonymous: bool,
}
