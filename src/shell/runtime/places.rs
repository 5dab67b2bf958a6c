//! Where messages go, and the places that the courier keeps for decisions on their way to the store.

use super::{book::Book, slot::GroupSlot};
use crate::{
    base::ids::EffectId,
    courier::Doubt,
    engine::{self, effect::Effect, entry::Entry},
    shell::delivery::courier::CourierHandle,
};

/// Where messages go.
pub(super) enum Delivery {
    /// To their platforms.
    Courier(CourierHandle),
    /// Nowhere: what was printed counts as delivered.
    Rehearsal,
}

impl Delivery {
    /// The courier, if anything is sent.
    pub(super) fn courier(&self) -> Option<&CourierHandle> {
        match self {
            Self::Courier(courier) => Some(courier),
            Self::Rehearsal => None,
        }
    }

    /// Begins no attempt from now on and waits for those in flight.
    pub(super) async fn stop(&self) {
        match self {
            Self::Courier(courier) => courier.stop().await,
            Self::Rehearsal => {}
        }
    }
}

/// The effects among entries that the courier would attempt at once; it keeps their places.
pub(super) fn reserve(
    delivery: &Delivery,
    books: &[Book],
    slot: &GroupSlot,
    entries: &[Entry],
    doubt: Option<Doubt>,
) -> Vec<EffectId> {
    let Delivery::Courier(courier) = delivery else { return Vec::new() };
    let Some(book) = slot.book.and_then(|index| books.get(index)) else { return Vec::new() };
    if book.rehearses(slot.group()) {
        return Vec::new();
    }
    let mut claimed = Vec::new();
    for (_, effect) in engine::effects(entries) {
        if let Effect::Send(out) = effect
            && out.manual.is_none()
            && !doubt.is_some_and(|doubt| doubt.covers(out))
            && let Some(target) = book.targets.get(slot.group(), &out.channel)
            && courier.reserve(slot.group(), target)
        {
            claimed.push(out.effect.clone());
        }
    }
    claimed
}

/// Gives back the places of decisions that were not committed.
pub(super) fn release(delivery: &Delivery, books: &[Book], slot: &mut GroupSlot) {
    let Delivery::Courier(courier) = delivery else { return };
    let flights = std::mem::take(&mut slot.flights);
    let Some(book) = slot.book.and_then(|index| books.get(index)) else { return };
    for flight in &flights {
        for (_, effect) in engine::effects(&flight.entries) {
            if let Effect::Send(out) = effect
                && flight.claimed.contains(&out.effect)
                && let Some(target) = book.targets.get(slot.group(), &out.channel)
            {
                courier.release(slot.group(), target);
            }
        }
    }
}
