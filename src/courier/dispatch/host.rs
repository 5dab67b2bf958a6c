//! A host: how many of its places are taken, and who waits for one.
//!
//! Addresses that answer, addresses that have not answered yet, and addresses that did not answer last time are counted
//! apart, and so is an attempt that takes much longer than its address usually does. So addresses that hang, however
//! many, take none of the places of those that answer. Counts only; what is attempted is `places`'.

use crate::{
    base::limits::{HANGING_PER_HOST_MAX, IN_FLIGHT_PER_HOST_MAX, SUSPECTS_PER_HOST_MAX},
    courier::{lane::LaneKey, route::RobotId},
};
use std::collections::VecDeque;

/// Rows of one host that may be claimed at once, in flight or about to be: as many again as are in flight, so
/// that a commit is never waited for with an idle place, and few are in doubt after a crash.
pub(super) const CLAIMED_PER_HOST_MAX: usize = 2 * IN_FLIGHT_PER_HOST_MAX;
/// Of a host's places, what addresses that have not answered yet may take together.
const SHARE_OF_NEW: (usize, usize) = (3, 4);
/// So many places are for attempts that do not hang, whatever else there is; only for them more than the usual number
/// are in flight.
const FRESH_MIN: usize = 16;

/// Whose places a place is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::courier) enum HostPool {
    /// Addresses that answered last time.
    Proven,
    /// Addresses that have not answered yet.
    New,
    /// Addresses that did not answer last time.
    Suspect,
    /// Attempts that take much longer than usual.
    Hanging,
}

/// What a robot needs a place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceNeed {
    /// To have a message claimed.
    Claim,
    /// To begin an attempt.
    Begin,
}

/// Places that are taken, by addresses that answered and by new ones.
#[derive(Debug, Clone, Copy, Default)]
struct TakenPlaces {
    proven: usize,
    new: usize,
}

impl TakenPlaces {
    fn of(&mut self, pool: HostPool) -> Option<&mut usize> {
        match pool {
            HostPool::Proven => Some(&mut self.proven),
            HostPool::New => Some(&mut self.new),
            HostPool::Suspect | HostPool::Hanging => None,
        }
    }

    fn all(self) -> usize {
        self.proven + self.new
    }

    /// Whether one more has room; those that hang do not count as new ones.
    fn has_room(self, pool: HostPool, places: usize, overdue: usize) -> bool {
        let new = self.new.saturating_sub(overdue);
        self.all() < places && (pool == HostPool::Proven || new < places * SHARE_OF_NEW.0 / SHARE_OF_NEW.1)
    }
}

/// The places of one host.
#[derive(Debug, Default)]
pub(super) struct HostPlaces {
    claimed: TakenPlaces,
    in_flight: TakenPlaces,
    suspects: usize,
    hanging: usize,
    /// Lanes whose attempt takes too long and still has its usual place, longest first.
    overdue: VecDeque<LaneKey>,
    /// Robots that wait for a place, in turn, by what they need and whose places it would be.
    starved: [[VecDeque<RobotId>; 3]; 2],
    /// Whose turn it is when a place becomes free.
    turn: bool,
}

impl HostPlaces {
    /// Whether one more may be claimed.
    pub(super) fn may_claim(&self, pool: HostPool) -> bool {
        match pool {
            HostPool::Proven | HostPool::New => {
                self.claimed.has_room(pool, CLAIMED_PER_HOST_MAX - self.elsewhere(), self.overdue.len())
            }
            HostPool::Suspect | HostPool::Hanging => self.suspects < SUSPECTS_PER_HOST_MAX,
        }
    }

    /// Whether the attempt of one that is claimed may begin.
    pub(super) fn may_begin(&self, pool: HostPool) -> bool {
        match pool {
            HostPool::Proven | HostPool::New => {
                self.in_flight.has_room(pool, IN_FLIGHT_PER_HOST_MAX - self.elsewhere(), self.overdue.len())
            }
            // Few enough are claimed.
            HostPool::Suspect | HostPool::Hanging => true,
        }
    }

    /// A place is taken.
    pub(super) fn claim(&mut self, pool: HostPool) {
        match self.claimed.of(pool) {
            Some(taken) => *taken += 1,
            None => self.suspects += 1,
        }
    }

    /// An attempt begins.
    pub(super) fn begin(&mut self, pool: HostPool) {
        if let Some(taken) = self.in_flight.of(pool) {
            *taken += 1;
        }
    }

    /// What those that do not answer take of the usual number; more of them are beside it.
    fn elsewhere(&self) -> usize {
        (self.suspects + self.hanging).min(FRESH_MIN)
    }

    /// An attempt takes too long: its place is for others as soon as they need it.
    pub(super) fn hang(&mut self, lane: LaneKey) {
        self.overdue.push_back(lane);
    }

    /// An attempt that hung has ended.
    pub(super) fn unhang(&mut self, lane: &LaneKey) {
        self.overdue.retain(|overdue| overdue != lane);
    }

    /// Whether a robot waits for a place.
    pub(super) fn is_wanted(&self) -> bool {
        self.starved.iter().any(|queues| queues.iter().take(2).any(|queue| !queue.is_empty()))
    }

    /// An attempt that hangs and is to leave its place, because hardly any are left to those that do not.
    pub(super) fn relief(&mut self) -> Option<LaneKey> {
        let all = self.in_flight.all();
        let is_full = all + self.elsewhere() >= IN_FLIGHT_PER_HOST_MAX;
        let fresh = all.saturating_sub(self.overdue.len());
        (is_full && fresh < FRESH_MIN && self.hanging < HANGING_PER_HOST_MAX)
            .then(|| self.overdue.pop_front())?
    }

    /// It leaves its place.
    pub(super) fn relieve(&mut self, pool: HostPool) {
        self.leave(pool);
        self.free(pool);
        self.hanging += 1;
    }

    /// An attempt has ended.
    pub(super) fn leave(&mut self, pool: HostPool) {
        if let Some(taken) = self.in_flight.of(pool) {
            *taken -= 1;
        }
    }

    /// A place is free again.
    pub(super) fn free(&mut self, pool: HostPool) {
        match pool {
            HostPool::Suspect => self.suspects -= 1,
            HostPool::Hanging => self.hanging -= 1,
            HostPool::Proven | HostPool::New => {
                if let Some(taken) = self.claimed.of(pool) {
                    *taken -= 1;
                }
            }
        }
    }

    /// A robot waits for a place.
    pub(super) fn starve(&mut self, id: RobotId, need: PlaceNeed, pool: HostPool) {
        self.starved[need as usize][index(pool)].push_back(id);
    }

    /// The robots whose turn it is, one where there is room: now one that answers comes first, now a new one.
    pub(super) fn next(&mut self) -> Vec<(RobotId, PlaceNeed)> {
        self.turn = !self.turn;
        let order =
            if self.turn { [HostPool::Proven, HostPool::New] } else { [HostPool::New, HostPool::Proven] };
        let mut next = Vec::new();
        for pool in order.into_iter().chain([HostPool::Suspect]) {
            for (need, has_room) in
                [(PlaceNeed::Begin, self.may_begin(pool)), (PlaceNeed::Claim, self.may_claim(pool))]
            {
                if has_room && let Some(id) = self.starved[need as usize][index(pool)].pop_front() {
                    next.push((id, need));
                }
            }
        }
        next
    }
}

const fn index(pool: HostPool) -> usize {
    match pool {
        HostPool::Proven => 0,
        HostPool::New => 1,
        HostPool::Suspect | HostPool::Hanging => 2,
    }
}
