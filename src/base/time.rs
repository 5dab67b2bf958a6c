//! Instants, durations and offsets as plain values; how they are read and written.
//!
//! Never reads a clock and never looks at the host's zone: the zone database is bundled.

use jiff::{civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{fmt, ops, str::FromStr, sync::Arc};

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// An exact length of time in milliseconds; may be negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Duration(i64);

impl Timestamp {
    /// The earliest instant the schedules know: 1900-01-01T00:00:00Z.
    pub const MIN: Self = Self(-2_208_988_800_000);
    /// The latest instant the schedules know: 2200-01-01T00:00:00Z.
    pub const MAX: Self = Self(7_258_118_400_000);

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// As jiff's instant, clamped to [`Timestamp::MIN`] and [`Timestamp::MAX`].
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.clamp(Self::MIN.0, Self::MAX.0)).unwrap_or_default()
    }

    /// From jiff's instant; fractions of a millisecond are dropped.
    pub fn from_jiff(instant: jiff::Timestamp) -> Self {
        Self(instant.as_millisecond())
    }

    /// `self + duration`, stopping at the ends instead of wrapping.
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.0))
    }

    /// `self - earlier`.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// RFC 3339 in UTC with whole seconds: `2026-12-02T12:30:00Z`; milliseconds when there are any.
    pub fn to_utc(self) -> String {
        self.to_jiff().to_string()
    }

    /// RFC 3339 with whole seconds and the zone's numeric offset: `2026-12-02T20:30:00+08:00`.
    pub fn to_rfc3339(self, zone: &Zone) -> String {
        zone.civil(self).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc())
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000);
    /// One minute.
    pub const MINUTE: Self = Self(60_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
    /// Twenty-four hours, exactly.
    pub const DAY: Self = Self(86_400_000);

    /// From milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This many times as long.
    pub const fn times(self, n: i64) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// For timers of the standard library; negative is zero.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.max(0) as u64)
    }
}

