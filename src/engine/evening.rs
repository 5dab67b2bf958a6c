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
        phrase::{Phrase, pair, phrase},
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
            return self.refuse(phrase!(
                "`{id}` waits at step {}; that is the next one",
                "`{id}` 停在步骤 {}，下一步是它",
                wait.step
            ));
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
            other => {
                let (what, id, step) =
                    (awaited(other), Phrase::same(id.as_str()), Phrase::same(wait.step.as_str()));
                self.refuse(phrase!(
                    "`{id}` waits at step {step} for {what}; `playbook skip {id}/{step}` goes on without it",
                    "`{id}` 停在步骤 {step}，在等{what}；用 `playbook skip {id}/{step}` 不等了往下走";
                    id, step, what
                ))
            }
        }
    }

    /// What is still due today in a run is later.
    pub(super) fn delay(&mut self, id: &RunId, length: Duration, by: Option<String>) -> Decided {
        let Some(run) = self.state.runs.get(id).cloned() else { return self.no_run(id) };
        let most = Duration::from_millis(limits::DELAY_MS_MAX);
        if length <= Duration::ZERO || length > most {
            return self.refuse(phrase!(
                "a run is delayed by some minutes, {most} at most; a date is moved with `playbook postpone`",
                "推迟只能推几分钟，最多 {most}；要改日期用 `playbook postpone`"
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
            return self.refuse(phrase!(
                "nothing of `{id}` is due today any more: its next step is due at {due}; a date is moved with \
                 `playbook postpone`", "`{id}` 今天没有要做的事了：下一步在 {due}；要改日期用 `playbook postpone`"
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
    fn waits(&self, run: &Arc<Run>) -> Result<RunWait, Phrase> {
        if self.state.is_suspended(run) {
            return Err(phrase!(
                "`{}` goes no further: its date has no time, or is not in the file",
                "`{}` 先停在这里：它的日期还没定，或者不在文件里",
                run.id
            ));
        }
        run.waiting
            .clone()
            .ok_or_else(|| phrase!("a step of `{}` is under way", "`{}` 有一步正在进行", run.id))
    }

    /// Whether a step comes right after the one at which a run waits.
    fn follows(&self, run: &Run, step: &StepId) -> bool {
        let Some((_, _, play)) = self.play_of(run) else { return false };
        play.section(run.section).after(run.pc).is_some_and(|next| next.id == *step)
    }
}

/// What a run waits for, in words.
fn awaited(waiting: &Waiting) -> Phrase {
    Phrase::from(match waiting {
        Waiting::Due | Waiting::Retry | Waiting::Time => pair("a time", "时间"),
        Waiting::Script { .. } => pair("a script", "脚本"),
        Waiting::Approval { .. } => pair("an approval", "审批"),
        Waiting::Answers { .. } => pair("answers", "回答"),
        Waiting::Signal { .. } => pair("a signal", "信号"),
        Waiting::Task { .. } => pair("a task", "任务"),
        Waiting::Delivery { .. } => pair("a delivery", "送达"),
        Waiting::Grace { .. } => pair("the end of a grace", "宽限期结束"),
        Waiting::Choice { .. } => pair("a choice among members", "选出成员"),
        Waiting::Removal { .. } => pair("removals", "移除成员"),
    })
}
