//! A schedule: a rule that yields instants. The one piece of code that decides when.
//!
//! Pure civil-time arithmetic on the bundled zone database; `plan`, `next`, `simulate`, `status` and the live
//! engine all ask here. Every question is answered from its arguments alone and costs about the same whatever the
//! form: nothing is walked instant by instant, and nothing is remembered.

mod cron;
pub mod days;
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
use crate::base::phrase::Phrase;
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
#[error("{}", message.en)]
pub struct ScheduleError {
    /// What was found and what was expected.
    pub message: Phrase,
    /// What to write instead.
    pub help: Option<Phrase>,
    /// The bytes of the text it is about.
    pub range: std::ops::Range<usize>,
}

impl Schedule {
    /// Reads the text of `every:`. The forms are those of DESIGN 4.2; the error names the bytes it is about.
    pub fn parse_every(text: &str) -> Result<Self, ScheduleError> {
        parse::strict(text).map_err(|error| near_miss::advise(text, error))
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
        let after = after.max(first.just_before());
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
        let before = from.just_before();
        let first = self.next_after(before, frame);
        iter::successors(first, move |at| self.next_after(*at, frame)).take_while(move |at| *at < to)
    }

    /// The shortest time between two instants, looked for among a year's, or the first four hundred of them.
    pub fn least_interval(&self, frame: &Frame<'_>) -> Option<Duration> {
        if let Self::Interval(length) = self {
            return Some(*length);
        }
        if let Self::Term(_) = self {
            return Some(Duration::DAY);
        }
        let start = frame.from.unwrap_or_else(|| Timestamp::from_millis(0));
        let instants: Vec<Timestamp> =
            self.between(start, start.plus(Duration::DAY.times(days::HORIZON)), frame).take(400).collect();
        instants.windows(2).map(|pair| pair[1].since(pair[0])).min()
    }

    /// Whether it names clock times, so that the playbook needs a zone. An interval does not, and a handover gets
    /// its time from the role's `from`.
    pub fn needs_zone(&self) -> bool {
        matches!(self, Self::Fixed { .. } | Self::Cron(_))
    }

    /// Whether it names working days, so that it wants a calendar with `off` and `work`.
    pub fn needs_workdays(&self) -> bool {
        let of_month = |day: &MonthDay| matches!(day, MonthDay::Workday(_) | MonthDay::LastWorkday);
        match self {
            Self::Fixed { days: Days::Workday, .. } => true,
            Self::Fixed { days: Days::Month { on, .. }, .. } => on.iter().any(of_month),
            _ => false,
        }
    }

    /// The clock times it names; none for intervals, cron and handovers.
    pub fn clock_times(&self) -> &[ClockTime] {
        match self {
            Self::Fixed { times, .. } => times,
            _ => &[],
        }
    }
}

