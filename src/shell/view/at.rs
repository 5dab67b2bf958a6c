//! An instant as readers have it: with the offset of the zone in which it is read.

use crate::base::time::{Timestamp, Zone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant with the offset under which it is shown. As JSON it is RFC 3339 with that offset, and milliseconds
/// where there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTime {
    /// The instant.
    pub at: Timestamp,
    offset: jiff::tz::Offset,
}

impl LocalTime {
    /// An instant as a zone reads it.
    pub fn new(at: Timestamp, zone: &Zone) -> Self {
        Self { at, offset: zone.tz().to_offset(at.to_jiff()) }
    }

    /// For other programs: RFC 3339 with the offset.
    pub fn exact(&self) -> String {
        self.at.to_rfc3339_exact(&self.zone())
    }

    /// For people: the date with the clock, `2026-12-01 20:30`.
    pub fn minute(&self) -> String {
        self.civil("%Y-%m-%d %H:%M")
    }

    /// For people, with seconds.
    pub fn second(&self) -> String {
        self.civil("%Y-%m-%d %H:%M:%S")
    }

    fn civil(&self, format: &str) -> String {
        self.offset.to_datetime(self.at.to_jiff()).strftime(format).to_string()
    }

    fn zone(&self) -> Zone {
        Zone::fixed(self.offset)
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact())
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let pieces = jiff::fmt::temporal::Pieces::parse(&text).map_err(de::Error::custom)?;
        let offset = pieces.to_numeric_offset().unwrap_or(jiff::tz::Offset::UTC);
        let at = text.parse().map(Timestamp::from_jiff).map_err(de::Error::custom)?;
        Ok(Self { at, offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_it_was_written() {
        let zone = Zone::named("Asia/Kolkata").unwrap();
        for (millis, text) in [(0, "1970-01-01T05:30:00+05:30"), (1_250, "1970-01-01T05:30:01.250+05:30")] {
            let at = LocalTime::new(Timestamp::from_millis(millis), &zone);
            let json = serde_json::to_string(&at).unwrap();
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(serde_json::from_str::<LocalTime>(&json).unwrap(), at);
            assert_eq!(at.minute(), "1970-01-01 05:30");
        }
    }
}
