//! What a person changes while messages are on their way: a new address for a lane, and one that is to be tried now.
//!
//! Order stays: only a lane's head is ever attempted, so that hurrying a message means to hurry those before it.

use super::{Action, Dispatch, Head, LaneKey, Now, ParcelKey, RobotMemory, Route, Wake};
use std::sync::Arc;

/// What came of hurrying a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hurried {
    /// It is tried as soon as those before it and the platform's own limit allow.
    Now,
    /// An attempt is under way, or about to be.
    UnderWay,
    /// It is not on its way.
    Unknown,
}

impl Dispatch {
    /// The lanes, each with its messages in order.
    pub fn lanes(&self) -> impl Iterator<Item = (&LaneKey, impl Iterator<Item = ParcelKey> + '_)> {
        self.lanes.iter().map(|(key, lane)| (key, lane.jobs.iter().map(|job| job.key)))
    }

    /// How many messages a lane has.
    pub fn waiting(&self, lane_key: &LaneKey) -> usize {
        self.lanes.get(lane_key).map_or(0, |lane| lane.jobs.len())
    }

    /// Gives all messages of a lane a new address; the first is tried at once. An attempt that is under way ends where
    /// it began. The messages that have it now.
    pub fn retarget(&mut self, lane_key: &LaneKey, route: &Arc<Route>, now: Now) -> Vec<ParcelKey> {
        self.unsettle(lane_key);
        let Some(lane) = self.lanes.get_mut(lane_key) else {
            return Vec::new();
        };
        lane.failures = 0;
        lane.unclear = 0;
        lane.doubt = None;
        lane.moved = matches!(lane.head, Head::Claiming | Head::InFlight);
        for job in &mut lane.jobs {
            job.route = Arc::clone(route);
            job.not_before = None;
        }
        let keys = lane.jobs.iter().map(|job| job.key).collect();
        match lane.head {
            Head::Ready => {
                self.give_back(lane_key, now);
                self.advance(lane_key, now);
            }
            Head::Idle => self.advance(lane_key, now),
            _ => {}
        }
        self.settle_down(now);
        keys
    }

    /// A person wants a message tried now: no back-off and no pause that a platform asked for holds its lane.
    pub fn hurry(&mut self, key: ParcelKey, now: Now) -> Hurried {
        let Some(lane_key) = self.keys.get(&key).cloned() else {
            return Hurried::Unknown;
        };
        let Some(lane) = self.lanes.get_mut(&lane_key) else {
            return Hurried::Unknown;
        };
        if matches!(lane.head, Head::Claiming | Head::Ready | Head::InFlight) {
            return Hurried::UnderWay;
        }
        lane.failures = 0;
        let place = lane.jobs.iter().position(|job| job.key == key).unwrap_or(0);
        for job in lane.jobs.iter_mut().take(place + 1) {
            job.not_before = None;
            job.attempts = job.part;
        }
        let robots = lane.jobs.front().map(|job| Arc::clone(&job.route));
        for stop in robots.iter().flat_map(|route| &route.robots) {
            if let Some(robot) = self.robots.get_mut(&stop.id) {
                robot.gate.resume();
                self.actions.push(Action::Remember(RobotMemory::of(&stop.id, &robot.gate, now)));
            }
        }
        self.unsettle(&lane_key);
        self.advance(&lane_key, now);
        self.settle_down(now);
        Hurried::Now
    }

    /// A head that waits, for a timer or at a robot, waits no longer.
    fn unsettle(&mut self, lane_key: &LaneKey) {
        self.leave_queue(lane_key);
        let Some(lane) = self.lanes.get_mut(lane_key) else {
            return;
        };
        lane.not_before = 0;
        if let Head::Waiting(until) = lane.head {
            self.timers.remove(&(until, Wake::Lane(lane_key.clone())));
            lane.head = Head::Idle;
        }
    }

    /// Takes a head out of its robot's queue.
    pub(super) fn leave_queue(&mut self, lane_key: &LaneKey) {
        let Some(lane) = self.lanes.get_mut(lane_key).filter(|lane| lane.head == Head::Queued) else {
            return;
        };
        lane.head = Head::Idle;
        let stop = lane.jobs.front().and_then(|job| job.route.robots.get(lane.robot));
        if let Some(robot) = stop.and_then(|stop| self.robots.get_mut(&stop.id)) {
            robot.queued.retain(|queued| queued != lane_key);
        }
    }
}
