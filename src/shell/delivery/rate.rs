//! How often one robot may be used: sliding windows, and pauses that a platform asks for.
//!
//! Pure: the time is an argument, in milliseconds since the courier started.

use crate::model::channel::Rate;
use std::collections::VecDeque;

/// Milliseconds since the courier started; never goes backwards.
pub(super) type Ticks = u64;

/// The limits of one robot; all of them hold at once.
#[derive(Debug, Default)]
pub(super) struct Gate {
    rates: Vec<Rate>,
    windows: Vec<Window>,
    paused_until: Ticks,
}

/// At most so many in every stretch of time, wherever the stretch begins. A token bucket would let twice as
/// many through around a refill, which platforms with sliding windows refuse.
#[derive(Debug)]
struct Window {
    count: usize,
    per: Ticks,
    taken: VecDeque<Ticks>,
}

impl Gate {
    /// Takes over the limits of a target; what was sent under equal limits stays counted.
    pub(super) fn set_rates(&mut self, rates: &[Rate]) {
        if self.rates == rates {
            return;
        }
        self.rates = rates.to_vec();
        self.windows = rates.iter().map(Window::new).collect();
    }

    /// The earliest instant, not before `now`, at which one more may be sent.
    pub(super) fn ready_at(&self, now: Ticks) -> Ticks {
        let windows = self.windows.iter().map(Window::ready_at).max().unwrap_or(0);
        windows.max(self.paused_until).max(now)
    }

    /// Counts one that is being sent.
    pub(super) fn take(&mut self, now: Ticks) {
        for window in &mut self.windows {
            window.take(now);
        }
    }

    /// Sends nothing before this instant.
    pub(super) fn pause(&mut self, until: Ticks) {
        self.paused_until = self.paused_until.max(until);
    }
}

impl Window {
    fn new(rate: &Rate) -> Self {
        let per = rate.per.as_millis().max(0) as Ticks;
        // The platform counts arrivals and we count departures: a fiftieth on top keeps a slow packet followed
        // by a fast one inside the limit.
        Self { count: rate.count.max(1) as usize, per: per + per / 50, taken: VecDeque::new() }
    }

    fn ready_at(&self) -> Ticks {
        match self.taken.len().checked_sub(self.count).and_then(|index| self.taken.get(index)) {
            Some(oldest) => oldest + self.per,
            None => 0,
        }
    }

    fn take(&mut self, now: Ticks) {
        if self.taken.len() >= self.count {
            self.taken.pop_front();
        }
        self.taken.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration;

    fn gate(rates: &[(u32, i64)]) -> Gate {
        let mut gate = Gate::default();
        let rates: Vec<Rate> =
            rates.iter().map(|&(count, per)| Rate { count, per: Duration::from_millis(per) }).collect();
        gate.set_rates(&rates);
        gate
    }

    #[test]
    fn no_stretch_of_time_holds_more_than_the_limit() {
        let mut gate = gate(&[(3, 1_000)]);
        let mut now = 0;
        let mut sent = Vec::new();
        for _ in 0..20 {
            now = gate.ready_at(now);
            gate.take(now);
            sent.push(now);
        }
        for pair in sent.windows(4) {
            assert!(pair[3] - pair[0] > 1_000, "{sent:?}");
        }
    }

    #[test]
    fn every_limit_holds_and_a_pause_too() {
        let mut gate = gate(&[(2, 100), (3, 10_000)]);
        gate.take(0);
        gate.take(0);
        assert_eq!(gate.ready_at(0), 102);
        gate.take(102);
        assert_eq!(gate.ready_at(102), 10_200);
        gate.pause(20_000);
        gate.pause(15_000);
        assert_eq!(gate.ready_at(102), 20_000);
    }

    #[test]
    fn without_limits_there_is_no_waiting() {
        let mut gate = gate(&[]);
        gate.take(5);
        assert_eq!(gate.ready_at(5), 5);
    }
}
