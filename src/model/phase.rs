//! A phase: a named period in a group's life.

use crate::{
    base::{
        ids::{PhaseName, PlayName},
        time::Duration,
    },
    script::expr::Expr,
};

/// A named period; a group is in one at a time, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// The name of the phase.
    pub name: PhaseName,
    /// When this is true the next phase is entered; tested after every input, at wakes and at local midnight.
    pub until: Option<Expr>,
    /// When this has passed the next phase is entered, whatever `until` says.
    pub timeout: Option<Duration>,
    /// The play made of `on_enter`'s steps, started when the phase is entered.
    pub on_enter: Option<PlayName>,
    /// In a final phase nothing starts and nothing wakes the group.
    pub is_final: bool,
}
