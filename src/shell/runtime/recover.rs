//! Recovery as the driver sees it: groups get their books back, older versions are compiled again, what was on its
//! way is handed out. Decides nothing: a group's first decision is its adoption, or whatever is due.

use super::{RunError, book, driver::Driver, news, outbound::Outbound, pending::Pending, slot::GroupSlot};
use crate::{
    base::{
        ids::{Digest, GroupId, InputId},
        phrase::phrase,
    },
    engine::{
        input::{Input, InputKind, Receipt},
        state::State,
    },
    shell::{
        editions::EDITION,
        store::{GroupInfo, MAY_HAVE_BEEN_SENT, OpenMessage, Reader, Recovered, Work},
    },
};
use std::collections::{BTreeMap, BTreeSet};

impl Driver {
    pub(super) fn recover(&mut self, recovered: Recovered) -> Result<(), RunError> {
        for book in &self.books {
            self.playbooks.insert(book.playbook.clone());
        }
        let found = news::of(&recovered, &self.books);
        let backlog = recovered.backlog;
        for (group, found) in recovered.groups {
            if let Some(first) = found.uncovered {
                self.covers.add(&group, first, recovered.last_seq);
            }
            self.slots.insert(group, GroupSlot::new(found.state, None));
        }
        for index in 0..self.books.len() {
            self.settle_in(index, &recovered.infos)?;
        }
        let resting: Vec<GroupId> =
            self.slots.values().filter(|slot| slot.book.is_none()).map(|slot| slot.group().clone()).collect();
        self.announcer.header(&self.books, &self.dir);
        self.announcer.backlog(&backlog, self.slots.len() > 1);
        self.show_all();
        for text in found {
            self.announcer.trouble(&text);
        }
        self.store.send(Work::Edition(EDITION))?;
        self.rest(&resting)
    }

    /// Says and keeps that no file runs these groups.
    pub(super) fn rest(&self, groups: &[GroupId]) -> Result<(), RunError> {
        self.announcer.resting(groups);
        for group in groups {
            self.store.send(Work::Rests(group.clone()))?;
        }
        Ok(())
    }

    /// The versions that groups and their open runs need. Those of a group that rests are needed when it is run
    /// again.
    pub(super) fn digests_in_use(&self) -> BTreeSet<Digest> {
        let mut digests: BTreeSet<Digest> =
            self.books.iter().map(|book| book.playbook.digest.clone()).collect();
        for slot in self.slots.values() {
            digests.extend(needed(slot));
        }
        digests
    }

    /// Compiles the versions again that the groups of a book stand at or have open runs of, and keeps their scripts.
    fn look_up_versions(&mut self, index: usize) -> Result<(), RunError> {
        let mut used = BTreeSet::new();
        let mut begun = BTreeSet::new();
        for slot in self.slots.values().filter(|slot| slot.book == Some(index)) {
            used.extend(needed(slot));
            begun.extend(slot.state.runs.values().flat_map(|run| run.digests().cloned()));
        }
        used.retain(|digest| self.playbooks.get(digest).is_none());
        if !used.is_empty() {
            let reader = Reader::open(&self.dir)?;
            for digest in used {
                if let Err(reason) = book::recompile(&reader, &digest, &mut self.playbooks) {
                    let words = phrase!(
                        "{reason}; runs that began with it cannot go on",
                        "{reason}；用它开始的活动没法继续";
                        reason
                    );
                    self.announcer.trouble(&words);
                }
            }
        }
        for digest in begun.iter().filter(|digest| **digest != self.books[index].playbook.digest) {
            if let Some(old) = self.playbooks.get(digest) {
                self.books[index].keep_scripts_of(old);
            }
        }
        Ok(())
    }

    /// Gives a book its groups, keeps its texts, and asks each group to adopt its version.
    pub(super) fn settle_in(
        &mut self,
        index: usize,
        known: &BTreeMap<GroupId, GroupInfo>,
    ) -> Result<(), RunError> {
        let book = &self.books[index];
        let digest = book.playbook.digest.clone();
        let secrets = book.compiled.open_secrets.clone();
        // With secrets each time, not only for a new version: what an older program stored has them open. The last good
        // version comes from the store, perhaps without the key of its secrets: it is not written over what is there.
        let is_new = !known.values().any(|info| info.digest == digest);
        if book.refused.is_none() && (is_new || !secrets.is_empty()) {
            let (path, files) = (book.name.clone(), book.files());
            self.store.send(Work::Source { digest: digest.clone(), path, files, secrets })?;
        }
        let groups: Vec<GroupId> = book.playbook.groups.keys().cloned().collect();
        for group in &groups {
            let info = self.books[index].info(group);
            if known.get(group) != Some(&info) {
                self.store.send(Work::Group(group.clone(), info))?;
            }
            let slot = self
                .slots
                .entry(group.clone())
                .or_insert_with(|| GroupSlot::new(State::new(group.clone()), None));
            slot.book = Some(index);
            // Only the newest version is adopted, whatever was asked while another decision was under way.
            slot.waiting.retain(|pending| !matches!(pending.input.kind, InputKind::Adopt { .. }));
            let stands = slot.flights.back().map_or(&slot.state, |flight| &flight.next);
            if stands.digest.as_ref() != Some(&digest) {
                let id = InputId::from(format!("adopt/{digest}/{}", slot.state.epoch));
                let kind = InputKind::Adopt { digest: digest.clone() };
                slot.waiting.push_front(Pending::new(Input { id, kind }));
            }
        }
        self.look_up_versions(index)?;
        for group in &groups {
            // What was decided before it rested goes out before anything that it decides now.
            if let Some(kept) = self.resting.remove(group) {
                self.deliver(kept);
            }
            self.make_ready(group);
            self.arm(group);
            self.call_script(group);
        }
        Ok(())
    }

    /// Hands out what was on its way when the process ended.
    pub(super) fn carry_on(&mut self, open: Vec<OpenMessage>) {
        let mut jobs = Vec::new();
        let mut doubtful = 0;
        for open in open {
            match open {
                OpenMessage::Send(row) => jobs.push(*row),
                OpenMessage::Tell(group, effect, Receipt::InDoubt { reason })
                    if reason.en == MAY_HAVE_BEEN_SENT =>
                {
                    doubtful += 1;
                    self.receipt(&group, effect, Receipt::InDoubt { reason }, false);
                }
                OpenMessage::Tell(group, effect, receipt) => self.receipt(&group, effect, receipt, false),
            }
        }
        for index in 0..self.books.len() {
            for slot in self.slots.values().filter(|slot| slot.book == Some(index)) {
                self.troubles.recall(index, &slot.state);
            }
        }
        for row in &jobs {
            if let Some((since, book)) = row.failed.zip(self.slots.get(&row.group).and_then(|slot| slot.book))
            {
                self.troubles.failing(book, &row.group, &row.channel, since, &row.note);
            }
        }
        self.announcer.carried_on(&jobs);
        self.announcer.may_have_been_sent(doubtful);
        let rows = jobs.into_iter().map(Outbound::from).collect();
        self.deliver(rows);
    }
}

/// The versions that a group needs: the one in force, and those of its open runs.
fn needed(slot: &GroupSlot) -> impl Iterator<Item = Digest> + '_ {
    let runs = slot.state.runs.values().flat_map(|run| run.digests().cloned());
    slot.state.digest.clone().into_iter().chain(runs)
}
