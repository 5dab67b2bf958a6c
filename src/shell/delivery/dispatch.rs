//! Which message is attempted when: lanes in order, robots within their rates, hosts within their places.
//!
//! A state machine without IO: the time arrives with every call, and what is to be done comes back as actions.
//! Call [`Dispatch::drain`] after every other call, and [`Dispatch::timeout`] no earlier than
//! [`Dispatch::deadline`].

use super::{
    adapter::{Carrier, Receipt, adapter},
    backoff,
    job::{Job, Key, Outcome, Settlement},
    lane::{Head, Lane, LaneKey},
    rate::{Gate, Ticks},
    target::{RobotId, Target},
};
use crate::{
    base::{
        ids::GroupId,
        limits::{ATTEMPTS_MAX, IN_FLIGHT_PER_HOST_MAX},
        time::{Duration, Timestamp},
    },
    model::channel::InDoubt,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Rows of one host that may be claimed at once, in flight or about to be: as many again as are in flight, so
/// that a commit is never waited for with an idle place, and few are in doubt after a crash.
const CLAIMED_PER_HOST_MAX: usize = 2 * IN_FLIGHT_PER_HOST_MAX;
/// Of a host's places, what one robot may take: a slow one leaves some to the others at the same host.
const SHARE_OF_ROBOT: (usize, usize) = (3, 4);

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

#[derive(Debug, Default)]
struct RobotState {
    gate: Gate,
    host: String,
    /// Lanes whose head is [`Head::Queued`].
    queued: VecDeque<LaneKey>,
    /// Lanes whose head is [`Head::Ready`].
    ready: VecDeque<LaneKey>,
    claimed: usize,
    in_flight: usize,
    /// The last attempt did not get through: one at a time until one does.
    troubled: bool,
    /// It is in its host's list of those that wait for a place.
    starved: bool,
}

#[derive(Debug, Default)]
struct Host {
    claimed: usize,
    in_flight: usize,
    /// Robots that wait for a place, in turn.
    starved: VecDeque<RobotId>,
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
        if adapter(job.target.kind).is_ok_and(|adapter| adapter.carrier() == Carrier::Person) {
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
            self.end_place(&lane_key);
        }
        if self.lanes.get(&lane_key).is_some_and(|lane| lane.head == Head::Idle) {
            self.advance(&lane_key, now);
        }
        self.settle_down(now);
    }

    /// True when a job of this lane would be attempted at once; the place is kept for it.
    pub(super) fn reserve(&mut self, group: &GroupId, target: &Target, now: Now) -> bool {
        let lane_key = (group.clone(), target.name.clone());
        let is_http = adapter(target.kind).is_ok_and(|adapter| adapter.carrier() == Carrier::Http);
        if self.stopping || !is_http || self.lanes.contains_key(&lane_key) {
            return false;
        }
        let index = self.choose_robot(target, now);
        let id = target.robots[index].id.clone();
        let robot = self.robots.entry(id).or_default();
        let host = self.hosts.entry(robot.host.clone()).or_default();
        let free = robot.queued.is_empty()
            && robot.gate.ready_at(now.ticks) <= now.ticks
            && robot.claimed < robot.share_of(CLAIMED_PER_HOST_MAX)
            && host.claimed < CLAIMED_PER_HOST_MAX;
        if free {
            robot.gate.take(now.ticks);
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
            self.end_place(&lane_key);
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
            self.end_place(&lane_key);
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
        let through = matches!(finished, Finished::Answered { .. });
        let place = self.lanes.get(lane_key).and_then(|lane| lane.place.as_ref());
        if let Some(robot) = place.and_then(|id| self.robots.get_mut(id)) {
            robot.in_flight -= 1;
            robot.troubled = !through;
            if let Some(host) = self.hosts.get_mut(&robot.host) {
                host.in_flight -= 1;
            }
        }
        self.end_place(lane_key);
        self.judge(lane_key, finished, now);
        self.advance(lane_key, now);
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
            let index = self.choose_robot(&target, now);
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

    /// The robot that can be used first; all are made known on the way.
    fn choose_robot(&mut self, target: &Target, now: Now) -> usize {
        let mut best = (Ticks::MAX, usize::MAX, 0);
        for (index, robot) in target.robots.iter().enumerate() {
            if !self.robots.contains_key(&robot.id) {
                let state = RobotState { host: robot.host.clone(), ..RobotState::default() };
                self.robots.insert(robot.id.clone(), state);
            }
            let Some(state) = self.robots.get_mut(&robot.id) else {
                continue;
            };
            state.gate.set_rates(&target.rates);
            let load = state.queued.len() + state.claimed;
            best = best.min((state.gate.ready_at(now.ticks), load, index));
        }
        best.2
    }

    fn settle_down(&mut self, now: Now) {
        while let Some(id) = self.dirty.pop_front() {
            self.start_ready(&id, now);
            self.claim_queued(&id, now);
            // A robot that had no use for the place it was woken for passes it on.
            if let Some(robot) = self.robots.get(&id).filter(|robot| !robot.starved)
                && let Some(host) = self.hosts.get_mut(&robot.host)
                && (host.claimed < CLAIMED_PER_HOST_MAX || host.in_flight < IN_FLIGHT_PER_HOST_MAX)
                && let Some(next) = host.starved.pop_front()
            {
                self.wake(next);
            }
        }
    }

    /// Starts attempts of claimed heads while there are places.
    fn start_ready(&mut self, id: &RobotId, now: Now) {
        loop {
            let Some(robot) = self.robots.get_mut(id) else {
                return;
            };
            let host = self.hosts.entry(robot.host.clone()).or_default();
            let max = robot.share_of(IN_FLIGHT_PER_HOST_MAX);
            if robot.ready.is_empty() || robot.in_flight >= max {
                return;
            }
            if host.in_flight >= IN_FLIGHT_PER_HOST_MAX {
                robot.starve(id, host);
                return;
            }
            let Some(lane_key) = robot.ready.pop_front() else {
                return;
            };
            let Some(lane) = self.lanes.get_mut(&lane_key) else {
                continue;
            };
            let Some(job) = lane.jobs.front_mut() else {
                continue;
            };
            if self.stopping {
                robot.ready.push_front(lane_key.clone());
                self.give_back(&lane_key, now);
                continue;
            }
            if job.is_expired(now.wall) {
                self.end_place(&lane_key);
                self.settle_head(&lane_key, Outcome::Expired, String::new());
                self.advance(&lane_key, now);
                continue;
            }
            robot.in_flight += 1;
            host.in_flight += 1;
            job.attempts += 1;
            lane.head = Head::InFlight;
            self.open += 1;
            let action = Action::Attempt { lane: lane_key.clone(), robot: lane.robot, job: job.clone() };
            self.actions.push(action);
        }
    }

    /// Claims queued heads while rate and places allow.
    fn claim_queued(&mut self, id: &RobotId, now: Now) {
        loop {
            let Some(robot) = self.robots.get_mut(id) else {
                return;
            };
            let host = self.hosts.entry(robot.host.clone()).or_default();
            let max = robot.share_of(CLAIMED_PER_HOST_MAX);
            if self.stopping || robot.queued.is_empty() || robot.claimed >= max {
                return;
            }
            let ready_at = robot.gate.ready_at(now.ticks);
            if ready_at > now.ticks {
                self.timers.insert((ready_at, Wake::Robot(id.clone())));
                return;
            }
            if host.claimed >= CLAIMED_PER_HOST_MAX {
                robot.starve(id, host);
                return;
            }
            let Some(lane_key) = robot.queued.pop_front() else {
                return;
            };
            let Some(lane) = self.lanes.get_mut(&lane_key) else {
                continue;
            };
            let Some(job) = lane.jobs.front() else {
                continue;
            };
            if job.is_expired(now.wall) {
                self.settle_head(&lane_key, Outcome::Expired, String::new());
                self.advance(&lane_key, now);
                continue;
            }
            robot.gate.take(now.ticks);
            robot.claimed += 1;
            host.claimed += 1;
            lane.place = Some(id.clone());
            lane.head = Head::Claiming;
            self.open += 1;
            self.actions.push(Action::Claim(job.key));
        }
    }

    /// What the end of an attempt means for the head of its lane.
    fn judge(&mut self, lane_key: &LaneKey, finished: Finished, now: Now) {
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
                // Where the platform does not say, its shortest window is waited for.
                let window = job.target.rates.iter().map(|rate| rate.per.as_millis().max(0) as u64).min();
                let asked = if throttled { asked.or(window) } else { asked };
                self.retry(lane_key, asked, attempts_max.unwrap_or(ATTEMPTS_MAX), reason, now);
                let until = self.lanes.get(lane_key).map_or(0, |lane| lane.not_before);
                if throttled && let Some(robot) = self.robot_of_head(lane_key) {
                    robot.gate.pause(until);
                }
            }
            Finished::NotSent { reason } => self.retry(lane_key, None, ATTEMPTS_MAX, reason, now),
            Finished::Answered { receipt: Receipt::Unclear { reason }, .. }
            | Finished::InDoubt { reason } => {
                job.in_doubt = true;
                if job.target.in_doubt == InDoubt::Hold {
                    self.settle_head(lane_key, Outcome::Held, reason);
                } else {
                    self.retry(lane_key, None, ATTEMPTS_MAX, format!("in doubt: {reason}"), now);
                }
            }
        }
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
    fn defer(&mut self, lane_key: &LaneKey, wait: u64, note: String, now: Now) {
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

    fn settle_head(&mut self, lane_key: &LaneKey, outcome: Outcome, note: String) {
        if let Some(job) = self.forget_head(lane_key) {
            self.actions.push(Action::Settle(job.settlement(outcome, note)));
        }
    }

    fn forget_head(&mut self, lane_key: &LaneKey) -> Option<Job> {
        let job = self.lanes.get_mut(lane_key)?.pop()?;
        self.keys.remove(&job.key);
        Some(job)
    }

    /// A claimed head that will not be attempted goes back to the ledger as open.
    fn give_back(&mut self, lane_key: &LaneKey, now: Now) {
        if let Some(robot) = self.robot_of_head(lane_key) {
            robot.ready.retain(|ready| ready != lane_key);
        }
        self.end_place(lane_key);
        self.defer(lane_key, 0, String::new(), now);
    }

    fn robot_of_head(&mut self, lane_key: &LaneKey) -> Option<&mut RobotState> {
        let lane = self.lanes.get(lane_key)?;
        let id = &lane.jobs.front()?.target.robots.get(lane.robot)?.id;
        self.robots.get_mut(id)
    }

    /// The head is claimed: its attempt begins when there is a place.
    fn make_ready(&mut self, lane_key: &LaneKey) {
        let Some(lane) = self.lanes.get_mut(lane_key) else {
            return;
        };
        lane.head = Head::Ready;
        if let Some(job) = lane.jobs.front_mut() {
            job.claimed = true;
        }
        if let Some(id) = lane.place.clone() {
            if let Some(robot) = self.robots.get_mut(&id) {
                robot.ready.push_back(lane_key.clone());
            }
            self.dirty.push_back(id);
        }
    }

    /// The head no longer takes a claimed place at its robot and host; others may have it.
    fn end_place(&mut self, lane_key: &LaneKey) {
        let Some(id) = self.lanes.get_mut(lane_key).and_then(|lane| lane.place.take()) else {
            return;
        };
        let Some(robot) = self.robots.get_mut(&id) else {
            return;
        };
        robot.claimed -= 1;
        if let Some(host) = self.hosts.get_mut(&robot.host) {
            host.claimed -= 1;
            // Those that waited for a place come first, in turn; the robot that had this one is behind them.
            if let Some(next) = host.starved.pop_front() {
                self.wake(next);
            }
        }
        self.dirty.push_back(id);
    }

    fn wake(&mut self, id: RobotId) {
        if let Some(robot) = self.robots.get_mut(&id) {
            robot.starved = false;
        }
        self.dirty.push_back(id);
    }
}

impl RobotState {
    /// How many of a host's places this robot may take.
    fn share_of(&self, places: usize) -> usize {
        if self.troubled { 1 } else { places * SHARE_OF_ROBOT.0 / SHARE_OF_ROBOT.1 }
    }

    fn starve(&mut self, id: &RobotId, host: &mut Host) {
        if !std::mem::replace(&mut self.starved, true) {
            host.starved.push_back(id.clone());
        }
    }
}

impl Job {
    fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| now > expires)
    }

    fn settlement(&self, outcome: Outcome, note: String) -> Settlement {
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
