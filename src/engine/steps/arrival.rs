//! What follows when a message that a run waits for has arrived, or never will.

use crate::{
    base::ids::{EffectId, RunId},
    engine::{
        advance::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        entry::{Fact, Skip, Waiting},
    },
    model::step::Verb,
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

    /// Records that a step did not happen, because its message was not delivered.
    pub(in crate::engine) fn undelivered(&mut self, at: &At<'_>, effect: EffectId) -> Carried {
        let pc = at.pc + 1;
        let (run, step) = (at.run.id.clone(), at.step.id.clone());
        let reason = Skip::Undelivered { effect };
        self.emit(Fact::StepSkipped { run, step, pc, due: self.now, reason, binding: None })
            .map_err(Trouble::Bug)?;
        Ok(Went::On(pc))
    }

    fn waits_for_delivery(&self, message: &EffectId) -> Option<RunId> {
        let run = self.state.runs.get(crate::engine::apply::effect_run(message)?)?;
        match &run.waiting.as_ref()?.waiting {
            Waiting::Delivery { effect, .. } if effect == message => Some(run.id.clone()),
            _ => None,
        }
    }
}
