//! The driver: every group's state, and the queues of what waits for its turn.
//!
//! One input of a group is under way at a time, and of facts from the door those that wait together; decisions of
//! different groups share a commit. What it does with them is `work` and the files beside it.

use super::{
    announce::Announcer, book::Book, compiling::Compiling, covers::SnapshotCovers, event::Event,
    ledger::Revived, outbound::Outbound, pending::Pending, places::Delivery, publish::Publisher,
    rehearsal::Rehearse, slot::GroupSlot, troubles::Troubles,
};
use crate::{
    base::{
        ids::{EffectId, GroupId, InputId},
        phrase::Phrase,
        time::{Duration, Timestamp},
    },
    courier::Doubt,
    engine::{
        self,
        input::{Command, Input, InputKind, Receipt},
    },
    model::playbook::Playbooks,
    shell::{
        clock,
        door::{Arrivals, Pulse},
        scripts::Pool,
        socket::{AskedFor, CommandReply},
        store::{Ack, Bans, StoreHandle},
        watch::Watch,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    sync::Arc,
};
use tokio::sync::{
    mpsc::{Receiver, UnboundedReceiver, UnboundedSender},
    oneshot,
};
use tokio::task::JoinHandle;

/// The engine at work.
pub(super) struct Driver {
    pub(super) slots: BTreeMap<GroupId, GroupSlot>,
    pub(super) books: Vec<Book>,
    pub(super) playbooks: Playbooks,
    pub(super) store: StoreHandle,
    pub(super) delivery: Delivery,
    pub(super) pool: Pool,
    pub(super) announcer: Announcer,
    /// The terminal, which hears what is published.
    pub(super) follower: JoinHandle<()>,
    pub(super) publisher: Publisher,
    pub(super) events: UnboundedSender<Event>,
    pub(super) rehearse: Option<Rehearse>,
    pub(super) watch: Option<Watch>,
    pub(super) compiling: Compiling,
    pub(super) dir: PathBuf,
    pub(super) bans: Bans,
    pub(super) revived: Revived,
    pub(super) troubles: Troubles,
    /// What a lost engine may have sent is held for a person.
    pub(super) doubt: Option<Doubt>,
    /// Messages of groups that no file runs; they wait until one does.
    pub(super) resting: BTreeMap<GroupId, Vec<Outbound>>,
    /// What a rehearsal has given to the courier and has not heard of yet.
    pub(super) sending: BTreeSet<i64>,
    /// Messages to members of groups that are hushed.
    pub(super) hushed: BTreeMap<GroupId, Vec<Outbound>>,
    pub(super) timers: BTreeSet<(Timestamp, GroupId)>,
    pub(super) ready: VecDeque<GroupId>,
    /// Large groups that wait for their turn.
    pub(super) large: VecDeque<GroupId>,
    /// How many decisions are made beside the driver.
    pub(super) beside: usize,
    pub(super) covers: SnapshotCovers,
    /// How others see that it works.
    pub(super) pulse: Arc<Pulse>,
    pub(super) in_flight: usize,
    pub(super) asked: u64,
    pub(super) acks: UnboundedReceiver<Ack>,
    pub(super) receiver: UnboundedReceiver<Event>,
    pub(super) asks: Receiver<AskedFor>,
    pub(super) arrivals: Receiver<Arrivals>,
    pub(super) stopping: bool,
    /// Since when the journal has something that was kept long enough.
    pub(super) over_kept: Option<Timestamp>,
    /// Whether it starts again once it has stopped.
    pub(super) again: bool,
}

impl Driver {
    /// What became of a message; `again` when a person had sent it once more.
    pub(super) fn receipt(&mut self, group: &GroupId, effect: EffectId, receipt: Receipt, again: bool) {
        let mut input = Input::receipt(&effect, receipt);
        if again {
            // What comes of that is heard, even if it is what came of it before.
            input.id = InputId::from(format!("{}/{}", input.id, clock::now().as_millis()));
        }
        self.enqueue(group, Pending { told: Some(effect), ..Pending::new(input) });
    }

    /// Queues an input of a group.
    pub(super) fn enqueue(&mut self, group: &GroupId, mut pending: Pending) {
        match &mut pending.input.kind {
            InputKind::Signal(signal) | InputKind::Command(Command::Report { signal }) => {
                self.bans.tell(group, signal);
            }
            _ => {}
        }
        if let Some(slot) = self.slots.get_mut(group) {
            slot.waiting.push_back(pending);
            self.make_ready(group);
        }
    }

    pub(super) fn make_ready(&mut self, group: &GroupId) {
        if let Some(slot) = self.slots.get_mut(group)
            && !slot.ready
            && slot.flights.is_empty()
            && !slot.deciding
            && slot.book.is_some()
            && (slot.wake || !slot.waiting.is_empty())
        {
            slot.ready = true;
            self.ready.push_back(group.clone());
        }
    }

    /// A number for an input whose sender gave it no id.
    pub(super) fn fresh_id(&mut self) -> InputId {
        self.asked += 1;
        InputId::from(format!("ask/{}/{}/{}", clock::now().as_millis(), std::process::id(), self.asked))
    }

    pub(super) fn fire_due(&mut self, now: Timestamp) {
        while let Some((at, group)) = self.timers.pop_first() {
            if at > now {
                self.timers.insert((at, group));
                break;
            }
            if let Some(slot) = self.slots.get_mut(&group) {
                slot.armed = None;
                slot.wake = true;
            }
            self.make_ready(&group);
        }
    }

    /// Puts a group's deadline into the timer queue.
    pub(super) fn arm(&mut self, group: &GroupId) {
        let Some(slot) = self.slots.get_mut(group) else { return };
        let deadline = if slot.book.is_some() { engine::deadline(&slot.state) } else { None };
        let at = deadline.map(|deadline| {
            if slot.idle_wakes == 0 {
                // A group's clock may be ahead of a clock that was set back: then it is due all the same.
                if deadline.at <= slot.state.clock { Timestamp::MIN } else { deadline.at }
            } else {
                let pause = Duration::SECOND.times(1 << slot.idle_wakes.min(6));
                deadline.at.max(clock::now().plus(pause))
            }
        });
        if slot.armed == at {
            return;
        }
        if let Some(old) = slot.armed {
            self.timers.remove(&(old, group.clone()));
        }
        slot.armed = at;
        if let Some(at) = at {
            self.timers.insert((at, group.clone()));
        }
    }

    /// Answers somebody who asked.
    pub(super) fn refuse(reply: oneshot::Sender<CommandReply>, reason: impl Into<Phrase>) {
        let _ = reply.send(CommandReply::refuse(reason));
    }
}
