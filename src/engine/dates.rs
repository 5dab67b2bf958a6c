//! Dates of a play in one group: moved, missing from the file, back in it, cancelled; by a command or by an edit.
//!
//! An edit is what is different between the file before and the file after. What the file did not change stays as a
//! command has made it.

use super::{
    IllegalEntry,
    draft::{Decided, Draft},
    entry::{Cause, Fact, Outcome, Waiting},
    state::PlayState,
};
use crate::{
    base::{
        ids::{EffectId, PlayName, RunId},
        limits,
        phrase::{Phrase, pair, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    model::{
        play::{Play, Section},
        trigger::{DateEntry, Trigger},
    },
};
use std::sync::Arc;

impl Draft<'_> {
    /// What an edit does to the dates of a play. `before` is the play as it was in the version before.
    pub(super) fn change_dates(
        &mut self,
        before: Option<&Arc<Play>>,
        play: &Arc<Play>,
        dates: &[Arc<DateEntry>],
    ) -> Decided {
        let known = self.state.plays.get(&play.name).cloned().unwrap_or_default();
        for date in dates {
            let Some((anchor, start)) = known.dates.get(&date.id).copied() else {
                // An entry whose instant has passed is history, written down late.
                self.arm_date(play, date)?;
                continue;
            };
            if known.missing.contains_key(&date.id) {
                self.date_is_back(&play.name, &date.id)?;
            }
            let said = said_before(before, &known, date).unwrap_or(anchor);
            if date.at != said && date.at != anchor {
                self.move_date(play, &date.id, (anchor, date.at), None)?;
            } else if let Some(start) = start {
                let moved = play.start_of(anchor, &self.playbook.zone, &self.state.group);
                if moved != start {
                    let (play, date, start) = (play.name.clone(), date.id.clone(), Some(moved));
                    self.emit(Fact::DateArmed { play, date, anchor, start })?;
                }
            }
        }
        for id in known.dates.keys().filter(|id| !dates.iter().any(|date| date.id == **id)) {
            self.miss_date(&play.name, id)?;
        }
        Ok(())
    }

    /// A play is not in the file any more: its dates that have not begun will not begin, unless it comes back soon.
    pub(super) fn miss_dates(&mut self, play: &PlayName) -> Decided {
        let Some(known) = self.state.plays.get(play).cloned() else { return Ok(()) };
        for (id, _) in known.dates.iter().filter(|(_, date)| date.1.is_some()) {
            self.miss_date(play, id)?;
        }
        Ok(())
    }

    /// A date is not in the file any more. It may be a file that is half written: people are told in a moment.
    fn miss_date(&mut self, play: &PlayName, id: &Arc<str>) -> Decided {
        let Some(known) = self.state.plays.get(play) else { return Ok(()) };
        let lives = known.dates.get(id).is_some_and(|date| date.1.is_some())
            || self.state.run_of_date(play, id).is_some();
        if !lives || known.missing.contains_key(id) {
            return Ok(());
        }
        let until = self.now.plus(Duration::from_millis(limits::DATE_MISSING_MS));
        self.emit(Fact::DateMissing { play: play.clone(), date: id.clone(), until })
    }

    /// A date is in the file again before it was cancelled: as if nothing had happened.
    fn date_is_back(&mut self, play: &PlayName, id: &Arc<str>) -> Decided {
        self.emit(Fact::DateBack { play: play.clone(), date: id.clone() })?;
        let run = self.state.run_of_date(play, id).filter(|run| run.waiting.is_none());
        self.ready.extend(run.map(|run| run.id.clone()));
        Ok(())
    }

    /// A date has been missing for long enough to believe it.
    pub(super) fn date_stays_away(&mut self, name: &PlayName, id: &Arc<str>) -> Decided {
        let playbook = self.playbook.clone();
        let play = playbook.play(name);
        if let Some(Trigger::Dates(dates)) = play.map(|play| &play.trigger)
            && dates.iter().any(|date| date.id == *id)
        {
            return self.date_is_back(name, id);
        }
        match play {
            Some(play) => self.cancel_date(play, id),
            // The whole play has gone meanwhile: what has begun goes on as it began.
            None if self.state.run_of_date(name, id).is_some() => self.date_is_back(name, id),
            None => self.emit(Fact::DateCancelled { play: name.clone(), date: id.clone(), begun: false }),
        }
    }

    /// A date has a new instant: the steps ahead are planned again, what was done is kept, and people who have
    /// been told are told of the change. `said` is what the file says, where a command moves it.
    pub(super) fn move_date(
        &mut self,
        play: &Arc<Play>,
        id: &Arc<str>,
        (from, to): (Timestamp, Timestamp),
        said: Option<Timestamp>,
    ) -> Decided {
        self.emit(Fact::DateMoved { play: play.name.clone(), date: id.clone(), from, to, said })?;
        let Some(open) = self.state.run_of_date(&play.name, id).cloned() else {
            let waits =
                self.state.plays.get(&play.name).and_then(|p| p.dates.get(id)).is_some_and(|d| d.1.is_some());
            if waits {
                let start = Some(play.start_of(to, &self.playbook.zone, &self.state.group));
                let (play, date) = (play.name.clone(), id.clone());
                self.emit(Fact::DateArmed { play, date, anchor: to, start })?;
            }
            return Ok(());
        };
        if open.told && !play.moved.ops.is_empty() {
            self.tell_change(play, &open.id, to, open.cause.clone(), Section::Moved)?;
        }
        // A step whose turn came while its date had no time waits for nothing.
        if open.waiting.as_ref().is_none_or(|wait| wait.waiting == Waiting::Due) {
            // Taken up at once: the step finds its new due instant, and waits again if that is ahead.
            self.ready.push_back(open.id.clone());
        }
        Ok(())
    }

    /// Starts the run that tells people of a change.
    pub(super) fn tell_change(
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
        self.take_back_changes(run, section)?;
        let base = format!("{run}~{}@{}", section.word(), self.now.to_utc());
        let id = RunId::from(base.clone());
        // A date may move twice at one instant; the epoch tells the changes apart.
        let id =
            if self.state.knows_run(&id) { RunId::from(format!("{base}#{}", self.state.epoch)) } else { id };
        self.start(play, id, self.now, cause, section)
    }

    /// What was to be said of an earlier change, and is held, is not said beside a later one that contradicts it.
    fn take_back_changes(&mut self, run: &RunId, section: Section) -> Decided {
        let over: &[Section] = match section {
            Section::Steps => &[],
            Section::Moved => &[Section::Moved],
            Section::Replaced => &[Section::Replaced],
            Section::Cancelled => &[Section::Moved, Section::Replaced],
        };
        let begins: Vec<String> = over.iter().map(|over| format!("{run}~{}@", over.word())).collect();
        let of = |effect: &EffectId| begins.iter().any(|begin| effect.as_str().starts_with(begin));
        for effect in self.state.held_effects(of) {
            self.emit(Fact::Withdrawn { effect: effect.clone() })?;
            self.message_lost(&effect)?;
        }
        Ok(())
    }

    /// A date is taken out: its run ends, and people who have been told are told.
    fn cancel_date(&mut self, play: &Arc<Play>, id: &Arc<str>) -> Decided {
        let open = self.state.run_of_date(&play.name, id).cloned();
        let begun = open.is_some();
        self.emit(Fact::DateCancelled { play: play.name.clone(), date: id.clone(), begun })?;
        let Some(open) = open else { return Ok(()) };
        self.finish(&open.id, Outcome::Cancelled, pair("its date was cancelled", "它的日期取消了").into())?;
        if open.told && !play.cancelled.ops.is_empty() {
            self.tell_change(play, &open.id, open.anchor, open.cause.clone(), Section::Cancelled)?;
        }
        Ok(())
    }

    /// A date that waits to start, or whose run is open, by a name that an operator gives; the error says why not.
    pub(super) fn live_date(&self, play: &Play, id: &Arc<str>) -> Result<Timestamp, Phrase> {
        let name = &play.name;
        let known = self.state.plays.get(name).map(|p| PlayState::clone(p)).unwrap_or_default();
        let Some((anchor, start)) = known.dates.get(id).copied() else {
            let dates: Vec<&str> = known.dates.keys().map(|id| &**id).collect();
            return Err(phrase!(
                "`{name}` has no date `{id}`; its dates are {}",
                "`{name}` 没有日期 `{id}`；有的日期是 {}",
                dates.join(", ")
            ));
        };
        if let Some(until) = known.missing.get(id) {
            return Err(phrase!(
                "`{name}/{id}` is not in the file any more and is cancelled at {}; put it back first",
                "`{name}/{id}` 已经不在文件里，会在 {} 取消；请先写回去",
                until.to_rfc3339(&self.playbook.zone)
            ));
        }
        if start.is_none() && self.state.run_of_date(name, id).is_none() {
            return Err(phrase!(
                "`{name}/{id}` is over; give the new date an id of its own in the file",
                "`{name}/{id}` 已经办完了；新日期请在文件里另起一个 id"
            ));
        }
        Ok(anchor)
    }

    /// The date of a play that an id of the file names.
    pub(super) fn date_entry<'p>(play: &'p Play, id: &str) -> Option<&'p Arc<DateEntry>> {
        let Trigger::Dates(dates) = &play.trigger else { return None };
        dates.iter().find(|date| &*date.id == id)
    }

    /// A run's step is not taken while its date is missing from the file.
    pub(super) fn is_suspended(&self, run: &RunId) -> Decided<bool> {
        let run = self.state.runs.get(run).ok_or_else(|| IllegalEntry(format!("no open run {run}")))?;
        Ok(self.state.is_suspended(run))
    }
}

/// When a date was, as the file said before the edit.
fn said_before(before: Option<&Arc<Play>>, known: &PlayState, date: &DateEntry) -> Option<Timestamp> {
    let in_file = before.and_then(|before| Draft::date_entry(before, &date.id)).map(|date| date.at);
    in_file.or_else(|| known.said.get(&date.id).copied())
}
