//! Why something did not happen: an occurrence, a range of them, or a step.
//!
//! Stored for ever, as the facts that carry it are.

use crate::base::{
    ids::{EffectId, PhaseName, RunId},
    phrase::{Phrase, kept, phrase},
    time::Duration,
};
use crate::{model::play::Play, script::expr::EvalError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why an occurrence, a range of them, or a step did not happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Skip {
    /// Later than `max_late` allows.
    Late {
        /// By how much.
        by: Duration,
        /// How much is allowed.
        max: Duration,
    },
    /// `catch_up` chose others.
    CatchUp,
    /// The last run was still open.
    Overlap {
        /// That run.
        open: RunId,
    },
    /// The day is in `except`, or in none of `only`.
    Calendar {
        /// The calendar.
        calendar: Arc<str>,
    },
    /// The group was not in a phase of `during`.
    Phase {
        /// The phase it was in.
        phase: PhaseName,
    },
    /// The condition was false.
    When {
        /// The condition as it was written.
        condition: String,
        /// Of a play's `when` that could not be decided: why. It counts as false.
        #[serde(default, with = "kept", skip_serializing_if = "Phrase::is_empty")]
        error: Phrase,
    },
    /// The play, or everything, was paused.
    Paused,
    /// The file switches the play off.
    Disabled,
    /// Another play is rehearsed alone.
    LeftOut,
    /// An operator said so.
    Operator,
    /// Its time lay before the moment at which somebody started the run by hand.
    Behind,
    /// The message on which the step depends was not delivered.
    Undelivered {
        /// The message that was not delivered.
        effect: EffectId,
    },
    /// A limit of the program was reached.
    Limit {
        /// Which, with its number.
        limit: String,
    },
    /// Deciding it broke the engine.
    Broken {
        /// What was said.
        #[serde(with = "kept")]
        error: Phrase,
    },
}

impl Skip {
    /// Why a play that is not enabled does not start.
    pub(super) fn off(play: &Play) -> Self {
        if play.left_out { Self::LeftOut } else { Self::Disabled }
    }

    /// A condition that is false.
    pub(super) fn when(condition: impl Into<String>) -> Self {
        Self::When { condition: condition.into(), error: Phrase::default() }
    }

    /// Why nothing starts where a play's `when` cannot be decided: it is as if it were false, and a trouble.
    pub(super) fn undecided(condition: &str, error: &EvalError) -> Self {
        Self::When { condition: format!("{condition} ({error})"), error: undecided("when", condition, error) }
    }

    /// What broke the engine, or could not be decided, if that is why.
    pub fn broken(&self) -> Option<&Phrase> {
        match self {
            Self::Broken { error } => Some(error),
            Self::When { error, .. } => Some(error).filter(|error| !error.is_empty()),
            _ => None,
        }
    }
}

/// That a condition cannot be decided, in words.
pub(super) fn undecided(key: &str, condition: &str, error: &EvalError) -> Phrase {
    let error = &error.0;
    phrase!(
        "`{key}: {condition}` cannot be decided: {error}",
        "`{key}: {condition}` 无法判断：{error}";
        error
    )
}
