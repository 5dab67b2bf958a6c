//! Plays that start when a condition has become true and has stayed so.
//!
//! Tested when a day closes, at wakes and after inputs that are no messages. An edge counts once: a play starts again
//! only after its condition was false. What nobody knows starts nothing, and stops the time that counts.

use super::{
    condition::{Condition, Truth},
    draft::{Decided, Draft},
    due::StartCause,
    entry::{Cause, Fact, Skip},
    facts::ExprAbout,
};
use crate::{
    base::{
        ids::{PlayName, RunId},
        time::Duration,
    },
    model::{budget::QuotaWindow, play::Play, trigger::Trigger, whenever::Whenever},
};
use std::sync::Arc;

impl Draft<'_> {
    /// Looks at every condition that a play waits for.
    pub(super) fn test_conditions(&mut self) -> Decided {
        let playbook = self.playbook.clone();
        for play in &playbook.plays {
            if let Trigger::Whenever(whenever) = &play.trigger {
                self.test_condition(play, whenever)?;
            }
        }
        Ok(())
    }

    /// A condition has held for long enough, if it still does.
    pub(super) fn condition_due(&mut self, name: &PlayName) -> Decided {
        let playbook = self.playbook.clone();
        if let Some(play) = playbook.play(name)
            && let Trigger::Whenever(whenever) = &play.trigger
        {
            self.test_condition(play, whenever)?;
        }
        // It is not looked at now, and must not wake the group again and again.
        let known = self.state.conditions.get(name).map(|known| known.condition.clone());
        match known.filter(|known| known.until.is_some_and(|until| until <= self.now)) {
            Some(known) => self.stands(name, Condition { until: None, starts: false, ..known }),
            None => Ok(()),
        }
    }

    fn stands(&mut self, play: &PlayName, condition: Condition) -> Decided {
        self.emit(Fact::Condition { play: play.clone(), condition })
    }

    fn test_condition(&mut self, play: &Arc<Play>, whenever: &Whenever) -> Decided {
        let name = &play.name;
        let elsewhere = !play.during.is_empty() && !play.during.contains(&self.state.phase);
        if self.state.phase_final || !play.enabled || self.state.is_paused(name) || elsewhere {
            return Ok(());
        }
        let words: Arc<str> = Arc::from(whenever.words());
        let known = self.state.conditions.get(name).map(|known| known.condition.clone());
        let known = known.filter(|known| known.expression == words);
        let facts = self.facts(whenever.condition.names(), &ExprAbout::default());
        let holds = match whenever.condition.eval_known(&facts) {
            Ok(Some(true)) => Truth::True,
            Ok(Some(false)) => Truth::False,
            Ok(None) | Err(_) => Truth::Unknown,
        };
        let next = self.next_standing(words, known.as_ref(), holds, whenever.lasts);
        // What was never looked at and does not hold is nothing new.
        if known.as_ref() != Some(&next) && !(known.is_none() && holds == Truth::False) {
            self.stands(name, next.clone())?;
        }
        if holds == Truth::True && !next.done && self.now.since(next.since) >= whenever.lasts {
            return self.condition_starts(play, whenever, next);
        }
        Ok(())
    }

    /// How a condition stands now that it is known whether it holds.
    fn next_standing(
        &self,
        expression: Arc<str>,
        known: Option<&Condition>,
        holds: Truth,
        lasts: Duration,
    ) -> Condition {
        let now = self.now;
        if let Some(known) = known.filter(|known| known.holds == holds) {
            return known.clone();
        }
        let lasted = match known {
            Some(Condition { holds: Truth::True, since, .. }) => now.since(*since),
            Some(Condition { holds: Truth::Unknown, counted, .. }) => *counted,
            _ => Duration::ZERO,
        };
        let done = known.is_some_and(|known| known.done);
        let blank = Condition {
            expression,
            holds,
            since: now,
            counted: Duration::ZERO,
            until: None,
            done: false,
            starts: false,
        };
        match holds {
            Truth::True => {
                let since = now.plus(-lasted);
                let until = (!done && !lasts.is_zero()).then(|| since.plus(lasts));
                Condition { since, until, done, ..blank }
            }
            Truth::Unknown => Condition { counted: lasted, done, ..blank },
            Truth::False => blank,
        }
    }

    /// The play of a condition starts, unless it has started often enough.
    fn condition_starts(&mut self, play: &Arc<Play>, whenever: &Whenever, stands: Condition) -> Decided {
        let (name, since) = (&play.name, stands.since);
        let run = RunId::from(format!("{name}@{}", since.to_utc()));
        let anchor = self.now;
        let used = self.state.knows_run(&run);
        let full = whenever.max.filter(|max| {
            let from = match max.per {
                QuotaWindow::Day => self.playbook.zone.day_bounds(self.now).0,
                QuotaWindow::Sliding(length) => self.now.plus(-length),
            };
            let known = self.state.conditions.get(name);
            let lately = known.map_or(0, |known| known.starts.iter().filter(|at| **at > from).count());
            lately as u64 >= u64::from(max.max)
        });
        let starts = match full {
            _ if used => false,
            Some(max) => {
                let reason = Skip::Limit { limit: format!("max: {max}") };
                let (play, count) = (name.clone(), 1);
                self.emit(Fact::Skipped { play, run, from: anchor, to: anchor, count, reason })?;
                false
            }
            None => self.try_start(play, run, anchor, Cause::default(), StartCause::ByTrigger)?,
        };
        self.stands(name, Condition { done: true, until: None, starts, ..stands })
    }
}
