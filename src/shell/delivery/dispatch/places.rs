//! Robots within their rates, hosts within their places: who may be claimed, and who may begin.
//!
//! A robot that is in trouble or throttled keeps neither its places nor the lanes that another robot of the same
//! channel could serve. Nothing here knows what an answer means.

use super::{Action, Dispatch, Finished, Head, LaneKey, Now, Outcome, RobotId, Target, Wake};
use crate::{
    base::limits::IN_FLIGHT_PER_HOST_MAX,
    shell::delivery::{
        adapter::Receipt,
        rate::{Gate, Ticks},
    },
};
use std::{collections::VecDeque, sync::Arc};

/// Rows of one host that may be claimed at once, in flight or about to be: as many again as are in flight, so
/// that a commit is never waited for with an idle place, and few are in doubt after a crash.
pub(super) const CLAIMED_PER_HOST_MAX: usize = 2 * IN_FLIGHT_PER_HOST_MAX;
/// Of a host's places, what one robot may take: a slow one leaves some to the others at the same host.
const SHARE_OF_ROBOT: (usize, usize) = (3, 4);
/// For so long other robots of a channel are preferred to one whose attempt did not get through.
const AVOIDED_MS: Ticks = 30_000;

#[derive(Debug, Default)]
pub(super) struct RobotState {
    pub(super) gate: Gate,
    pub(super) host: String,
    /// Lanes whose head is [`Head::Queued`].
    pub(super) queued: VecDeque<LaneKey>,
    /// Lanes whose head is [`Head::Ready`].
    pub(super) ready: VecDeque<LaneKey>,
    pub(super) claimed: usize,
    in_flight: usize,
    /// The last attempt did not get through: one at a time until one does, and others come first until then.
    avoided_until: Option<Ticks>,
    /// It shares a channel with others, which can take over what waits for it.
    has_others: bool,
    /// It is in its host's list of those that wait for a place.
    starved: bool,
}

#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) claimed: usize,
    in_flight: usize,
    /// Robots that wait for a place, in turn.
    starved: VecDeque<RobotId>,
}

impl RobotState {
    /// How many of a host's places this robot may take.
    pub(super) fn share_of(&self, places: usize) -> usize {
        if self.avoided_until.is_some() { 1 } else { places * SHARE_OF_ROBOT.0 / SHARE_OF_ROBOT.1 }
    }

    fn starve(&mut self, id: &RobotId, host: &mut Host) {
        if !std::mem::replace(&mut self.starved, true) {
            host.starved.push_back(id.clone());
        }
    }
}

impl Dispatch {
    /// The robot that can be used first; all are made known on the way.
    pub(super) fn choose_robot(&mut self, target: &Target, now: Now) -> usize {
        let mut best = (Ticks::MAX, usize::MAX, 0);
        for (index, robot) in target.robots.iter().enumerate() {
            if !self.robots.contains_key(&robot.id) {
                let state = RobotState { host: robot.host.clone(), ..RobotState::default() };
                self.robots.insert(robot.id.clone(), state);
            }
            let Some(state) = self.robots.get_mut(&robot.id) else {
                continue;
            };
            state.has_others |= target.robots.len() > 1;
            let waiting = state.queued.len();
            let at = state.gate.estimate(&target.rates, waiting, now.ticks);
            let at = at.max(state.avoided_until.unwrap_or(0));
            best = best.min((at, waiting + state.claimed, index));
        }
        best.2
    }

    /// When the first of a channel's robots may be used, as far as it is known.
    pub(super) fn soonest(&self, target: &Target, now: Now) -> Ticks {
        let at = |id| self.robots.get(id).map(|robot| robot.gate.estimate(&target.rates, 0, now.ticks));
        target.robots.iter().filter_map(|robot| at(&robot.id)).min().unwrap_or(now.ticks)
    }

