//! A sliding window, as platforms count: one that is refused counts too.

use std::{
    collections::VecDeque,
    sync::Mutex,
    time::{Duration, Instant},
};

/// At most `count` in any stretch of `length`.
pub(crate) struct Window {
    count: usize,
    length: Duration,
    taken: Mutex<VecDeque<Instant>>,
}

impl Window {
    pub(crate) fn new(count: usize, length: Duration) -> Self {
        Self { count, length, taken: Mutex::default() }
    }

    /// Counts one; how long to wait if it was one too many.
    pub(crate) fn take(&self, at: Instant) -> Result<(), Duration> {
        let mut taken = self.taken.lock().unwrap();
        while taken.front().is_some_and(|first| at.duration_since(*first) >= self.length) {
            taken.pop_front();
        }
        taken.push_back(at);
        if taken.len() <= self.count {
            return Ok(());
        }
        Err(self.length.saturating_sub(at.duration_since(taken[0])))
    }
}
