//! How often one robot may be used: sliding windows, and pauses that a platform asks for.
//!
//! One gate counts all that goes to one robot, whichever group or channel it is for; the limits come with each
//! question, so that two channels which share a robot share what was sent. Pure: the time is an argument, in
//! milliseconds on the courier's clock.

use crate::model::channel::Rate;
use std::collections::VecDeque;

/// Milliseconds on the courier's own clock, which never goes backwards.
pub type Ticks = u64;
/// Where a courier's clock begins: so far back reach the instants that it remembers of the time before.
pub const BEGINNING: Ticks = 86_400_000;

/// A platform counts arrivals, which lie between the beginning and the end of an attempt. In windows from this on
/// the end counts, so that the limit is kept whatever the network does: there a refusal costs minutes. In shorter
/// ones the beginning counts, so that slow answers cost no throughput.
const COUNTED_BY_END_MS: Ticks = 10_000;
/// By this part of it a window that counts beginnings is longer, for a slow packet followed by a fast one.
const GUARD: Ticks = 500;

/// Instants of the time before that are remembered: no platform counts more in one window.
const RECALLED_MAX: usize = 1_000;

/// Whether limits have a window that is worth remembering over a restart: one in which the end of an attempt counts.
pub(super) fn are_long(rates: &[Rate]) -> bool {
    rates.iter().any(|rate| rate.per.as_millis() >= COUNTED_BY_END_MS as i64)
}

/// What was sent to one robot, and since when it may not be used.
#[derive(Debug, Default)]
pub(super) struct RateGate {
    /// When attempts began.
    begun: VecDeque<Ticks>,
    /// When attempts that may have arrived ended.
    ended: VecDeque<Ticks>,
    /// Let through and not begun.
    let_through: usize,
    /// Begun and not ended.
    in_flight: usize,
    /// The largest number that any limit asked about.
    count_max: usize,
    paused_until: Ticks,
}

impl RateGate {
    /// The earliest instant, not before `now`, at which one more may be let through; none as long as that depends
    /// on what is under way.
    pub(super) fn ready_at(&self, rates: &[Rate], now: Ticks) -> Option<Ticks> {
        let mut ready = self.paused_until.max(now);
        for rate in rates {
            let (stamps, open, count, per) = self.window(rate);
            if let Some(index) = (stamps.len() + open).checked_sub(count) {
                ready = ready.max(stamps.get(index)? + per);
            }
        }
        Some(ready)
    }

    /// About when one more may be let through that has so many others before it.
    pub(super) fn estimate(&self, rates: &[Rate], ahead: usize, now: Ticks) -> Ticks {
        let free = self.paused_until.max(now);
        let after = |rate| {
            let (stamps, open, count, per) = self.window(rate);
            let place = stamps.len() + open + ahead;
            // So many whole windows back stands one that is counted already, or one that may go now.
            let windows = ahead / count;
            let at = free + windows as Ticks * per;
            match place.checked_sub((windows + 1) * count) {
                None => at,
                Some(index) => at.max(stamps.get(index).unwrap_or(&free) + (windows + 1) as Ticks * per),
            }
        };
        rates.iter().map(after).max().unwrap_or(free)
    }

    /// Lets one through.
    pub(super) fn take(&mut self, rates: &[Rate]) {
        let count = rates.iter().map(|rate| rate.count as usize).max().unwrap_or(0);
        self.count_max = self.count_max.max(count);
        self.let_through += 1;
    }

    /// One that was let through will not be attempted.
    pub(super) fn untake(&mut self) {
        self.let_through -= 1;
    }

    /// The attempt of one that was let through begins.
    pub(super) fn begin(&mut self, now: Ticks) {
        self.let_through -= 1;
        self.in_flight += 1;
        push(&mut self.begun, now, self.count_max);
    }

    /// An attempt ended; the platform counts it unless it certainly did not arrive.
    pub(super) fn end(&mut self, now: Ticks, may_have_arrived: bool) {
        self.in_flight -= 1;
        if may_have_arrived {
            push(&mut self.ended, now, self.count_max);
        }
    }

    /// Lets through again what only a pause held.
    pub(super) fn resume(&mut self) {
        self.paused_until = 0;
    }

    /// The end of the pause, and when messages may have arrived, in order.
    pub(super) fn memory(&self) -> (Ticks, impl Iterator<Item = Ticks> + '_) {
        (self.paused_until, self.ended.iter().copied())
    }

    /// A message may have arrived then, before this courier started.
    pub(super) fn recall(&mut self, at: Ticks) {
        push(&mut self.ended, at, self.count_max.max(RECALLED_MAX));
        push(&mut self.begun, at, self.count_max.max(RECALLED_MAX));
    }

