//! Adoption and edits: how a group begins, and how it goes on under another version of its playbook.
//!
//! What becomes of single dates is in `dates`.

use super::{
    budget,
    condition::Condition,
    draft::{Decided, Draft},
    entry::{Fact, PhaseCause, Skip},
    input::Signal,
    state::PlayState,
};
use crate::{
    base::{
        ids::{InputId, PlayName},
        limits,
        time::{Duration, Timestamp},
        value::Value,
    },
    model::{
        occurrence::{next_anchor, scheduled_run_id},
        play::Play,
        playbook::Playbook,
        trigger::{DateEntry, Trigger},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

impl Draft<'_> {
    /// The engine sees the group for the first time.
    pub(super) fn adopt(&mut self) -> Decided {
        let playbook = self.playbook.clone();
        let group = self.group.clone();
        let created = group.created.unwrap_or(self.now).min(self.now);
        let (horizon, horizons) = budget::horizons(&playbook.budgets);
        let zone = Some(Arc::from(playbook.zone.name()));
        self.emit(Fact::Adopted { digest: playbook.digest.clone(), created, horizon, horizons, zone })?;
        for listed in &group.members {
            self.take_over(listed.clone())?;
        }
        self.join_all_by_identity()?;
        for play in &playbook.plays {
            self.arm_new(play, created)?;
        }
        if let Some(first) = playbook.phases.first() {
            self.enter_phase(&first.name, PhaseCause::Adopted)?;
        }
        self.arm_tiers()?;
        self.settle_tallies()?;
        self.arm_rules()?;
        let id = InputId::from(format!("group.created/{}", group.id));
        let name = Arc::from("group.created");
        self.record_signal(Signal { name, id, at: created, sent: None, member: None, data: Value::Null })
    }

    /// Arms a play that the group has not had before: nothing before `since` exists for it.
    fn arm_new(&mut self, play: &Play, since: Timestamp) -> Decided {
        match &play.trigger {
            Trigger::Schedule(_) | Trigger::Members(_) => {
                let settled = self.state.plays.get(&play.name).and_then(|p| p.after);
                // A play that was started in another way at this very instant has used the occurrence's id.
                let id = scheduled_run_id(play, since);
                let used = self.state.knows_run(&id);
                let before = since.plus(if used { Duration::ZERO } else { Duration::from_millis(-1) });
                self.arm(play, settled.map_or(before, |settled| settled.max(before)))
            }
            Trigger::Dates(dates) => {
                let known = self.state.plays.get(&play.name).map(|p| p.dates.clone()).unwrap_or_default();
                for date in dates.iter().filter(|date| !known.contains_key(&date.id)) {
                    self.arm_date(play, date)?;
                }
                Ok(())
            }
            Trigger::Signal(_) | Trigger::Whenever(_) | Trigger::Command => Ok(()),
        }
    }

    /// Another version of the playbook is in force from now on.
    pub(super) fn change_playbook(&mut self, old: Option<&Arc<Playbook>>) -> Decided {
        let playbook = self.playbook.clone();
        let (horizon, horizons) = budget::horizons(&playbook.budgets);
        self.emit(Fact::PlaybookChanged { digest: playbook.digest.clone(), horizon, horizons })?;
        let mut renamed: BTreeMap<&PlayName, PlayName> = BTreeMap::new();
        for play in &playbook.plays {
            if let Some(from) = self.known_as(play) {
                self.emit(Fact::Renamed { from: from.clone(), to: play.name.clone() })?;
                renamed.insert(&play.name, from);
            }
        }
        self.join_all_listed()?;
        self.settle_tallies()?;
        self.reword_open()?;
        self.adjust_phase(old)?;
        if self.state.phase_final {
            return Ok(());
        }
        for play in &playbook.plays {
            let before = old.and_then(|old| {
                let was = || old.play(renamed.get(&play.name).or(play.was.as_ref())?);
                old.play(&play.name).or_else(was)
            });
            self.arm_changed(before, play, old)?;
        }
        let gone: Vec<PlayName> =
            self.state.plays.keys().filter(|name| playbook.play(name).is_none()).cloned().collect();
        for name in gone {
            if let Some(before) = old.and_then(|old| old.play(&name)) {
                self.skip_left_open(before, old)?;
            }
            self.miss_dates(&name)?;
            self.disarm_but(&name, false, true, false)?;
        }
        self.tell_rules(old)?;
        self.arm_tiers()?;
        self.arm_rules()?;
        self.set_midnight()
    }

    /// The phase as the version in force describes it; the first one where the file has it no more.
    fn adjust_phase(&mut self, old: Option<&Arc<Playbook>>) -> Decided {
        let playbook = self.playbook.clone();
        let Some(phase) = playbook.phase(&self.state.phase) else {
            let Some(first) = playbook.phases.first() else { return Ok(()) };
            return self.enter_phase(&first.name, PhaseCause::Edit);
        };
        let before = old.and_then(|old| old.phase(&phase.name));
        let timed = before.is_some_and(|before| before.timeout != phase.timeout);
        if phase.is_final == self.state.phase_final && !timed {
            return Ok(());
        }
        let timeout = phase.timeout.filter(|_| !phase.is_final);
        self.emit(Fact::PhaseEntered {
            phase: phase.name.clone(),
            cause: PhaseCause::Edit,
            timeout: timeout.map(|timeout| self.state.phase_entered.plus(timeout)),
            is_final: phase.is_final,
        })
    }

    fn arm_changed(
        &mut self,
        before: Option<&Arc<Play>>,
        play: &Arc<Play>,
        old: Option<&Arc<Playbook>>,
    ) -> Decided {
        if let (Some(before), false) = (before, play.trigger.schedule().is_some()) {
            self.skip_left_open(before, old)?;
        }
        self.disarm_other(play)?;
        if let (None, Some(old)) = (before, old) {
            self.settle_as_gone(play, old)?;
        }
        if let Trigger::Dates(dates) = &play.trigger {
            return self.change_dates(before, play, dates);
        }
        let Some(before) = before else { return self.arm_new(play, self.now) };
        match (before.trigger.schedule(), play.trigger.schedule()) {
            (Some(was), Some(is)) => {
                let same_frame = old.is_some_and(|old| {
                    old.zone == self.playbook.zone
                        && old.workdays() == self.playbook.workdays()
                        && old.roles == self.playbook.roles
                        && old.groups.get(&self.group.id).is_some_and(|group| group.roles == self.group.roles)
                });
                // One whose time came in a pause is taken up at its end.
                let armed = self.state.plays.get(&play.name).is_some_and(|p| p.next.is_some())
                    || self.state.is_paused(&play.name);
                let same_lead = before.program.steps().next().and_then(|s| s.at)
                    == play.program.steps().next().and_then(|s| s.at);
                if was == is
                    && same_frame
                    && same_lead
                    && armed
                    && (before.from, before.until) == (play.from, play.until)
                    && (&before.zone, before.jitter) == (&play.zone, play.jitter)
                {
                    return Ok(());
                }
                // What the old rule left open is not made up for by the new one.
                self.skip_left_open(before, old)?;
                self.arm_new(play, self.now)
            }
            _ => self.arm_new(play, self.now),
        }
    }

    /// A play is new, and another one that had its dates, its schedule or its condition is gone: most likely one play that
    /// nobody has said the old name of yet. Nothing of it goes on, but what has begun does not begin a second time.
    fn settle_as_gone(&mut self, play: &Arc<Play>, old: &Arc<Playbook>) -> Decided {
        if self.state.plays.contains_key(&play.name) || self.state.conditions.contains_key(&play.name) {
            return Ok(());
        }
        let playbook = self.playbook.clone();
        let goes_on = |name: &PlayName| {
            playbook.plays.iter().any(|now| now.name == *name || now.was.as_ref() == Some(name))
        };
        let known = self.state.plays.keys().chain(self.state.conditions.keys());
        let gone: BTreeSet<PlayName> = known.filter(|name| !goes_on(name)).cloned().collect();
        for name in &gone {
            let before = old.play(name).map(|before| &before.trigger);
            match &play.trigger {
                Trigger::Dates(dates) => self.settle_dates(play, dates, (name, before.is_some()))?,
                Trigger::Whenever(whenever) => {
                    let words = whenever.words();
                    let waited = self.state.conditions.get(name).map(|waited| waited.condition.clone());
                    if let Some(condition) = waited.filter(|known| *known.expression == *words) {
                        let (play, condition) = (play.name.clone(), Condition { starts: false, ..condition });
                        self.emit(Fact::Condition { play, condition })?;
                    }
                }
                trigger if trigger.schedule().is_some() && before == Some(trigger) => {
                    let after = self.state.plays.get(name).and_then(|known| known.after);
                    if let Some(after) = after.filter(|after| *after > self.now) {
                        self.emit(Fact::Armed { play: play.name.clone(), after, next: None })?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The dates that a play which is gone has begun: of one that went by this edit all that have started, of one that
    /// went before it those whose runs are open.
    fn settle_dates(
        &mut self,
        play: &Arc<Play>,
        dates: &[Arc<DateEntry>],
        (gone, by_this): (&PlayName, bool),
    ) -> Decided {
        let Some(known) = self.state.plays.get(gone).cloned() else { return Ok(()) };
        for date in dates {
            let at =
                known.dates.get(&date.id).filter(|(anchor, start)| *anchor == date.at && start.is_none());
            let begun = by_this || self.state.run_of_date(gone, &date.id).is_some();
            if let Some((anchor, _)) = at.filter(|_| begun) {
                let (play, date) = (play.name.clone(), date.id.clone());
                self.emit(Fact::DateArmed { play, date, anchor: *anchor, start: None })?;
            }
        }
        Ok(())
    }

    /// The name by which the state knows a play that has another one now: what the file says that it was called, also
    /// several names ago, or where a change of its name was taken back.
    fn known_as(&self, play: &Play) -> Option<PlayName> {
        let (plays, conditions) = (&self.state.plays, &self.state.conditions);
        let is_known = |name: &PlayName| plays.contains_key(name) || conditions.contains_key(name);
        // A play that no file has any more, and that was once called so.
        let once = |called: &PlayName| {
            let is_it = |(name, state): &(&PlayName, &Arc<PlayState>)| {
                self.playbook.play(name).is_none() && state.was.contains(called)
            };
            plays.iter().find(is_it).map(|(name, _)| name.clone())
        };
        let said = play.was.as_ref().and_then(|was| {
            if is_known(was) && self.playbook.play(was).is_none() { Some(was.clone()) } else { once(was) }
        });
        if is_known(&play.name) {
            // What it was may be said after the new name has been in force, as long as nothing has happened under it.
            return said.filter(|was| *was != play.name && self.state.is_untouched(&play.name));
        }
        said.or_else(|| once(&play.name))
    }

    /// A play that is triggered in another way now does not start in the old way any more.
    fn disarm_other(&mut self, play: &Arc<Play>) -> Decided {
        let scheduled = play.trigger.schedule().is_some();
        let dated = matches!(play.trigger, Trigger::Dates(_));
        let answers = matches!(play.trigger, Trigger::Signal(_));
        self.disarm_but(&play.name, scheduled, dated, answers)
    }

    fn disarm_but(&mut self, name: &PlayName, scheduled: bool, dated: bool, answers: bool) -> Decided {
        let Some(known) = self.state.plays.get(name).cloned() else { return Ok(()) };
        if !scheduled && known.next.is_some() {
            let after = known.after.unwrap_or(self.now);
            self.emit(Fact::Armed { play: name.clone(), after, next: None })?;
        }
        if let Some(until) = known.batch.as_ref().map(|batch| batch.0).filter(|_| !answers) {
            self.emit(Fact::BatchClosed { play: name.clone() })?;
            // What it had collected starts nothing any more.
            let (run, play) = (self.fresh_run_id(name, until), name.clone());
            self.emit(Fact::Skipped { play, run, from: until, to: until, count: 1, reason: Skip::Operator })?;
        }
        for (id, (_, start)) in known.dates.iter().filter(|_| !dated) {
            if start.is_some() {
                self.emit(Fact::DateCancelled { play: name.clone(), date: id.clone(), begun: false })?;
            }
        }
        Ok(())
    }

    /// Occurrences of the old rule that were due and had not been settled leave a record too.
    fn skip_left_open(&mut self, before: &Arc<Play>, old: Option<&Arc<Playbook>>) -> Decided {
        let (Some(old), Some(known)) = (old, self.state.plays.get(&before.name)) else { return Ok(()) };
        let group = old.groups.get(&self.group.id).unwrap_or(&self.group).clone();
        // In a pause it is not armed: what it held back begins after what was settled last.
        let held_back = known.after.filter(|_| self.state.is_paused(&before.name));
        let first = known.next.map(|next| next.0).or_else(|| {
            held_back.and_then(|after| next_anchor(old, &group, before, self.state.created, after))
        });
        let Some(first) = first.filter(|first| *first <= self.now) else { return Ok(()) };
        let (from, mut to, mut count) = (first, first, 1);
        while let Some(next) = next_anchor(old, &group, before, self.state.created, to)
            .filter(|next| *next <= self.now && count < limits::SLEPT_COUNTED_MAX as u64)
        {
            (to, count) = (next, count + 1);
        }
        let run = scheduled_run_id(before, from);
        let play = before.name.clone();
        self.emit(Fact::Skipped { play, run, from, to, count, reason: Skip::Operator })
    }
}