/// The first multiple of a length strictly after an instant.
fn next_multiple(length: Duration, after: Timestamp, frame: &Frame<'_>) -> Timestamp {
    let origin = frame.from.unwrap_or_else(|| frame.zone.instant(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)));
    let step = length.as_millis().max(1);
    let passed = after.since(origin).as_millis().div_euclid(step);
    origin.plus(length.times(passed.saturating_add(1)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn zone(name: &str) -> Zone {
        Zone::named(name).unwrap()
    }

    /// The next `n` instants strictly after another, fewer when the schedule ends.
    fn next_instants(schedule: &Schedule, zone: &Zone, from: Timestamp, n: usize) -> Vec<Timestamp> {
        let frame = Frame::of(zone);
        let first = schedule.next_after(from, &frame);
        iter::successors(first, |at| schedule.next_after(*at, &frame)).take(n).collect()
    }

    /// The next instants in a zone, from a civil midnight or time, with their offsets where it matters.
    fn next(schedule: &Schedule, zone: &Zone, after: &str, n: usize) -> Vec<String> {
        let instants = next_instants(schedule, zone, at(after), n);
        instants.iter().map(|at| at.to_rfc3339(zone).replace(":00+08:00", "")).collect()
    }

    fn every(text: &str, after: &str) -> Vec<String> {
        next(&Schedule::parse_every(text).unwrap(), &zone("Asia/Shanghai"), after, 3)
    }

    #[test]
    fn every_form_yields_its_instants() {
        // Thursday 1 January 2026, midnight in Shanghai.
        let new_year = "2025-12-31T16:00:00Z";
        for (text, expected) in [
            ("2h", ["2026-01-01T02:00", "2026-01-01T04:00", "2026-01-01T06:00"]),
            ("day at 08:30, 20:00", ["2026-01-01T08:30", "2026-01-01T20:00", "2026-01-02T08:30"]),
            ("day at 00:00", ["2026-01-02T00:00", "2026-01-03T00:00", "2026-01-04T00:00"]),
            ("2 days at 09:00", ["2026-01-01T09:00", "2026-01-03T09:00", "2026-01-05T09:00"]),
            ("weekday at 09:00", ["2026-01-01T09:00", "2026-01-02T09:00", "2026-01-05T09:00"]),
            ("workday at 09:00", ["2026-01-01T09:00", "2026-01-02T09:00", "2026-01-05T09:00"]),
            ("weekend at 10:00", ["2026-01-03T10:00", "2026-01-04T10:00", "2026-01-10T10:00"]),
            ("friday at 20:00", ["2026-01-02T20:00", "2026-01-09T20:00", "2026-01-16T20:00"]),
            ("mon, wed at 07:30", ["2026-01-05T07:30", "2026-01-07T07:30", "2026-01-12T07:30"]),
            ("2 weeks on sunday at 19:00", ["2026-01-04T19:00", "2026-01-18T19:00", "2026-02-01T19:00"]),
            ("month on 1 at 10:00", ["2026-01-01T10:00", "2026-02-01T10:00", "2026-03-01T10:00"]),
            ("month on 31 at 10:00", ["2026-01-31T10:00", "2026-03-31T10:00", "2026-05-31T10:00"]),
            ("month on 15, 1 at 10:00", ["2026-01-01T10:00", "2026-01-15T10:00", "2026-02-01T10:00"]),
            ("month on last friday at 19:00", ["2026-01-30T19:00", "2026-02-27T19:00", "2026-03-27T19:00"]),
            ("month on second thu at 19:00", ["2026-01-08T19:00", "2026-02-12T19:00", "2026-03-12T19:00"]),
            ("month on fifth sat at 19:00", ["2026-01-31T19:00", "2026-05-30T19:00", "2026-08-29T19:00"]),
            ("month on first workday at 10:00", ["2026-01-01T10:00", "2026-02-02T10:00", "2026-03-02T10:00"]),
            ("month on third workday at 10:00", ["2026-01-05T10:00", "2026-02-04T10:00", "2026-03-04T10:00"]),
            ("month on last workday at 10:00", ["2026-01-30T10:00", "2026-02-27T10:00", "2026-03-31T10:00"]),
            ("month on last day at 20:00", ["2026-01-31T20:00", "2026-02-28T20:00", "2026-03-31T20:00"]),
            ("3 months on 1 at 10:00", ["2026-01-01T10:00", "2026-04-01T10:00", "2026-07-01T10:00"]),
            ("year on 12-31 at 20:00", ["2026-12-31T20:00", "2027-12-31T20:00", "2028-12-31T20:00"]),
            ("year on 02-29 at 20:00", ["2028-02-29T20:00", "2032-02-29T20:00", "2036-02-29T20:00"]),
        ] {
            assert_eq!(every(text, new_year), expected, "{text}");
        }
        assert_eq!(every("term of host", new_year), [""; 0]);
    }

    #[test]
    fn counts_begin_at_from_which_may_be_an_instant_itself() {
        let zone = zone("Asia/Shanghai");
        let from = Some(at("2026-01-07T16:00:00Z")); // Thursday 8 January, midnight
        let frame = Frame { from, ..Frame::of(&zone) };
        for (text, expected) in [
            ("7h", ["2026-01-08T00:00", "2026-01-08T07:00"]),
            ("3 days at 00:00", ["2026-01-08T00:00", "2026-01-11T00:00"]),
            ("2 weeks on sun at 19:00", ["2026-01-11T19:00", "2026-01-25T19:00"]),
            ("2 weeks on mon at 19:00", ["2026-01-19T19:00", "2026-02-02T19:00"]),
            ("3 months on 1 at 10:00", ["2026-04-01T10:00", "2026-07-01T10:00"]),
            ("2 years on 01-01 at 10:00", ["2028-01-01T10:00", "2030-01-01T10:00"]),
        ] {
            let schedule = Schedule::parse_every(text).unwrap();
            let found: Vec<_> = schedule
                .between(Timestamp::MIN, Timestamp::MAX, &frame)
                .take(2)
                .map(|at| at.to_rfc3339(&zone).replace(":00+08:00", ""))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn fixed_times_at_a_gap_and_in_an_overlap() {
        let berlin = zone("Europe/Berlin");
        let daily = Schedule::parse_every("day at 02:30").unwrap();
        assert_eq!(
            next(&daily, &berlin, "2026-03-28T00:00:00Z", 3),
            ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]
        );
        assert_eq!(
            next(&daily, &berlin, "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
        );
        // Times that meet at the end of a gap are one.
        let twice = Schedule::parse_every("day at 02:10, 02:30, 03:00").unwrap();
        assert_eq!(
            next(&twice, &berlin, "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T03:00:00+02:00", "2026-03-30T02:10:00+02:00"]
        );
        // Midnight left out; a whole day left out.
        let midnight = Schedule::parse_every("day at 00:00").unwrap();
        assert_eq!(
            next(&midnight, &zone("America/Sao_Paulo"), "2017-10-14T12:00:00Z", 2),
            ["2017-10-15T01:00:00-02:00", "2017-10-16T00:00:00-02:00"]
        );
        let noon = Schedule::parse_every("day at 12:00").unwrap();
        assert_eq!(
            next(&noon, &zone("Pacific/Apia"), "2011-12-29T20:00:00Z", 3),
            ["2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"]
        );
    }

    #[test]
    fn intervals_are_exact_through_changes_of_the_clock() {
        let berlin = zone("Europe/Berlin");
        let hours = Schedule::parse_every("12h").unwrap();
        assert_eq!(
            next(&hours, &berlin, "2026-03-28T12:00:00Z", 3),
            ["2026-03-29T00:00:00+01:00", "2026-03-29T13:00:00+02:00", "2026-03-30T01:00:00+02:00"]
        );
    }

    #[test]
    fn cron_at_changes_of_the_clock() {
        let berlin = zone("Europe/Berlin");
        let cron = |text: &str, after: &str, n| next(&Schedule::parse_cron(text).unwrap(), &berlin, after, n);
        let (spring, autumn) = ("2026-03-29T00:45:00Z", "2026-10-24T23:50:00Z");
        assert_eq!(cron("30 2 * * *", spring, 2), ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]);
        assert_eq!(cron("30 * * * *", spring, 1), ["2026-03-29T03:30:00+02:00"]);
        assert_eq!(cron("*/30 2 * * *", spring, 1), ["2026-03-30T02:00:00+02:00"]);
        assert_eq!(cron("30 2 * * *", autumn, 2), ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]);
        assert_eq!(
            cron("*/30 2 * * *", autumn, 4),
            [
                "2026-10-25T02:00:00+02:00",
                "2026-10-25T02:30:00+02:00",
                "2026-10-25T02:00:00+01:00",
                "2026-10-25T02:30:00+01:00"
            ]
        );
        // The two day fields are or-ed when neither is starred, and `*/2` is starred.
        assert_eq!(cron("0 0 13 * 5", "2026-03-08T00:00:00Z", 2)[1], "2026-03-20T00:00:00+01:00");
        assert_eq!(cron("0 0 */2 * 5", "2026-03-08T00:00:00Z", 1), ["2026-03-13T00:00:00+01:00"]);
        assert_eq!(cron("0 0 29 2 */7", "2026-03-08T00:00:00Z", 1), ["2032-02-29T00:00:00+01:00"]);
        assert_eq!(cron("20 0 0 1 1 *", "2026-03-08T00:00:00Z", 1), ["2027-01-01T00:00:20+01:00"]);
    }

    #[test]
    fn a_cron_day_that_never_exists_yields_nothing() {
        let cron = |text: &str| {
            next_instants(&Schedule::parse_cron(text).unwrap(), &Zone::utc(), at("2026-01-01T00:00:00Z"), 2)
        };
        assert_eq!(cron("0 0 30 2 *"), []);
        assert_eq!(cron("0 0 31 2,4,6,9,11 *"), []);
        assert_eq!(cron("0 0 30 2 fri").len(), 2, "Fridays in February");
    }

    #[test]
    fn working_days_follow_the_calendar() {
        let zone = zone("Asia/Shanghai");
        let calendar = Calendar {
            off: (1..=7).map(|day| date(2026, 10, day)).collect(),
            work: [date(2026, 10, 10)].into(),
            tells_work: true,
        };
        let frame = Frame { workdays: Some(&calendar), ..Frame::of(&zone) };
        let schedule = Schedule::parse_every("workday at 07:30").unwrap();
        let days: Vec<_> = schedule
            .between(at("2026-09-29T16:00:00Z"), at("2026-10-12T16:00:00Z"), &frame)
            .map(|at| zone.date(at).day())
            .collect();
        assert_eq!(days, [30, 8, 9, 10, 12]);
        let of_month = |text: &str| {
            let schedule = Schedule::parse_every(text).unwrap();
            schedule.next_after(at("2026-09-30T16:00:00Z"), &frame).map(|at| zone.date(at).day())
        };
        // The holidays end with the first week of October.
        assert_eq!(of_month("month on first workday at 10:00"), Some(8));
        assert_eq!(of_month("month on 3rd workday at 10:00"), Some(10));
        assert_eq!(of_month("month on last workday at 10:00"), Some(30));
    }

    #[test]
    fn the_ends_of_time_are_quiet() {
        let utc = Zone::utc();
        let frame = Frame::of(&utc);
        let schedules = [
            "10s",
            "day at 00:00",
            "workday at 10:00",
            "year on 02-29 at 10:00",
            "1000 years on 01-01 at 10:00",
        ]
        .map(|text| Schedule::parse_every(text).unwrap());
        for schedule in &schedules {
            assert_eq!(schedule.next_after(Timestamp::MAX, &frame), None);
            assert_eq!(schedule.next_after(Timestamp::from_millis(i64::MAX), &frame), None);
            let first = schedule.next_after(Timestamp::from_millis(i64::MIN), &frame);
            assert!(first.is_none_or(|at| at >= Timestamp::MIN), "{schedule:?}");
        }
        assert_eq!(schedules[4].next_after(at("2026-01-01T00:00:00Z"), &frame), None, "none in fifty years");
        let later = Frame { from: Some(at("2150-01-01T00:00:00Z")), ..frame };
        assert_eq!(schedules[0].next_after(Timestamp::MIN, &later), later.from);
    }

    #[test]
    fn what_a_schedule_needs() {
        let needs = |text: &str| {
            let schedule = Schedule::parse_every(text).unwrap();
            (schedule.needs_zone(), schedule.needs_workdays(), schedule.clock_times().len())
        };
        assert_eq!(needs("10s"), (false, false, 0));
        assert_eq!(needs("day at 08:00, 09:00"), (true, false, 2));
        assert_eq!(needs("workday at 08:00"), (true, true, 1));
        assert_eq!(needs("month on last workday at 08:00"), (true, true, 1));
        assert_eq!(needs("term of host"), (false, false, 0));
    }
}