    /// Lets nothing through before this instant.
    pub(super) fn pause(&mut self, until: Ticks) {
        self.paused_until = self.paused_until.max(until);
    }

    /// What a limit looks at: the instants counted, how many more count as of now, how many are allowed, and the
    /// length of the window.
    fn window(&self, rate: &Rate) -> (&VecDeque<Ticks>, usize, usize, Ticks) {
        let (count, per) = (rate.count.max(1) as usize, rate.per.as_millis().max(1) as Ticks);
        if per >= COUNTED_BY_END_MS {
            (&self.ended, self.let_through + self.in_flight, count, per + 1)
        } else {
            (&self.begun, self.let_through, count, per + per / GUARD + 1)
        }
    }
}

fn push(stamps: &mut VecDeque<Ticks>, now: Ticks, count_max: usize) {
    stamps.push_back(now);
    while stamps.len() > count_max {
        stamps.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration;

    fn rates(rates: &[(u32, i64)]) -> Vec<Rate> {
        rates.iter().map(|&(count, per)| Rate { count, per: Duration::from_millis(per) }).collect()
    }

    /// Sends one at a time as soon as allowed, each taking `latency`; gives when they began.
    fn send(gate: &mut RateGate, rates: &[Rate], from: Ticks, count: usize, latency: Ticks) -> Vec<Ticks> {
        let mut now = from;
        (0..count)
            .map(|_| {
                now = gate.ready_at(rates, now).unwrap();
                gate.take(rates);
                gate.begin(now);
                let begun = now;
                now += latency;
                gate.end(now, true);
                begun
            })
            .collect()
    }

    #[test]
    fn no_stretch_of_time_holds_more_than_the_limit() {
        for (per, latency) in [(1_000, 0), (1_000, 700), (60_000, 0), (60_000, 700)] {
            let sent = send(&mut RateGate::default(), &rates(&[(3, per)]), 0, 20, latency);
            for four in sent.windows(4) {
                assert!(four[3] - four[0] > per as Ticks, "{sent:?}");
            }
        }
    }

    #[test]
    fn a_hundred_at_a_preset_are_late_by_less_than_a_second() {
        for (limit, ideal) in [(&[(20, 60_000)][..], 240_000), (&[(1, 1_000)], 99_000)] {
            let sent = send(&mut RateGate::default(), &rates(limit), 0, 100, 0);
            assert!((ideal..ideal + 1_000).contains(&sent[99]), "{limit:?}: {}", sent[99]);
        }
    }

    #[test]
    fn every_limit_holds_and_a_pause_too() {
        let (mut gate, limits) = (RateGate::default(), rates(&[(2, 100), (3, 10_000)]));
        assert_eq!(send(&mut gate, &limits, 0, 3, 0), [0, 0, 101]);
        assert_eq!(gate.ready_at(&limits, 102), Some(10_001));
        gate.pause(20_000);
        gate.pause(15_000);
        assert_eq!(gate.ready_at(&limits, 102), Some(20_000));
    }

    #[test]
    fn what_is_under_way_counts_and_what_never_arrived_does_not() {
        let (mut gate, limit) = (RateGate::default(), rates(&[(1, 60_000)]));
        gate.take(&limit);
        gate.begin(5);
        assert_eq!(gate.ready_at(&limit, 10), None);
        gate.end(20, false);
        assert_eq!(gate.ready_at(&limit, 30), Some(30));
        gate.take(&limit);
        assert_eq!(gate.ready_at(&limit, 40), None);
        gate.untake();
        assert_eq!(gate.ready_at(&limit, 40), Some(40));
    }

    #[test]
    fn channels_with_limits_of_their_own_share_what_was_sent() {
        let (mut gate, wide, narrow) = (RateGate::default(), rates(&[(20, 60_000)]), rates(&[(2, 60_000)]));
        send(&mut gate, &wide, 0, 2, 0);
        assert_eq!(gate.ready_at(&narrow, 9), Some(60_001));
        assert_eq!(gate.ready_at(&wide, 9), Some(9));
    }

    #[test]
    fn an_estimate_counts_those_that_wait() {
        let (mut gate, limit) = (RateGate::default(), rates(&[(2, 60_000)]));
        let estimates = |gate: &RateGate| [0, 1, 2, 4].map(|ahead| gate.estimate(&limit, ahead, 0));
        assert_eq!(estimates(&gate), [0, 0, 60_001, 120_002]);
        send(&mut gate, &limit, 0, 2, 0);
        assert_eq!(estimates(&gate), [60_001, 60_001, 120_002, 180_003]);
        assert_eq!(gate.estimate(&[], 9, 7), 7);
    }
}
