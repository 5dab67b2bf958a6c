//! Which message is attempted when: lanes in order, robots within their rates, hosts within their places.
//!
//! A state machine without IO: the time arrives with every call, and what is to be done comes back as actions.
//! Call [`Dispatch::drain`] after every other call, and [`Dispatch::timeout`] no earlier than
//! [`Dispatch::deadline`]. Here is what goes in; `places` has the robots, `host` their hosts' places,
//! `verdict` what an attempt's end means, `moves` what a person changes while messages are on their way.

mod bots;
mod host;
mod moves;
mod places;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod troubles;
mod verdict;

use super::{
    lane::{Head, Lane, LaneKey, LanePlace},
    memory::RobotMemory,
    parcel::{Parcel, ParcelKey, ParcelOutcome, Settlement},
    rate::{RateGate, Ticks},
    receipt::Receipt,
    route::{RobotId, Route},
};
use crate::{
    base::{ids::GroupId, time::Timestamp},
    model::channel::InDoubt,
};
pub(super) use host::HostPool;
use host::{CLAIMED_PER_HOST_MAX, HostPlaces, PlaceNeed};
pub use moves::Hurried;
use places::RobotState;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// For waiting.
    pub ticks: Ticks,
    /// For `expires` and for what is recorded.
    pub wall: Timestamp,
}

/// What the courier is to do.
#[derive(Debug)]
pub enum Action {
    /// Record that this row is about to be attempted, then call [`Dispatch::claimed`].
    Claim(ParcelKey),
    /// Make an attempt, then call [`Dispatch::finished`] with the lane.
    Attempt {
        /// Whose head it is.
        lane: LaneKey,
        /// Which of the route's robots makes it.
        robot: usize,
        /// The head.
        parcel: Parcel,
    },
    /// Record this.
    Settle(Settlement),
    /// Record this, not later than what follows: a restart begins with it.
    Remember(RobotMemory),
}

