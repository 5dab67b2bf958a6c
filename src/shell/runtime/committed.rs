//! What follows a commit: its states are the groups', readers see them, effects are handed out, who asked is answered.
//!
//! Decides nothing. Nothing here happens before the transaction is durable.

use super::{
    RunError, arrive, asks,
    driver::Driver,
    outbound::Outbound,
    pending::Reply,
    publish::{Commit, GroupNow},
    slot::Flight,
};
use crate::{
    base::{ids::GroupId, limits, phrase::phrase, time::Duration},
    engine::{
        effect::Effect,
        entry::{Entry, Fact},
        input::Receipt,
        state::State,
    },
    shell::{
        answers, clock,
        crash::{self, Point},
        store::{Ack, Acked, MAY_HAVE_BEEN_SENT, Work},
    },
};
use std::sync::Arc;

impl Driver {
    pub(super) fn acked(&mut self, ack: Ack) -> Result<(), RunError> {
        let acked = match ack {
            Ack::Committed(acked) => acked,
            Ack::Failed(error) => return Err(error.into()),
            Ack::Waits(error) => {
                self.pulse.held_up(true);
                self.announcer.trouble(&error.in_words());
                return Ok(());
            }
            Ack::GoesOn => {
                self.pulse.held_up(false);
                let words = phrase!("what waited is recorded; it goes on", "等着的已经记下，接着运行");
                self.announcer.say(words.of(self.announcer.console().locale()));
                return Ok(());
            }
        };
        crash::point(Point::BeforeDispatch);
        let mut outbound = Vec::new();
        let mut answers = Vec::new();
        let mut commits = Vec::with_capacity(acked.len());
        let mut touched = Vec::with_capacity(acked.len());
        for acked in acked {
            let Some(Flight { entries, reply, .. }) = self.install(&acked, &mut outbound) else { continue };
            let Acked { group, first, .. } = acked;
            if let Some(now) = self.show(&group) {
                let commit = Commit { group: group.clone(), first, entries, now };
                answers.extend(reply.map(|reply| (reply, commit.clone())));
                commits.push(commit);
            }
            touched.push(group);
        }
        // What waits for the end of a hush was decided before what goes out now.
        for Commit { group, entries, .. } in &commits {
            self.heed_hush(group, entries);
            self.heed_retention(entries);
        }
        self.deliver(outbound);
        self.publisher.publish(self.covers.last(), commits);
        // Only now, so that whoever asked sees what came of it.
        for (reply, Commit { group, first, entries, now }) in answers {
            match reply {
                Reply::Command(reply) => {
                    if let Some(book) = &now.book {
                        let _ = reply.send(asks::answer(&group, first, &entries, &book.playbook.zone));
                    }
                }
                Reply::Facts(all) => {
                    let took = arrive::took(&entries);
                    for told in all {
                        told.say(&took);
                    }
                }
            }
        }
        crash::point(Point::AfterDispatch);
        self.snapshot(&touched, false)
    }

    /// What was kept long enough leaves the journal within a week: nobody may read it meanwhile, so the engine stops for
    /// it and starts again. A rehearsal's state is thrown away in any case.
    fn heed_retention(&mut self, entries: &[Entry]) {
        let now = clock::now();
        if entries.iter().any(|entry| matches!(entry.fact, Fact::FieldsExpired { .. })) {
            self.over_kept.get_or_insert(now);
        }
        let week = Duration::DAY.times(limits::REWRITE_AFTER_DAYS);
        if self.rehearse.is_none() && self.over_kept.is_some_and(|since| now.since(since) >= week) {
            self.over_kept = None;
            self.again = true;
            self.stopping = true;
        }
    }

    /// The decision is a fact now: its state is the group's, its effects are handed out, who asked is answered.
    fn install(&mut self, acked: &Acked, outbound: &mut Vec<Outbound>) -> Option<Flight> {
        let slot = self.slots.get_mut(&acked.group)?;
        let flight = slot.flights.pop_front()?;
        let more = !slot.flights.is_empty();
        self.in_flight -= 1;
        slot.state = flight.next.clone();
        if flight.script {
            slot.calling = None;
        }
        let mut doubtful = Vec::new();
        for (index, key) in &acked.sends {
            if let Some(Effect::Send(out)) = flight.entries.get(*index).and_then(Entry::effect) {
                if self.doubt.is_some_and(|doubt| doubt.covers(out)) {
                    doubtful.push(out.effect.clone());
                    continue;
                }
                let claimed = flight.claimed.contains(&out.effect);
                outbound.push(Outbound::new(*key, &acked.group, out, claimed));
            }
        }
        if !flight.entries.is_empty() {
            let last = acked.first + flight.entries.len() as i64 - 1;
            self.covers.add(&acked.group, acked.first, last);
        }
        let group = acked.group.clone();
        for effect in doubtful {
            let reason = answers::in_words(MAY_HAVE_BEEN_SENT);
            self.receipt(&group, effect, Receipt::InDoubt { reason }, false);
        }
        if !more {
            self.arm(&group);
            self.call_script(&group);
            self.make_ready(&group);
        }
        Some(flight)
    }

    /// How a group is from now on, for others; seen with what is published next.
    fn show(&mut self, group: &GroupId) -> Option<Arc<GroupNow>> {
        let slot = self.slots.get(group)?;
        let book = slot.book.and_then(|index| self.books.get(index)).map(|book| book.shown.clone());
        Some(self.publisher.group(group.clone(), GroupNow { state: slot.state.clone(), book }))
    }

    /// Which files, versions and groups there are, after a start or an edit.
    pub(super) fn show_all(&mut self) {
        let books = self.books.iter().map(|book| book.shown.clone()).collect();
        self.publisher.books(books, self.playbooks.clone());
        let groups: Vec<GroupId> = self.slots.keys().cloned().collect();
        for group in &groups {
            self.show(group);
        }
        self.publisher.publish(self.covers.last(), Vec::new());
    }

    /// Stores the states that are due to be stored.
    pub(super) fn snapshot(&mut self, touched: &[GroupId], all: bool) -> Result<(), RunError> {
        for (group, last) in self.covers.due(touched, self.slots.len(), all) {
            if let Some(slot) = self.slots.get(&group) {
                self.store.send(Work::Snapshot(Box::new(State::clone(&slot.state)), last))?;
            }
        }
        if let Some(seq) = self.covers.checkpoint(all) {
            self.store.send(Work::Checkpoint(seq))?;
        }
        Ok(())
    }
}
