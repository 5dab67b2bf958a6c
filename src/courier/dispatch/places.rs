//! Robots within their rates, hosts within their places: who may be claimed, and who may begin.
//!
//! A robot that is in trouble or throttled keeps neither its places nor the lanes that another robot of the same
//! channel could serve. Nothing here knows what an answer means.

use super::{
    Action, CLAIMED_PER_HOST_MAX, Dispatch, Finished, Head, HostPlaces, HostPool, LaneKey, LanePlace, Now,
    ParcelOutcome, PlaceNeed, RobotId, Route, Wake,
};
use crate::{
    base::limits::IN_FLIGHT_PER_HOST_MAX,
    courier::{
        memory::RobotMemory,
        rate::{self, RateGate, Ticks},
        receipt::Receipt,
    },
};
use std::{collections::VecDeque, sync::Arc};

/// Of a host's places, what one robot may take: a slow one leaves some to the others at the same host.
const SHARE_OF_ROBOT: (usize, usize) = (3, 4);
/// For so long other robots of a channel are preferred to one whose attempt did not get through.
const AVOIDED_MS: Ticks = 30_000;
/// An attempt at an address that has not answered yet hangs when it takes longer than this.
const HANGS_NEW_MS: Ticks = 250;
/// One at an address that answers hangs when it takes longer than this, and so many times as long as the last did.
const HANGS_MS: Ticks = 1_000;
const HANGS_TIMES: Ticks = 4;

#[derive(Debug, Default)]
pub(super) struct RobotState {
    pub(super) gate: RateGate,
    pub(super) host: String,
    /// Lanes whose head is [`Head::Queued`].
    pub(super) queued: VecDeque<LaneKey>,
    /// Lanes whose head is [`Head::Ready`].
    pub(super) ready: VecDeque<LaneKey>,
    pub(super) claimed: usize,
    in_flight: usize,
    /// The last attempt did not get through: one at a time until one does, and others come first until then.
    avoided_until: Option<Ticks>,
    /// How long its last answer took.
    answered_in: Option<Ticks>,
    /// Whom the platform counts over all chats.
    pub(super) bot: Option<Arc<str>>,
    /// It waits in its bot's queue.
    pub(super) waits_for_bot: bool,
    /// It shares a channel with others, which can take over what waits for it.
    has_others: bool,
    /// What it waits for in its host's lists.
    starved: [bool; 2],
}

impl RobotState {
    /// How many of a host's places this robot may take.
    pub(super) fn share_of(&self, places: usize) -> usize {
        if self.avoided_until.is_some() { 1 } else { places * SHARE_OF_ROBOT.0 / SHARE_OF_ROBOT.1 }
    }

    /// Whose places it takes.
    pub(super) fn pool(&self) -> HostPool {
        match (self.avoided_until, self.answered_in) {
            (Some(_), _) => HostPool::Suspect,
            (None, Some(_)) => HostPool::Proven,
            (None, None) => HostPool::New,
        }
    }

    /// How long an attempt may take before it counts as one that hangs.
    fn patience(&self) -> Ticks {
        self.answered_in.map_or(HANGS_NEW_MS, |took| HANGS_MS.max(HANGS_TIMES.saturating_mul(took)))
    }

    fn starve(&mut self, id: &RobotId, host: &mut HostPlaces, need: PlaceNeed, pool: HostPool) {
        if !std::mem::replace(&mut self.starved[need as usize], true) {
            host.starve(id.clone(), need, pool);
        }
    }
}

impl Dispatch {
    /// The robot that can be used first; all are made known on the way.
    pub(super) fn choose_robot(&mut self, route: &Route, now: Now) -> usize {
        let mut best = (Ticks::MAX, usize::MAX, 0);
        for (index, robot) in route.robots.iter().enumerate() {
            let state = self.robots.entry(robot.id.clone()).or_default();
            if state.host != robot.host {
                state.host.clone_from(&robot.host);
            }
            state.has_others |= route.robots.len() > 1;
            let waiting = state.queued.len();
            let at = state.gate.estimate(&route.rates, waiting, now.ticks);
            let at = at.max(state.avoided_until.unwrap_or(0));
            let load = waiting + state.claimed;
            self.belongs(&robot.id, robot.bot.as_ref());
            let at = at.max(self.bot_free(&robot.id, now));
            best = best.min((at, load, index));
        }
        best.2
    }

