//! The group, its phase, the run in progress.

use super::{equals_text, property, written};
use crate::script::{
    frame,
    objects::{GroupRef, OperatorsRef, PhaseRef, RunRef},
};
use rhai::{Dynamic, Module};

pub(super) fn register(module: &mut Module) {
    written::<GroupRef>(module);
    property(module, "id", |_: &mut GroupRef| frame::with(|f| f.facts.group.id.to_string()));
    property(module, "title", |_: &mut GroupRef| frame::with(|f| f.facts.group.title.to_string()));
    property(module, "created", |_: &mut GroupRef| frame::with(|f| f.facts.group.created));
    property(module, "age", |_: &mut GroupRef| frame::with(|f| f.facts.now.since(f.facts.group.created)));

    written::<PhaseRef>(module);
    equals_text::<PhaseRef>(module, |_, text| frame::with(|f| f.facts.phase.name.as_str() == text));
    property(module, "name", |_: &mut PhaseRef| frame::with(|f| f.facts.phase.name.to_string()));
    property(module, "entered", |_: &mut PhaseRef| frame::with(|f| f.facts.phase.entered));
    property(module, "age", |_: &mut PhaseRef| frame::with(|f| f.facts.now.since(f.facts.phase.entered)));

    written::<OperatorsRef>(module);
    property(module, "since", |_: &mut OperatorsRef| frame::with(|f| f.facts.operated));
    property(module, "idle", |_: &mut OperatorsRef| frame::with(|f| f.facts.now.since(f.facts.operated)));

    written::<RunRef>(module);
    for (name, part) in RUN {
        property(module, name, move |_: &mut RunRef| {
            frame::with(|f| f.facts.run.as_ref().map_or(Dynamic::UNIT, part))
        });
    }
}

type RunPart = fn(&crate::script::facts::RunFacts) -> Dynamic;

const RUN: [(&str, RunPart); 4] = [
    ("id", |run| run.id.as_ref().into()),
    ("play", |run| run.play.as_ref().into()),
    ("anchor", |run| Dynamic::from(run.anchor)),
    ("number", |run| (run.number as i64).into()),
];
