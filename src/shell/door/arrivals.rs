//! Facts on their way from the door to the driver, and what became of each.

use crate::{
    base::ids::GroupId,
    engine::input::Signal,
    shell::store::{Covering, Letter},
};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// One fact for one group.
#[derive(Debug)]
pub struct Arrival {
    /// The group.
    pub group: GroupId,
    /// The fact; its id is the input's.
    pub signal: Signal,
    /// Who reported it, and its id there.
    pub letter: Letter,
}

/// What became of a fact; said after its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Took {
    /// It is recorded.
    Accepted,
    /// It was recorded before.
    Repeated,
    /// It could not be digested; it lies aside with the reason.
    Parked(String),
    /// Too much waits for its group already: nothing of what came with it was taken.
    Full,
}

/// Facts that came together.
#[derive(Debug)]
pub struct Arrivals {
    /// The facts.
    pub items: Vec<Arrival>,
    /// The cursor that they make true, where an ear heard them.
    pub covering: Option<Arc<Covering>>,
    /// Where it is said what became of each, by its place. Whoever hears no more has to ask again.
    pub took: UnboundedSender<(usize, Took)>,
}
