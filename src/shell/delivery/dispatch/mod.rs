//! Which message is attempted when: lanes in order, robots within their rates, hosts within their places.
//!
//! A state machine without IO: the time arrives with every call, and what is to be done comes back as actions.
//! Call [`Dispatch::drain`] after every other call, and [`Dispatch::timeout`] no earlier than
//! [`Dispatch::deadline`]. Here is what goes in; `places` has the robots and hosts, `verdict` what an attempt's end
//! means.

mod places;
#[cfg(test)]
mod tests;
mod verdict;

use super::{
    adapter::{Carrier, Receipt, adapter},
    job::{Job, Key, Outcome, Settlement},
    lane::{Head, Lane, LaneKey},
    rate::Ticks,
    target::{RobotId, Target},
};
use crate::{
    base::{ids::GroupId, time::Timestamp},
    model::channel::InDoubt,
};
use places::{CLAIMED_PER_HOST_MAX, Host, RobotState};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    /// For waiting.
    pub(super) ticks: Ticks,
    /// For `expires` and for what is recorded.
    pub(super) wall: Timestamp,
}

/// What the courier is to do.
#[derive(Debug)]
pub(super) enum Action {
    /// Record that this row is about to be attempted, then call [`Dispatch::claimed`].
    Claim(Key),
    /// Make an attempt, then call [`Dispatch::finished`] with the lane.
    Attempt { lane: LaneKey, robot: usize, job: Job },
    /// Record this.
    Settle(Settlement),
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Finished {
    /// The platform answered; the message has this many parts.
    Answered { receipt: Receipt, parts: u32 },
    /// The request certainly did not reach the platform.
    NotSent { reason: String },
    /// The request was written and no answer came.
    InDoubt { reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wake {
    Lane(LaneKey),
    Robot(RobotId),
}

/// The state of all lanes, robots and hosts.
#[derive(Debug, Default)]
pub(super) struct Dispatch {
    lanes: BTreeMap<LaneKey, Lane>,
    keys: BTreeMap<Key, LaneKey>,
    robots: BTreeMap<RobotId, RobotState>,
    hosts: BTreeMap<String, Host>,
    timers: BTreeSet<(Ticks, Wake)>,
    /// Robots that may have something to do.
    dirty: VecDeque<RobotId>,
    actions: Vec<Action>,
    /// Claims and attempts under way.
    open: usize,
    stopping: bool,
}

impl Dispatch {
    /// Takes a job; one that is already here, or that a person delivers, is ignored.
    pub(super) fn submit(&mut self, job: Job, now: Now) {
        if self.keys.contains_key(&job.key) {
            return;
        }
        let lane_key = (job.group.clone(), job.target.name.clone());
        if adapter(job.target.kind).carrier() == Carrier::Person {
            return;
        }
        self.keys.insert(job.key, lane_key.clone());
        let claimed = job.claimed;
        let lane = self.lanes.entry(lane_key.clone()).or_default();
        lane.jobs.push_back(job);
        if std::mem::take(&mut lane.reserved) {
            let robot = lane.jobs[0].target.robots.get(lane.robot).map(|robot| &robot.id);
            if claimed && lane.jobs.len() == 1 && robot == lane.place.as_ref() {
                self.make_ready(&lane_key);
                self.settle_down(now);
                return;
            }
            self.drop_place(&lane_key);
        }
        if self.lanes.get(&lane_key).is_some_and(|lane| lane.head == Head::Idle) {
            self.advance(&lane_key, now);
        }
        self.settle_down(now);
    }

    /// True when a job of this lane would be attempted at once; the place is kept for it.
    pub(super) fn reserve(&mut self, group: &GroupId, target: &Target, now: Now) -> bool {
        let lane_key = (group.clone(), target.name.clone());
        let travels = matches!(adapter(target.kind).carrier(), Carrier::Http | Carrier::Mail);
        if self.stopping || !travels || self.lanes.contains_key(&lane_key) {
            return false;
        }
        let index = self.choose_robot(target, now);
        let id = target.robots[index].id.clone();
        let robot = self.robots.entry(id).or_default();
        let host = self.hosts.entry(robot.host.clone()).or_default();
        let free = robot.queued.is_empty()
            && robot.gate.ready_at(&target.rates, now.ticks) == Some(now.ticks)
            && robot.claimed < robot.share_of(CLAIMED_PER_HOST_MAX)
            && host.claimed < CLAIMED_PER_HOST_MAX;
        if free {
            robot.gate.take(&target.rates);
            robot.claimed += 1;
            host.claimed += 1;
            let place = Some(target.robots[index].id.clone());
            self.lanes.insert(lane_key, Lane { reserved: true, robot: index, place, ..Lane::default() });
        }
        free
    }

    /// Gives a reserved place back.
    pub(super) fn release(&mut self, group: &GroupId, target: &Target, now: Now) {
        let lane_key = (group.clone(), target.name.clone());
        if self.lanes.get_mut(&lane_key).is_some_and(|lane| std::mem::take(&mut lane.reserved)) {
            self.drop_place(&lane_key);
            self.advance(&lane_key, now);
            self.settle_down(now);
        }
    }

    /// Takes a job back whose row is not claimed; false when it is too late or the job is not here.
    pub(super) fn withdraw(&mut self, key: Key, now: Now) -> bool {
        let Some(lane_key) = self.keys.get(&key).cloned() else {
            return false;
        };
        let Some(lane) = self.lanes.get_mut(&lane_key) else {
            return false;
        };
        let Some(index) = lane.jobs.iter().position(|job| job.key == key) else {
            return false;
        };
        if index > 0 {
            lane.jobs.remove(index);
            self.keys.remove(&key);
            return true;
        }
        match lane.head {
            Head::Claiming | Head::Ready | Head::InFlight => return false,
            Head::Waiting(until) => {
                self.timers.remove(&(until, Wake::Lane(lane_key.clone())));
            }
            Head::Queued => {
                let id = &lane.jobs[0].target.robots[lane.robot].id;
                if let Some(robot) = self.robots.get_mut(id) {
                    robot.queued.retain(|queued| *queued != lane_key);
                }
            }
            Head::Idle => {}
        }
        lane.pop();
        self.keys.remove(&key);
        self.advance(&lane_key, now);
        self.settle_down(now);
        true
    }

    /// A claim was recorded; `gone` when its row is no longer open.
    pub(super) fn claimed(&mut self, key: Key, gone: bool, now: Now) {
        self.open -= 1;
        let Some(lane_key) = self.keys.get(&key).cloned() else {
            return;
        };
        if gone {
            self.drop_place(&lane_key);
            self.forget_head(&lane_key);
            self.advance(&lane_key, now);
        } else {
            self.make_ready(&lane_key);
        }
        self.settle_down(now);
    }

    /// An attempt ended.
    pub(super) fn finished(&mut self, lane_key: &LaneKey, finished: Finished, now: Now) {
        self.open -= 1;
        let left = self.leave(lane_key, &finished, now);
        self.end_place(lane_key);
        self.judge(lane_key, finished, now);
        self.advance(lane_key, now);
        if let Some(robot) = left {
            self.scatter(&robot, now);
        }
        self.settle_down(now);
    }

    /// The next instant at which [`Self::timeout`] has something to do.
    pub(super) fn deadline(&self) -> Option<Ticks> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Does what was due by now.
    pub(super) fn timeout(&mut self, now: Now) {
        while let Some((first, _)) = self.timers.first()
            && *first <= now.ticks
            && let Some((at, wake)) = self.timers.pop_first()
        {
            match wake {
                Wake::Lane(key) => {
                    let waits = self.lanes.get(&key).is_some_and(|lane| lane.head == Head::Waiting(at));
                    if waits {
                        self.advance(&key, now);
                    }
                }
                Wake::Robot(robot) => self.dirty.push_back(robot),
            }
        }
        self.settle_down(now);
    }

    /// Begins nothing from now on. What is claimed and has not begun is given back to the ledger.
    pub(super) fn stop(&mut self, now: Now) {
        self.stopping = true;
        let ready: Vec<LaneKey> =
            self.lanes.iter().filter(|(_, l)| l.head == Head::Ready).map(|(key, _)| key.clone()).collect();
        for lane_key in ready {
            self.give_back(&lane_key, now);
        }
    }

    /// No claim and no attempt is under way.
    pub(super) fn is_quiet(&self) -> bool {
        self.open == 0
    }

    /// What is to be done, in order.
    pub(super) fn drain(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    /// Brings the head of a lane to its robot's queue, or to a timer.
    fn advance(&mut self, lane_key: &LaneKey, now: Now) {
        loop {
            let Some(lane) = self.lanes.get_mut(lane_key) else {
                return;
            };
            let Some(job) = lane.jobs.front() else {
                if !lane.reserved {
                    self.lanes.remove(lane_key);
                }
                return;
            };
            if job.is_expired(now.wall) {
                self.settle_head(lane_key, Outcome::Expired, String::new());
                continue;
            }
            if job.in_doubt && !job.retried && job.target.in_doubt == InDoubt::Hold {
                let note =
                    "the engine stopped during an attempt, so that it is unknown whether it arrived".into();
                self.settle_head(lane_key, Outcome::Held, note);
                continue;
            }
            let asked = job.not_before.map_or(0, |at| at.since(now.wall).as_millis().max(0) as Ticks);
            let due = lane.not_before.max(if lane.failures == 0 { now.ticks + asked } else { 0 });
            if due > now.ticks {
                // Not later than its end, so that an expired message is recorded when it expires.
                let left = job.expires.map(|at| at.since(now.wall).as_millis().max(0) as Ticks + 1);
                let at = left.map_or(due, |left| due.min(now.ticks + left));
                lane.head = Head::Waiting(at);
                self.timers.insert((at, Wake::Lane(lane_key.clone())));
                return;
            }
            let target = std::sync::Arc::clone(&job.target);
            // A platform that honours a key knows what its robot was told, not what another one was.
            let index = match lane.doubt {
                Some(index) if job.target.kind.idempotency().is_some() => index,
                _ => self.choose_robot(&target, now),
            };
            let id = target.robots[index].id.clone();
            if let Some(lane) = self.lanes.get_mut(lane_key) {
                lane.robot = index;
                lane.head = Head::Queued;
            }
            if let Some(robot) = self.robots.get_mut(&id) {
                robot.queued.push_back(lane_key.clone());
            }
            self.dirty.push_back(id);
            return;
        }
    }
}
