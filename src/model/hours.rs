//! The hours in which somebody is told what can wait: those of their role, by default all but the quiet hours.
//!
//! Only says when; who is told what is the engine's.

use super::{budget::Quiet, playbook::Playbook, role::Role};
use crate::base::time::{Duration, Timestamp, Zone};

/// What is due in the night is told so long before the night begins.
const BEFORE_THE_NIGHT: Duration = Duration::MINUTE.times(30);
/// Ranges of the night that follow one another.
const RANGES_MAX: usize = 8;

/// When somebody is awake, in a zone.
#[derive(Debug, Clone)]
pub struct Hours<'p> {
    asleep: Vec<Quiet>,
    zone: &'p Zone,
}

impl<'p> Hours<'p> {
    /// The hours of whoever has a role, or of somebody without one.
    pub fn of(playbook: &'p Playbook, role: Option<&Role>) -> Self {
        let asleep = match role.and_then(|role| role.hours) {
            Some(awake) => vec![Quiet { from: awake.to, to: awake.from }],
            None => playbook.budgets.quiet.clone(),
        };
        Self { asleep, zone: &playbook.zone }
    }

    /// The hours outside the given ones.
    pub fn outside(asleep: Vec<Quiet>, zone: &'p Zone) -> Self {
        Self { asleep, zone }
    }

    /// The hours in which they are not awake.
    pub fn asleep(&self) -> impl Iterator<Item = Quiet> + '_ {
        self.asleep.iter().copied()
    }

    /// The first instant from this one on that lies inside the hours.
    pub fn from(&self, at: Timestamp) -> Timestamp {
        let mut at = at;
        for _ in 0..RANGES_MAX {
            match self.asleep.iter().find_map(|range| range.ends(at, self.zone)) {
                Some(ends) => at = ends,
                None => break,
            }
        }
        at
    }

    /// For an instant outside the hours: shortly before they had ended.
    pub fn before(&self, at: Timestamp) -> Timestamp {
        let mut at = at;
        for _ in 0..RANGES_MAX {
            match self.asleep.iter().find(|range| range.ends(at, self.zone).is_some()) {
                Some(range) => at = began(*range, at, self.zone).just_before(),
                None => break,
            }
        }
        at.plus(-BEFORE_THE_NIGHT).plus(Duration::from_millis(1))
    }

    /// How much of a time lies inside the hours.
    pub fn within(&self, from: Timestamp, to: Timestamp) -> Duration {
        let (mut at, mut awake) = (from, Duration::ZERO);
        let step = Duration::MINUTE.times(15);
        while at < to {
            let next = at.plus(step).min(to);
            if self.from(at) == at {
                awake = awake + next.since(at);
            }
            at = next;
        }
        awake
    }
}

/// When the quiet hours that contain an instant began.
fn began(range: Quiet, at: Timestamp, zone: &Zone) -> Timestamp {
    let day = zone.date(at);
    let today = zone.instant(day.to_datetime(range.from.to_jiff()));
    if today <= at {
        return today;
    }
    zone.instant(day.yesterday().unwrap_or(day).to_datetime(range.from.to_jiff()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: &Zone) -> Hours<'_> {
        let clock = |text: &str| text.parse().unwrap();
        Hours { asleep: vec![Quiet { from: clock("22:00"), to: clock("08:00") }], zone }
    }

    fn at(zone: &Zone, text: &str) -> Timestamp {
        zone.instant(text.parse().unwrap())
    }

    #[test]
    fn a_night_has_a_morning_after_and_an_evening_before() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let hours = hours(&zone);
        for (when, morning, evening) in [
            ("2026-12-04T22:00", "2026-12-05T08:00", "2026-12-04T21:30"),
            ("2026-12-05T03:00", "2026-12-05T08:00", "2026-12-04T21:30"),
            ("2026-12-05T07:59", "2026-12-05T08:00", "2026-12-04T21:30"),
        ] {
            assert_eq!(hours.from(at(&zone, when)), at(&zone, morning), "{when}");
            assert_eq!(hours.before(at(&zone, when)), at(&zone, evening), "{when}");
        }
        let noon = at(&zone, "2026-12-05T12:00");
        assert_eq!(hours.from(noon), noon);
        let (from, to) = (at(&zone, "2026-12-04T21:00"), at(&zone, "2026-12-05T09:30"));
        assert_eq!(hours.within(from, to), Duration::MINUTE.times(150));
    }
}
