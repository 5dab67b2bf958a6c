//! Which occurrences are due, which of them start, and why the others do not.
//!
//! The only place that moves a play's cursor. An anchor is settled once: started, or skipped with a reason.

use super::{
    draft::{About, Decided, Draft},
    entry::{Cause, Fact, Skip},
    state::Timer,
};
use crate::{
    base::{
        ids::{PlayName, RunId},
        limits,
        time::Timestamp,
        value::Value,
    },
    model::{
        occurrence::{closed_day, dated_run_id, next_anchor, scheduled_run_id},
        play::{CatchUp, Overlap, Play, Section},
        trigger::{DateEntry, Trigger},
    },
};
use std::sync::Arc;

/// What asked for a start: an operator is not held by conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    ByTrigger,
    ByOperator,
}

impl Draft<'_> {
    /// Sets the cursor of a scheduled play: anchors up to and including `after` are settled.
    pub(super) fn arm(&mut self, play: &Play, after: Timestamp) -> Decided {
        let next = next_anchor(&self.playbook, &self.group, play, self.state.created, after)
            .map(|anchor| (anchor, play.start_of(anchor, &self.playbook.zone)));
        self.emit(Fact::Armed { play: play.name.clone(), after, next })
    }

    /// Arms one date, if its instant is not before the group's.
    pub(super) fn arm_date(&mut self, play: &Play, date: &DateEntry) -> Decided {
        let start = (date.at >= self.state.created).then(|| play.start_of(date.at, &self.playbook.zone));
        self.emit(Fact::DateArmed { play: play.name.clone(), date: date.id.clone(), anchor: date.at, start })
    }

    /// Everything whose time has come, in order of time.
    pub(super) fn fire_due(&mut self) -> Decided {
        // Beyond the limit of a decision, what is due waits for the next one.
        while self.steps <= limits::STEPS_PER_DECISION_MAX
            && let Some((_, timer)) = self.state.timers.get_min().filter(|(at, _)| *at <= self.now).cloned()
        {
            match timer {
                Timer::Play { play } => self.fire_schedule(&play)?,
                Timer::Date { play, date } => self.fire_date(&play, &date)?,
                Timer::Batch { play } => self.close_batch(&play)?,
                Timer::Run { run } => self.wake_run(&run)?,
                Timer::RunTimeout { run } => self.fail_run_timeout(&run)?,
                Timer::TaskRemind { task } => self.remind(&task, false)?,
                Timer::TaskDue { task } => self.remind(&task, true)?,
                Timer::Held { .. } | Timer::Expiry { .. } => self.release_held()?,
                Timer::PhaseTimeout => self.phase_timed_out()?,
                Timer::Midnight => self.midnight_passed()?,
            }
            self.carry_on()?;
        }
        Ok(())
    }

    fn fire_schedule(&mut self, name: &PlayName) -> Decided {
        let playbook = self.playbook.clone();
        let (Some(play), Some(first)) =
            (playbook.play(name), self.state.plays.get(name).and_then(|p| p.next).map(|n| n.0))
        else {
            return self.disarm(name);
        };
        let slept = self.slept_anchors(play, first);
        let Pending { dead, alive, last } = slept;
        self.arm(play, last)?;
        if let Some((from, to, count)) = dead {
            let by = self.now.since(play.last_due(from, &playbook.zone));
            let reason = Skip::Late { by, max: play.max_late };
            self.skip_range(play, from, to, count, reason)?;
        }
        let mut chosen = self.choose(play, alive).into_iter().peekable();
        while let Some((anchor, reason)) = chosen.next() {
            if let Some(reason) = reason {
                // One entry a range, not one an occurrence.
                let (mut to, mut count) = (anchor, 1);
                while let Some((next, _)) = chosen.next_if(|(_, next)| next.as_ref() == Some(&reason)) {
                    (to, count) = (next, count + 1);
                }
                self.skip_range(play, anchor, to, count, reason)?;
                continue;
            }
            let run = scheduled_run_id(play, anchor);
            self.try_start(play, run, anchor, Cause::default(), Asked::ByTrigger)?;
            // Each goes as far as it can before the next one asks whether it is still open.
            self.carry_on()?;
        }
        Ok(())
    }

    fn disarm(&mut self, name: &PlayName) -> Decided {
        let after = self.state.plays.get(name).and_then(|p| p.after).unwrap_or(self.now);
        self.emit(Fact::Armed { play: name.clone(), after, next: None })
    }

    /// The anchors whose start has come: those that are too late as a range, the others one by one.
    fn slept_anchors(&self, play: &Play, first: Timestamp) -> Pending {
        let zone = &self.playbook.zone;
        let mut pending = Pending { dead: None, alive: Vec::new(), last: first };
        let mut next = Some(first);
        let mut counted = 0;
        while let Some(anchor) = next.filter(|anchor| play.start_of(*anchor, zone) <= self.now) {
            pending.last = anchor;
            let dead = play.alive_until(anchor, zone) < self.now;
            if dead {
                counted += 1;
                let (from, _, count) = pending.dead.unwrap_or((anchor, anchor, 0));
                pending.dead = Some((from, anchor, count + 1));
            } else {
                pending.alive.push(anchor);
            }
            let mut after = anchor;
            if counted == limits::SLEPT_COUNTED_MAX {
                // Counting one by one has taken long enough: go to the first that may still be alive.
                let reach = play.alive_until(anchor, zone).since(anchor);
                after = after.max(self.now.plus(-reach).plus(-crate::base::time::Duration::SECOND));
                if let Some((_, to, _)) = &mut pending.dead {
                    *to = after;
                }
            }
            next = next_anchor(&self.playbook, &self.group, play, self.state.created, after);
        }
        pending
    }

    /// Of the anchors that are not too late: which start (no reason), which do not, and why.
    fn choose(&self, play: &Play, alive: Vec<Timestamp>) -> Vec<(Timestamp, Option<Skip>)> {
        let closed = |anchor: Timestamp| {
            closed_day(&self.playbook, play, anchor)
                .map(|calendar| Skip::Calendar { calendar: calendar.into() })
        };
        let mut chosen: Vec<_> = alive.into_iter().map(|anchor| (anchor, closed(anchor))).collect();
        // Only what has passed is made up for; a run whose anchor is still ahead merely begins.
        let passed: Vec<usize> = chosen
            .iter()
            .enumerate()
            .filter(|(_, (anchor, reason))| reason.is_none() && *anchor <= self.now)
            .map(|(index, _)| index)
            .collect();
        let keep = match play.catch_up {
            CatchUp::All => passed.len().min(limits::CATCH_UP_MAX),
            CatchUp::Last => 1,
            CatchUp::None => {
                let on_time = |index: usize| {
                    let start = play.start_of(chosen[index].0, &self.playbook.zone);
                    self.now.since(start).as_millis() <= limits::ON_TIME_MS
                };
                usize::from(passed.last().is_some_and(|last| on_time(*last)))
            }
        };
        for index in &passed[..passed.len().saturating_sub(keep)] {
            chosen[*index].1 = Some(Skip::CatchUp);
        }
        chosen
    }

    fn skip_range(
        &mut self,
        play: &Play,
        from: Timestamp,
        to: Timestamp,
        count: u64,
        reason: Skip,
    ) -> Decided {
        let run = scheduled_run_id(play, from);
        self.emit(Fact::Skipped { play: play.name.clone(), run, from, to, count, reason })
    }

    fn fire_date(&mut self, name: &PlayName, id: &Arc<str>) -> Decided {
        let playbook = self.playbook.clone();
        let known = self.state.plays.get(name).and_then(|p| p.dates.get(id)).copied();
        let Some((anchor, _)) = known else {
            return Err(super::IllegalEntry(format!("no date {name}/{id}")));
        };
        self.emit(Fact::DateArmed { play: name.clone(), date: id.clone(), anchor, start: None })?;
        let Some(play) = playbook.play(name) else { return Ok(()) };
        let Trigger::Dates(dates) = &play.trigger else { return Ok(()) };
        let Some(date) = dates.iter().find(|date| date.id == *id) else { return Ok(()) };
        let run = dated_run_id(play, date);
        let late = self.now.since(play.last_due(anchor, &playbook.zone));
        let reason = if play.alive_until(anchor, &playbook.zone) < self.now {
            Some(Skip::Late { by: late, max: play.max_late })
        } else if let Some(calendar) = closed_day(&playbook, play, anchor) {
            Some(Skip::Calendar { calendar: calendar.into() })
        } else if play.catch_up == CatchUp::None
            && anchor <= self.now
            && self.now.since(play.start_of(anchor, &playbook.zone)).as_millis() > limits::ON_TIME_MS
        {
            Some(Skip::CatchUp)
        } else {
            None
        };
        if let Some(reason) = reason {
            return self.emit(Fact::Skipped {
                play: name.clone(),
                run,
                from: anchor,
                to: anchor,
                count: 1,
                reason,
            });
        }
        let cause = Cause { date: Some(id.clone()), values: date_values(date, anchor), ..Cause::default() };
        self.try_start(play, run, anchor, cause, Asked::ByTrigger).map(|_| ())
    }

    /// Starts a run, or records why not. Returns whether it started.
    pub(super) fn try_start(
        &mut self,
        play: &Arc<Play>,
        run: RunId,
        anchor: Timestamp,
        cause: Cause,
        asked: Asked,
    ) -> Decided<bool> {
        let refusal =
            if asked == Asked::ByOperator { None } else { self.refusal(play, &run, anchor, &cause) };
        let refusal = match refusal {
            None if self.state.runs.len() >= limits::RUNS_OPEN_MAX => {
                Some(Skip::Limit { limit: format!("{} open runs in one group", limits::RUNS_OPEN_MAX) })
            }
            other => other,
        };
        if let Some(reason) = refusal {
            self.emit(Fact::Skipped {
                play: play.name.clone(),
                run,
                from: anchor,
                to: anchor,
                count: 1,
                reason,
            })?;
            return Ok(false);
        }
        if play.overlap == Overlap::Replace && asked == Asked::ByTrigger {
            for open in self.open_runs(play, &cause) {
                self.finish(&open, super::entry::Outcome::Replaced, format!("replaced by {run}"))?;
            }
        }
        self.start(play, run, anchor, cause, Section::Steps)?;
        Ok(true)
    }

    /// Records the start of a run and makes it ready.
    pub(super) fn start(
        &mut self,
        play: &Play,
        run: RunId,
        anchor: Timestamp,
        cause: Cause,
        section: Section,
    ) -> Decided {
        let started = self.state.plays.get(&play.name).map_or(0, |p| p.started);
        let number = if section == Section::Steps { started + 1 } else { started };
        self.emit(Fact::RunStarted {
            run: run.clone(),
            play: play.name.clone(),
            anchor,
            number,
            digest: self.playbook.digest.clone(),
            section,
            cause,
            timeout: play.timeout.map(|timeout| self.now.plus(timeout)),
        })?;
        if self.inside {
            self.chained.insert(run.clone());
        }
        self.ready.push_back(run);
        Ok(())
    }

    /// The open runs that a new one would overlap: for a play that runs once a member, those about the same member.
    fn open_runs(&self, play: &Play, cause: &Cause) -> Vec<RunId> {
        let runs = self.state.runs.values();
        runs.filter(|run| run.play == play.name && run.section == Section::Steps)
            .filter(|run| cause.member.is_none() || run.cause.member == cause.member)
            .map(|r| r.id.clone())
            .collect()
    }

    fn refusal(&self, play: &Play, run: &RunId, anchor: Timestamp, cause: &Cause) -> Option<Skip> {
        let state = self.state.plays.get(&play.name);
        if self.state.paused || state.is_some_and(|p| p.paused) {
            return Some(Skip::Paused);
        }
        if state.is_some_and(|p| p.skip.contains(run)) {
            return Some(Skip::Operator);
        }
        if self.state.phase_final && !is_about_phase(cause) {
            return Some(Skip::Phase { phase: self.state.phase.clone() });
        }
        if anchor < self.now && play.alive_until(anchor, &self.playbook.zone) < self.now {
            let by = self.now.since(play.last_due(anchor, &self.playbook.zone));
            return Some(Skip::Late { by, max: play.max_late });
        }
        if play.from.is_some_and(|from| anchor < from) || play.until.is_some_and(|until| anchor >= until) {
            return Some(Skip::When { condition: "within `from` and `until` of the play".to_owned() });
        }
        if let Some(calendar) = closed_day(&self.playbook, play, anchor) {
            return Some(Skip::Calendar { calendar: calendar.into() });
        }
        if !play.during.is_empty() && !play.during.contains(&self.state.phase) {
            return Some(Skip::Phase { phase: self.state.phase.clone() });
        }
        if let Some(when) = &play.when {
            let probe = super::advance::probe_run(play, &self.playbook, run, anchor, self.now, cause);
            let facts = self.facts(when.names(), &About { run: Some(&probe), ..About::default() });
            match when.eval_bool(&facts) {
                Ok(true) => {}
                Ok(false) => return Some(Skip::When { condition: when.source().to_owned() }),
                Err(error) => return Some(Skip::When { condition: format!("{} ({error})", when.source()) }),
            }
        }
        // One run a member: a second one would say everything twice.
        let once =
            play.overlap == Overlap::Skip || (play.overlap == Overlap::Allow && cause.member.is_some());
        if once && let Some(open) = self.open_runs(play, cause).into_iter().next() {
            return Some(Skip::Overlap { open });
        }
        None
    }
}

/// Whether a start answers the entering of a phase: the only one that a final phase allows.
fn is_about_phase(cause: &Cause) -> bool {
    cause.signals.first().and_then(|signal| signal.get("name")).and_then(Value::as_str)
        == Some("phase.entered")
}

/// The anchors whose start has come.
struct Pending {
    /// Too late: the first, the last, how many.
    dead: Option<(Timestamp, Timestamp, u64)>,
    /// Not too late.
    alive: Vec<Timestamp>,
    /// The last of all.
    last: Timestamp,
}

/// `date` in expressions: the entry, with the instant that holds now.
pub(super) fn date_values(date: &DateEntry, anchor: Timestamp) -> Value {
    let mut values = crate::base::value::Map::clone(&date.values);
    values.insert(Arc::from("at"), Value::Time(anchor));
    Value::Map(Arc::new(values))
}
