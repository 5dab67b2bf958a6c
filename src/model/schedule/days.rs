//! Which days a fixed civil time falls on: every day, weekdays, days of the month or of the year, each with a
//! count ("every second week").
//!
//! Days are integers ([`super::face`]); nothing here knows zones or instants.

use super::face::{Day, date_of, month_days, weekday_of};
use crate::model::calendar::Calendar;

/// How far ahead a day is looked for: fifty years.
pub(super) const HORIZON: i64 = 366 * 50;

/// The days of a schedule of fixed civil times. Counts (`every`) are at least 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Days {
    /// Every so many days, counted from the day of `from`, else from 1970-01-01.
    Day {
        /// 1 for every day.
        every: u32,
    },
    /// Working days.
    Workday,
    /// Days of the week, in every so many weeks; weeks begin on Monday and are counted from the week of `from`,
    /// else from the week of 1970-01-01 (that of Monday 1969-12-29).
    Week {
        /// 1 for every week.
        every: u32,
        /// Never empty.
        on: Weekdays,
    },
    /// Days of the month, in every so many months, counted from the month of `from`, else from January 1970.
    Month {
        /// 1 for every month.
        every: u32,
        /// Sorted, never empty.
        on: Vec<MonthDay>,
    },
    /// Days of the year as month and day, in every so many years, counted from the year of `from`, else from 1970.
    Year {
        /// 1 for every year.
        every: u32,
        /// Sorted, never empty; 02-29 comes in leap years only.
        on: Vec<(i8, i8)>,
    },
}

/// A day of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MonthDay {
    /// By number, 1 to 31; a month that has no such day is skipped.
    Number(i8),
    /// The nth (1 to 5) of a weekday (0 is Monday); a month that has no fifth is skipped.
    Nth(i8, u32),
    /// The last of a weekday (0 is Monday).
    Last(u32),
    /// The last day.
    LastDay,
    /// The nth (1 to 5) working day; a month without so many is skipped.
    Workday(i8),
    /// The last working day.
    LastWorkday,
}

/// A set of days of the week; bit 0 is Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b001_1111);
    /// Saturday and Sunday.
    pub const WEEKEND: Self = Self(0b110_0000);
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// The days in it, 0 for Monday, in order.
    pub fn iter(self) -> impl Iterator<Item = u32> {
        (0..7).filter(move |day| self.0 & (1 << day) != 0)
    }
}

impl Days {
    /// The first of these days at or after a day; `origin` is the day that counts are counted from.
    pub(super) fn next(&self, from: Day, origin: Day, workdays: Option<&Calendar>) -> Option<Day> {
        match self {
            Self::Day { every } => Some(align(from, origin, *every)),
            Self::Workday => (from..from + HORIZON).find(|day| is_workday(*day, workdays)),
            Self::Week { every, on } => {
                let monday = |week: i64| week * 7 - 3;
                let this = (from + 3).div_euclid(7);
                let week = align(this, (origin + 3).div_euclid(7), *every);
                let rest = if week == this { on.0 >> weekday_of(from) << weekday_of(from) } else { on.0 };
                if rest != 0 {
                    return Some(monday(week) + i64::from(rest.trailing_zeros()));
                }
                let next = align(week + 1, (origin + 3).div_euclid(7), *every);
                (on.0 != 0).then(|| monday(next) + i64::from(on.0.trailing_zeros()))
            }
            Self::Month { every, on } => {
                let mut month = align(month_index(from), month_index(origin), *every);
                let end = month + HORIZON / 28;
                while month < end {
                    let (first, length) = month_days(month)?;
                    let days = on.iter().filter_map(|day| day.in_month(first, length, workdays));
                    if let Some(day) = days.map(|n| first + n - 1).filter(|day| *day >= from).min() {
                        return Some(day);
                    }
                    month += i64::from(*every);
                }
                None
            }
            Self::Year { every, on } => {
                let year_of = |day: Day| i64::from(date_of(day).year());
                let mut year = align(year_of(from), year_of(origin), *every);
                let end = year + HORIZON / 365;
                while year < end {
                    let days = on.iter().filter_map(|(month, day)| {
                        let (first, length) = month_days(year * 12 + i64::from(*month) - 1)?;
                        (i64::from(*day) <= length).then(|| first + i64::from(*day) - 1)
                    });
                    if let Some(day) = days.filter(|day| *day >= from).min() {
                        return Some(day);
                    }
                    year += i64::from(*every);
                }
                None
            }
        }
    }
}

impl MonthDay {
    /// Which day of a month it is, 1 for the first; the month is given by its first day and its length.
    fn in_month(self, first: Day, length: i64, workdays: Option<&Calendar>) -> Option<i64> {
        let first_such = |weekday: u32| 1 + (i64::from(weekday) - i64::from(weekday_of(first))).rem_euclid(7);
        let day = match self {
            Self::Number(n) => i64::from(n),
            Self::Nth(n, weekday) => first_such(weekday) + 7 * (i64::from(n) - 1),
            Self::Last(weekday) => {
                let early = first_such(weekday);
                early + (length - early) / 7 * 7
            }
            Self::LastDay => length,
            Self::Workday(n) => {
                let mut worked = (1..=length).filter(|day| is_workday(first + day - 1, workdays));
                worked.nth(usize::try_from(n - 1).ok()?)?
            }
            Self::LastWorkday => (1..=length).rev().find(|day| is_workday(first + day - 1, workdays))?,
        };
        (1..=length).contains(&day).then_some(day)
    }
}

/// The first number at or after `n` that is a multiple of `every` away from `origin`.
fn align(n: i64, origin: i64, every: u32) -> i64 {
    n + (origin - n).rem_euclid(i64::from(every.max(1)))
}

/// Months counted from January of the year 0.
fn month_index(day: Day) -> i64 {
    let date = date_of(day);
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

fn is_workday(day: Day, calendar: Option<&Calendar>) -> bool {
    match calendar {
        Some(calendar) => calendar.is_workday(date_of(day)),
        None => weekday_of(day) < 5,
    }
}
