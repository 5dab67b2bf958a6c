//! Who is to leave the group is removed by the platform where it can, else by a person.
//!
//! Only carries out what a person has decided. What the platform did is its receipt; until all are gone the removal is
//! open like one that a person carries out.

use super::{
    addressee::Addressee,
    carrying::{At, Carried, Went},
    draft::{Decided, Draft},
    entry::{Fact, Outgoing, TaskKind, Waiting},
    facts::ExprAbout,
    hands, notice,
    open::OpenTask,
    request::Request,
};
use crate::{
    base::{
        ids::{EffectId, MemberId, TaskId},
        value::Value,
    },
    model::{channel::GROUP, message::Message, program::Op, step::Verb},
    script::names::Names,
};

/// What the effects that ask for a removal begin with; the task and the member follow.
const REMOVE: &str = "remove/";

impl Draft<'_> {
    /// Opens the removal of a run's step, which waits for it.
    pub(super) fn remove_for(&mut self, at: &At<'_>, members: Vec<MemberId>, to: Addressee) -> Carried {
        let (all, by_platform) = (members.clone(), self.can_remove(&members));
        let request = self.removal(members, to, by_platform);
        let task = self.open(at, request)?;
        self.wait(at, Waiting::Removal { task: task.clone() }, None, None)?;
        if by_platform {
            self.platform_is_to_remove(&task, &all)?;
        }
        Ok(Went::Waits)
    }

    /// Opens the removal of one member, with what a person is asked where the platform cannot. Gives its task.
    pub(super) fn remove_alone(
        &mut self,
        member: &MemberId,
        to: Addressee,
        text: String,
    ) -> Decided<Option<TaskId>> {
        let members = vec![member.clone()];
        let by_platform = self.can_remove(&members);
        let request = Request { text, ..self.removal(members.clone(), to, by_platform) };
        let task = self.open_alone(request, None, None)?;
        if let Some(task) = task.as_ref().filter(|_| by_platform) {
            self.platform_is_to_remove(task, &members)?;
        }
        Ok(task)
    }

    /// Nobody is asked for what the platform does.
    fn removal(&self, members: Vec<MemberId>, to: Addressee, by_platform: bool) -> Request {
        let list = notice::prune_list(&self.playbook, &self.names_of(&members));
        let to = if by_platform { Addressee::default() } else { to };
        Request { members, ..Request::new(TaskKind::Removal, list, to) }
    }

    /// What members are called, in order.
    pub(super) fn names_of(&self, members: &[MemberId]) -> Vec<String> {
        members.iter().map(|id| self.state.members.name_of(id)).collect()
    }

    /// Whether the platform of the group's channel removes members, and all of these are known there.
    fn can_remove(&self, members: &[MemberId]) -> bool {
        let channel = self.playbook.channel(&self.group, &GROUP.into());
        channel.is_some_and(|channel| channel.abilities().removals)
            && members.iter().all(|member| self.platform_of(member).is_some())
    }

    fn platform_is_to_remove(&mut self, task: &TaskId, members: &[MemberId]) -> Decided {
        for member in members {
            let effect = EffectId::from(format!("{REMOVE}{task}/{member}"));
            let message = Message::removes(member.as_str(), self.now);
            let out = Outgoing { awaited: true, ..Outgoing::new(effect, GROUP.into(), message, self.now) };
            self.emit(Fact::Notified(Box::new(out)))?;
        }
        Ok(())
    }

    /// The platform has removed somebody.
    pub(super) fn removed_by_platform(&mut self, effect: &EffectId) -> Decided {
        let Some((_, member)) = asked_of(effect) else { return Ok(()) };
        self.remove_members(&[member])?;
        self.removals_over()
    }

    /// The platform did not remove somebody: a person is asked to. Says whether it was a removal.
    pub(super) fn removal_refused(&mut self, effect: &EffectId, reason: &str) -> Decided<bool> {
        let Some((task, member)) = asked_of(effect) else { return Ok(false) };
        let Some(open) = self.state.tasks.get(&task).cloned() else { return Ok(true) };
        let name = self.state.members.name_of(&member);
        let text = hands::remove_by_hand(
            self.playbook.locale,
            &name,
            &notice::in_group(&self.playbook, self.group.id.as_str(), &task),
            reason,
        );
        let (play, to) = (open.task.run.as_ref(), self.remover(&task));
        let play = play.and_then(|run| self.state.runs.get(run)).map(|run| run.play.clone());
        match to {
            Some(to) => self.open_alone(Request::new(TaskKind::Task, text, to), play, None)?.map_or((), drop),
            None => self.ask_host(text, play)?,
        }
        Ok(true)
    }

    /// Who carries out what the step of a removal says.
    fn remover(&self, task: &TaskId) -> Option<Addressee> {
        let run = self.state.runs.get(self.state.tasks.get(task)?.task.run.as_ref()?)?;
        let (_, _, play) = self.play_of(run)?;
        let Op::Step { step, .. } = play.section(run.section).ops.get(run.pc as usize)? else { return None };
        let Verb::Prune(prune) = &step.verb else { return None };
        self.assignee(prune.to.as_ref(), &self.facts(Names::NONE, &ExprAbout::default())).ok()
    }

    /// Removals of the platform's that have nobody left in them are done.
    pub(super) fn removals_over(&mut self) -> Decided {
        let over = |open: &&std::sync::Arc<OpenTask>| {
            open.task.kind == TaskKind::Removal
                && open.task.people.is_empty()
                && !open.task.members.iter().any(|member| self.state.members.contains(member))
        };
        let over: Vec<TaskId> =
            self.state.tasks.values().filter(over).map(|open| open.task.id.clone()).collect();
        over.iter().try_for_each(|task| self.task_done(task, None, Value::Null))
    }
}

/// The task and the member of an effect that asks for a removal.
fn asked_of(effect: &EffectId) -> Option<(TaskId, MemberId)> {
    let (task, member) = effect.as_str().strip_prefix(REMOVE)?.split_once('/')?;
    Some((TaskId::new(task), MemberId::new(member)))
}