    /// When the first of a channel's robots may be used, as far as it is known.
    pub(super) fn soonest(&self, route: &Route, now: Now) -> Ticks {
        let at = |id| self.robots.get(id).map(|robot| robot.gate.estimate(&route.rates, 0, now.ticks));
        route.robots.iter().filter_map(|robot| at(&robot.id)).min().unwrap_or(now.ticks)
    }

    /// An attempt was under way when the process ended: its robot, whichever it was, may have sent it just now.
    pub(super) fn recall(&mut self, route: &Route, now: Now) {
        if !rate::are_long(&route.rates) {
            return;
        }
        for robot in &route.robots {
            self.robots.entry(robot.id.clone()).or_default().gate.recall(now.ticks);
        }
    }

    /// What a restart has to know of a robot, where it has to know something.
    pub(super) fn memory(&self, route: &Route, robot: usize, now: Now) -> Option<RobotMemory> {
        let id = &route.robots.get(robot)?.id;
        let robot = self.robots.get(id)?;
        let memory = RobotMemory::of(id, &robot.gate, now);
        (rate::are_long(&route.rates) || memory.paused_until.is_some()).then_some(memory)
    }

    pub(super) fn settle_down(&mut self, now: Now) {
        while let Some(id) = self.dirty.pop_front() {
            self.start_ready(&id, now);
            self.claim_queued(&id, now);
            self.pass_turn(&id, now);
            // A robot that had no use for the place it was woken for passes it on.
            if let Some(host) = self.robots.get(&id).and_then(|robot| self.hosts.get_mut(&robot.host)) {
                let next = host.next();
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
            if robot.in_flight >= max {
                return;
            }
            let Some(lane_key) = robot.ready.front().cloned() else {
                return;
            };
            let lane = self.lanes.get(&lane_key);
            let head = lane
                .and_then(|lane| Some((lane.place.as_ref()?.pool, lane.jobs.front()?.is_expired(now.wall))));
            let Some((pool, is_expired)) = head else {
                robot.ready.pop_front();
                continue;
            };
            if !host.may_begin(pool) {
                robot.starve(id, host, PlaceNeed::Begin, pool);
                let name = robot.host.clone();
                return self.relieve(&name);
            }
            robot.ready.pop_front();
            if self.stopping {
                robot.ready.push_front(lane_key.clone());
                self.give_back(&lane_key, now);
                continue;
            }
            if is_expired {
                self.drop_place(&lane_key);
                self.settle_head(&lane_key, ParcelOutcome::Expired, String::new());
                self.advance(&lane_key, now);
                continue;
            }
            host.begin(pool);
            self.begin(id, lane_key, now);
        }
    }

    /// The attempt of a claimed head begins.
    fn begin(&mut self, id: &RobotId, lane_key: LaneKey, now: Now) {
        let Some(robot) = self.robots.get_mut(id) else {
            return;
        };
        let Some(lane) = self.lanes.get_mut(&lane_key) else {
            return;
        };
        let Some(job) = lane.jobs.front_mut() else {
            return;
        };
        robot.in_flight += 1;
        robot.gate.begin(now.ticks);
        job.attempts += 1;
        lane.head = Head::InFlight;
        let hangs_at = now.ticks + robot.patience();
        lane.flight = Some((now.ticks, hangs_at));
        self.timers.insert((hangs_at, Wake::Hangs(lane_key.clone())));
        self.open += 1;
        let action = Action::Attempt { lane: lane_key, robot: lane.robot, parcel: job.clone() };
        self.actions.push(action);
        self.count_for_bot(id, |gate, _| gate.begin(now.ticks));
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
            let Some((key, route, is_expired)) =
                head.map(|job| (job.key, Arc::clone(&job.route), job.is_expired(now.wall)))
            else {
                robot.queued.pop_front();
                continue;
            };
            if is_expired {
                robot.queued.pop_front();
                self.settle_head(&lane_key, ParcelOutcome::Expired, String::new());
                self.advance(&lane_key, now);
                continue;
            }
            match robot.gate.ready_at(&route.rates, now.ticks) {
                Some(at) if at <= now.ticks => {}
                Some(at) => {
                    self.timers.insert((at, Wake::Robot(id.clone())));
                    return;
                }
                // The end of what is under way comes back here.
                None => return,
            }
            let pool = robot.pool();
            if !host.may_claim(pool) {
                robot.starve(id, host, PlaceNeed::Claim, pool);
                let name = robot.host.clone();
                return self.relieve(&name);
            }
            if !self.bot_may(id, now) {
                return;
            }
            let Some(robot) = self.robots.get_mut(id) else { return };
            robot.queued.pop_front();
            robot.gate.take(&route.rates);
            robot.claimed += 1;
            if let Some(host) = self.hosts.get_mut(&robot.host) {
                host.claim(pool);
            }
            self.count_for_bot(id, RateGate::take);
            if let Some(lane) = self.lanes.get_mut(&lane_key) {
                lane.place = Some(LanePlace { robot: id.clone(), pool });
                lane.head = Head::Claiming;
            }
            self.open += 1;
            self.actions.push(Action::Claim(key));
        }
    }

