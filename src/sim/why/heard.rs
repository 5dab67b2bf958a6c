//! The signals that a play answers, as the journal has them.

use super::{Cited, Finding};
use crate::engine::input::Signal;

/// The signals of a play that answers them.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) all: usize,
    pub(super) met: usize,
    pub(super) last: Option<(Cited, Finding)>,
    pub(super) signal: Option<Signal>,
}
