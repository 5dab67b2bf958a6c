//! What is remembered of a robot over a restart: what it sent lately, and how long its platform wants it to wait.
//!
//! Wall-clock instants, because a courier's own clock begins anew with each start.

use super::{
    dispatch::Now,
    rate::{RateGate, Ticks},
    route::RobotId,
};
use crate::base::time::{Duration, Timestamp};

/// What is remembered of one robot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotMemory {
    /// Which robot.
    pub robot: RobotId,
    /// Nothing is sent before this.
    pub paused_until: Option<Timestamp>,
    /// When its last messages may have arrived, in order; as many as its limits count.
    pub sent: Vec<Timestamp>,
}

impl RobotMemory {
    /// Of a gate.
    pub(super) fn of(robot: &RobotId, gate: &RateGate, now: Now) -> Self {
        let wall = |at: Ticks| now.wall.plus(Duration::from_millis(at as i64 - now.ticks as i64));
        let (pause, sent) = gate.memory();
        Self {
            robot: robot.clone(),
            paused_until: (pause > now.ticks).then(|| wall(pause)),
            sent: sent.map(wall).collect(),
        }
    }

    /// Into a gate. What lies further back than a courier's clock reaches is over; what the wall clock says is still
    /// to come was sent now.
    pub(super) fn into(&self, gate: &mut RateGate, now: Now) {
        let ticks = |at: Timestamp| now.ticks.saturating_add_signed(at.since(now.wall).as_millis());
        for at in &self.sent {
            gate.recall(ticks(*at).min(now.ticks));
        }
        if let Some(until) = self.paused_until {
            gate.pause(ticks(until));
        }
    }
}
