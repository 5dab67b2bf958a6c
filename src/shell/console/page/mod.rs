//! Pages: pure functions from a view and the frame around it to markup. Never asks what somebody may.

pub(super) mod phone;
pub(super) mod today;
