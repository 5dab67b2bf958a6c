//! What became of a message that was sent: taken back, or corrected.

use crate::{base::ids::StepId, engine::operation::Operation};

/// What became of a message afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revised {
    /// It was taken back.
    Recalled,
    /// It was corrected.
    Corrected,
}

impl Revised {
    /// Whether there is nothing left to revise.
    pub(crate) const fn is_gone(self) -> bool {
        matches!(self, Self::Recalled)
    }
}

/// What an operator has made of a step afterwards: taken it back, corrected it, given it other words.
pub(super) fn afterwards(did: &Operation) -> Option<(StepId, Option<Revised>, Option<String>)> {
    match did {
        Operation::Recalled { effect, .. } => {
            Some((step_of(effect.as_str())?, Some(Revised::Recalled), None))
        }
        Operation::Corrected { effect, text, .. } => {
            Some((step_of(effect.as_str())?, Some(Revised::Corrected), Some(text.clone())))
        }
        Operation::Reworded { step, text, .. } => Some((step.clone(), None, Some(text.clone()))),
        _ => None,
    }
}

/// The step of a message.
pub(super) fn step_of(effect: &str) -> Option<StepId> {
    effect.rsplit('/').nth(1).map(StepId::new)
}
