//! Views of the console: what a page shows, as plain values. Pure: from what is published, who asks, and the instant.

pub(super) mod phone;
pub(super) mod today;
