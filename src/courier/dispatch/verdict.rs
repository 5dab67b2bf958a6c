//! What the end of an attempt means: settled, tried again and when, held, or dead.
//!
//! Decides for one lane's head. Which robot comes next, and when it may be used, is `places`'.

use super::{Action, Dispatch, Finished, Head, InDoubt, LaneKey, Now, Parcel, ParcelOutcome, Receipt};
use crate::{
    base::{
        limits::{ATTEMPTS_MAX, RETRY_ASKED_MS_MAX, UNCLEAR_ATTEMPTS_MAX},
        time::Duration,
    },
    courier::backoff,
};
use std::sync::Arc;

impl Dispatch {
    /// What the end of an attempt means for the head of its lane.
    pub(super) fn judge(&mut self, lane_key: &LaneKey, finished: Finished, now: Now) {
        let Some(lane) = self.lanes.get_mut(lane_key) else {
            return;
        };
        let Some(job) = lane.jobs.front_mut() else {
            return;
        };
        // What the old address said is no reason to make the new one wait.
        let moved = std::mem::take(&mut lane.moved);
        let unclear = matches!(finished, Finished::Answered { receipt: Receipt::Unclear { .. }, .. });
        lane.unclear = if unclear { lane.unclear + 1 } else { 0 };
        match finished {
            Finished::Answered { receipt: Receipt::Accepted { note }, parts } => {
                job.part += 1;
                lane.said.extend(Some(note).filter(|note| !note.is_empty()));
                if job.part >= parts {
                    // A line a part, so that each can be found again.
                    let note = std::mem::take(&mut lane.said).join("\n");
                    self.settle_head(lane_key, ParcelOutcome::Accepted, note);
                } else {
                    lane.failures = 0;
                    let note = format!("part {} of {parts} accepted", job.part);
                    self.defer(lane_key, 0, note, false, now);
                }
            }
            Finished::Answered { receipt: Receipt::Refused { reason }, .. } => {
                self.settle_head(lane_key, ParcelOutcome::Dead, reason);
            }
            Finished::Answered {
                receipt: Receipt::RetryLater { after, throttled, attempts_max, reason },
                ..
            } => {
                let asked = after.map(|after| after.as_millis().max(0) as u64);
                let max = attempts_max.unwrap_or(ATTEMPTS_MAX);
                if moved {
                    self.defer(lane_key, 0, reason, true, now);
                } else if throttled {
                    self.retry_throttled(lane_key, asked, max, reason, now);
                } else {
                    self.retry(lane_key, asked, max, reason, now);
                }
            }
            Finished::NotSent { reason } if moved => self.defer(lane_key, 0, reason, true, now),
            Finished::NotSent { reason } => self.retry(lane_key, None, ATTEMPTS_MAX, reason, now),
            Finished::Answered { receipt: Receipt::Unclear { reason }, .. }
            | Finished::InDoubt { reason } => {
                job.in_doubt = true;
                lane.doubt = (!moved).then_some(lane.robot);
                if job.route.in_doubt == InDoubt::Hold {
                    self.settle_head(lane_key, ParcelOutcome::Held, reason);
                } else if lane.unclear >= UNCLEAR_ATTEMPTS_MAX {
                    let note = format!(
                        "given up after {UNCLEAR_ATTEMPTS_MAX} answers that nobody can read, it may have arrived: {reason}"
                    );
                    self.settle_head(lane_key, ParcelOutcome::Dead, note);
                } else {
                    let copy = match job.route.kind.idempotency() {
                        Some(place) => format!("it is sent again with the same key ({place})"),
                        None => "it is sent again, a second copy is possible".to_owned(),
                    };
                    self.retry(lane_key, None, ATTEMPTS_MAX, format!("in doubt: {reason}; {copy}"), now);
                }
            }
        }
    }

    /// The robot as a whole waits for what the platform asks; the lane only as long as none of its robots is free.
    fn retry_throttled(
        &mut self,
        lane_key: &LaneKey,
        asked: Option<u64>,
        max: u32,
        reason: String,
        now: Now,
    ) {
        let Some((lane, job)) = self.lanes.get(lane_key).and_then(|lane| Some((lane, lane.jobs.front()?)))
        else {
            return;
        };
        let target = Arc::clone(&job.route);
        // Where the platform does not say, its shortest window is waited for.
        let window = || target.rates.iter().map(|rate| rate.per.as_millis().max(0) as u64).min();
        let wait = backoff::delay_ms(&job.group, &job.effect, lane.failures + 1, asked.or_else(window));
        let reason = match asked.filter(|asked| *asked > RETRY_ASKED_MS_MAX) {
            Some(asked) => {
                let minutes = asked / 60_000;
                format!("{reason}; it asks for {minutes} minutes, which is longer than anybody waits unasked")
            }
            None => reason,
        };
        if let Some(robot) = self.robot_of_head(lane_key) {
            robot.gate.pause(now.ticks + wait);
        }
        let wait = if target.robots.len() > 1 { self.soonest(&target, now) - now.ticks } else { wait };
        self.retry(lane_key, Some(wait), max, reason, now);
    }

    fn retry(&mut self, lane_key: &LaneKey, asked: Option<u64>, max: u32, reason: String, now: Now) {
        let Some(lane) = self.lanes.get_mut(lane_key) else {
            return;
        };
        let Some(job) = lane.jobs.front() else {
            return;
        };
        lane.failures += 1;
        if lane.failures >= max || job.attempts >= ATTEMPTS_MAX.saturating_add(job.part) {
            let attempts = job.attempts;
            self.settle_head(
                lane_key,
                ParcelOutcome::Dead,
                format!("given up after {attempts} attempts: {reason}"),
            );
            return;
        }
        let wait = backoff::delay_ms(&job.group, &job.effect, lane.failures, asked);
        self.defer(lane_key, wait, reason, true, now);
    }

    /// Has it recorded that the head is open and not claimed, and lets it wait.
    pub(super) fn defer(&mut self, lane_key: &LaneKey, wait: u64, note: String, failed: bool, now: Now) {
        let Some(lane) = self.lanes.get_mut(lane_key) else {
            return;
        };
        let Some(job) = lane.jobs.front_mut() else {
            return;
        };
        job.claimed = false;
        let until = now.wall.plus(Duration::from_millis(wait as i64));
        self.actions.push(Action::Settle(job.settlement(ParcelOutcome::Deferred { until, failed }, note)));
        lane.not_before = now.ticks + wait;
        lane.head = Head::Idle;
    }

    pub(super) fn settle_head(&mut self, lane_key: &LaneKey, outcome: ParcelOutcome, note: String) {
        if let Some(job) = self.forget_head(lane_key) {
            if outcome == ParcelOutcome::Expired {
                *self.expiring.entry(lane_key.clone()).or_default() += 1;
            }
            self.actions.push(Action::Settle(job.settlement(outcome, note)));
        }
    }

    pub(super) fn forget_head(&mut self, lane_key: &LaneKey) -> Option<Parcel> {
        let job = self.lanes.get_mut(lane_key)?.pop()?;
        self.keys.remove(&job.key);
        Some(job)
    }
}
