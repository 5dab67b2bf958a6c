//! A schedule: a rule that yields instants. The one piece of code that decides when.
//!
//! Pure civil-time arithmetic on the bundled zone database; `plan`, `next`, `simulate`, `status` and the live
//! engine all ask here. Every question is answered from its arguments alone and costs about the same whatever the
//! form: nothing is walked instant by instant, and nothing is remembered.

mod cron;
mod days;
mod describe;
mod face;
mod near_miss;
mod parse;
#[cfg(test)]
mod daemon;
#[cfg(test)]
mod properties;

pub use cron::Cron;
pub use days::{Days, MonthDay, Weekdays};

use super::calendar::Calendar;
use crate::base::{
    ids::RoleName,
    time::{ClockTime, Duration, Timestamp, Zone},
};
use face::{Civil, DAY, Rule};
use jiff::civil::DateTime;
use std::iter;

/// A rule that yields instants.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// `15m`: exact multiples of a length, counted from `from` (itself the first), else from 1970-01-01 00:00 in
    /// the playbook's zone. At least one second.
    Interval(Duration),
    /// `friday at 20:00`: fixed civil times on certain days.
    Fixed {
        /// The days.
        days: Days,
        /// The times of each of them: sorted, no two equal, never empty.
        times: Vec<ClockTime>,
    },
    /// `cron`
    Cron(Cron),
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

impl<'a> Frame<'a> {
    /// A zone and nothing else.
    pub fn of(zone: &'a Zone) -> Self {
        Self { zone, from: None, until: None, workdays: None }
    }
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
    /// Reads the text of `every:`. The forms are those of DESIGN 4.2; the error names the bytes it is about.
    pub fn parse_every(text: &str) -> Result<Self, ScheduleError> {
        parse::every(text)
    }

    /// Reads the text of `cron:`: five fields as Debian's crontab(5), six with seconds in front, or a nickname such
    /// as `@daily`.
    pub fn parse_cron(text: &str) -> Result<Self, ScheduleError> {
        Cron::parse(text).map(Self::Cron)
    }

    /// The first instant strictly after another; `None` when there is none in fifty years, and for `term of`,
    /// which needs a group.
    pub fn next_after(&self, after: Timestamp, frame: &Frame<'_>) -> Option<Timestamp> {
        let first = frame.from.map_or(Timestamp::MIN, |from| from);
        let after = after.max(Timestamp::from_millis(first.as_millis() - 1));
        if after >= Timestamp::MAX {
            return None;
        }
        let next = match self {
            Self::Interval(length) => Some(next_multiple(*length, after, frame)),
            Self::Fixed { days, times } => {
                let origin = frame.from.map_or(0, |from| face::civil_at(frame.zone, from).div_euclid(DAY));
                let next = |civil| next_fixed(days, times, civil, origin, frame.workdays);
                face::first_after(frame.zone, after, Rule::Fixed, next)
            }
            Self::Cron(cron) => {
                let rule = if cron.is_wild() { Rule::CronWild } else { Rule::CronFixed };
                face::first_after(frame.zone, after, rule, |civil| cron.next(civil))
            }
            Self::Term(_) => None,
        };
        let horizon = Duration::DAY.times(days::HORIZON);
        next.filter(|at| {
            at.since(after) <= horizon && *at <= Timestamp::MAX && frame.until.is_none_or(|until| *at < until)
        })
    }

    /// Every instant at or after `from` and before `to`, in order.
    pub fn between<'a>(
        &'a self,
        from: Timestamp,
        to: Timestamp,
        frame: &'a Frame<'a>,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        let before = Timestamp::from_millis(from.as_millis().saturating_sub(1));
        let first = self.next_after(before, frame);
        iter::successors(first, move |at| self.next_after(*at, frame)).take_while(move |at| *at < to)
    }

    /// Whether it names clock times, so that the playbook needs a zone. An interval does not, and a handover gets
    /// its time from the role's `from`.
    pub fn needs_zone(&self) -> bool {
        matches!(self, Self::Fixed { .. } | Self::Cron(_))
    }

    /// Whether it names working days, so that it wants a calendar with `off` and `work`.
    pub fn needs_workdays(&self) -> bool {
        matches!(self, Self::Fixed { days: Days::Workday, .. })
    }

    /// The clock times it names; none for intervals, cron and handovers.
    pub fn clock_times(&self) -> &[ClockTime] {
        match self {
            Self::Fixed { times, .. } => times,
            _ => &[],
        }
    }
}

/// The next `n` instants strictly after another, fewer when the schedule ends: what `playbook next` prints.
pub fn next_instants(schedule: &Schedule, zone: &Zone, from: Timestamp, n: usize) -> Vec<Timestamp> {
    let frame = Frame::of(zone);
    let first = schedule.next_after(from, &frame);
    iter::successors(first, |at| schedule.next_after(*at, &frame)).take(n).collect()
}

/// The first multiple of a length strictly after an instant.
fn next_multiple(length: Duration, after: Timestamp, frame: &Frame<'_>) -> Timestamp {
    let origin = frame.from.unwrap_or_else(|| frame.zone.instant(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)));
    let step = length.as_millis().max(1);
    let passed = after.since(origin).as_millis().div_euclid(step);
    origin.plus(length.times(passed + 1))
}

/// The first civil second at or after another that is one of the times on one of the days.
fn next_fixed(
    days: &Days,
    times: &[ClockTime],
    civil: Civil,
    origin: i64,
    workdays: Option<&Calendar>,
) -> Option<Civil> {
    let seconds = |time: &ClockTime| {
        i64::from(time.hour) * 3_600 + i64::from(time.minute) * 60 + i64::from(time.second)
    };
    let (today, now) = (civil.div_euclid(DAY), civil.rem_euclid(DAY));
    let from = if times.iter().any(|time| seconds(time) >= now) { today } else { today + 1 };
    let day = days.next(from, origin, workdays)?;
    let earliest = if day == today { now } else { 0 };
    let time = times.iter().map(seconds).find(|second| *second >= earliest)?;
    Some(day * DAY + time)
}