/// How an attempt ended.
#[derive(Debug)]
pub enum Finished {
    /// The platform answered; the message has this many parts.
    Answered {
        /// What the answer means.
        receipt: Receipt,
        /// How many parts the message has.
        parts: u32,
    },
    /// The request certainly did not reach the platform.
    NotSent {
        /// Why, in words.
        reason: String,
    },
    /// The request was written and no answer came.
    InDoubt {
        /// What happened, in words.
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wake {
    Lane(LaneKey),
    Robot(RobotId),
    Bot(std::sync::Arc<str>),
    /// The attempt of this lane's head takes too long.
    Hangs(LaneKey),
}

/// The state of all lanes, robots and hosts.
#[derive(Debug, Default)]
pub struct Dispatch {
    lanes: BTreeMap<LaneKey, Lane>,
    keys: BTreeMap<ParcelKey, LaneKey>,
    robots: BTreeMap<RobotId, RobotState>,
    hosts: BTreeMap<String, HostPlaces>,
    bots: BTreeMap<std::sync::Arc<str>, bots::BotState>,
    timers: BTreeSet<(Ticks, Wake)>,
    /// Robots that may have something to do.
    dirty: VecDeque<RobotId>,
    actions: Vec<Action>,
    /// Expired messages whose end is not on record yet, by lane: until it is, a clock that is set back brings them
    /// again, so that nothing of the lane may be claimed out of the ledger's turn.
    expiring: BTreeMap<LaneKey, usize>,
    /// Claims and attempts under way.
    open: usize,
    stopping: bool,
}

impl Dispatch {
    /// Takes a message; one that is already here is ignored.
    pub fn submit(&mut self, job: Parcel, now: Now) {
        if self.keys.contains_key(&job.key) {
            return;
        }
        let lane_key = (job.group.clone(), job.route.name.clone());
        self.keys.insert(job.key, lane_key.clone());
        let claimed = job.claimed;
        if job.in_doubt && job.not_before.is_none() {
            self.recall(&job.route, now);
        }
        let lane = self.lanes.entry(lane_key.clone()).or_default();
        lane.jobs.push_back(job);
        if std::mem::take(&mut lane.reserved) {
            let robot = lane.jobs[0].route.robots.get(lane.robot).map(|robot| &robot.id);
            let kept = lane.place.as_ref().map(|place| &place.robot);
            if claimed && lane.jobs.len() == 1 && robot == kept {
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

    /// What a robot did before this courier started; before anything is submitted.
    pub fn remember(&mut self, memory: &RobotMemory, now: Now) {
        let robot = self.robots.entry(memory.robot.clone()).or_default();
        memory.into(&mut robot.gate, now);
    }

    /// True when a job of this lane would be attempted at once; the place is kept for it.
    pub fn reserve(&mut self, group: &GroupId, route: &Route, now: Now) -> bool {
        let lane_key = (group.clone(), route.name.clone());
        let taken = self.lanes.contains_key(&lane_key) || self.expiring.contains_key(&lane_key);
        if self.stopping || taken {
            return false;
        }
        let index = self.choose_robot(route, now);
        let id = route.robots[index].id.clone();
        let may = self.bot_free(&id, now) <= now.ticks;
        let robot = self.robots.entry(id.clone()).or_default();
        let host = self.hosts.entry(robot.host.clone()).or_default();
        let pool = robot.pool();
        let free = may
            && robot.queued.is_empty()
            && robot.gate.ready_at(&route.rates, now.ticks) == Some(now.ticks)
            && robot.claimed < robot.share_of(CLAIMED_PER_HOST_MAX)
            && host.may_claim(pool);
        if free {
            robot.gate.take(&route.rates);
            robot.claimed += 1;
            host.claim(pool);
            self.count_for_bot(&id, RateGate::take);
            let place = Some(LanePlace { robot: id, pool });
            self.lanes.insert(lane_key, Lane { reserved: true, robot: index, place, ..Lane::default() });
        }
        free
    }

    /// Gives a reserved place back.
    pub fn release(&mut self, group: &GroupId, route: &Route, now: Now) {
        let lane_key = (group.clone(), route.name.clone());
        if self.lanes.get_mut(&lane_key).is_some_and(|lane| std::mem::take(&mut lane.reserved)) {
            self.drop_place(&lane_key);
            self.advance(&lane_key, now);
            self.settle_down(now);
        }
    }

    /// Takes a message back whose row is not claimed; none when it is too late or the message is not here.
    pub fn withdraw(&mut self, key: ParcelKey, now: Now) -> Option<Parcel> {
        let lane_key = self.keys.get(&key).cloned()?;
        let lane = self.lanes.get_mut(&lane_key)?;
        let index = lane.jobs.iter().position(|job| job.key == key)?;
        if index > 0 {
            self.keys.remove(&key);
            return lane.jobs.remove(index);
        }
        match lane.head {
            Head::Claiming | Head::Ready | Head::InFlight => return None,
            Head::Waiting(until) => {
                self.timers.remove(&(until, Wake::Lane(lane_key.clone())));
            }
            Head::Queued => self.leave_queue(&lane_key),
            Head::Idle => {}
        }
        let parcel = self.forget_head(&lane_key);
        self.advance(&lane_key, now);
        self.settle_down(now);
        parcel
    }

    /// A claim was recorded; `gone` when its row is no longer open.
    pub fn claimed(&mut self, key: ParcelKey, gone: bool, now: Now) {
        self.open -= 1;
        let Some(lane_key) = self.keys.get(&key).cloned() else {
            return;
        };
        if gone {
            self.drop_place(&lane_key);
            self.forget_head(&lane_key);
            self.advance(&lane_key, now);
        } else if self.lanes.get_mut(&lane_key).is_some_and(|lane| std::mem::take(&mut lane.moved)) {
            self.give_back(&lane_key, now);
            self.advance(&lane_key, now);
        } else {
            self.make_ready(&lane_key);
        }
        self.settle_down(now);
    }

    /// A settlement is on record.
    pub fn recorded(&mut self, settlement: &Settlement) {
        if settlement.outcome != ParcelOutcome::Expired {
            return;
        }
        let lane_key = (settlement.group.clone(), settlement.channel.clone());
        if let Some(count) = self.expiring.get_mut(&lane_key) {
            *count -= 1;
            if *count == 0 {
                self.expiring.remove(&lane_key);
            }
        }
    }

    /// An attempt ended.
    pub fn finished(&mut self, lane_key: &LaneKey, finished: Finished, now: Now) {
        self.open -= 1;
        let left = self.leave(lane_key, &finished, now);
        self.end_place(lane_key);
        let settles_at = self.actions.len();
        let route =
            self.lanes.get(lane_key).and_then(|lane| Some((lane.robot, lane.jobs.front()?.route.clone())));
        self.judge(lane_key, finished, now);
        if let Some(memory) = route.and_then(|(robot, route)| self.memory(&route, robot, now)) {
            self.actions.insert(settles_at, Action::Remember(memory));
        }
        self.advance(lane_key, now);
        if let Some(robot) = left {
            self.scatter(&robot, now);
        }
        self.settle_down(now);
    }

    /// The next instant at which [`Self::timeout`] has something to do.
    pub fn deadline(&self) -> Option<Ticks> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Does what was due by now.
    pub fn timeout(&mut self, now: Now) {
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
                Wake::Bot(bot) => self.bot_wakes(&bot, now),
                Wake::Hangs(key) => self.hangs(&key, at),
            }
        }
        self.settle_down(now);
    }

    /// Begins nothing from now on. What is claimed and has not begun is given back to the ledger.
    pub fn stop(&mut self, now: Now) {
        self.stopping = true;
        let ready: Vec<LaneKey> =
            self.lanes.iter().filter(|(_, l)| l.head == Head::Ready).map(|(key, _)| key.clone()).collect();
        for lane_key in ready {
            self.give_back(&lane_key, now);
        }
    }

    /// No claim and no attempt is under way.
    pub fn is_quiet(&self) -> bool {
        self.open == 0
    }

    /// What is to be done, in order.
    pub fn drain(&mut self) -> Vec<Action> {
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
                self.settle_head(lane_key, ParcelOutcome::Expired, String::new());
                continue;
            }
            if job.in_doubt && !job.retried && job.route.in_doubt == InDoubt::Hold {
                let note =
                    "the engine stopped during an attempt, so that it is unknown whether it arrived".into();
                self.settle_head(lane_key, ParcelOutcome::Held, note);
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
            let route = std::sync::Arc::clone(&job.route);
            // A platform that honours a key knows what its robot was told, not what another one was.
            let knows = lane.doubt.filter(|_| job.route.kind.idempotency().is_some());
            let index = knows.unwrap_or_else(|| self.choose_robot(&route, now));
            let id = route.robots[index].id.clone();
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