impl ops::Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::Neg for Duration {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// Written as it is read: `1d`, `1h30m`, `45s`, `250ms`; zero is `0m`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if rest == 0 {
            return f.write_str("0m");
        }
        for (unit, size) in UNITS {
            if rest >= size && unit != "w" {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const UNITS: [(&str, u64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Why a duration or an offset could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {expected}")]
pub struct TimeError {
    /// What was written.
    pub found: String,
    /// What would have been right, with an example.
    pub expected: &'static str,
}

/// Reads `10m`, `1h30m`, `2 days`, `10 weeks`, `90 s`. Units: `ms`, `s`, `m`, `h`, `d`, `w` and their
/// English words. No sign; a bare number is refused because its unit would be a guess.
impl FromStr for Duration {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error =
            || TimeError { found: text.into(), expected: "a duration such as 10m, 1h30m or 7d" };
        let mut rest = text.trim();
        let mut total: i64 = 0;
        if rest.is_empty() {
            return Err(error());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
            let number: i64 = rest[..digits].parse().map_err(|_| error())?;
            rest = rest[digits..].trim_start();
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let size = unit_millis(&rest[..letters]).ok_or_else(error)?;
            let part = number.checked_mul(size).ok_or_else(error)?;
            total = total.checked_add(part).ok_or_else(error)?;
            rest = rest[letters..].trim_start();
        }
        if total > Self::DAY.0 * 36_525 {
            return Err(error());
        }
        Ok(Self(total))
    }
}

fn unit_millis(unit: &str) -> Option<i64> {
    Some(match unit {
        "ms" | "millisecond" | "milliseconds" => 1,
        "s" | "sec" | "second" | "seconds" => 1_000,
        "m" | "min" | "minute" | "minutes" => 60_000,
        "h" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        "w" | "week" | "weeks" => 604_800_000,
        _ => return None,
    })
}

/// A civil clock time of a day, to the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClockTime {
    /// Hour, 0 to 23.
    pub hour: i8,
    /// Minute, 0 to 59.
    pub minute: i8,
    /// Second, 0 to 59.
    pub second: i8,
}

impl ClockTime {
    /// Midnight.
    pub const MIDNIGHT: Self = Self { hour: 0, minute: 0, second: 0 };

    /// As jiff's civil time.
    pub fn to_jiff(self) -> civil::Time {
        civil::time(self.hour, self.minute, self.second, 0)
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        if self.second != 0 {
            write!(f, ":{:02}", self.second)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads `20:30`, `9:05`, `20:30:15`.
impl FromStr for ClockTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error =
            || TimeError { found: text.into(), expected: "a clock time such as 20:30 or 09:00" };
        let mut parts = text.trim().split(':');
        let mut field = |max: i8, digits: std::ops::RangeInclusive<usize>| {
            let part = parts.next()?;
            if !digits.contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            part.parse::<i8>().ok().filter(|n| *n <= max)
        };
        let hour = field(23, 1..=2).ok_or_else(error)?;
        let minute = field(59, 2..=2).ok_or_else(error)?;
        let second = if text.matches(':').count() == 2 { field(59, 2..=2).ok_or_else(error)? } else { 0 };
        if parts.next().is_some() {
            return Err(error());
        }
        Ok(Self { hour, minute, second })
    }
}

/// A time zone by its IANA name, from the bundled database.
#[derive(Clone)]
pub struct Zone {
    name: Arc<str>,
    tz: TimeZone,
}

impl Zone {
    /// UTC, for playbooks that use no clock time.
    pub fn utc() -> Self {
        Self { name: Arc::from("UTC"), tz: TimeZone::UTC }
    }

    /// Looks a name up in the bundled database; `None` when there is no such zone.
    pub fn named(name: &str) -> Option<Self> {
        let database = jiff::tz::TimeZoneDatabase::bundled();
        let tz = database.get(name).ok()?;
        let name = tz.iana_name().unwrap_or(name);
        Some(Self { name: Arc::from(name), tz: tz.clone() })
    }

    /// Every name of the bundled database, for suggestions.
    pub fn names() -> Vec<String> {
        jiff::tz::TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// jiff's zone.
    pub fn tz(&self) -> &TimeZone {
        &self.tz
    }

    /// The instant as seen on this zone's clocks.
    pub fn civil(&self, at: Timestamp) -> jiff::Zoned {
        at.to_jiff().to_zoned(self.tz.clone())
    }

    /// The civil date of an instant.
    pub fn date(&self, at: Timestamp) -> civil::Date {
        self.tz.to_datetime(at.to_jiff()).date()
    }

    /// The instant of a civil time. A time inside a spring gap is the first instant after the gap; in an
    /// autumn overlap it is the first of the two (DESIGN 4.5).
    pub fn instant(&self, at: civil::DateTime) -> Timestamp {
        let ambiguous = self.tz.to_ambiguous_timestamp(at);
        let jiff_instant = match ambiguous.offset() {
            jiff::tz::AmbiguousOffset::Unambiguous { .. } | jiff::tz::AmbiguousOffset::Fold { .. } => {
                ambiguous.earlier().ok()
            }
            // The civil time read with the offset before the gap lies after the transition; the gap's end
            // is that transition itself.
            jiff::tz::AmbiguousOffset::Gap { .. } => {
                let after = ambiguous.later().ok();
                after.and_then(|_| {
                    let probe = ambiguous.earlier().ok()?;
                    self.tz.following(probe).next().map(|t| t.timestamp())
                })
            }
        };
        jiff_instant.map_or(Timestamp::MAX, Timestamp::from_jiff)
    }

    /// The first instant of the civil day that contains `at`, and of the day after it.
    pub fn day_bounds(&self, at: Timestamp) -> (Timestamp, Timestamp) {
        let date = self.date(at);
        let next = date.tomorrow().unwrap_or(date);
        let midnight = ClockTime::MIDNIGHT.to_jiff();
        (self.instant(date.to_datetime(midnight)), self.instant(next.to_datetime(midnight)))
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// When a step is due, counted from the run's anchor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Offset {
    /// An exact distance: `-3h`, `+20m`, `0m`.
    Exact(Duration),
    /// Calendar days in the playbook's zone, then a clock time: `-7d 10:00`; `+0d` is the anchor's own day.
    Days(i32, ClockTime),
}

impl Offset {
    /// The instant at which a step with this offset is due.
    pub fn apply(self, anchor: Timestamp, zone: &Zone) -> Timestamp {
        match self {
            Self::Exact(distance) => anchor.plus(distance),
            Self::Days(days, clock) => {
                let date = zone.date(anchor);
                let day = date.checked_add(jiff::Span::new().days(days)).unwrap_or(date);
                zone.instant(day.to_datetime(clock.to_jiff()))
            }
        }
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(d) if d.as_millis() > 0 => write!(f, "+{d}"),
            Self::Exact(d) => write!(f, "{d}"),
            Self::Days(days, clock) => write!(f, "{days:+}d {clock}"),
        }
    }
}

impl fmt::Debug for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads `-3h`, `+20m`, `0m`, `-7d 10:00`, `+0d 09:00`. A distance without sign is after the anchor.
impl FromStr for Offset {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError {
            found: text.into(),
            expected: "an offset from the run's anchor such as -3h, +20m or -7d 10:00",
        };
        let trimmed = text.trim();
        let (sign, rest) = match trimmed.as_bytes().first() {
            Some(b'-') => (-1, &trimmed[1..]),
            Some(b'+') => (1, &trimmed[1..]),
            _ => (1, trimmed),
        };
        if let Some((days, clock)) = rest.trim().rsplit_once(char::is_whitespace)
            && clock.contains(':')
        {
            let distance: Duration = days.trim().parse().map_err(|_| error())?;
            let whole = distance.as_millis() / Duration::DAY.as_millis();
            if distance.as_millis() % Duration::DAY.as_millis() != 0 {
                return Err(error());
            }
            let clock: ClockTime = clock.parse().map_err(|_| error())?;
            return Ok(Self::Days(sign * whole as i32, clock));
        }
        let distance: Duration = rest.trim().parse().map_err(|_| error())?;
        Ok(Self::Exact(distance.times(i64::from(sign))))
    }
}