    pub(super) fn settle_down(&mut self, now: Now) {
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
                self.drop_place(&lane_key);
                self.settle_head(&lane_key, Outcome::Expired, String::new());
                self.advance(&lane_key, now);
                continue;
            }
            robot.in_flight += 1;
            robot.gate.begin(now.ticks);
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
            if self.stopping || robot.claimed >= max {
                return;
            }
            let Some(lane_key) = robot.queued.front().cloned() else {
                return;
            };
            let head = self.lanes.get(&lane_key).and_then(|lane| lane.jobs.front());
            let Some((key, target, is_expired)) =
                head.map(|job| (job.key, Arc::clone(&job.target), job.is_expired(now.wall)))
            else {
                robot.queued.pop_front();
                continue;
            };
            if is_expired {
                robot.queued.pop_front();
                self.settle_head(&lane_key, Outcome::Expired, String::new());
                self.advance(&lane_key, now);
                continue;
            }
            match robot.gate.ready_at(&target.rates, now.ticks) {
                Some(at) if at <= now.ticks => {}
                Some(at) => {
                    self.timers.insert((at, Wake::Robot(id.clone())));
                    return;
                }
                // The end of what is under way comes back here.
                None => return,
            }
            if host.claimed >= CLAIMED_PER_HOST_MAX {
                robot.starve(id, host);
                return;
            }
            robot.queued.pop_front();
            robot.gate.take(&target.rates);
            robot.claimed += 1;
            host.claimed += 1;
            if let Some(lane) = self.lanes.get_mut(&lane_key) {
                lane.place = Some(id.clone());
                lane.head = Head::Claiming;
            }
            self.open += 1;
            self.actions.push(Action::Claim(key));
        }
    }

    /// An attempt no longer takes a place in flight. Gives the robot whose waiting lanes others should take over,
    /// because it has just turned out to be in trouble.
    pub(super) fn leave(&mut self, lane_key: &LaneKey, finished: &Finished, now: Now) -> Option<RobotId> {
        let id = self.lanes.get(lane_key)?.place.clone()?;
        let robot = self.robots.get_mut(&id)?;
        robot.in_flight -= 1;
        robot.gate.end(now.ticks, !matches!(finished, Finished::NotSent { .. }));
        if let Some(host) = self.hosts.get_mut(&robot.host) {
            host.in_flight -= 1;
        }
        let was_avoided = robot.avoided_until.is_some();
        let through = matches!(finished, Finished::Answered { .. });
        robot.avoided_until = (!through).then(|| now.ticks + AVOIDED_MS);
        let throttled = matches!(
            finished,
            Finished::Answered { receipt: Receipt::RetryLater { throttled: true, .. }, .. }
        );
        (robot.has_others && (throttled || !through && !was_avoided)).then_some(id)
    }

    /// Lanes that wait for a robot choose again: another one of their channel may be free. Each keeps its order,
    /// for only its head ever waits.
    pub(super) fn scatter(&mut self, id: &RobotId, now: Now) {
        let Some(robot) = self.robots.get_mut(id) else {
            return;
        };
        let queued = std::mem::take(&mut robot.queued);
        let ready: Vec<LaneKey> = robot.ready.iter().cloned().collect();
        for lane_key in queued {
            if let Some(lane) = self.lanes.get_mut(&lane_key) {
                lane.head = Head::Idle;
            }
            self.advance(&lane_key, now);
        }
        for lane_key in ready {
            let others = |lane: &super::Lane| {
                lane.doubt.is_none() && lane.jobs.front().is_some_and(|job| job.target.robots.len() > 1)
            };
            if self.lanes.get(&lane_key).is_some_and(others) {
                self.give_back(&lane_key, now);
                self.advance(&lane_key, now);
            }
        }
    }

    /// A claimed head that will not be attempted goes back to the ledger as open.
    pub(super) fn give_back(&mut self, lane_key: &LaneKey, now: Now) {
        if let Some(robot) = self.robot_of_head(lane_key) {
            robot.ready.retain(|ready| ready != lane_key);
        }
        self.drop_place(lane_key);
        self.defer(lane_key, 0, String::new(), now);
    }

    pub(super) fn robot_of_head(&mut self, lane_key: &LaneKey) -> Option<&mut RobotState> {
        let lane = self.lanes.get(lane_key)?;
        let id = &lane.jobs.front()?.target.robots.get(lane.robot)?.id;
        self.robots.get_mut(id)
    }

    /// The head is claimed: its attempt begins when there is a place.
    pub(super) fn make_ready(&mut self, lane_key: &LaneKey) {
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

    /// The head no longer takes a claimed place, and there was no attempt.
    pub(super) fn drop_place(&mut self, lane_key: &LaneKey) {
        let place = self.lanes.get(lane_key).and_then(|lane| lane.place.as_ref());
        if let Some(robot) = place.and_then(|id| self.robots.get_mut(id)) {
            robot.gate.untake();
        }
        self.end_place(lane_key);
    }

    /// The head no longer takes a claimed place at its robot and host; others may have it.
    pub(super) fn end_place(&mut self, lane_key: &LaneKey) {
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
