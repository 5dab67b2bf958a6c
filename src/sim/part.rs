//! Some of the groups of a playbook, lived stretch by stretch, and what is kept of them in one order.
//!
//! Groups do not know of each other, so each is lived through a stretch by itself, which keeps its state near the
//! processor, and parts may be lived side by side by whoever has threads. The order of what is kept depends on
//! neither: by instant, then by the group's place.

use super::{Finding, Material, Options, Transition, group::GroupSim};
use crate::{
    base::time::{Duration, Timestamp},
    engine::state::State,
    model::playbook::{Playbook, Playbooks},
};
use std::{ops::Range, sync::Arc};

/// Something that was kept, or found not to be good.
#[derive(Debug)]
pub struct KeptPart<T> {
    /// When it was found.
    pub at: Timestamp,
    /// What is kept, or what went wrong.
    pub what: Result<T, Finding>,
}

/// Some of the groups of a simulation.
pub struct Part<'a> {
    playbooks: Playbooks,
    material: &'a Material,
    options: &'a Options,
    groups: Vec<GroupSim>,
}

impl<'a> Part<'a> {
    /// Groups by their places in the order of ids; nobody has adopted them yet.
    pub fn new(
        playbook: &Arc<Playbook>,
        material: &'a Material,
        options: &'a Options,
        groups: Range<usize>,
    ) -> Self {
        let mut playbooks = Playbooks::default();
        playbooks.insert(playbook.clone());
        let ids = playbook.groups.keys().skip(groups.start).take(groups.len());
        let groups = ids.map(|id| GroupSim::new(id, playbook, options)).collect();
        Self { playbooks, material, options, groups }
    }

    /// Every group as it is now, in the order of ids.
    pub fn states(&self) -> Vec<State> {
        self.groups.iter().map(|group| group.state().clone()).collect()
    }

    /// Lives every group up to an instant, which is not lived itself. A group with a broken promise goes no further.
    pub fn live<T>(
        &mut self,
        to: Timestamp,
        keep: &mut impl FnMut(&Transition<'_>) -> Option<T>,
    ) -> Vec<KeptPart<T>> {
        let mut all = Vec::new();
        let mut findings = Vec::new();
        for group in &mut self.groups {
            let mut see = |transition: &Transition<'_>| {
                let at = transition.entry.at;
                all.extend(keep(transition).map(|kept| KeptPart { at, what: Ok(kept) }));
            };
            if !group.is_adopted() {
                group.adopt(&self.playbooks, self.material, self.options, &mut findings, &mut see);
            }
            while !group.is_broken() && group.next_at().is_some_and(|at| at < to) {
                group.step(&self.playbooks, self.material, &mut findings, &mut see);
            }
            all.extend(findings.drain(..).map(|found| KeptPart { at: found.at(), what: Err(found) }));
        }
        in_order(vec![all])
    }
}

/// What parts have kept of one stretch, in the order that does not depend on how many parts there are. The parts are
/// in the order of their groups.
pub fn in_order<T>(parts: Vec<Vec<KeptPart<T>>>) -> Vec<KeptPart<T>> {
    let mut all: Vec<KeptPart<T>> = parts.into_iter().flatten().collect();
    // Stable: what happened at one instant stays in the order of groups.
    all.sort_by_key(|kept| kept.at);
    all
}

/// Hands on what was kept, and puts aside what was not good.
pub fn hand_over<T, E>(
    kept: Vec<KeptPart<T>>,
    findings: &mut Vec<Finding>,
    sink: &mut impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    for one in kept {
        match one.what {
            Ok(kept) => sink(kept)?,
            Err(found) => findings.push(found),
        }
    }
    Ok(())
}

/// The ends of the stretches that a simulation of so many groups is lived in: short enough that what is kept of one
/// is little, long enough that going from group to group costs little.
pub fn stretches(options: &Options, groups: usize) -> impl Iterator<Item = Timestamp> + use<> {
    const GROUP_DAYS: usize = 8_000;
    let days = (GROUP_DAYS / groups.max(1)).clamp(1, 32);
    let (length, end) = (Duration::DAY.times(days as i64), options.to);
    let mut at = options.from;
    std::iter::from_fn(move || {
        let more = at < end;
        at = at.plus(length).min(end);
        more.then_some(at)
    })
}
