//! Adoption and edits: how a group begins, and how it goes on under another version of its playbook.
//!
//! Also dates that move or are cancelled, by a command or by an edit.

use super::{
    budget,
    draft::{Decided, Draft},
    entry::{Cause, Fact, Outcome, PhaseCause, Waiting},
    input::Signal,
};
use crate::{
    base::{
        ids::{InputId, PlayName, RunId},
        member::Member,
        time::{Duration, Timestamp},
        value::Value,
    },
    model::{
        play::{Play, Section},
        playbook::Playbook,
        trigger::{DateEntry, Trigger},
    },
};
use std::sync::Arc;

impl Draft<'_> {
    /// The engine sees the group for the first time.
    pub(super) fn adopt(&mut self) -> Decided {
        let playbook = self.playbook.clone();
        let group = self.group.clone();
        let created = group.created.unwrap_or(self.now).min(self.now);
        let horizon = budget::horizon(&playbook.budgets);
        self.emit(Fact::Adopted { digest: playbook.digest.clone(), created, horizon })?;
        for member in &group.members {
            let mut member = Member::clone(member);
            // Whoever is listed without a day has been there since the group is known, and was not silent before.
            member.joined = if member.joined == Timestamp::MIN { created } else { member.joined };
            member.seen = if member.seen == Timestamp::MIN { self.now } else { member.seen };
            self.emit(Fact::MemberSet(Arc::new(member)))?;
        }
        for play in &playbook.plays {
            self.arm_new(play, created)?;
        }
        if let Some(first) = playbook.phases.first() {
            self.enter_phase(&first.name, PhaseCause::Adopted)?;
        }
        let id = InputId::from(format!("group.created/{}", group.id));
        let name = Arc::from("group.created");
        self.record_signal(Signal { name, id, at: created, member: None, data: Value::Null }, 1)
    }

    /// Arms a play that the group has not had before: nothing before `since` exists for it.
    fn arm_new(&mut self, play: &Play, since: Timestamp) -> Decided {
        match &play.trigger {
            Trigger::Schedule(_) => {
                let settled = self.state.plays.get(&play.name).and_then(|p| p.after);
                let before = since.plus(Duration::from_millis(-1));
                self.arm(play, settled.map_or(before, |settled| settled.max(before)))
            }
            Trigger::Dates(dates) => {
                let known = self.state.plays.get(&play.name).map(|p| p.dates.clone()).unwrap_or_default();
                for date in dates.iter().filter(|date| !known.contains_key(&date.id)) {
                    self.arm_date(play, date)?;
                }
                Ok(())
            }
            Trigger::Signal(_) | Trigger::Command => Ok(()),
        }
    }

    /// Another version of the playbook is in force from now on.
    pub(super) fn change_playbook(&mut self, old: Option<&Arc<Playbook>>) -> Decided {
        let playbook = self.playbook.clone();
        let horizon = budget::horizon(&playbook.budgets);
        self.emit(Fact::PlaybookChanged { digest: playbook.digest.clone(), horizon })?;
        if self.state.phase_final && playbook.phase(&self.state.phase).is_some_and(|phase| phase.is_final) {
            return Ok(());
        }
        for play in &playbook.plays {
            let before = old.and_then(|old| old.play(&play.name));
            self.arm_changed(before, play, old)?;
        }
        let gone: Vec<PlayName> =
            self.state.plays.keys().filter(|name| playbook.play(name).is_none()).cloned().collect();
        for name in gone {
            self.disarm_gone(&name)?;
        }
        if playbook.phase(&self.state.phase).is_none()
            && let Some(first) = playbook.phases.first()
        {
            self.enter_phase(&first.name, PhaseCause::Edit)?;
        }
        self.set_midnight()
    }

    fn arm_changed(
        &mut self,
        before: Option<&Arc<Play>>,
        play: &Arc<Play>,
        old: Option<&Arc<Playbook>>,
    ) -> Decided {
        let Some(before) = before else { return self.arm_new(play, self.now) };
        match (&before.trigger, &play.trigger) {
            (Trigger::Schedule(was), Trigger::Schedule(is)) => {
                let same_frame = old.is_some_and(|old| {
                    old.zone == self.playbook.zone
                        && old.workdays() == self.playbook.workdays()
                        && old.roles == self.playbook.roles
                });
                let armed = self.state.plays.get(&play.name).is_some_and(|p| p.next.is_some());
                let same_lead = before.program.steps().next().and_then(|s| s.at)
                    == play.program.steps().next().and_then(|s| s.at);
                if was == is
                    && same_frame
                    && same_lead
                    && armed
                    && (before.from, before.until) == (play.from, play.until)
                {
                    return Ok(());
                }
                // What the old rule left open is not made up for by the new one.
                self.arm_new(play, self.now)
            }
            (_, Trigger::Dates(dates)) => self.change_dates(play, dates),
            _ => self.arm_new(play, self.now),
        }
    }

    fn change_dates(&mut self, play: &Arc<Play>, dates: &[Arc<DateEntry>]) -> Decided {
        let known = self.state.plays.get(&play.name).map(|p| p.dates.clone()).unwrap_or_default();
        for date in dates {
            match known.get(&date.id) {
                None => {
                    // An entry whose instant has passed is history, written down late.
                    self.arm_date(play, date)?;
                }
                Some((anchor, _)) if *anchor != date.at => {
                    self.move_date(play, &date.id, *anchor, date.at)?;
                }
                Some((anchor, Some(start))) => {
                    let moved = play.start_of(*anchor, &self.playbook.zone);
                    if moved != *start {
                        self.emit(Fact::DateArmed {
                            play: play.name.clone(),
                            date: date.id.clone(),
                            anchor: *anchor,
                            start: Some(moved),
                        })?;
                    }
                }
                Some(_) => {}
            }
        }
        let removed: Vec<Arc<str>> =
            known.keys().filter(|id| !dates.iter().any(|date| date.id == **id)).cloned().collect();
        for id in removed {
            self.cancel_date(play, &id)?;
        }
        Ok(())
    }

    /// A date has a new instant: the steps ahead are planned again, what was done is kept, and people who have
    /// been told are told of the change.
    pub(super) fn move_date(
        &mut self,
        play: &Arc<Play>,
        id: &Arc<str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Decided {
        self.emit(Fact::DateMoved { play: play.name.clone(), date: id.clone(), from, to })?;
        let run = RunId::from(format!("{}@{id}", play.name));
        let Some(open) = self.state.runs.get(&run).cloned() else {
            let waits =
                self.state.plays.get(&play.name).and_then(|p| p.dates.get(id)).is_some_and(|d| d.1.is_some());
            if waits {
                let start = Some(play.start_of(to, &self.playbook.zone));
                let (play, date) = (play.name.clone(), id.clone());
                self.emit(Fact::DateArmed { play, date, anchor: to, start })?;
            }
            return Ok(());
        };
        if open.told && !play.moved.ops.is_empty() {
            self.tell_change(play, &open.id, to, open.cause.clone(), Section::Moved)?;
        }
        if open.waiting.as_ref().is_some_and(|wait| wait.waiting == Waiting::Due) {
            // Taken up at once: the step finds its new due instant, and waits again if that is ahead.
            self.ready.push_back(open.id.clone());
        }
        Ok(())
    }

    /// Starts the run that tells people of a change.
    fn tell_change(
        &mut self,
        play: &Arc<Play>,
        run: &RunId,
        anchor: Timestamp,
        mut cause: Cause,
        section: Section,
    ) -> Decided {
        if let Value::Map(values) = &mut cause.values {
            Arc::make_mut(values).insert(Arc::from("at"), Value::Time(anchor));
        }
        // A change of its own identity, so that it is not taken for the date's run.
        cause.date = None;
        let word = if section == Section::Moved { "moved" } else { "cancelled" };
        let id = RunId::from(format!("{run}~{word}@{}", self.now.to_utc()));
        if self.state.runs.contains_key(&id) {
            return Ok(());
        }
        self.start(play, id, self.now, cause, section)
    }

    /// A date is taken out: its run ends, and people who have been told are told.
    pub(super) fn cancel_date(&mut self, play: &Arc<Play>, id: &Arc<str>) -> Decided {
        let known = self.state.plays.get(&play.name).and_then(|p| p.dates.get(id)).copied();
        let run = RunId::from(format!("{}@{id}", play.name));
        let open = self.state.runs.get(&run).cloned();
        if open.is_none() && known.is_none_or(|date| date.1.is_none()) {
            return Ok(());
        }
        self.emit(Fact::DateCancelled { play: play.name.clone(), date: id.clone() })?;
        let Some(open) = open else { return Ok(()) };
        self.finish(&open.id, Outcome::Cancelled, "its date was cancelled".into())?;
        if open.told && !play.cancelled.ops.is_empty() {
            self.tell_change(play, &open.id, open.anchor, open.cause.clone(), Section::Cancelled)?;
        }
        Ok(())
    }

    fn disarm_gone(&mut self, name: &PlayName) -> Decided {
        let Some(known) = self.state.plays.get(name).cloned() else { return Ok(()) };
        if known.next.is_some() {
            let after = known.after.unwrap_or(self.now);
            self.emit(Fact::Armed { play: name.clone(), after, next: None })?;
        }
        if known.batch.is_some() {
            self.emit(Fact::BatchClosed { play: name.clone() })?;
        }
        for (id, (anchor, start)) in &known.dates {
            if start.is_some() {
                let (play, date) = (name.clone(), id.clone());
                self.emit(Fact::DateArmed { play, date, anchor: *anchor, start: None })?;
            }
        }
        Ok(())
    }
}
