//! A lane: one group's messages to one channel, delivered strictly in order.
//!
//! Only the head of a lane is ever attempted; while it waits for a retry, the ones behind it wait too.

use super::{dispatch::HostPool, parcel::Parcel, rate::Ticks, route::RobotId};
use crate::base::ids::{ChannelName, GroupId};
use std::collections::VecDeque;

/// Names a lane.
pub type LaneKey = (GroupId, ChannelName);

/// The jobs of one lane and where its head is.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// In order; the first is the head.
    pub(super) jobs: VecDeque<Parcel>,
    /// Where the head is.
    pub(super) head: Head,
    /// Which of the target's robots the head goes to.
    pub(super) robot: usize,
    /// The robot at which an attempt of the head is in doubt.
    pub(super) doubt: Option<usize>,
    /// The claimed place of the head, or of the job that is being committed.
    pub(super) place: Option<LanePlace>,
    /// The place is kept for a job that is being committed.
    pub(super) reserved: bool,
    /// What the platform said of the head's parts that it took.
    pub(super) said: Vec<String>,
    /// Failed attempts in a row at the head's current part.
    pub(super) failures: u32,
    /// Answers in a row that nobody could read.
    pub(super) unclear: u32,
    /// The head is not attempted before this.
    pub(super) not_before: Ticks,
    /// When the attempt under way began, and when it counts as one that hangs.
    pub(super) flight: Option<(Ticks, Ticks)>,
    /// Its messages got a new address while the head was on its way to the old one.
    pub(super) moved: bool,
}

/// A place at a robot and its host.
#[derive(Debug, Clone)]
pub(super) struct LanePlace {
    /// The robot.
    pub(super) robot: RobotId,
    /// Whose places it is one of.
    pub(super) pool: HostPool,
}

/// Where the head of a lane is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Head {
    /// There is none, or it has not been looked at.
    #[default]
    Idle,
    /// It waits for a timer, which is set for this instant.
    Waiting(Ticks),
    /// It waits for its robot's rate or for a place at its host.
    Queued,
    /// Its claim is being recorded.
    Claiming,
    /// It is claimed and waits for one of the requests in flight to end.
    Ready,
    /// Its attempt is under way.
    InFlight,
}

impl Lane {
    /// Drops the head and forgets what was about it.
    pub(super) fn pop(&mut self) -> Option<Parcel> {
        self.head = Head::Idle;
        self.said.clear();
        self.failures = 0;
        self.unclear = 0;
        self.moved = false;
        self.not_before = 0;
        self.doubt = None;
        self.jobs.pop_front()
    }
}
