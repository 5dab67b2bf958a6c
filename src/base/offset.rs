//! An offset: how far from its run's anchor a step is due.

use super::{
    phrase::pair,
    time::{ClockTime, Duration, TimeError, Timestamp, Zone},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

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
            expected: pair(
                "an offset from the run's anchor such as -3h, +20m or -7d 10:00",
                "相对于本次锚点的偏移，例如 -3h、+20m 或 -7d 10:00",
            ),
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
