//! A calendar: days that are named, and for public holidays the working days that make up for them (调休).

use jiff::civil::{Date, Weekday};
use std::collections::BTreeSet;

/// Days by date. Covers what its file or list covers and nothing beyond.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Days in the calendar: holidays, key dates.
    pub off: BTreeSet<Date>,
    /// Saturdays and Sundays on which people work.
    pub work: BTreeSet<Date>,
    /// Whether it was written with `{ off, work }` and so tells working days.
    pub tells_work: bool,
}

impl Calendar {
    /// Whether a day is in the calendar.
    pub fn has(&self, day: Date) -> bool {
        self.off.contains(&day)
    }

    /// Whether people work on a day: a make-up day, or Monday to Friday and not off.
    pub fn is_workday(&self, day: Date) -> bool {
        self.work.contains(&day)
            || (!self.off.contains(&day) && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
    }

    /// The last day it says anything about.
    pub fn last_day(&self) -> Option<Date> {
        self.off.last().into_iter().chain(self.work.last()).max().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn make_up_days_are_worked_and_holidays_are_not() {
        // The week of 1 October 2026 with a make-up Saturday.
        let calendar = Calendar {
            off: (1..=7).map(|day| date(2026, 10, day)).collect(),
            work: [date(2026, 10, 10)].into(),
            tells_work: true,
        };
        for (day, workday) in
            [(1, false), (3, false), (7, false), (8, true), (9, true), (10, true), (11, false)]
        {
            assert_eq!(calendar.is_workday(date(2026, 10, day)), workday, "{day}");
        }
        assert!(calendar.has(date(2026, 10, 3)) && !calendar.has(date(2026, 10, 10)));
        assert_eq!(calendar.last_day(), Some(date(2026, 10, 10)));
        assert_eq!(Calendar::default().last_day(), None);
    }
}
