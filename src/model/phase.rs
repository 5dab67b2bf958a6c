//! A phase: a named period in a group's life.

use crate::{
    base::{
        ids::{PhaseName, PlayName},
        time::Duration,
    },
    script::expr::Expr,
};
use std::sync::Arc;

/// A named period; a group is in one at a time, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// The name of the phase.
    pub name: PhaseName,
    /// `title`: the name that people see, where it is another one.
    pub title: Option<Arc<str>>,
    /// When this is true the next phase is entered; tested after every input, at wakes and at local midnight.
    pub until: Option<Expr>,
    /// When this has passed the next phase is entered, whatever `until` says.
    pub timeout: Option<Duration>,
    /// The play made of `on_enter`'s steps, started when the phase is entered.
    pub on_enter: Option<PlayName>,
    /// In a final phase nothing starts and nothing wakes the group.
    pub is_final: bool,
}

impl Phase {
    /// The name that people see.
    pub fn shown(&self) -> &str {
        self.title.as_deref().unwrap_or_else(|| self.name.as_str())
    }
}
