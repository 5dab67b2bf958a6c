//! What follows when a message that a run waits for has arrived, or never will.

use super::task::Closing;
use crate::engine::shut::Shut;
use crate::{
    base::{
        ids::{EffectId, RunId},
        phrase::pair,
    },
    engine::{
        carrying::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        entry::{Fact, Outcome, Skip, Waiting},
    },
    model::{
        program::Op,
        step::{Silence, Verb},
    },
};

impl Draft<'_> {
    /// A message was delivered: the run that waits for it goes on from here.
    pub(in crate::engine) fn message_arrived(&mut self, effect: &EffectId) -> Decided {
        let Some(run) = self.waits_for_delivery(effect) else { return Ok(()) };
        self.with_step(&run, |draft, at| match (&at.step.verb, at.run.waiting.as_ref().map(|w| &w.waiting)) {
            (Verb::Prune(prune), Some(Waiting::Delivery { members, .. })) => {
                draft.grace_begins(at, prune, members.clone())
            }
            _ => draft.done(at, at.pc + 1, None),
        })
    }

    /// A message will not be delivered: what depends on it does not happen.
    pub(in crate::engine) fn message_lost(&mut self, effect: &EffectId) -> Decided {
        let Some(run) = self.waits_for_delivery(effect) else { return Ok(()) };
        self.with_step(&run, |draft, at| draft.undelivered(at, effect.clone()))
    }

    /// A question that nobody will see has no answers: it ends, and what follows from them does not happen.
    pub(in crate::engine) fn question_lost(&mut self, effect: &EffectId) -> Decided {
        let Some((run, task)) = self.state.question_of(effect) else { return Ok(()) };
        self.close(&task, "cancelled", Closing::default())?;
        self.with_step(&run, |draft, at| draft.undelivered(at, effect.clone()))
    }

    /// Records that a step did not happen, because its message was not delivered. What follows a post without an
    /// instant of its own would answer something that nobody has read, and does not happen either.
    pub(in crate::engine) fn undelivered(&mut self, at: &At<'_>, effect: EffectId) -> Carried {
        let pc = at.pc + 1;
        let reason = Skip::Undelivered { effect };
        match &at.step.verb {
            Verb::Post(post) => {
                self.miss(at, pc, &reason)?;
                if post.otherwise == Silence::Stop {
                    self.finish(
                        &at.run.id,
                        Outcome::Stopped,
                        pair("its post was not delivered", "它的消息没有送到").into(),
                    )?;
                    return Ok(Went::Waits);
                }
            }
            Verb::Ask(_) => self.miss(at, pc, &reason)?,
            Verb::Run(_) => {
                // The script has run, and what it returned is known.
                let (run, step, reason) = (at.run.id.clone(), at.step.id.clone(), reason.clone());
                self.emit(Fact::StepSkipped { run, step, pc, due: self.now, reason, binding: None })?;
            }
            _ => {
                self.miss(at, pc, &reason)?;
                return Ok(Went::On(pc));
            }
        }
        self.miss_what_follows(at, pc, &reason)
    }

    fn miss(&mut self, at: &At<'_>, pc: u32, reason: &Skip) -> Decided {
        let binding = self.empty_binding(at);
        let (run, step, reason) = (at.run.id.clone(), at.step.id.clone(), reason.clone());
        self.emit(Fact::StepSkipped { run, step, pc, due: self.now, reason, binding })
    }

    /// Goes to the next step that has an instant of its own, past a loop whose item this was.
    fn miss_what_follows(&mut self, at: &At<'_>, from: u32, reason: &Skip) -> Carried {
        let program = at.play.section(at.run.section);
        let mut pc = from;
        while let Some(op) = program.ops.get(pc as usize) {
            match op {
                Op::Jump(to) => pc = *to,
                Op::End(_) => break,
                Op::Next(head) => pc = self.leave_loop(at, *head)?,
                Op::Step { step, end, .. } => {
                    let end = if *end == u32::MAX { pc + 1 } else { *end };
                    let inside = program.ops.get(pc as usize..end as usize).unwrap_or_default();
                    if inside.iter().any(|op| matches!(op, Op::Step { step, .. } if step.at.is_some())) {
                        break;
                    }
                    self.miss(&At { run: at.run.clone(), step, pc, ..*at }, end, reason)?;
                    if matches!(&step.verb, Verb::Approve(gate) if !gate.gates_a_part()) {
                        return self.shut(&At { run: at.run.clone(), step, pc, ..*at }, None, &Shut::Missed);
                    }
                    pc = end;
                }
            }
        }
        Ok(Went::On(pc))
    }

    fn leave_loop(&mut self, at: &At<'_>, head: u32) -> Result<u32, Trouble> {
        let op = at.play.section(at.run.section).ops.get(head as usize);
        let Some(Op::Step { step, otherwise, .. }) = op else { return Ok(head + 1) };
        let Verb::Each(each) = &step.verb else { return Ok(head + 1) };
        let (run, binding, next) = (at.run.id.clone(), each.binding.clone(), *otherwise);
        self.emit(Fact::LoopSet { run, pc: head, items: None, index: None, binding, next, end: None })?;
        Ok(next)
    }

    pub(in crate::engine) fn waits_for_delivery(&self, message: &EffectId) -> Option<RunId> {
        let run = self.state.runs.get(crate::engine::effect::effect_run(message)?)?;
        match &run.waiting.as_ref()?.waiting {
            Waiting::Delivery { effect, .. } if effect == message => Some(run.id.clone()),
            _ => None,
        }
    }
}
