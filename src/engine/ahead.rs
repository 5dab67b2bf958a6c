//! What is coming: the steps of open runs, and of plays that are armed, whose time the file tells.
//!
//! For budgets, which keep room for it. An estimate of what is certain: what people may set off is not in it.

use super::{
    draft::Draft,
    effect::effect_run,
    entry::{Cause, Outgoing, Waiting},
    gate::Occasion,
    state::Run,
    timer::Timer,
};
use crate::{
    base::{
        ids::{ChannelName, RunId},
        limits,
        time::{Duration, Timestamp},
    },
    model::{
        message::Mention,
        occurrence::{next_anchor, scheduled_run_id},
        play::{Play, Section},
        step::{MentionTarget, Step, Verb},
        timetable::{self, Slot},
        trigger::Trigger,
    },
};
use std::sync::Arc;

/// A step whose time will come.
pub(super) struct Coming {
    pub(super) at: Timestamp,
    pub(super) step: Arc<Step>,
    /// Whether its run has a date.
    pub(super) dated: bool,
    /// Whether a clock tells its time.
    pub(super) clocked: bool,
}

impl Draft<'_> {
    /// The steps whose time comes after now and not later than an instant.
    fn coming(&self, to: Timestamp) -> Vec<Coming> {
        let mut found = Vec::new();
        let timers = self.state.timers.iter().take_while(|(at, _)| *at <= to);
        for (_, timer) in timers.take(limits::COMING_TIMERS_MAX) {
            match timer {
                Timer::Play { play } if !self.state.is_paused(play) => {
                    let next = self.state.plays.get(play).and_then(|known| known.next);
                    let Some((play, (first, _))) = self.playbook.play(play).zip(next) else { continue };
                    self.of_schedule(play, first, to, &mut found);
                }
                Timer::Date { play, date } if !self.state.is_paused(play) => {
                    let known = self.state.plays.get(play);
                    let at = known.and_then(|known| known.dates.get(date)).map(|known| known.0);
                    let Some((play, (known, anchor))) = self.playbook.play(play).zip(known.zip(at)) else {
                        continue;
                    };
                    let run = known.date_run(&play.name, date);
                    let cause = Cause { date: Some(date.clone()), ..Cause::default() };
                    self.of_run(play, &run, anchor, &cause, to, &mut found);
                }
                Timer::Run { run } => {
                    if let Some(run) = self.state.runs.get(run) {
                        self.of_open(run, to, &mut found);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn of_schedule(&self, play: &Arc<Play>, first: Timestamp, to: Timestamp, found: &mut Vec<Coming>) {
        let zone = &self.playbook.zone;
        let mut anchor = Some(first);
        for _ in 0..limits::COMING_OCCURRENCES_MAX {
            let Some(at) = anchor.filter(|at| play.start_of(*at, zone, &self.group.id) <= to) else { return };
            self.of_run(play, &scheduled_run_id(play, at), at, &Cause::default(), to, found);
            anchor = next_anchor(&self.playbook, &self.group, play, self.state.created, at);
        }
    }

    /// The steps of a run that has not begun, unless something keeps it from starting.
    fn of_run(
        &self,
        play: &Arc<Play>,
        run: &RunId,
        anchor: Timestamp,
        cause: &Cause,
        to: Timestamp,
        found: &mut Vec<Coming>,
    ) {
        let occasion = Occasion {
            state: self.state,
            playbook: &self.playbook,
            group: &self.group,
            play,
            run,
            anchor,
            cause,
            now: self.now,
        };
        if occasion.obstacle().is_some() {
            return;
        }
        let zone = play.zone_or(&self.playbook.zone);
        // Dates have no chance in them.
        let delay = if cause.date.is_some() { Duration::ZERO } else { play.delay(anchor, &self.group.id) };
        let slots = timetable::timetable(&play.steps, anchor, zone).into_iter();
        let inside = slots
            .map(|slot| Slot { at: slot.at.plus(delay), ..slot })
            .filter(|slot| self.now < slot.at && slot.at <= to);
        found.extend(inside.map(|slot| coming(play, slot, cause.date.is_some())));
    }

    /// The steps ahead of a run that has begun.
    fn of_open(&self, run: &Arc<Run>, to: Timestamp, found: &mut Vec<Coming>) {
        let Some(wait) = run.waiting.as_ref().filter(|_| run.section == Section::Steps) else { return };
        let Some((playbook, _, play)) = self.play_of(run) else { return };
        let slots = timetable::timetable(&play.steps, run.anchor, play.zone_or(&playbook.zone));
        let Some(place) = slots.iter().position(|slot| slot.step.id == wait.step) else { return };
        let moved = wait.due.since(slots[place].at);
        let certain = matches!(wait.waiting, Waiting::Due | Waiting::Time | Waiting::Answers { .. });
        let mut fixed = false;
        for slot in slots.into_iter().skip(place) {
            fixed |= slot.step.at.is_some();
            let at = if fixed { run.moved(slot.at) } else { slot.at.plus(moved) };
            if (fixed || certain) && self.now < at && at <= to {
                found.push(coming(&play, Slot { at, ..slot }, run.cause.date.is_some()));
            }
        }
    }

    /// When the next message with a clock time comes to a channel, if that is less than a gap away.
    pub(super) fn clocked_ahead(&self, channel: &ChannelName, gap: Duration) -> Option<Timestamp> {
        let to = self.now.plus(gap).plus(Duration::from_millis(-1));
        let mut coming = self.coming(to);
        coming.retain(|coming| coming.clocked && coming.step.speaks_to(channel));
        coming.iter().map(|coming| coming.at).min()
    }

    /// How many messages ahead on this day mention all and have the day's mentions before others.
    pub(super) fn mentions_of_all_ahead(&self, channel: &ChannelName) -> usize {
        let kind = self.playbook.channel(&self.group, channel).map(|channel| channel.kind);
        if kind.is_some_and(|kind| !kind.notifies(&Mention::All)) {
            return 0;
        }
        let to = self.playbook.zone.day_bounds(self.now).1.plus(Duration::from_millis(-1));
        let first = |coming: &Coming| match &coming.step.verb {
            Verb::Post(post) => {
                post.to == *channel
                    && (coming.dated || post.urgent)
                    && post.mention.contains(&MentionTarget::All)
            }
            _ => false,
        };
        self.coming(to).iter().filter(|coming| first(coming)).count()
    }

    /// How many messages may go to a channel until an instant: those that are coming or held, no more than the day
    /// has room for.
    pub(super) fn messages_ahead(&self, channel: &ChannelName, until: Timestamp) -> u64 {
        let coming = self.coming(until).iter().filter(|coming| coming.step.speaks_to(channel)).count();
        let held = self.state.held.iter().filter(|held| held.outgoing.channel == *channel).count();
        (coming + held) as u64
    }

    /// Whether a message belongs to a date.
    pub(super) fn is_dated(&self, out: &Outgoing) -> bool {
        self.run_of(out).is_some_and(|run| run.cause.date.is_some())
    }

    fn run_of(&self, out: &Outgoing) -> Option<&Arc<Run>> {
        effect_run(&out.effect).and_then(|run| self.state.runs.get(run))
    }

    /// Until when a message waits because a dated run of another play is on.
    pub(super) fn session_ends(&self, out: &Outgoing) -> Option<Timestamp> {
        let own = out.play.as_ref()?;
        let may = self.playbook.play(own).is_some_and(|play| play.during_session);
        if may || (out.urgent && out.by_hand) {
            return None;
        }
        // Two sessions at once do not silence each other.
        if self.run_of(out).is_some_and(|run| self.session(run, &out.channel).is_some()) {
            return None;
        }
        let others = self.state.runs.values().filter(|run| run.play != *own);
        others.filter_map(|run| self.session(run, &out.channel)).max()
    }

    /// When the session ends that a run holds now.
    fn session(&self, run: &Run, channel: &ChannelName) -> Option<Timestamp> {
        if run.cause.date.is_none() || run.section != Section::Steps {
            return None;
        }
        let (playbook, _, play) = self.play_of(run)?;
        timetable::session(&play, run.anchor, play.zone_or(&playbook.zone), channel, self.now)
    }
}

fn coming(play: &Play, slot: Slot, dated: bool) -> Coming {
    let clocked = timetable::has_clock_time(play, &slot.step.id) && !matches!(play.trigger, Trigger::Command);
    Coming { at: slot.at, step: slot.step, dated, clocked }
}
