//! The look at all members of a large group: in parts once a day has closed, so that no decision looks at everybody.
//!
//! What it found stands until the next one is over. Where there are few members they are looked at when a number is
//! read.

use super::{cohort::Due, survey::Survey};
use crate::base::{civil_day::CivilDay, ids::MemberId, limits, member::Members, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// What the last look found, and the one that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Round {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<Arc<Survey>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) going: Option<Box<Going>>,
    /// When the next part is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Timestamp>,
}

/// A look that is under way: first for those who look after the group, then for everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Going {
    /// The day that was closed.
    pub(super) day: CivilDay,
    /// When that day ended.
    pub(super) end: Timestamp,
    /// Whether those who look after the group are known.
    pub(super) counting: bool,
    /// The member who was looked at last.
    pub(super) after: Option<MemberId>,
    /// The numbers of those who look after the group.
    pub(super) staff: BTreeSet<u32>,
    /// What was found so far.
    pub(super) found: Survey,
    /// Cohorts of which a month is over.
    pub(super) due: Due,
}

/// Whether a group has more members than one decision looks at.
pub(super) fn is_large(members: &Members) -> bool {
    members.len() > limits::MEMBERS_AT_ONCE_MAX
}

impl Round {
    /// Whether nothing is known and nothing under way.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// There are so few members by now that they are looked at when a number is read.
    pub(super) fn forget(&mut self) {
        (self.found, self.going) = (None, None);
    }

    /// When the next part is looked at.
    pub fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// What the last look found.
    pub(super) fn found(&self) -> Option<&Arc<Survey>> {
        self.found.as_ref()
    }

    /// A day has closed: everybody is looked at as they were at its end.
    pub(super) fn begin(&mut self, day: CivilDay, end: Timestamp, due: Due) {
        self.going = Some(Box::new(Going {
            day,
            end,
            counting: false,
            after: None,
            staff: BTreeSet::new(),
            found: Survey::default(),
            due,
        }));
    }

    /// Whether more is to be looked at once the next part has been.
    pub(super) fn goes_on(&self, members: &Members) -> bool {
        self.going.as_ref().is_some_and(|going| {
            let part = members.after(going.after.as_ref()).take(limits::MEMBERS_AT_ONCE_MAX);
            !going.counting || part.count() == limits::MEMBERS_AT_ONCE_MAX
        })
    }
}