    /// An attempt takes too long.
    pub(super) fn hangs(&mut self, lane_key: &LaneKey, at: Ticks) {
        let lane = self.lanes.get(lane_key).filter(|lane| lane.flight.is_some_and(|(_, due)| due == at));
        let place = lane.and_then(|lane| lane.place.as_ref()).filter(|place| place.pool != HostPool::Suspect);
        if let Some(robot) = place.and_then(|place| self.robots.get(&place.robot))
            && let Some(host) = self.hosts.get_mut(&robot.host)
        {
            host.hang(lane_key.clone());
            // One more new address may have a place.
            let next = host.next();
            let name = robot.host.clone();
            self.wake(next);
            self.relieve(&name);
        }
    }

    /// Attempts that hang leave places to others where hardly any are left.
    fn relieve(&mut self, name: &str) {
        while let Some(host) = self.hosts.get_mut(name)
            && host.is_wanted()
            && let Some(lane_key) = host.relief()
        {
            let place = self.lanes.get_mut(&lane_key).and_then(|lane| lane.place.as_mut());
            if let Some(place) = place {
                host.relieve(place.pool);
                place.pool = HostPool::Hanging;
            }
            let next = host.next();
            self.wake(next);
        }
    }

    /// An attempt no longer takes a place in flight. Gives the robot whose waiting lanes choose again, because it has
    /// just turned out to be in trouble.
    pub(super) fn leave(&mut self, lane_key: &LaneKey, finished: &Finished, now: Now) -> Option<RobotId> {
        let lane = self.lanes.get_mut(lane_key)?;
        let place = lane.place.clone()?;
        let (began, hangs_at) = lane.flight.take()?;
        self.timers.remove(&(hangs_at, Wake::Hangs(lane_key.clone())));
        let robot = self.robots.get_mut(&place.robot)?;
        robot.in_flight -= 1;
        let may_have_arrived = !matches!(finished, Finished::NotSent { .. });
        robot.gate.end(now.ticks, may_have_arrived);
        if let Some(host) = self.hosts.get_mut(&robot.host) {
            host.leave(place.pool);
            if now.ticks >= hangs_at {
                host.unhang(lane_key);
            }
        }
        let was_avoided = robot.avoided_until.is_some();
        let through = matches!(finished, Finished::Answered { .. });
        robot.avoided_until = (!through).then(|| now.ticks + AVOIDED_MS);
        if through {
            robot.answered_in = Some(now.ticks.saturating_sub(began));
        }
        let throttled = matches!(
            finished,
            Finished::Answered { receipt: Receipt::RetryLater { throttled: true, .. }, .. }
        );
        let scatters = robot.has_others && throttled || !through && !was_avoided;
        self.count_for_bot(&place.robot, |gate, _| gate.end(now.ticks, may_have_arrived));
        scatters.then_some(place.robot)
    }

