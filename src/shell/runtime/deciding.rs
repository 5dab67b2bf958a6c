//! Decisions: of small groups at once, of large ones beside the driver, so that they hold up nobody else.
//!
//! One input of a group is under way at a time, wherever it is decided; of facts from the door as many as wait, each
//! decided on what the one before came to. Decides nothing itself: that is `engine::step`.

use super::{
    RunError,
    driver::Driver,
    event::{Decided, Event, Made},
    pending::{Pending, Reply},
    places,
    slot::Flight,
};
use crate::{
    base::{ids::GroupId, limits, time::Timestamp},
    engine::{self, input::InputKind, state::State},
    model::playbook::Playbooks,
    shell::{
        clock,
        door::Took,
        socket::CommandReply,
        store::{Decision, Work},
    },
};
use std::sync::Arc;

/// Decides inputs one after another.
fn decide(state: &State, playbooks: &Playbooks, inputs: Vec<Pending>, now: Timestamp) -> Vec<Made> {
    let mut made: Vec<Made> = Vec::with_capacity(inputs.len());
    for pending in inputs {
        let stands = made.last().map_or(state, |(_, step)| &step.next);
        let step = engine::step(stands, playbooks, &pending.input, now);
        made.push((pending, step));
    }
    made
}

impl Driver {
    /// Decides a group's inputs until one has entries to commit, or is decided elsewhere.
    pub(super) fn step(&mut self, group: &GroupId) -> Result<(), RunError> {
        loop {
            let Some(slot) = self.slots.get_mut(group) else { return Ok(()) };
            slot.ready = false;
            let large = slot.state.members.len() > limits::DECISION_HERE_MEMBERS_MAX;
            if large && self.beside >= limits::DECISIONS_BESIDE_MAX && !self.stopping {
                // Its turn comes when one of the others is done.
                slot.ready = true;
                self.large.push_back(group.clone());
                return Ok(());
            }
            let inputs = slot.next_inputs(&self.playbooks);
            if inputs.is_empty() {
                break;
            }
            let now = clock::now();
            if large && !self.stopping {
                slot.deciding = true;
                self.beside += 1;
                let (state, playbooks) = (slot.state.clone(), self.playbooks.clone());
                let (group, events) = (group.clone(), self.events.clone());
                tokio::task::spawn_blocking(move || {
                    let made = decide(&state, &playbooks, inputs, now);
                    let _ = events.send(Event::Decided(Box::new(Decided { group, made, at: now })));
                });
                return Ok(());
            }
            let made = decide(&slot.state, &self.playbooks, inputs, now);
            if self.take_steps(group, made, now)? {
                return Ok(());
            }
        }
        self.arm(group);
        self.call_script(group);
        Ok(())
    }

    /// Decisions come back from beside.
    pub(super) fn decided(&mut self, decided: Decided) -> Result<(), RunError> {
        let Decided { group, made, at } = decided;
        self.beside -= 1;
        if let Some(next) = self.large.pop_front() {
            self.ready.push_back(next);
        }
        let Some(slot) = self.slots.get_mut(&group) else { return Ok(()) };
        slot.deciding = false;
        if self.take_steps(&group, made, at)? { Ok(()) } else { self.step(&group) }
    }

    /// Hands decisions to the store, in order; false when there is nothing to commit.
    fn take_steps(&mut self, group: &GroupId, made: Vec<Made>, now: Timestamp) -> Result<bool, RunError> {
        let mut any = false;
        for (pending, step) in made {
            any |= self.take_step(group, pending, step, now)?;
        }
        Ok(any)
    }

    /// Hands a decision to the store; false when there is nothing to commit.
    fn take_step(
        &mut self,
        group: &GroupId,
        pending: Pending,
        step: engine::Step,
        now: Timestamp,
    ) -> Result<bool, RunError> {
        let Pending { input, told, letters, alone: _, coverings, reply } = pending;
        let engine::Step { entries, next, parked } = step;
        let Some(slot) = self.slots.get_mut(group) else { return Ok(false) };
        let script = matches!(input.kind, InputKind::ScriptReturned { .. });
        // What changes nothing is answered at once, unless what it repeats is still on its way to the store.
        if entries.is_empty() && told.is_none() && parked.is_none() && slot.flights.is_empty() {
            match reply {
                Some(Reply::Command(reply)) => {
                    let done =
                        CommandReply { ok: true, group: Some(group.clone()), ..CommandReply::default() };
                    let _ = reply.send(done);
                }
                Some(Reply::Facts(all)) => {
                    for covering in &coverings {
                        covering.drop_one();
                    }
                    for told in all {
                        told.say(&Took::Repeated);
                    }
                }
                None => {}
            }
            if script {
                slot.calling = None;
            }
            if matches!(input.kind, InputKind::Wake { .. }) {
                let stays = engine::deadline(&slot.state).is_some_and(|deadline| deadline.at <= now);
                slot.idle_wakes = if stays { slot.idle_wakes + 1 } else { 0 };
                if slot.idle_wakes == 1 {
                    self.announcer.idle_wake(slot);
                }
            }
            return Ok(false);
        }
        if !entries.is_empty() {
            slot.idle_wakes = 0;
        }
        let entries = Arc::new(entries);
        let claimed = places::reserve(&self.delivery, &self.books, slot, &entries, self.doubt);
        let (next, taken) = (Arc::new(next), claimed.clone());
        slot.flights.push_back(Flight { entries: entries.clone(), next, claimed: taken, reply, script });
        self.in_flight += 1;
        let parked = parked.map(|reason| (serde_json::to_string(&input).unwrap_or_default(), reason.en));
        let work =
            Decision { group: group.clone(), at: now, entries, claimed, told, letters, coverings, parked };
        self.store.send(Work::Decide(work))?;
        Ok(true)
    }
}
