//! Facts from the door become inputs of their groups, all that came together or none.

use super::{
    driver::Driver,
    slot::{Pending, Reply},
};
use crate::{
    base::{ids::GroupId, limits},
    engine::{
        entry::{Entry, Fact},
        input::{Input, InputKind},
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
        let mut signal = item.signal;
        signal.at = clock::now();
        let input = Input { id: signal.id.clone(), kind: InputKind::Signal(signal) };
        let reply = Some(Reply::Fact(place, took.clone()));
        let pending =
            Pending { input, told: None, letter: Some(item.letter), covering: covering.clone(), reply };
        driver.enqueue(&item.group, pending);
    }
}

/// What became of a fact whose decision is committed; one that changed nothing was recorded before.
pub(super) fn took(entries: &[Entry]) -> Took {
    if entries.is_empty() {
        return Took::Repeated;
    }
    let parked = entries.iter().find_map(|entry| match &entry.fact {
        Fact::Poisoned { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    parked.map_or(Took::Accepted, Took::Parked)
}
