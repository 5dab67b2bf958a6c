//! What would happen? The plan of what is certain, and the real engine in virtual time.
//!
//! Pure: never reads a clock, a file or a socket; the same arguments give the same bytes.

pub mod timetable;
pub mod preview;
pub mod plan;
