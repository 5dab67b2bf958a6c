//! What starts a play: a schedule, dates, a signal, or nothing but a command.

use super::schedule::Schedule;
use crate::{
    base::{
        time::{ClockTime, Duration, Timestamp},
        value::Map,
    },
    script::expr::Expr,
};
use std::sync::Arc;

/// What starts a play.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// `every` or `cron`.
    Schedule(Schedule),
    /// `dates`, in order of their instants.
    Dates(Vec<Arc<DateEntry>>),
    /// `on`
    Signal(OnSignal),
    /// Started by `start:` or by an operator.
    Command,
}

/// One entry of `dates`.
#[derive(Debug, Clone, PartialEq)]
pub struct DateEntry {
    /// Its identity: `id`, else its `at` as it was written.
    pub id: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Every key of the entry, `id` and `at` (a time) included: `date` in expressions.
    pub values: Arc<Map>,
}

/// A play that answers signals.
#[derive(Debug, Clone, PartialEq)]
pub struct OnSignal {
    /// The signal's name.
    pub name: Arc<str>,
    /// Only signals for which this is true.
    pub filter: Option<Expr>,
    /// Collect signals for a while.
    pub batch: Option<Batch>,
    /// One run a member, ended when the member leaves.
    pub per_member: bool,
}

/// The window that the first signal opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// So long.
    For(Duration),
    /// To the next such clock time.
    Until(ClockTime),
}
