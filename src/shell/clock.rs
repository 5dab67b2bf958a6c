//! The clock: the one place that reads real time. Everybody else is told what time it is.

#![expect(clippy::disallowed_methods, reason = "owns the clock")]

use crate::base::time::Timestamp;

/// The real time, in whole milliseconds. May jump in both directions; a group's clock never goes backwards all
/// the same, because the engine takes the later of the two.
pub fn now() -> Timestamp {
    Timestamp::from_jiff(jiff::Timestamp::now())
}
