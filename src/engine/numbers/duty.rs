//! Who answers questions, and within how long: what `answer_within` of a role comes to while somebody has it.
//!
//! Plain data; who that is at an instant, and when an answer is due by it, is decided elsewhere.

use crate::base::{
    ids::{PersonId, RoleName},
    time::{ClockTime, Duration},
};
use serde::{Deserialize, Serialize};

/// Who answers questions from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerDuty {
    /// The role whose duty it is; none where it is nobody's any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
    /// Who has the role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
    /// How long an answer may take.
    pub within: Duration,
    /// The hours that do not count, from and to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asleep: Vec<(ClockTime, ClockTime)>,
}

impl AnswerDuty {
    /// Whose duty it is, as numbers name them.
    pub(super) fn whose(&self) -> impl Iterator<Item = String> + '_ {
        let role = self.role.iter().map(|role| format!("role {role}"));
        role.chain(self.people.iter().map(|person| format!("person {person}")))
    }
}
