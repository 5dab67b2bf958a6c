//! What a member has of one kind of points.
//!
//! Plain data; who gives points is the scripts' and the steps' matter.

use super::civil_day::CivilDay;
use serde::{Deserialize, Serialize};

/// Points of one kind: what somebody has given, or was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PointsAccount {
    /// How many points the member has.
    pub points: i64,
    /// The last day on which there were any.
    pub day: CivilDay,
    /// On how many days in a row, up to that one.
    pub streak: u32,
}

impl PointsAccount {
    /// Adds points on a day.
    pub fn add(&mut self, points: i64, day: CivilDay) {
        self.points = self.points.saturating_add(points);
        if points <= 0 || self.streak > 0 && day <= self.day {
            return;
        }
        self.streak =
            if self.streak > 0 && day == self.day.plus(1) { self.streak.saturating_add(1) } else { 1 };
        self.day = day;
    }

    /// How many days in a row, as it stands on a day: yesterday's still counts.
    pub fn streak_on(&self, day: CivilDay) -> u32 {
        if day <= self.day.plus(1) { self.streak } else { 0 }
    }
}
