//! What an operator leaves out: a coming occurrence, a run, or the step at which it waits; and takes back in time.

use super::{
    carrying::Went,
    draft::{Decided, Draft},
    entry::{Fact, Outcome, Skip, Waiting},
    operation::Operation,
    state::PlayState,
    steps::task::Closing,
};
use crate::{
    base::{
        ids::{PlayName, RunId, StepId},
        limits,
        phrase::{Phrase, Words, pair, phrase},
        time::{Duration, Timestamp},
    },
    model::{
        occurrence::{next_anchor, scheduled_run_id},
        play::{Play, Section},
        program::Op,
        trigger::Trigger,
    },
};

/// What was done and by whom, as the journal says it.
fn by_whom(done: Words, by: Option<&str>) -> Phrase {
    let (en, zh) = (by.unwrap_or("an operator"), by.unwrap_or("运营者"));
    Phrase { en: format!("{} by {en}", done.en), zh: format!("{zh} {}", done.zh) }
}

impl Draft<'_> {
    /// Ends a run. People who had been told are told, unless it is to be silent.
    pub(super) fn cancel(&mut self, id: &RunId, silent: bool, by: Option<&str>) -> Decided {
        let Some(open) = self.state.runs.get(id).cloned() else { return self.no_run(id) };
        self.finish(id, Outcome::Cancelled, by_whom(pair("cancelled", "取消了它"), by))?;
        if silent || !open.told || open.section != Section::Steps {
            return Ok(());
        }
        let now = self.playbook.play(&open.play).cloned();
        let Some(play) = now.filter(|play| !play.cancelled.ops.is_empty()) else { return Ok(()) };
        self.tell_change(&play, id, open.anchor, open.cause.clone(), Section::Cancelled)
    }

    /// Skips the step at which a run waits, the run, or a coming occurrence.
    pub(super) fn skip_command(&mut self, run: &RunId, step: Option<&StepId>, by: Option<String>) -> Decided {
        let Some(open) = self.state.runs.get(run).cloned() else { return self.skip_coming(run, step, by) };
        let Some(step) = step else {
            return self.finish(run, Outcome::Cancelled, by_whom(pair("skipped", "跳过了它"), by.as_deref()));
        };
        let waits_there = open.waiting.as_ref().is_some_and(|wait| wait.step == *step);
        if !waits_there && self.sayable(&open).contains(step) {
            let (run, step) = (run.clone(), step.clone());
            return self.operated(Operation::StepLeftOut { run, step }, by);
        }
        if !waits_there {
            let at = open.waiting.as_ref().map_or("?", |wait| wait.step.as_str());
            return self.refuse(phrase!(
                "`{run}` waits at step {at}, not at {step}",
                "`{run}` 停在步骤 {at}，不在 {step}"
            ));
        }
        let Some((_, _, play)) = self.play_of(&open) else {
            return self.refuse(phrase!(
                "the version of the playbook of `{run}` is not known any more",
                "`{run}` 所用的那一版剧本已经找不到了"
            ));
        };
        let op = play.section(open.section).ops.get(open.pc as usize);
        let Some(Op::Step { end, .. }) = op else { return self.no_run(run) };
        let pc = if *end == u32::MAX { open.pc + 1 } else { *end };
        if let Some(Waiting::Approval { task } | Waiting::Answers { task } | Waiting::Removal { task }) =
            open.waiting.as_ref().map(|wait| wait.waiting.clone())
        {
            self.close(&task, "cancelled", Closing::default())?;
        }
        self.withdraw_held(run, step)?;
        self.with_step(run, |draft, at| {
            let binding = draft.empty_binding(at);
            let (run, step, due) = (at.run.id.clone(), at.step.id.clone(), draft.now);
            draft.emit(Fact::StepSkipped { run, step, pc, due, reason: Skip::Operator, binding })?;
            Ok(Went::On(pc))
        })
    }

    /// Skips an occurrence that has not started: `play@instant` or `play@date`.
    fn skip_coming(&mut self, run: &RunId, step: Option<&StepId>, by: Option<String>) -> Decided {
        let Some((name, _)) = run.as_str().split_once('@') else { return self.no_run(run) };
        let name = PlayName::new(name);
        let playbook = self.playbook.clone();
        let Some(play) = playbook.play(&name).filter(|play| step.is_none() && self.is_coming(play, run))
        else {
            return self.no_run(run);
        };
        let skipped = self.state.plays.get(&play.name).map_or(0, |p| p.skip.len());
        if skipped >= limits::SKIPS_MAX {
            return self.refuse(phrase!(
                "{skipped} occurrences of `{name}` are skipped already, the limit",
                "`{name}` 已经跳过了 {skipped} 次，到上限了"
            ));
        }
        self.emit(Fact::OccurrenceDropped { play: name, run: run.clone(), by })
    }

    /// Whether a run is an occurrence that is still ahead.
    fn is_coming(&self, play: &Play, run: &RunId) -> bool {
        let Some((_, moment)) = run.as_str().split_once('@') else { return false };
        let state = self.state.plays.get(&play.name);
        match &play.trigger {
            Trigger::Dates(_) => {
                let date = |p: &PlayState| p.dates.get(p.date_of_run(&play.name, run)?).copied();
                state.and_then(|p| date(p)).is_some_and(|(_, start)| start.is_some())
            }
            Trigger::Schedule(_) | Trigger::Members(_) => {
                let Ok(moment) = moment.parse().map(Timestamp::from_jiff) else { return false };
                let before = moment.plus(Duration::from_millis(-1));
                let created = self.state.created;
                state.and_then(|p| p.next).is_some_and(|(next, _)| next <= moment)
                    && next_anchor(&self.playbook, &self.group, play, created, before) == Some(moment)
                    && scheduled_run_id(play, moment) == *run
            }
            Trigger::Signal(_) | Trigger::Whenever(_) | Trigger::Command => false,
        }
    }

    /// A coming occurrence that was to be skipped starts after all.
    pub(super) fn unskip(&mut self, run: &RunId, by: Option<String>) -> Decided {
        let skipped = self.state.plays.iter().find(|(_, known)| known.skip.contains(run));
        let Some(play) = skipped.map(|(play, _)| play.clone()) else {
            if self.state.knows_run(run) {
                return self.refuse(phrase!(
                    "`{run}` has begun; it is not skipped",
                    "`{run}` 已经开始了，没有被跳过"
                ));
            }
            let all = self.state.plays.values().flat_map(|known| &known.skip);
            let all: Vec<&str> = all.map(RunId::as_str).take(8).collect();
            let all = match all.as_slice() {
                [] => pair("none is", "一次都没有").into(),
                all => phrase!("skipped are {}", "跳过的有 {}", all.join(", ")),
            };
            return self.refuse(
                phrase!("no coming occurrence `{run}` is skipped; ", "`{run}` 没有被跳过；").and(&all),
            );
        };
        self.operated(Operation::Unskipped { play, run: run.clone() }, by)
    }

    /// Records what an operator has done.
    pub(super) fn operated(&mut self, did: Operation, by: Option<String>) -> Decided {
        self.emit(Fact::Operator { by, did })
    }

    /// A remark, about a run or the group.
    pub(super) fn note(&mut self, run: Option<&RunId>, text: &str, by: Option<String>) -> Decided {
        if text.trim().is_empty() {
            return self
                .refuse(pair("a remark without words says nothing", "备注里没有字，等于什么也没说").into());
        }
        if text.len() > limits::NOTE_BYTES_MAX {
            return self.refuse(phrase!(
                "the remark has {} bytes; at most {} are kept",
                "备注有 {} 字节，最多留 {} 字节",
                text.len(),
                limits::NOTE_BYTES_MAX
            ));
        }
        let is_run = |run: &RunId| {
            self.state.knows_run(run) || self.state.plays.values().any(|known| known.skip.contains(run))
        };
        if let Some(run) = run.filter(|run| !is_run(run)) {
            return self.no_run(run);
        }
        self.operated(Operation::Noted { run: run.cloned(), text: text.to_owned() }, by)
    }
}
