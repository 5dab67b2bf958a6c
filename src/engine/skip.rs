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
    /// Deciding it broke the engine, or a condition of the file could not be decided.
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

    /// Why nothing starts where a condition of the file cannot be decided: it is as if it were false, and a trouble.
    pub(super) fn undecided(key: &str, condition: &str, error: &EvalError) -> Self {
        Self::Broken { error: undecided(key, condition, error) }
    }

    /// What broke the engine, or could not be decided, if that is why.
    pub fn broken(&self) -> Option<&Phrase> {
        if let Self::Broken { error } = self { Some(error) } else { None }
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
