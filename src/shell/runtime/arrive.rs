//! Facts from the door become inputs of their groups, all that came together or none.

use super::{
    driver::Driver,
    pending::{Answering, Pending, Reply},
};
use crate::{
    base::{ids::GroupId, limits},
    engine::{
        entry::{Entry, Fact, Poison},
        input::InputKind,
    },
    shell::{
        clock,
        door::{Arrivals, Took},
    },
};
use std::collections::BTreeMap;

/// Takes what came together.
pub(super) fn take(driver: &mut Driver, arrivals: Arrivals) {
    let Arrivals { items, covering, took } = arrivals;
    let mut more: BTreeMap<GroupId, usize> = BTreeMap::new();
    for item in &items {
        *more.entry(item.group.clone()).or_default() += 1;
    }
    let full = |(group, more): (&GroupId, &usize)| {
        let waiting = driver.slots.get(group).map_or(0, |slot| slot.waiting.len());
        waiting + more > limits::INPUTS_WAITING_MAX
    };
    if more.iter().any(full) {
        // Who asked may have gone.
        let _ = took.send((0, Took::Full));
        return;
    }
    for (place, item) in items.into_iter().enumerate() {
        let mut input = item.input;
        if let InputKind::Signal(signal) = &mut input.kind {
            signal.at = clock::now();
        }
        let told = Answering { place, took: took.clone(), again: false };
        let pending = Pending {
            input,
            told: None,
            letters: vec![item.letter],
            alone: item.alone,
            coverings: covering.clone().into_iter().collect(),
            reply: Some(Reply::Facts(vec![told])),
        };
        driver.enqueue(&item.group, pending);
    }
}

/// What became of a fact whose decision is committed; one that changed nothing was recorded before.
pub(super) fn took(entries: &[Entry]) -> Took {
    if entries.is_empty() {
        return Took::Repeated;
    }
    let parked = entries.iter().find_map(|entry| match &entry.fact {
        Fact::Poisoned(Poison { reason, condition: false, .. }) => Some(reason.clone()),
        _ => None,
    });
    parked.map_or(Took::Accepted, Took::Parked)
}
