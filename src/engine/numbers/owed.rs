//! By when a question is to be answered, and by whom: from whoever has that duty when it is asked.
//!
//! Reads the duty; who has it is decided elsewhere.

use super::{Numbers, duty::AnswerDuty, kept::OpenQuestion};
use crate::{
    base::time::Timestamp,
    model::{budget::Quiet, hours::Hours},
};
use std::sync::Arc;

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
