//! A row of the calendar: one play and what is on each day.

use super::mark::Mark;
use crate::base::ids::PlayName;

/// A play's row of a calendar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lane {
    /// The play of the lane.
    pub(crate) play: PlayName,
    /// As people call it.
    pub(crate) title: String,
    /// What is on each day.
    pub(crate) days: Vec<Vec<Mark>>,
}
