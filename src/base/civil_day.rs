//! A civil day as a number, so that days can be counted and subtracted; written as `2026-11-29`.
//!
//! Knows no zone: whoever asks says in which zone an instant is looked at.

use super::time::{Timestamp, Zone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CivilDay(i32);

impl CivilDay {
    /// The day on which an instant is, in a zone.
    pub fn of(at: Timestamp, zone: &Zone) -> Self {
        Self::from_date(zone.date(at))
    }

    /// A civil date.
    pub fn from_date(date: jiff::civil::Date) -> Self {
        let since = date.since(jiff::civil::date(1970, 1, 1));
        Self(since.map_or(0, |span| span.get_days()))
    }

    /// As a civil date.
    pub fn to_date(self) -> jiff::civil::Date {
        let first = jiff::civil::date(1970, 1, 1);
        let days = jiff::Span::new().try_days(self.0);
        days.and_then(|days| first.checked_add(days)).unwrap_or(first)
    }

    /// So many days later.
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// How many days it is after an earlier day; negative before it.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for CivilDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_date().fmt(f)
    }
}

impl Serialize for CivilDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self::from_date).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_number_and_reads_as_a_date() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let day = CivilDay::of(Timestamp::from_millis(0), &zone);
        assert_eq!(day, CivilDay(0));
        assert_eq!(day.plus(20_786).to_string(), "2026-11-29");
        assert_eq!(day.plus(-1).to_string(), "1969-12-31");
        let text = serde_json::to_string(&day.plus(20_786)).unwrap();
        assert_eq!(serde_json::from_str::<CivilDay>(&text).unwrap().since(day), 20_786);
        // A quarter of an hour before midnight there it is the day before.
        assert_eq!(CivilDay::of(Timestamp::from_millis(-8 * 3_600_000 - 900_000), &zone), CivilDay(-1));
    }
}
