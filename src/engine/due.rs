//! Which occurrences are due, which of them start, and why the others do not.
//!
//! The only place that moves a play's cursor. An anchor is settled once: started, or skipped with a reason.

use super::{
    draft::{Decided, Draft, Piece},
    entry::{Cause, Fact, Poison, Skip},
    gate::{self, Occasion},
    timer::Timer,
};
use crate::{
    base::{
        ids::{PlayName, RunId},
        limits,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    model::{
        occurrence::{closed_day, dated_run_id, next_anchor, scheduled_run_id},
        play::{CatchUp, Overlap, Play, Section},
        trigger::{DateEntry, Trigger},
    },
    script::allowance,
};
use std::sync::Arc;

/// What asked for a start: an operator is not held by conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StartCause {
    ByTrigger,
    ByOperator,
}

impl Draft<'_> {
    /// Sets the cursor of a scheduled play: anchors up to and including `after` are settled.
    pub(super) fn arm(&mut self, play: &Play, after: Timestamp) -> Decided {
        let next = next_anchor(&self.playbook, &self.group, play, self.state.created, after)
            .map(|anchor| (anchor, play.start_of(anchor, &self.playbook.zone, &self.state.group)));
        self.emit(Fact::Armed { play: play.name.clone(), after, next })
    }

    /// Arms one date, if its instant is not before the group's. One whose run there has been already, before the play
    /// got another name and this one again, has had it.
    pub(super) fn arm_date(&mut self, play: &Play, date: &DateEntry) -> Decided {
        let known = self.state.plays.get(&play.name);
        let run = known.map_or_else(|| dated_run_id(play, date), |p| p.date_run(&play.name, &date.id));
        let start = (date.at >= self.state.created && !self.state.knows_run(&run))
            .then(|| play.start_of(date.at, &self.playbook.zone, &self.state.group));
        self.emit(Fact::DateArmed { play: play.name.clone(), date: date.id.clone(), anchor: date.at, start })
    }

    /// Everything whose time has come, in order of time.
    pub(super) fn fire_due(&mut self) -> Decided {
        // Beyond the limit of a decision, what is due waits for the next one.
        while self.steps <= limits::STEPS_PER_DECISION_MAX
            && !allowance::is_short()
            && let Some((at, timer)) = self.state.timers.get_min().filter(|(at, _)| *at <= self.now).cloned()
        {
            if let Some(broke) = self.begin(Piece::Timer(at, timer.clone())) {
                self.give_up(at, timer, broke)?;
                continue;
            }
            match timer {
                Timer::Play { play } => self.fire_schedule(&play)?,
                Timer::Date { play, date } => self.fire_date(&play, &date)?,
                Timer::Batch { play } => self.close_batch(&play)?,
                Timer::Run { run } => self.wake_run(&run)?,
                Timer::RunTimeout { run } => self.fail_run_timeout(&run)?,
                Timer::TaskTell { task } => self.tell_task(&task)?,
                Timer::Notice { effect } => self.notice_due(&effect)?,
                Timer::TaskRemind { task } => self.remind(&task, false)?,
                Timer::TaskDue { task } => self.remind(&task, true)?,
                Timer::Held { .. } | Timer::Expiry { .. } => self.release_held()?,
                Timer::PhaseTimeout => self.phase_timed_out()?,
                Timer::Tiers => self.look_at_tiers()?,
                Timer::Survey => self.survey_members()?,
                Timer::Midnight => self.midnight_passed()?,
                Timer::Condition { play } => self.condition_due(&play)?,
                Timer::Moderation => self.moderation_due()?,
                Timer::HushEnds => self.hush_ends()?,
                Timer::Retention => self.expire_fields()?,
                Timer::Caretaker => self.care_due()?,
                Timer::PauseEnds { play } => self.pause_ends(play.as_ref())?,
                Timer::DateMissing { play, date } => self.date_stays_away(&play, &date)?,
            }
            self.end();
            self.carry_on()?;
        }
        Ok(())
    }

    /// Lets go of what broke the engine: one occurrence, one run, or the timer alone. What comes later comes.
    fn give_up(&mut self, at: Timestamp, timer: Timer, error: Phrase) -> Decided {
        let playbook = self.playbook.clone();
        match &timer {
            Timer::Play { play } => {
                let anchor = self.state.plays.get(play).and_then(|p| p.next).map(|n| n.0);
                if let (Some(play), Some(anchor)) = (playbook.play(play), anchor) {
                    self.arm(play, anchor)?;
                    return self.skip_range(play, anchor, anchor, 1, Skip::Broken { error });
                }
            }
            Timer::Date { play: name, date: id } => {
                let known = self.state.plays.get(name);
                if let Some((anchor, _)) = known.and_then(|p| p.dates.get(id)).copied() {
                    let run = known.map_or_else(|| RunId::new(id), |p| p.date_run(name, id));
                    let (play, date) = (name.clone(), id.clone());
                    self.emit(Fact::DateArmed { play: play.clone(), date, anchor, start: None })?;
                    let (from, to, reason) = (anchor, anchor, Skip::Broken { error });
                    return self.emit(Fact::Skipped { play, run, from, to, count: 1, reason });
                }
            }
            Timer::Run { run } | Timer::RunTimeout { run } => {
                let step = self.state.runs.get(run).and_then(|run| Some(run.waiting.as_ref()?.step.clone()));
                if let Some(step) = step {
                    return self.fail(run, &step, error);
                }
            }
            _ => {}
        }
        self.emit(Fact::Poisoned(Poison { reason: error, timer: Some((at, timer)), condition: false }))
    }

    fn fire_schedule(&mut self, name: &PlayName) -> Decided {
        let playbook = self.playbook.clone();
        let (Some(play), Some(first)) =
            (playbook.play(name), self.state.plays.get(name).and_then(|p| p.next).map(|n| n.0))
        else {
            return self.disarm(name);
        };
        if self.state.is_paused(name) {
            // It waits where it is: what passes until it is resumed is time slept through.
            return self.disarm(name);
        }
        let slept = self.slept_anchors(play, first);
        let PendingStarts { dead, alive, last } = slept;
        let members = match &play.trigger {
            Trigger::Members(of) => Some(of),
            _ => None,
        };
        // Where it is for each of many members it may take several decisions, and is settled by the last one.
        let goes_on = members.is_some() && !alive.is_empty();
        if !goes_on {
            self.arm(play, last)?;
        } else if let Some((_, to, _)) = dead {
            self.arm(play, to)?;
        }
        if let Some((from, to, count)) = dead {
            let by = self.now.since(play.last_due(from, &playbook.zone, &self.state.group));
            let late = Skip::Late { by, max: play.max_late };
            let reason = if play.enabled { late } else { Skip::off(play) };
            self.skip_range(play, from, to, count, reason)?;
        }
        let mut done: Option<Timestamp> = None;
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
            if let Some(of) = members {
                if let Some(done) = done.replace(anchor) {
                    self.arm(play, done)?;
                }
                if !self.start_on_day(play, of, anchor)? {
                    return Ok(());
                }
                continue;
            }
            let run = scheduled_run_id(play, anchor);
            self.try_start(play, run, anchor, Cause::default(), StartCause::ByTrigger)?;
            // Each goes as far as it can before the next one asks whether it is still open.
            self.carry_on()?;
        }
        if goes_on { self.arm(play, last) } else { Ok(()) }
    }

    fn disarm(&mut self, name: &PlayName) -> Decided {
        let after = self.state.plays.get(name).and_then(|p| p.after).unwrap_or(self.now);
        self.emit(Fact::Armed { play: name.clone(), after, next: None })
    }

    /// The anchors whose start has come: those that are too late as a range, the others one by one.
    fn slept_anchors(&self, play: &Play, first: Timestamp) -> PendingStarts {
        let (zone, group) = (&self.playbook.zone, &self.state.group);
        let mut pending = PendingStarts { dead: None, alive: Vec::new(), last: first };
        let mut next = Some(first);
        let mut counted = 0;
        while let Some(anchor) = next.filter(|anchor| play.start_of(*anchor, zone, group) <= self.now) {
            pending.last = anchor;
            let dead = play.alive_until(anchor, zone, group) < self.now;
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
                let reach = play.alive_until(anchor, zone, group).since(anchor);
                after = after.max(self.now.plus(-reach).plus(-Duration::SECOND));
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
            if !play.enabled {
                return Some(Skip::off(play));
            }
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
                    let start = play.start_of(chosen[index].0, &self.playbook.zone, &self.state.group);
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

    /// Takes up what a pause has held back.
    pub(super) fn take_up(&mut self, play: &Arc<Play>) -> Decided {
        let Some(known) = self.state.plays.get(&play.name).cloned() else { return Ok(()) };
        match &play.trigger {
            Trigger::Schedule(_) | Trigger::Members(_) if known.next.is_none() => {
                known.after.map_or(Ok(()), |after| self.arm(play, after))
            }
            Trigger::Dates(_) => {
                for (id, (_, start)) in &known.dates {
                    let timer = Timer::Date { play: play.name.clone(), date: id.clone() };
                    let waits = start.is_some_and(|start| {
                        start <= self.now && !self.state.timers.contains(&(start, timer))
                    });
                    let has_a_time = !self.state.by_hand.is_put_off(&play.name, id);
                    if waits && has_a_time && !known.missing.contains_key(id) {
                        let (play, date) = (play.name.clone(), id.clone());
                        self.emit(Fact::DateWaits { play, date, waits: false })?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn skip_range(
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
        if self.state.is_paused(name) {
            return self.emit(Fact::DateWaits { play: name.clone(), date: id.clone(), waits: true });
        }
        self.emit(Fact::DateArmed { play: name.clone(), date: id.clone(), anchor, start: None })?;
        let Some(play) = playbook.play(name) else { return Ok(()) };
        let Trigger::Dates(dates) = &play.trigger else { return Ok(()) };
        let Some(date) = dates.iter().find(|date| date.id == *id) else { return Ok(()) };
        let run =
            self.state.plays.get(name).map_or_else(|| dated_run_id(play, date), |p| p.date_run(name, id));
        let late = self.now.since(play.last_due(anchor, &playbook.zone, &self.state.group));
        let reason = if !play.enabled {
            Some(Skip::off(play))
        } else if play.alive_until(anchor, &playbook.zone, &self.state.group) < self.now {
            Some(Skip::Late { by: late, max: play.max_late })
        } else if let Some(calendar) = closed_day(&playbook, play, anchor) {
            Some(Skip::Calendar { calendar: calendar.into() })
        } else if play.catch_up == CatchUp::None
            && anchor <= self.now
            && self.now.since(play.start_of(anchor, &playbook.zone, &self.state.group)).as_millis()
                > limits::ON_TIME_MS
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
        self.try_start(play, run, anchor, cause, StartCause::ByTrigger).map(|_| ())
    }

    /// Starts a run, or records why not. Returns whether it started.
    pub(super) fn try_start(
        &mut self,
        play: &Arc<Play>,
        run: RunId,
        anchor: Timestamp,
        cause: Cause,
        asked: StartCause,
    ) -> Decided<bool> {
        let occasion = Occasion {
            state: self.state,
            playbook: &self.playbook,
            group: &self.group,
            play,
            run: &run,
            anchor,
            cause: &cause,
            now: self.now,
        };
        let refusal = if asked == StartCause::ByOperator { None } else { occasion.refusal() };
        let refusal = match refusal {
            None if self.state.runs.len() >= limits::RUNS_OPEN_MAX => {
                Some(Skip::Limit { limit: format!("{} open runs in one group", limits::RUNS_OPEN_MAX) })
            }
            other => other,
        };
        if let Some(reason) = refusal {
            let untold = reason.broken().filter(|_| !self.told_lately(Some(&play.name)));
            let untold = untold.map(|error| error.of(self.playbook.locale).to_owned());
            self.emit(Fact::Skipped {
                play: play.name.clone(),
                run,
                from: anchor,
                to: anchor,
                count: 1,
                reason,
            })?;
            if let Some(error) = untold {
                self.alert(play.name.as_str(), format!("`{}`: {error}", play.name))?;
            }
            return Ok(false);
        }
        if play.overlap == Overlap::Replace && asked == StartCause::ByTrigger {
            for open in gate::open_runs(self.state, play, &cause) {
                self.finish(
                    &open,
                    super::entry::Outcome::Replaced,
                    phrase!("replaced by {run}", "由 {run} 代替"),
                )?;
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
        let occurs = play.jitter.is_some() && run == scheduled_run_id(play, anchor);
        let delay = if occurs { play.delay(anchor, &self.state.group) } else { Duration::ZERO };
        self.emit(Fact::RunStarted {
            run: run.clone(),
            play: play.name.clone(),
            anchor,
            number,
            digest: self.playbook.digest.clone(),
            section,
            cause,
            timeout: play.timeout.map(|timeout| self.now.plus(timeout)),
            delay,
        })?;
        if self.inside {
            self.chained.insert(run.clone());
        }
        self.ready.push_back(run);
        Ok(())
    }
}

/// The anchors whose start has come.
struct PendingStarts {
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
