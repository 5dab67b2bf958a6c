//! A number of the playbook's own: how it is computed, what it should come to by when, and of what it is made.
//!
//! What the playbook says; the value is found out by the engine.

use crate::{
    base::{
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    script::expr::Expr,
};
use std::{fmt, sync::Arc};

/// One of `metrics`.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnNumber {
    /// The name under `metrics`.
    pub name: Arc<str>,
    /// `title`: what it says; its name where nothing is said.
    pub title: Option<Arc<str>>,
    /// How it is computed.
    pub reckoned: Reckoned,
    /// `target`
    pub target: Option<NumberTarget>,
    /// `by`: when the target should be reached.
    pub by: Option<TargetDate>,
    /// `parts`: the numbers of which it is made, of one's own or of the table.
    pub parts: Vec<Arc<str>>,
}

/// How a number is computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Reckoned {
    /// `value`: of other numbers.
    Value(Expr),
    /// `count` or `sum`: of signals.
    Signals {
        /// The signal.
        on: Arc<str>,
        /// What each adds; 1 where nothing is said.
        sum: Option<Expr>,
        /// Over so many days, today being one of them.
        over: u32,
    },
}

impl Reckoned {
    /// What is counted, as the file says it: another text begins anew. None where nothing is counted.
    pub fn counted(&self) -> Option<String> {
        match self {
            Self::Value(_) => None,
            Self::Signals { on, sum: None, .. } => Some(on.to_string()),
            Self::Signals { on, sum: Some(sum), .. } => Some(format!("{} on {on}", sum.source())),
        }
    }
}

/// Which values are meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberTarget {
    /// How it is compared.
    pub than: ComparedWith,
    /// With what.
    pub limit: f64,
}

/// How a value is compared with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparedWith {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `<`
    Less,
}

impl ComparedWith {
    /// Each with its sign.
    pub const ALL: [(&'static str, Self); 4] =
        [(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::More), ("<", Self::Less)];
}

impl NumberTarget {
    /// Whether a value is meant.
    pub fn is_met(self, value: f64) -> bool {
        match self.than {
            ComparedWith::AtLeast => value >= self.limit,
            ComparedWith::AtMost => value <= self.limit,
            ComparedWith::More => value > self.limit,
            ComparedWith::Less => value < self.limit,
        }
    }
}

impl fmt::Display for NumberTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = ComparedWith::ALL.iter().find(|(_, than)| *than == self.than).map_or("", |(sign, _)| sign);
        write!(f, "{sign} {}", self.limit)
    }
}

/// When a target should be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetDate {
    /// So long after the group began.
    After(Duration),
    /// At an instant.
    At(Timestamp),
}

impl TargetDate {
    /// The instant, for a group that began at another.
    pub fn of(self, created: Timestamp) -> Timestamp {
        match self {
            Self::After(length) => created.plus(length),
            Self::At(at) => at,
        }
    }
}

impl OwnNumber {
    /// How it is computed, in words.
    pub fn how(&self) -> Phrase {
        match &self.reckoned {
            Reckoned::Value(value) => Phrase::same(value.source()),
            Reckoned::Signals { on, sum: None, over } => {
                phrase!("signals `{on}` of {over} days", "{over} 天内 `{on}` 信号的个数")
            }
            Reckoned::Signals { on, sum: Some(sum), over } => {
                let sum = sum.source();
                phrase!(
                    "sum of {sum} over the signals `{on}` of {over} days",
                    "{over} 天内 `{on}` 信号的 {sum} 之和"
                )
            }
        }
    }
}

/// The numbers that an expression names after `metrics.`.
pub fn named(expression: &str) -> impl Iterator<Item = &str> {
    expression.split("metrics.").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty())
    })
}

/// The name for those who did anything on the day of a run's anchor, among the `numbers` of a task.
pub const ATTENDANCE: &str = "attendance";

/// A number that a task shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Its name: of the table, of the playbook's own, or [`ATTENDANCE`].
    pub name: Arc<str>,
    /// What it takes, where that is said.
    pub taken: Option<u32>,
}
