//! The clock's face: civil seconds, the days they lie in, and how they become instants where clocks are put
//! forward or back.
//!
//! A civil second is the number of seconds from 1970-01-01 00:00 to a date and time as clocks show them, a day
//! the same number of days; plain integers, because schedules are asked often. Calendar facts are jiff's. Knows
//! nothing of rules: whoever asks brings the rule as a function.

use crate::base::time::{Timestamp, Zone};
use jiff::{
    civil::Date,
    tz::{Offset, TimeZone},
};

/// Seconds from 1970-01-01 00:00 on the clock's face.
pub(super) type Civil = i64;
/// Days from 1970-01-01.
pub(super) type Day = i64;

/// Seconds of a day on the clock's face.
pub(super) const DAY: i64 = 86_400;
const THREE_HOURS: i64 = 3 * 3_600;
/// Changes of the clock are farther apart than this, and smaller: nothing before it bears on what is after it.
const FAR: i64 = 4 * DAY;

/// The day of a date.
pub(super) fn day_of(date: Date) -> Day {
    Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_or(0, |at| at.as_second().div_euclid(DAY))
}

/// The date of a day; days out of jiff's range are its first.
pub(super) fn date_of(day: Day) -> Date {
    let at = jiff::Timestamp::from_second(day.saturating_mul(DAY)).unwrap_or(jiff::Timestamp::MIN);
    Offset::UTC.to_datetime(at).date()
}

/// 0 for Monday to 6 for Sunday.
pub(super) fn weekday_of(day: Day) -> u32 {
    (day + 3).rem_euclid(7) as u32
}

/// The first day of a month counted from January of the year 0, and how many days it has.
pub(super) fn month_days(month: i64) -> Option<(Day, i64)> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let first = Date::new(year, month.rem_euclid(12) as i8 + 1, 1).ok()?;
    Some((day_of(first), i64::from(first.days_in_month())))
}

/// What a rule does with a civil time that the zone leaves out or repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// DESIGN 4.5: left out, the first instant after the gap; repeated, its first instance only.
    Fixed,
    /// A cron job at a particular time. Debian's cron(8), "Special considerations exist when the clock is changed
    /// by less than 3 hours": what would have run in the time that was skipped runs right after it; what falls
    /// into a repeated time is not run again; a larger change is a correction, and the new time is used at once.
    CronFixed,
    /// A cron job whose minute or hour begins with `*`. The same page: it is "run based on the new time
    /// immediately", so a skipped time does not happen and a repeated one happens twice. (The daemon makes up for
    /// a jump of up to four minutes whatever the job; the last zone to make one did so in 1950.)
    CronWild,
}

impl Rule {
    /// Whether times inside a gap of so many seconds happen at its end.
    fn happens_after_gap(self, seconds: i64) -> bool {
        match self {
            Self::Fixed => true,
            Self::CronFixed => seconds < THREE_HOURS,
            Self::CronWild => seconds < 300,
        }
    }

    /// Whether times inside an overlap of so many seconds happen again.
    fn happens_again(self, seconds: i64) -> bool {
        match self {
            Self::Fixed => false,
            Self::CronFixed => seconds > THREE_HOURS,
            Self::CronWild => true,
        }
    }
}

/// The first instant strictly after another at which a rule's civil time comes.
///
/// `next(c)` is the rule's first civil second at or after `c`; `None` when it has no more.
pub(super) fn first_after(
    zone: &Zone,
    after: Timestamp,
    rule: Rule,
    next: impl Fn(Civil) -> Option<Civil>,
) -> Option<Timestamp> {
    let tz = zone.tz();
    let mut at = after.as_seconds();
    let mut offset = offset_at(tz, at);
    let mut floor = at + offset + 1;
    let mut civil = next(floor)?;
    // Inside the second pass of an overlap that does not count, everything up to its end is over.
    if let Some((begin, before)) = last_change(tz, at, offset)
        && at < begin + (before - offset)
        && !rule.happens_again(before - offset)
    {
        floor = floor.max(begin + before);
    }
    loop {
        if civil < floor {
            civil = next(floor)?;
        }
        if civil - offset - at > 2 * FAR && next_change(tz, at).is_none_or(|(change, _)| change - at > FAR) {
            at = civil - offset - FAR;
            offset = offset_at(tz, at);
        }
        let Some((change, new_offset)) = next_change(tz, at).filter(|(change, _)| civil - offset >= *change)
        else {
            return Some(Timestamp::from_millis((civil - offset) * 1000));
        };
        let shift = new_offset - offset;
        if shift > 0 {
            if civil < change + new_offset && rule.happens_after_gap(shift) {
                return Some(Timestamp::from_millis(change * 1000));
            }
            floor = floor.max(change + new_offset);
        } else if rule.happens_again(-shift) {
            // The clock goes back to times that were passed over as already gone.
            floor = change + new_offset;
            civil = next(floor)?;
        }
        (at, offset) = (change, new_offset);
    }
}

/// The civil second that the zone's clocks show at an instant.
pub(super) fn civil_at(zone: &Zone, at: Timestamp) -> Civil {
    at.as_seconds() + offset_at(zone.tz(), at.as_seconds())
}

fn instant(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::MAX)
}

fn offset_at(tz: &TimeZone, second: i64) -> i64 {
    i64::from(tz.to_offset(instant(second)).seconds())
}

/// The first change of the zone's clocks after an instant, and the offset from then on.
fn next_change(tz: &TimeZone, second: i64) -> Option<(i64, i64)> {
    let change = tz.following(instant(second)).next()?;
    Some((change.timestamp().as_second(), i64::from(change.offset().seconds())))
}

/// When the clocks were last put back, if that was so lately that the time until then may come again: the instant
/// and the offset before it.
fn last_change(tz: &TimeZone, second: i64, offset: i64) -> Option<(i64, i64)> {
    let change = tz.preceding(instant(second + 1)).next()?.timestamp().as_second();
    if second - change > FAR {
        return None;
    }
    let before = offset_at(tz, change - 1);
    (before > offset).then_some((change, before))
}
