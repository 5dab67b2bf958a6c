//! A bucket: how much a sender may report in how long, with a debt for what came at once.
//!
//! Pure: the instant is an argument.

use crate::base::{limits, time::Timestamp};

/// One sender's bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    /// A full one.
    pub(super) fn full(at: Timestamp) -> Self {
        Self { left: f64::from(limits::SENDER_BURST_SIGNALS), at }
    }

    /// Whether there is anything in it; else after how many whole seconds there will be.
    pub(super) fn open(&mut self, now: Timestamp) -> Result<(), u64> {
        self.fill(now);
        if self.left >= 1.0 {
            return Ok(());
        }
        let seconds = (1.0 - self.left) / f64::from(limits::SENDER_SIGNALS_PER_S);
        Err((seconds.ceil() as u64).max(1))
    }

    /// Takes out what came; it may owe some.
    pub(super) fn take(&mut self, signals: usize, now: Timestamp) {
        self.fill(now);
        self.left -= signals as f64;
    }

    /// What could not be recorded was not taken.
    pub(super) fn give_back(&mut self, signals: usize) {
        self.left = (self.left + signals as f64).min(f64::from(limits::SENDER_BURST_SIGNALS));
    }

    fn fill(&mut self, now: Timestamp) {
        let ms = now.since(self.at).as_millis();
        // A clock that is set back fills nothing and takes nothing.
        let more = ms.max(0) as f64 / 1_000.0 * f64::from(limits::SENDER_SIGNALS_PER_S);
        self.left = (self.left + more).min(f64::from(limits::SENDER_BURST_SIGNALS));
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + ms)
    }

    #[test]
    fn a_burst_passes_and_is_paid_back() {
        let mut bucket = Bucket::full(at(0));
        bucket.take(999, at(0));
        assert_eq!(bucket.open(at(0)), Ok(()));
        bucket.take(1_000, at(0));
        // It owes 999: so many are worth ten seconds.
        assert_eq!(bucket.open(at(0)), Err(10));
        assert_eq!(bucket.open(at(9_000)), Err(1));
        assert_eq!(bucket.open(at(10_000)), Ok(()));
        assert_eq!(bucket.open(at(-100_000)), Ok(()), "a clock that was set back takes nothing away");
        bucket.give_back(5_000);
        assert_eq!(bucket, Bucket::full(at(-100_000)));
        bucket.take(1, at(3_600_000));
        bucket.take(998, at(3_600_000));
        assert_eq!(bucket.open(at(3_600_000)), Ok(()), "never more than full, never less than it is");
    }
}
