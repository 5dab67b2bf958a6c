//! Hush: members see nothing until somebody, or a time, ends it. People who look after the group go on hearing.
//!
//! What had been decided before and has not left yet is stopped by the driver, which sees the same fact.

use super::{
    draft::{Decided, Draft},
    effect::effect_run,
    entry::Waiting,
    entry::{Fact, HoldReason, Task, TaskKind},
    notice,
    operation::Operation,
    outgoing::Stale,
    state::State,
};
use crate::base::{
    ids::{ChannelName, EffectId, RunId, TaskId},
    phrase::{pair, phrase},
    time::Timestamp,
    value::Value,
};

impl Draft<'_> {
    /// From now on members see nothing.
    pub(super) fn hush(&mut self, until: Option<Timestamp>, why: &str, by: Option<String>) -> Decided {
        if until.is_some_and(|until| until <= self.now) {
            return self.refuse(pair("the hush would be over already", "这样的静默已经过期了").into());
        }
        if why.trim().is_empty() {
            return self.refuse(
                pair(
                    "a hush needs its reason: those who look after the group read it",
                    "静默要写原因：照看这个群的人会看到",
                )
                .into(),
            );
        }
        let text = notice::hushed(&self.playbook, &self.group.title, until, why, self.now);
        self.operated(
            Operation::Hushed { until, why: why.to_owned(), channels: self.seen_by_members() },
            by,
        )?;
        self.alert("hush", text)
    }

    /// Members see again what is said. What came meanwhile is dropped, unless it is to be sent all the same; what was
    /// held before goes when its own reason lets it.
    pub(super) fn unhush(&mut self, send: bool, by: Option<String>) -> Decided {
        let Some(hush) = self.state.by_hand.hush.clone().map(Box::new) else {
            return self.refuse(phrase!("`{}` is not hushed", "`{}` 没有静默", self.group.id));
        };
        let hushed = self.state.held.iter().filter(|held| held.reason == HoldReason::Hush);
        let (late, before): (Vec<_>, Vec<_>) =
            hushed.cloned().partition(|held| held.came_meanwhile(&self.state.by_hand));
        self.operated(Operation::Unhushed { send, channels: self.seen_by_members() }, by)?;
        for held in before {
            // It is due from now on, so that those that waited go one gap after another.
            let (effect, until) = (held.outgoing.effect.clone(), Some(self.now));
            self.emit(Fact::StillHeld { effect, reason: HoldReason::Hush, until, hold: None })?;
        }
        if send {
            return Ok(());
        }
        for held in late {
            let effect = held.outgoing.effect.clone();
            let (reason, stale) = (Some(HoldReason::Hush), Some(Stale::Hushed));
            self.emit(Fact::Expired { effect: effect.clone(), reason, stale, hush: Some(hush.clone()) })?;
            self.message_lost(&effect)?;
            self.question_lost(&effect)?;
        }
        Ok(())
    }

    /// The time of a hush is over.
    pub(super) fn hush_ends(&mut self) -> Decided {
        self.unhush(false, None)
    }

    /// A person says that a task is done; what members are not to see yet is not to be there.
    pub(super) fn done_by_hand(&mut self, id: &TaskId, by: Option<String>, note: Value) -> Decided {
        let open = self.state.tasks.get(id).filter(|open| self.state.is_not_to_be_pasted_yet(&open.task));
        let Some(effect) = open.and_then(|open| open.task.effect.clone()) else {
            return self.task_done(id, by, note);
        };
        let group = &self.group.id;
        self.refuse(phrase!(
            "the group is hushed: do not paste {id} yet; if it was there before the hush: `playbook done '{effect}' --group {group}`",
            "静默中，先别贴 {id}；如果静默之前已经贴了：`playbook done '{effect}' --group {group}`"
        ))
    }

    /// The task of a message that a person is to paste.
    pub(super) fn to_be_pasted(&self, effect: &EffectId) -> Option<TaskId> {
        let is_it = |task: &Task| task.kind == TaskKind::Delivery && task.effect.as_ref() == Some(effect);
        self.state.tasks.values().find(|open| is_it(&open.task)).map(|open| open.task.id.clone())
    }

    fn seen_by_members(&self) -> Vec<ChannelName> {
        let all = self.playbook.channels.keys().chain(self.group.channels.keys());
        let mut seen: Vec<ChannelName> =
            all.filter(|name| !self.playbook.is_for_staff(&self.group, name)).cloned().collect();
        seen.sort_unstable();
        seen.dedup();
        seen
    }
}

impl State {
    /// Whether a post that a person is to paste waits for the end of a hush.
    pub fn is_not_to_be_pasted_yet(&self, task: &Task) -> bool {
        let Some(hush) = self.by_hand.hush.as_ref().filter(|_| task.kind == TaskKind::Delivery) else {
            return false;
        };
        // Where an older program wrote it down nobody knows who sees it: better late than against a hush.
        hush.channels.is_empty() || task.into.as_ref().is_none_or(|into| hush.channels.contains(into))
    }

    /// The run that waits for answers to the question that a message puts, and the question.
    pub(crate) fn question_of(&self, effect: &EffectId) -> Option<(RunId, TaskId)> {
        let run = self.runs.get(effect_run(effect)?)?;
        let wait = run.waiting.as_ref()?;
        let Waiting::Answers { task } = &wait.waiting else { return None };
        let (of, _) = effect.as_str().rsplit_once('/')?;
        let (_, step) = of.rsplit_once('/')?;
        (wait.step.as_str() == step).then(|| (run.id.clone(), task.clone()))
    }
}
