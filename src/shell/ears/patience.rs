//! How long an ear waits before it begins again: twice as long each time, with jitter, up to a minute, without end.
//!
//! Pure: time and the seed are arguments.

use crate::base::{limits, seed::Seed, time::Timestamp};
use std::time::Duration;

/// The pauses of one connection.
#[derive(Debug)]
pub(super) struct Patience {
    seed: Seed,
    /// Pauses in a row.
    tries: u32,
    /// When the last pause was over.
    since: Timestamp,
}

impl Patience {
    /// Of a connection that has had no trouble.
    pub(super) fn new(name: &str) -> Self {
        Self { seed: Seed::from_parts(&["ear", name]), tries: 0, since: Timestamp::MIN }
    }

    /// The next pause. Whoever was well for a while begins with a short one.
    pub(super) fn pause(&mut self, now: Timestamp) -> Duration {
        if now.since(self.since).as_millis() >= limits::EAR_WELL_MS {
            self.tries = 0;
        }
        let longest = (limits::EAR_PAUSE_MS_MIN << self.tries.min(10)).min(limits::EAR_PAUSE_MS_MAX);
        self.tries = self.tries.saturating_add(1);
        let pause = self.spread(longest);
        self.since = now.plus(crate::base::time::Duration::from_millis(pause.as_millis() as i64));
        pause
    }

    /// A time of about this length: between half and all of it, so that many do not come at once.
    pub(super) fn spread(&mut self, longest_ms: u64) -> Duration {
        let half = longest_ms / 2;
        Duration::from_millis(half + self.seed.below(longest_ms - half + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration as Length;

    #[test]
    fn pauses_grow_to_a_minute_and_begin_anew_after_a_minute_of_health() {
        let mut patience = Patience::new("telegram:1");
        let mut now = Timestamp::from_millis(1_800_000_000_000);
        let mut pauses = Vec::new();
        for _ in 0..40 {
            let pause = patience.pause(now);
            pauses.push(pause.as_millis() as u64);
            now = now.plus(Length::from_millis(pause.as_millis() as i64));
        }
        assert!((500..=1_000).contains(&pauses[0]) && (1_000..=2_000).contains(&pauses[1]), "{pauses:?}");
        assert!(pauses[10..].iter().all(|pause| (30_000..=60_000).contains(pause)), "{pauses:?}");
        assert!(pauses[10..].windows(2).any(|pair| pair[0] != pair[1]), "they are not all alike");
        let well = now.plus(Length::from_millis(limits::EAR_WELL_MS));
        assert!(patience.pause(well).as_millis() <= 1_000);
        let other = Patience::new("telegram:2").pause(now);
        assert_ne!(Patience::new("telegram:1").pause(now), other, "two connections do not come at once");
    }
}
