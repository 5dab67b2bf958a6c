//! What the end of an attempt means: settled, tried again and when, held, or dead.
//!
//! Decides for one lane's head. Which robot comes next, and when it may be used, is `places`'.

use super::{Action, Dispatch, Finished, Head, InDoubt, Job, LaneKey, Now, Outcome, Receipt, Settlement};
use crate::{
    base::{
        limits::ATTEMPTS_MAX,
        time::{Duration, Timestamp},
    },
    shell::delivery::backoff,
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
        match finished {
            Finished::Answered { receipt: Receipt::Accepted { note }, parts } => {
                job.part += 1;
                if job.part >= parts {
                    self.settle_head(lane_key, Outcome::Accepted, note);
                } else {
                    lane.failures = 0;
                    let note = format!("part {} of {parts} accepted", job.part);
                    self.defer(lane_key, 0, note, now);
                }
            }
            Finished::Answered { receipt: Receipt::Refused { reason }, .. } => {
                self.settle_head(lane_key, Outcome::Dead, reason);
            }
            Finished::Answered {
                receipt: Receipt::RetryLater { after, throttled, attempts_max, reason },
                ..
            } => {
                let asked = after.map(|after| after.as_millis().max(0) as u64);
                let max = attempts_max.unwrap_or(ATTEMPTS_MAX);
                if throttled {
                    self.retry_throttled(lane_key, asked, max, reason, now);
                } else {
                    self.retry(lane_key, asked, max, reason, now);
                }
            }
            Finished::NotSent { reason } => self.retry(lane_key, None, ATTEMPTS_MAX, reason, now),
            Finished::Answered { receipt: Receipt::Unclear { reason }, .. }
            | Finished::InDoubt { reason } => {
                job.in_doubt = true;
                lane.doubt = Some(lane.robot);
                if job.target.in_doubt == InDoubt::Hold {
                    self.settle_head(lane_key, Outcome::Held, reason);
                } else {
                    let copy = match job.target.kind.idempotency() {
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
        let target = Arc::clone(&job.target);
        // Where the platform does not say, its shortest window is waited for.
        let window = || target.rates.iter().map(|rate| rate.per.as_millis().max(0) as u64).min();
        let wait = backoff::delay_ms(&job.group, &job.effect, lane.failures + 1, asked.or_else(window));
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
                Outcome::Dead,
                format!("given up after {attempts} attempts: {reason}"),
            );
            return;
        }
        let wait = backoff::delay_ms(&job.group, &job.effect, lane.failures, asked);
        self.defer(lane_key, wait, reason, now);
    }

    /// Has it recorded that the head is open and not claimed, and lets it wait.
    pub(super) fn defer(&mut self, lane_key: &LaneKey, wait: u64, note: String, now: Now) {
        let Some(lane) = self.lanes.get_mut(lane_key) else {
            return;
        };
        let Some(job) = lane.jobs.front_mut() else {
            return;
        };
        job.claimed = false;
        let until = now.wall.plus(Duration::from_millis(wait as i64));
        self.actions.push(Action::Settle(job.settlement(Outcome::Deferred { until }, note)));
        lane.not_before = now.ticks + wait;
        lane.head = Head::Idle;
    }

    pub(super) fn settle_head(&mut self, lane_key: &LaneKey, outcome: Outcome, note: String) {
        if let Some(job) = self.forget_head(lane_key) {
            self.actions.push(Action::Settle(job.settlement(outcome, note)));
        }
    }

    pub(super) fn forget_head(&mut self, lane_key: &LaneKey) -> Option<Job> {
        let job = self.lanes.get_mut(lane_key)?.pop()?;
        self.keys.remove(&job.key);
        Some(job)
    }
}

impl Job {
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| now > expires)
    }

    pub(super) fn settlement(&self, outcome: Outcome, note: String) -> Settlement {
        Settlement {
            key: self.key,
            group: self.group.clone(),
            effect: self.effect.clone(),
            channel: self.target.name.clone(),
            outcome,
            attempts: self.attempts,
            part: self.part,
            in_doubt: self.in_doubt,
            note,
        }
    }
}
