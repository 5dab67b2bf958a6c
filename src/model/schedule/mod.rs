//! A schedule: a rule that yields instants. The one piece of code that decides when.
//!
//! Pure civil-time arithmetic on the bundled zone database; `plan`, `next`, `simulate`, `status` and the live
//! engine all ask here.

use super::calendar::Calendar;
use crate::base::{
    ids::RoleName,
    locale::Locale,
    time::{Timestamp, Zone},
};

/// A rule that yields instants.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// `term of host`: the engine asks the group's role.
    Term(RoleName),
}

/// What a schedule is counted against.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The playbook's zone.
    pub zone: &'a Zone,
    /// The play's `from`: intervals and numbered weeks are counted from it, and nothing is before it.
    pub from: Option<Timestamp>,
    /// The play's `until`: nothing is at or after it.
    pub until: Option<Timestamp>,
    /// The calendar that tells working days, for `workday`; without one Monday to Friday.
    pub workdays: Option<&'a Calendar>,
}

/// Why a schedule could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    /// What was found and what was expected.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The bytes of the text it is about.
    pub range: std::ops::Range<usize>,
}

impl Schedule {
    /// Reads the text of `every:`.
    pub fn parse_every(text: &str) -> Result<Self, ScheduleError> {
        let _ = text;
        Err(ScheduleError { message: "not built".into(), help: None, range: 0..0 })
    }

    /// Reads the text of `cron:`.
    pub fn parse_cron(text: &str) -> Result<Self, ScheduleError> {
        let _ = text;
        Err(ScheduleError { message: "not built".into(), help: None, range: 0..0 })
    }

    /// The first instant strictly after another; `None` when there is none in fifty years, and for `term of`,
    /// which needs a group.
    pub fn next_after(&self, after: Timestamp, frame: &Frame<'_>) -> Option<Timestamp> {
        let _ = (after, frame);
        None
    }

    /// Whether it names clock times, so that the playbook needs a zone.
    pub fn needs_zone(&self) -> bool {
        true
    }

    /// Whether it names working days, so that it wants a calendar with `off` and `work`.
    pub fn needs_workdays(&self) -> bool {
        false
    }

    /// In words: "every Wednesday at 20:30".
    pub fn describe(&self, locale: Locale) -> String {
        let _ = locale;
        String::new()
    }
}
