//! What may keep a message that is ahead from its members, and the approvals that stand before steps.
//!
//! From the playbook alone; whether it does is said by what is foretold.

use crate::{
    base::{
        ids::StepId,
        phrase::Phrase,
        time::{Timestamp, Zone},
    },
    engine::entry::Skip,
    model::{
        play::Play,
        step::{Block, Step, Verb, Way},
        timetable::timetable,
    },
};

/// Why a message that is ahead may not go out when it is due.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Hindrance {
    /// A budget or a hush will probably do this to it.
    Held(Phrase),
    /// It goes out only if this is approved.
    Approval(String),
    /// Its run would not start as things are.
    Start(Skip),
}

/// The approvals of a play that a run which is at a step has still before it, each with the steps that it gates; of a
/// run that has not begun all of them.
pub(super) fn open_gates(play: &Play, at: Option<&StepId>, zone: &Zone) -> Vec<(StepId, Vec<StepId>)> {
    let order: Vec<StepId> = timetable(&play.steps, Timestamp::default(), zone)
        .into_iter()
        .map(|slot| slot.step.id.clone())
        .collect();
    let place = |id: &StepId| order.iter().position(|one| one == id);
    let passed = at.and_then(place).unwrap_or_default();
    let mut all = Vec::new();
    gates(&play.steps, &mut all);
    all.retain(|(gate, _)| place(gate).is_some_and(|gate| gate >= passed));
    all
}

/// The approvals of a block and of those in it, each with what it gates: steps of its own, or what follows it.
fn gates(block: &Block, all: &mut Vec<(StepId, Vec<StepId>)>) {
    for (n, step) in block.iter().enumerate() {
        if let Verb::Approve(approve) = &step.verb {
            let mut gated = Vec::new();
            let of = match &approve.yes {
                Way::Steps(own) => own.as_slice(),
                Way::Proceed | Way::Stop => &block[n + 1..],
            };
            for step in of {
                ids(step, &mut gated);
            }
            all.push((step.id.clone(), gated));
        }
        for block in blocks(step) {
            gates(block, all);
        }
    }
}

fn ids(step: &Step, all: &mut Vec<StepId>) {
    all.push(step.id.clone());
    blocks(step).into_iter().flatten().for_each(|step| ids(step, all));
}

/// The blocks in a step.
fn blocks(step: &Step) -> Vec<&Block> {
    match &step.verb {
        Verb::If(branch) => vec![&branch.then, &branch.otherwise],
        Verb::Each(each) => vec![&each.steps],
        Verb::Approve(approve) => approve.blocks().collect(),
        _ => Vec::new(),
    }
}
