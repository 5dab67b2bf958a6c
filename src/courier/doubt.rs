//! What a state that was put back says of messages: those that are due up to the end of the lost one may have been sent.
//!
//! A rule only. Who holds them, and until a person says what, is the ledger's.

use crate::{base::time::Timestamp, engine::entry::Outgoing};

/// Messages that a lost engine may have sent: those that are due up to this moment and are decided (again) from a
/// copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// The last moment at which the lost engine may have sent something.
    pub until: Timestamp,
}

impl Doubt {
    /// Whether this message may have been sent before. What a person pastes is asked of the person.
    pub fn covers(&self, out: &Outgoing) -> bool {
        out.manual.is_none() && out.due <= self.until
    }
}
