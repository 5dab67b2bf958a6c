//! What became of a step, and what is said of it in an answer.

use super::{Finding, Verdict};
use crate::base::phrase::Phrase;

/// What became of a step, as far as the journal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was done on time.
    Done,
    /// It was done late.
    Late,
    /// The step waits.
    Waits,
    /// Its message is held.
    Held,
    /// Its message was held and has gone since.
    Released,
    /// Its message was never sent.
    NotSent,
    /// It was too late.
    Missed,
    /// Its condition was false, or an operator skipped it.
    Skipped,
    /// The step failed.
    Failed,
}

impl Fate {
    /// Whether an answer about the whole run has to say it.
    pub(super) fn is_worth_telling(self) -> bool {
        !matches!(self, Self::Done | Self::Waits)
    }

    /// Whether it let the step happen.
    pub(super) fn holds(self) -> Option<bool> {
        match self {
            Self::Held | Self::NotSent | Self::Missed | Self::Failed => Some(false),
            Self::Done | Self::Late | Self::Waits | Self::Released | Self::Skipped => None,
        }
    }

    /// The same as an answer.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Done => Verdict::Happened,
            Self::Late | Self::Released => Verdict::Late,
            Self::Waits => Verdict::Open,
            Self::Held => Verdict::Held,
            Self::NotSent => Verdict::NotSent,
            Self::Missed => Verdict::Missed,
            Self::Skipped => Verdict::Skipped,
            Self::Failed => Verdict::Failed,
        }
    }
}

/// A step in an answer.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) fate: Fate,
    /// One sentence.
    pub(super) says: Phrase,
    pub(super) findings: Vec<Finding>,
}

impl Note {
    pub(super) fn new(fate: Fate, says: Phrase) -> Self {
        Self { fate, says, findings: Vec::new() }
    }

    pub(super) fn because(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }
}
