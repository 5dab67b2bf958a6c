//! A scenario: what happens to a group, and what its playbook is expected to do about it.
//!
//! An operator writes one beside a playbook; `playbook test` runs it with the real engine in virtual time. Nobody
//! speaks, answers or does a task in it unless the scenario says so. Pure: reads no file and no clock.

pub mod act;
pub mod expectation;
mod items;
pub mod read;
mod read_expectation;
pub mod record;
pub mod rehearsal;
pub mod sighting;

use crate::base::{ids::GroupId, member::Listed, time::Timestamp, value::Value};
use act::Act;
use expectation::Expectation;
use std::collections::BTreeMap;

/// A scenario that was read without errors.
#[derive(Debug)]
pub struct Scenario {
    /// When the group begins; offsets are counted from here.
    pub start: Timestamp,
    /// The first instant that is no longer lived through.
    pub until: Timestamp,
    /// Which group of the playbook it is about.
    pub group: GroupId,
    /// Who is there from the beginning, beside the members that the playbook itself imports.
    pub members: Vec<Listed>,
    /// What happens to the group, in order of time.
    pub script: Vec<Act>,
    /// What is expected, in the order of the file.
    pub expect: Vec<Expectation>,
    /// Answers of addresses that scripts fetch.
    pub fetch: BTreeMap<String, Value>,
}
