//! Instants, durations and offsets as plain values; how they are read and written.
//!
//! Never reads a clock and never looks at the host's zone: the zone database is bundled.

use super::phrase::{Words, pair};
use jiff::{civil, fmt::temporal::DateTimePrinter, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{fmt, ops, str::FromStr, sync::Arc};

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z. Stored as their number, under the name of this type, so
/// that a serializer may write it for people; read back from either.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
pub struct Timestamp(i64);

/// An exact length of time in milliseconds; may be negative. Stored and read back as [`Timestamp`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
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

    /// The instant before it, one millisecond earlier.
    pub const fn just_before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// `self - earlier`.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// RFC 3339 in UTC with whole seconds: `2026-12-02T12:30:00Z`; milliseconds when there are any.
    pub fn to_utc(self) -> String {
        self.to_jiff().to_string()
    }

    /// RFC 3339 with the zone's numeric offset, and milliseconds where there are any: `2026-12-02T20:30:00.250+08:00`.
    pub fn to_rfc3339_exact(self, zone: &Zone) -> String {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
        if self.0.rem_euclid(1000) == 0 {
            return self.to_rfc3339(zone);
        }
        let at = self.to_jiff();
        PRINTER.timestamp_with_offset_to_string(&at, zone.tz.to_offset(at))
    }

    /// RFC 3339 with whole seconds and the zone's numeric offset: `2026-12-02T20:30:00+08:00`.
    pub fn to_rfc3339(self, zone: &Zone) -> String {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
        let at = self.to_jiff();
        PRINTER.timestamp_with_offset_to_string(&at, zone.tz.to_offset(at))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc())
    }
}

impl Duration {
    /// Whether it is no time at all.
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }

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
        Self(self.0.saturating_neg())
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

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| text.parse().map(Self::from_jiff).ok();
        deserializer.deserialize_any(Millis("an instant: milliseconds, or RFC 3339", Self, read))
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| match text.strip_prefix('-') {
            Some(length) => length.parse().map(|length: Self| -length).ok(),
            None => text.parse().ok(),
        };
        deserializer.deserialize_any(Millis("a length of time: milliseconds, or 1h30m", Self, read))
    }
}

/// Reads a number of milliseconds, or a text as it is shown: what is expected, what the number and the text become.
struct Millis<T>(&'static str, fn(i64) -> T, fn(&str) -> Option<T>);

impl<T> de::Visitor<'_> for Millis<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<T, E> {
        Ok(self.1(millis))
    }

    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<T, E> {
        Ok(self.1(i64::try_from(millis).unwrap_or(i64::MAX)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        // As the key of a map a number is text, too.
        let number = || text.parse().ok().map(self.1);
        self.2(text).or_else(number).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self.0))
    }
}

const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Why a duration or an offset could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {}", expected.en)]
pub struct TimeError {
    /// What was written.
    pub found: String,
    /// What would have been right, with an example.
    pub expected: Words,
}

/// Reads `10m`, `1h30m`, `2 days`, `10 weeks`, `90 s`. Units: `ms`, `s`, `m`, `h`, `d`, `w` and their
/// English words. No sign; a bare number is refused because its unit would be a guess.
impl FromStr for Duration {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError {
            found: text.into(),
            expected: pair("a duration such as 10m, 1h30m or 7d", "时长，例如 10m、1h30m 或 7d"),
        };
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
        let error = || TimeError {
            found: text.into(),
            expected: pair("a clock time such as 20:30 or 09:00", "钟点，例如 20:30 或 09:00"),
        };
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

    /// A zone of one offset.
    pub fn fixed(offset: jiff::tz::Offset) -> Self {
        Self { name: Arc::from(offset.to_string()), tz: TimeZone::fixed(offset) }
    }

    /// Looks a name up in the bundled database; `None` when there is no such zone.
    pub fn named(name: &str) -> Option<Self> {
        let database = jiff::tz::TimeZoneDatabase::bundled();
        let tz = database.get(name).ok()?;
        let name = tz.iana_name().unwrap_or(name);
        Some(Self { name: Arc::from(name), tz: tz.clone() })
    }

