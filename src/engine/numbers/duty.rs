//! Who answers questions, and within how long: what `answer_within` of a role comes to while somebody has it.
//!
//! Plain data, and when an answer is due by it; who that is at an instant is decided elsewhere.

use super::{Numbers, kept::OpenQuestion};
use crate::{
    base::{
        ids::{PersonId, RoleName},
        time::{ClockTime, Duration, Timestamp},
    },
    model::{budget::Quiet, hours::Hours},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    fn whose(&self) -> impl Iterator<Item = String> + '_ {
        let role = self.role.iter().map(|role| format!("role {role}"));
        role.chain(self.people.iter().map(|person| format!("person {person}")))
    }
}

/// From now on questions are this duty.
pub(super) fn apply(numbers: &mut Numbers, duty: &AnswerDuty) {
    numbers.duty = duty.role.is_some().then(|| Arc::new(duty.clone()));
}

/// A question that is asked now: by when it is to be answered, and by whom.
pub(super) fn owed(numbers: &Numbers, question: OpenQuestion) -> OpenQuestion {
    let Some(duty) = &numbers.duty else { return question };
    let zone = numbers.zone();
    let asleep = duty.asleep.iter().map(|(from, to)| Quiet { from: *from, to: *to });
    let begins: Timestamp = Hours::outside(asleep.collect(), &zone).from(question.at);
    OpenQuestion { due: Some(begins.plus(duty.within)), whose: duty.whose().collect(), ..question }
}
