//! Views: what a reader sees of a group, as plain values that serialize. One pure function a view, from state,
//! playbook and rows.
//!
//! Command line, JSON, pages and API show the same values. Nothing here reads a clock, a file or a database, and
//! nothing here decides.

mod at;
mod spoken;

pub mod answers;
pub mod deaf;
pub mod doctor;
pub mod known;
pub mod lived;
pub mod log;
pub mod members;
pub mod metrics;
pub mod outbox;
pub mod plan;
pub mod report;
pub mod problem;
pub mod runs;
pub mod status;
pub mod tasks;
pub mod turns;
pub mod why;

pub use at::LocalTime;

use crate::{
    base::{ids::GroupId, time::Zone},
    engine::state::State,
    shell::store::GroupInfo,
};

/// One group to be shown.
#[derive(Clone, Copy)]
pub struct GroupShown<'a> {
    /// The id of the group.
    pub id: &'a GroupId,
    /// The state of the group.
    pub state: &'a State,
    /// What is known without its playbook.
    pub info: Option<&'a GroupInfo>,
    /// The zone in which its times are written.
    pub zone: &'a Zone,
}

impl GroupShown<'_> {
    fn at(&self, at: crate::base::time::Timestamp) -> LocalTime {
        LocalTime::new(at, self.zone)
    }
}