    /// Lanes that wait for a robot choose again: another one of their channel may be free. Each keeps its order,
    /// for only its head ever waits.
    pub(super) fn scatter(&mut self, id: &RobotId, now: Now) {
        let Some(robot) = self.robots.get_mut(id) else {
            return;
        };
        // What it has claimed and not begun would keep places for long.
        let is_suspect = robot.avoided_until.is_some();
        let queued = std::mem::take(&mut robot.queued);
        let ready: Vec<LaneKey> = robot.ready.iter().cloned().collect();
        for lane_key in queued {
            if let Some(lane) = self.lanes.get_mut(&lane_key) {
                lane.head = Head::Idle;
            }
            self.advance(&lane_key, now);
        }
        for lane_key in ready {
            let chooses = |lane: &super::Lane| {
                let others = || lane.jobs.front().is_some_and(|job| job.route.robots.len() > 1);
                is_suspect || lane.doubt.is_none() && others()
            };
            if self.lanes.get(&lane_key).is_some_and(chooses) {
                self.give_back(&lane_key, now);
                self.advance(&lane_key, now);
            }
        }
    }

    /// A claimed head that will not be attempted goes back to the ledger as open.
    pub(super) fn give_back(&mut self, lane_key: &LaneKey, now: Now) {
        let place = self.lanes.get(lane_key).and_then(|lane| lane.place.as_ref());
        if let Some(robot) = place.and_then(|place| self.robots.get_mut(&place.robot)) {
            robot.ready.retain(|ready| ready != lane_key);
        }
        self.drop_place(lane_key);
        self.defer(lane_key, 0, String::new(), false, now);
    }

    pub(super) fn robot_of_head(&mut self, lane_key: &LaneKey) -> Option<&mut RobotState> {
        let lane = self.lanes.get(lane_key)?;
        let id = &lane.jobs.front()?.route.robots.get(lane.robot)?.id;
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
        if let Some(LanePlace { robot: id, .. }) = lane.place.clone() {
            if let Some(robot) = self.robots.get_mut(&id) {
                robot.ready.push_back(lane_key.clone());
            }
            self.dirty.push_back(id);
        }
    }

    /// The head no longer takes a claimed place, and there was no attempt.
    pub(super) fn drop_place(&mut self, lane_key: &LaneKey) {
        let place = self.lanes.get(lane_key).and_then(|lane| lane.place.as_ref());
        let id = place.map(|place| place.robot.clone());
        if let Some(id) = id
            && let Some(robot) = self.robots.get_mut(&id)
        {
            robot.gate.untake();
            self.count_for_bot(&id, |gate, _| gate.untake());
        }
        self.end_place(lane_key);
    }

    /// The head no longer takes a claimed place at its robot and host; others may have it.
    pub(super) fn end_place(&mut self, lane_key: &LaneKey) {
        let Some(place) = self.lanes.get_mut(lane_key).and_then(|lane| lane.place.take()) else {
            return;
        };
        let Some(robot) = self.robots.get_mut(&place.robot) else {
            return;
        };
        robot.claimed -= 1;
        if let Some(host) = self.hosts.get_mut(&robot.host) {
            host.free(place.pool);
            // Those that waited for a place come first, in turn; the robot that had this one is behind them.
            let next = host.next();
            let name = robot.host.clone();
            self.wake(next);
            self.relieve(&name);
        }
        self.dirty.push_back(place.robot);
    }

    pub(super) fn wake(&mut self, robots: Vec<(RobotId, PlaceNeed)>) {
        for (id, need) in robots {
            if let Some(robot) = self.robots.get_mut(&id) {
                robot.starved[need as usize] = false;
            }
            self.dirty.push_back(id);
        }
    }
}
