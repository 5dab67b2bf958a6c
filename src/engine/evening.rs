//! How the rest of an evening goes: the next step at once, or what is still due today some minutes later.
//!
//! Moves steps of one open run; its date stays where it is, and so do the steps of other days.

use super::{
    amended::Later,
    draft::{Decided, Draft},
    entry::{Fact, Waiting},
    operation::Operation,
    state::{Run, RunWait},
};
use crate::{
    base::{
        ids::{RunId, StepId},
        limits,
        time::{Duration, Timestamp},
    },
    model::play::Section,
};
use std::sync::Arc;

impl Draft<'_> {
    /// The next step of a run begins now: what it waits for is over.
    pub(super) fn hurry(&mut self, id: &RunId, step: Option<&StepId>, by: Option<String>) -> Decided {
        let Some(run) = self.state.runs.get(id).cloned() else { return self.no_run(id) };
        let (run_id, wait) = match self.waits(&run) {
            Ok(wait) => (id.clone(), wait),
            Err(reason) => return self.refuse(reason),
        };
        let named = step.is_none_or(|step| *step == wait.step);
        let follows = |step| wait.waiting == Waiting::Time && self.follows(&run, step);
        if !named && !step.is_some_and(follows) {
            return self.refuse(format!("`{id}` waits at step {}; that is the next one", wait.step));
        }
        let hurried = Operation::Hurried { run: run_id, step: wait.step.clone() };
        match &wait.waiting {
            Waiting::Due | Waiting::Retry => {
                self.operated(hurried, by)?;
                self.ready.push_back(id.clone());
                Ok(())
            }
            Waiting::Time => {
                self.operated(hurried, by)?;
                self.with_step(id, |draft, at| draft.done(at, at.pc + 1, None))
            }
            Waiting::Answers { task } => {
                self.operated(hurried, by)?;
                self.with_step(id, |draft, at| draft.count_answers(at, task))
            }
            other => self.refuse(format!(
                "`{id}` waits at step {} for {}; `playbook skip {id}/{}` goes on without it",
                wait.step,
                awaited(other),
                wait.step
            )),
        }
    }

    /// What is still due today in a run is later.
    pub(super) fn delay(&mut self, id: &RunId, length: Duration, by: Option<String>) -> Decided {
        let Some(run) = self.state.runs.get(id).cloned() else { return self.no_run(id) };
        let most = Duration::from_millis(limits::DELAY_MS_MAX);
        if length <= Duration::ZERO || length > most {
            return self.refuse(format!(
                "a run is delayed by some minutes, {most} at most; a date is moved with `playbook postpone`"
            ));
        }
        let wait = match self.waits(&run) {
            Ok(wait) => wait,
            Err(reason) => return self.refuse(reason),
        };
        let Some((playbook, _, play)) = self.play_of(&run) else { return self.no_run(id) };
        let (_, midnight) = play.zone_or(&playbook.zone).day_bounds(self.now);
        if wait.waiting == Waiting::Due && wait.due >= midnight {
            let due = wait.due.to_rfc3339(&playbook.zone);
            return self.refuse(format!(
                "nothing of `{id}` is due today any more: its next step is due at {due}; a date is moved with \
                 `playbook postpone`"
            ));
        }
        let later = match run.amended.later.filter(|known| known.to == midnight) {
            Some(known) => Later { length: known.length + length, ..known },
            None => Later { from: self.now, to: midnight, length },
        };
        self.operated(Operation::Delayed { run: id.clone(), more: length, later }, by)?;
        self.wait_longer(&run, &wait, length, midnight)?;
        let begins = self.run(id)?.moved(run.anchor);
        let tells = run.section == Section::Steps && run.told && begins > self.now;
        let far = later.length > Duration::from_millis(limits::DELAY_UNTOLD_MS_MAX);
        if tells && far && !play.moved.ops.is_empty() {
            let play = self.playbook.play(&run.play).cloned().unwrap_or(play);
            self.tell_change(&play, id, begins, run.cause.clone(), Section::Moved)?;
        }
        Ok(())
    }

    /// What is under way takes the delay, too: a step that is due looks again, a wait of today ends later.
    fn wait_longer(&mut self, run: &Run, wait: &RunWait, length: Duration, midnight: Timestamp) -> Decided {
        match (&wait.waiting, wait.until) {
            (Waiting::Due, _) => {
                self.ready.push_back(run.id.clone());
                Ok(())
            }
            (Waiting::Time, Some(until)) if until < midnight => self.emit(Fact::StepWaiting {
                run: run.id.clone(),
                step: wait.step.clone(),
                pc: run.pc,
                due: wait.due,
                waiting: Waiting::Time,
                until: Some(until.plus(length)),
                fails: wait.fails.map(|fails| fails.plus(length)),
            }),
            _ => Ok(()),
        }
    }

    /// What an open run waits for; the error says why nothing can be said of it.
    fn waits(&self, run: &Arc<Run>) -> Result<RunWait, String> {
        if self.state.is_suspended(run) {
            return Err(format!("`{}` goes no further: its date has no time, or is not in the file", run.id));
        }
        run.waiting.clone().ok_or_else(|| format!("a step of `{}` is under way", run.id))
    }

    /// Whether a step comes right after the one at which a run waits.
    fn follows(&self, run: &Run, step: &StepId) -> bool {
        let Some((_, _, play)) = self.play_of(run) else { return false };
        play.section(run.section).after(run.pc).is_some_and(|next| next.id == *step)
    }
}

/// What a run waits for, in words.
const fn awaited(waiting: &Waiting) -> &'static str {
    match waiting {
        Waiting::Due | Waiting::Retry | Waiting::Time => "a time",
        Waiting::Script { .. } => "a script",
        Waiting::Approval { .. } => "an approval",
        Waiting::Answers { .. } => "answers",
        Waiting::Signal { .. } => "a signal",
        Waiting::Task { .. } => "a task",
        Waiting::Delivery { .. } => "a delivery",
        Waiting::Grace { .. } => "the end of a grace",
        Waiting::Choice { .. } => "a choice among members",
        Waiting::Removal { .. } => "removals",
    }
}