    /// A zone by POSIX rules (`CET-1CEST,M3.5.0/2,M10.5.0/3`), which a calendar's own definition becomes.
    pub fn posix(rules: &str) -> Option<Self> {
        Some(Self { name: Arc::from(rules), tz: TimeZone::posix(rules).ok()? })
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

    /// The first instant after another at which the zone's clocks show a time.
    pub fn next_clock(&self, clock: ClockTime, after: Timestamp) -> Timestamp {
        let mut day = self.date(after);
        loop {
            let at = self.instant(day.to_datetime(clock.to_jiff()));
            if at > after {
                return at;
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => return Timestamp::MAX,
            }
        }
    }

    /// The instant of a civil time. A time inside a spring gap is the first instant after the gap; in an
    /// autumn overlap it is the first of the two (DESIGN 4.5).
    pub fn instant(&self, at: civil::DateTime) -> Timestamp {
        let ambiguous = self.tz.to_ambiguous_timestamp(at);
        let found = match ambiguous.offset() {
            jiff::tz::AmbiguousOffset::Unambiguous { .. } | jiff::tz::AmbiguousOffset::Fold { .. } => {
                ambiguous.earlier().ok()
            }
            // Read with the offset after the gap, the civil time lies before the change that made the gap.
            jiff::tz::AmbiguousOffset::Gap { after, .. } => after.to_timestamp(at).ok().and_then(|before| {
                let change = self.tz.following(before).find(|change| change.offset() == after);
                change.map(|change| change.timestamp())
            }),
        };
        found.map_or(Timestamp::MAX, Timestamp::from_jiff)
    }

    /// The first instant of the civil day that contains `at`, and the first instant after `at` of a later day: the
    /// first is never after `at`, the second never before or at it, even where clocks are put back over midnight
    /// and a day is left twice.
    pub fn day_bounds(&self, at: Timestamp) -> (Timestamp, Timestamp) {
        let midnight = |date: civil::Date| date.to_datetime(ClockTime::MIDNIGHT.to_jiff());
        let date = self.date(at);
        let begin = self.instant(midnight(date));
        let next = date.tomorrow().unwrap_or(date);
        let end = self.instant(midnight(next));
        if end > at {
            return (begin, end);
        }
        // The day was left once already, and the clocks went back into it: it ends at the midnight that is left.
        let again = self.tz.to_ambiguous_timestamp(midnight(next)).later().map(Timestamp::from_jiff);
        match again {
            Ok(again) if again > at => (begin, again),
            _ => (begin, self.instant(midnight(next.tomorrow().unwrap_or(next)))),
        }
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

#[cfg(test)]
mod tests {
    use super::{super::offset::Offset, *};
    use jiff::civil::{DateTime, datetime};

    fn zone(name: &str) -> Zone {
        Zone::named(name).unwrap()
    }

    fn utc(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    #[test]
    fn durations_are_written_as_they_are_read() {
        for (text, millis, written) in [
            ("10m", 600_000, "10m"),
            ("1h30m", 5_400_000, "1h30m"),
            ("90 s", 90_000, "1m30s"),
            (" 2 days ", 172_800_000, "2d"),
            ("10 weeks", 6_048_000_000, "70d"),
            ("1 hour 5 minutes", 3_900_000, "1h5m"),
            ("250ms", 250, "250ms"),
            ("0m", 0, "0m"),
            ("24h", 86_400_000, "1d"),
        ] {
            let read: Duration = text.parse().unwrap();
            assert_eq!((read.as_millis(), read.to_string().as_str()), (millis, written), "{text}");
            assert_eq!(written.parse(), Ok(read));
        }
        for text in ["", "10", "m", "-3h", "1.5h", "3 months", "10m!", "101 years", "99999999999w", "36526d"]
        {
            let error = text.parse::<Duration>().unwrap_err();
            assert_eq!(error.to_string(), format!("{text:?} is not a duration such as 10m, 1h30m or 7d"));
        }
        assert_eq!((-Duration::HOUR).to_string(), "-1h");
        assert_eq!(-Duration::from_millis(i64::MIN), Duration::from_millis(i64::MAX));
        assert_eq!((-Duration::HOUR).to_std(), std::time::Duration::ZERO);
    }

    #[test]
    fn clock_times() {
        for (text, written) in
            [("20:30", "20:30"), ("9:05", "09:05"), ("20:30:15", "20:30:15"), ("00:00", "00:00")]
        {
            assert_eq!(text.parse::<ClockTime>().unwrap().to_string(), written);
        }
        for text in
            ["24:00", "20:60", "8", "8:5", "20:30:60", "20:30:", "+8:30", "8:30pm", "1:2:3:4", "８:30"]
        {
            assert!(text.parse::<ClockTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn offsets_are_exact_or_count_calendar_days() {
        for (text, written) in [
            ("-3h", "-3h"),
            ("+20m", "+20m"),
            ("20m", "+20m"),
            ("0m", "0m"),
            ("-7d", "-7d"),
            ("-7d 10:00", "-7d 10:00"),
            ("+0d 9:00", "+0d 09:00"),
            ("+1 day  20:00", "+1d 20:00"),
            ("-1 week 08:00", "-7d 08:00"),
        ] {
            let offset: Offset = text.parse().unwrap();
            assert_eq!(offset.to_string(), written, "{text}");
            assert_eq!(written.parse(), Ok(offset));
        }
        for text in ["", "-", "10:00", "-3h 10:00", "-7d 25:00", "--3h", "tomorrow"] {
            assert!(text.parse::<Offset>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_offset_of_days_takes_the_clock_time_whatever_happens_to_clocks() {
        let berlin = zone("Europe/Berlin");
        // Sunday 2026-03-29 has 23 hours; the anchor is Monday 09:00 there.
        let anchor = utc("2026-03-30T07:00:00Z");
        let at = |text: &str| text.parse::<Offset>().unwrap().apply(anchor, &berlin).to_rfc3339(&berlin);
        assert_eq!(at("-24h"), "2026-03-29T09:00:00+02:00");
        assert_eq!(at("-48h"), "2026-03-28T08:00:00+01:00");
        assert_eq!(at("-2d 09:00"), "2026-03-28T09:00:00+01:00");
        assert_eq!(at("-1d 02:30"), "2026-03-29T03:00:00+02:00");
        assert_eq!(at("+0d 20:00"), "2026-03-30T20:00:00+02:00");
    }

    #[test]
    fn instants_of_civil_times_at_gaps_and_overlaps() {
        for (name, civil, expected) in [
            ("Asia/Shanghai", datetime(2026, 12, 2, 20, 30, 0, 0), "2026-12-02T20:30:00+08:00"),
            ("Europe/Berlin", datetime(2026, 3, 29, 2, 0, 0, 0), "2026-03-29T03:00:00+02:00"),
            ("Europe/Berlin", datetime(2026, 3, 29, 2, 59, 59, 0), "2026-03-29T03:00:00+02:00"),
            ("Europe/Berlin", datetime(2026, 10, 25, 2, 30, 0, 0), "2026-10-25T02:30:00+02:00"),
            ("America/Sao_Paulo", datetime(2017, 10, 15, 0, 0, 0, 0), "2017-10-15T01:00:00-02:00"),
            ("Asia/Beirut", datetime(2024, 3, 31, 0, 30, 0, 0), "2024-03-31T01:00:00+03:00"),
            ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15, 0, 0), "2026-10-04T02:30:00+11:00"),
            ("Pacific/Apia", datetime(2011, 12, 30, 12, 0, 0, 0), "2011-12-31T00:00:00+14:00"),
            ("Europe/Berlin", datetime(2090, 3, 26, 2, 30, 0, 0), "2090-03-26T03:00:00+02:00"),
            ("UTC", datetime(2026, 1, 1, 0, 0, 0, 0), "2026-01-01T00:00:00+00:00"),
        ] {
            let zone = zone(name);
            assert_eq!(zone.instant(civil).to_rfc3339(&zone), expected);
        }
        assert!(Zone::named("Mars/Olympus").is_none());
        assert_eq!(zone("asia/shanghai"), zone("Asia/Shanghai"));
    }

    #[test]
    fn texts_of_instants() {
        let at = utc("2026-12-02T12:30:00.250Z");
        assert_eq!(at.to_utc(), "2026-12-02T12:30:00.25Z");
        assert_eq!(at.to_rfc3339(&zone("Asia/Kolkata")), "2026-12-02T18:00:00+05:30");
        assert_eq!(at.to_rfc3339(&Zone::utc()), "2026-12-02T12:30:00+00:00");
        assert_eq!(at.to_rfc3339(&zone("America/St_Johns")), "2026-12-02T09:00:00-03:30");
        assert_eq!(Timestamp::from_millis(-1).as_seconds(), -1);
        assert_eq!(Timestamp::MIN.to_utc(), "1900-01-01T00:00:00Z");
        assert_eq!(Timestamp::MAX.to_utc(), "2200-01-01T00:00:00Z");
    }

    #[test]
    fn a_day_contains_its_instants() {
        let bounds = |name: &str, at: &str| {
            let zone = zone(name);
            let (begin, end) = zone.day_bounds(utc(at));
            assert!(begin <= utc(at) && utc(at) < end, "{name} {at}");
            (begin.to_rfc3339(&zone), end.to_rfc3339(&zone))
        };
        let pair = |begin: &str, end: &str| (begin.to_owned(), end.to_owned());
        assert_eq!(
            bounds("Europe/Berlin", "2026-03-29T12:00:00Z"),
            pair("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")
        );
        // Clocks are put forward at midnight: the day begins at one.
        assert_eq!(
            bounds("America/Sao_Paulo", "2017-10-15T03:00:00Z"),
            pair("2017-10-15T01:00:00-02:00", "2017-10-16T00:00:00-02:00")
        );
        assert_eq!(
            bounds("Asia/Beirut", "2024-03-30T21:59:59Z"),
            pair("2024-03-30T00:00:00+02:00", "2024-03-31T01:00:00+03:00")
        );
        // Put back at midnight: the day has its last hour twice.
        assert_eq!(
            bounds("Asia/Beirut", "2024-10-26T21:30:00Z"),
            pair("2024-10-26T00:00:00+03:00", "2024-10-27T00:00:00+02:00")
        );
        // Put back one minute after midnight: Sunday begins, it is Saturday again, Sunday begins again.
        assert_eq!(
            bounds("America/St_Johns", "2009-11-01T02:45:00Z"),
            pair("2009-10-31T00:00:00-02:30", "2009-11-01T00:00:00-03:30")
        );
        // The day that Samoa left out.
        assert_eq!(
            bounds("Pacific/Apia", "2011-12-30T09:00:00Z"),
            pair("2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00")
        );
    }

    #[test]
    fn civil_times_survive_the_way_there_and_back() {
        let zone = zone("Europe/Berlin");
        let mut civil: DateTime = datetime(2026, 1, 1, 0, 15, 0, 0);
        let mut last = Timestamp::MIN;
        for _ in 0..24 * 365 {
            let at = zone.instant(civil);
            assert!(at >= last);
            if zone.tz().to_ambiguous_timestamp(civil).is_ambiguous() {
                assert!(civil.month() == 3 || civil.month() == 10);
            } else {
                assert_eq!(zone.civil(at).datetime(), civil);
            }
            last = at;
            civil = civil.checked_add(jiff::Span::new().hours(1)).unwrap();
        }
    }
}
