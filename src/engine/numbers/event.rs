//! Who said that they come to a date, and who came: kept of the last dates.
//!
//! Plain data in bounds.

use crate::base::{
    civil_day::CivilDay,
    ids::{MemberId, RunId},
};
use serde::{Deserialize, Serialize};

/// For so many days after a date it counts what those do who came.
pub(super) const AFTER: i32 = 30;

/// A date that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The run about it.
    pub(super) run: RunId,
    /// The day of the date.
    pub(super) day: CivilDay,
    /// Who had said that they come.
    pub(super) signed: Vec<MemberId>,
    /// Of the members, who came.
    pub(super) came: Vec<MemberId>,
    /// How many came, those included whom nobody knows.
    pub(super) heads: u32,
    /// Whether somebody ticked them off.
    pub(super) door: bool,
    /// Of either, who bought something in the month after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) paid: Vec<MemberId>,
}
