//! The search for faults: lives of groups in which everything that can go wrong goes wrong, watched by the oracle.
//!
//! Crashes at every commit point, lost and repeated responses, throttling, clocks that jump, inputs that come twice or
//! make no sense, scripts that fail, edits of the file, older copies of the state. All of it is derived from a seed; a broken promise names its seed
//! and its step.

mod dice;
mod edits;
mod life;
mod backup;
mod told;

use super::{Material, Options, courier::CourierEvent};
use crate::{
    base::{ids::GroupId, time::Timestamp},
    engine::{self, Step, input::Input, state::State},
    model::playbook::{Playbook, Playbooks},
};
use life::Life;
use std::sync::Arc;

/// How a step is taken.
pub type TakeStep<'r> = dyn Fn(&State, &Playbooks, &Input, Timestamp) -> Step + 'r;

/// What a courier makes of its events.
pub type Carry<'r> = dyn Fn(&mut Vec<CourierEvent>) + 'r;

/// The parts that are put to the test. The engine's own, unless a test of the oracle breaks one on purpose.
pub struct Rig<'r> {
    /// The engine.
    pub step: Box<TakeStep<'r>>,
    /// What a courier makes of its events.
    pub carry: Box<Carry<'r>>,
}

impl Default for Rig<'_> {
    fn default() -> Self {
        Self { step: Box::new(engine::step), carry: Box::new(|_| ()) }
    }
}

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenPromise {
    /// The seed of the run.
    pub seed: u64,
    /// The step in which it was seen.
    pub step: u64,
    /// The clock then.
    pub at: Timestamp,
    /// The group.
    pub group: GroupId,
    /// What was found.
    pub what: String,
}

/// What a run went through without a broken promise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Survived {
    /// Steps.
    pub steps: u64,
    /// Entries.
    pub entries: u64,
    /// Crashes before a commit, after one, and in between.
    pub crashes: u64,
    /// Attempts whose outcome was made unknown.
    pub doubts: u64,
    /// Messages that arrived, second copies included.
    pub arrivals: u64,
    /// Attempts that were throttled or refused.
    pub rebuffs: u64,
    /// Inputs that came a second time.
    pub repeats: u64,
    /// Inputs that made no sense.
    pub nonsense: u64,
    /// Jumps of the clock.
    pub jumps: u64,
    /// Copies of an earlier time that were put back.
    pub restores: u64,
    /// Script calls that failed or were cut off.
    pub scripts: u64,
    /// Other versions of the file that came into force.
    pub edits: u64,
}

impl Survived {
    /// Adds another run.
    pub fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.entries += other.entries;
        self.crashes += other.crashes;
        self.doubts += other.doubts;
        self.arrivals += other.arrivals;
        self.rebuffs += other.rebuffs;
        self.repeats += other.repeats;
        self.nonsense += other.nonsense;
        self.jumps += other.jumps;
        self.restores += other.restores;
        self.scripts += other.scripts;
        self.edits += other.edits;
    }
}

/// A step, as it is told: its number, the clock, what happened (in words, if anybody wants them).
pub type StepTold<'t> = dyn FnMut(u64, Timestamp, &dyn Fn() -> String) + 't;

/// Lives every group of a playbook, one after another, under faults; ends at the first broken promise, or after a
/// step.
pub fn torment(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    until: Option<u64>,
    rig: &Rig<'_>,
    told: &mut StepTold<'_>,
) -> Result<Survived, Box<BrokenPromise>> {
    let mut playbooks = Playbooks::default();
    let versions = edits::versions(playbook, options.seed);
    for version in &versions {
        playbooks.insert(version.clone());
    }
    let mut survived = Survived::default();
    for group in playbook.groups.values() {
        let mut life = Life::new(&versions, &playbooks, group, material, options, rig, survived);
        let lived = life.live(until, told);
        survived = life.survived;
        if let Err(what) = lived {
            return Err(Box::new(BrokenPromise {
                seed: options.seed,
                step: survived.steps,
                at: life.wall(),
                group: group.id.clone(),
                what,
            }));
        }
        if until.is_some_and(|until| survived.steps >= until) {
            break;
        }
    }
    Ok(survived)
}
