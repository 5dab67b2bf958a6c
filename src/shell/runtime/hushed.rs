//! What is on its way to members while a group is hushed: taken back from the courier, kept, and then sent or given up.
//!
//! The decision is the engine's; the store gives up in the same transaction what is dropped.

use super::{driver::Driver, event::Event, outbound::Outbound, places::Delivery};
use crate::{
    base::ids::{ChannelName, GroupId},
    engine::{
        entry::{Entry, Fact},
        input::Receipt,
        operation::Operation,
    },
};

impl Driver {
    /// A hush that was decided stops what has not left yet; its end lets it go, or drops it.
    pub(super) fn heed_hush(&mut self, group: &GroupId, entries: &[Entry]) {
        for entry in entries {
            let Fact::Operator { did, .. } = &entry.fact else { continue };
            match did {
                Operation::Hushed { channels, .. } => self.take_back(group, channels),
                Operation::Unhushed { send, .. } => self.let_out(group, *send),
                _ => {}
            }
        }
    }

    fn take_back(&mut self, group: &GroupId, channels: &[ChannelName]) {
        let Delivery::Courier(courier) = &self.delivery else { return };
        let back: Vec<Outbound> =
            courier.take_back(group, channels).into_iter().map(Outbound::back).collect();
        // What is to go all the same goes again.
        self.deliver(back);
    }

    fn let_out(&mut self, group: &GroupId, send: bool) {
        let Some(kept) = self.hushed.remove(group) else { return };
        if send {
            return self.deliver(kept);
        }
        let state = self.slots.get(group).map(|slot| &slot.state);
        let asks = |out: &Outbound| state.is_some_and(|state| state.question_of(out.effect()).is_some());
        for out in kept.into_iter().filter(|out| out.is_awaited() || asks(out)) {
            let _ = self.events.send(Event::receipt(group.clone(), out.effect().clone(), Receipt::Expired));
        }
    }

    /// Whether what goes to a channel of a group waits for the end of a hush.
    pub(super) fn is_hushed(&self, group: &GroupId, channel: &ChannelName) -> bool {
        let Some(slot) = self.slots.get(group).filter(|slot| slot.state.by_hand.hush.is_some()) else {
            return false;
        };
        let book = slot.book.and_then(|index| self.books.get(index));
        let playbook = book.map(|book| &book.playbook);
        playbook.is_some_and(|playbook| {
            playbook.groups.get(group).is_some_and(|group| !playbook.is_for_staff(group, channel))
        })
    }
}
