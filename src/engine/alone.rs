//! A task that no step asks: somebody is told of it, and nothing waits for it but whoever opened it.

use super::{
    draft::{Decided, Draft},
    entry::{Fact, Task},
    notice,
    request::Request,
    steps::task::Closing,
    task::EndsWith,
};
use crate::{
    base::{
        ids::{EffectId, PlayName, RunId, TaskId},
        limits,
    },
    model::message::{Mention, Message},
};

impl Draft<'_> {
    /// Opens a task for which no step waits, and tells whoever is asked. Where too many are open, `alerts` is told instead.
    pub(super) fn open_alone(
        &mut self,
        request: Request,
        play: Option<PlayName>,
        run: Option<RunId>,
    ) -> Decided<Option<TaskId>> {
        let id = self.next_task_id();
        let held: usize = self.state.tasks.values().map(|open| open.task.text.len()).sum();
        if self.state.tasks.len() >= limits::TASKS_OPEN_MAX
            || held + request.text.len() > limits::GROUP_TASKS_BYTES_MAX
        {
            self.alert(id.as_str(), request.text)?;
            return Ok(None);
        }
        let Request { kind, text, to, urgent, members, due, ends, .. } = request;
        let told = self.telling(&to, due, urgent);
        let task = Task {
            id: id.clone(),
            kind,
            text,
            run,
            step: None,
            role: to.role,
            people: to.people.clone(),
            opened: self.now,
            due,
            tell: Some(told).filter(|told| *told > self.now),
            remind: None,
            reminds: Vec::new(),
            escalate_at: None,
            list: Vec::new(),
            escalate: Vec::new(),
            effect: None,
            into: None,
            ends,
            paste: None,
            show: None,
            choices: None,
            of: None,
            strict: false,
            anonymous: false,
            checkin: false,
            seats: None,
            options: Vec::new(),
            fields: Vec::new(),
            members,
        };
        let mut message = Message::text(notice::task_opened(&self.playbook, &self.group.id, &task, self.now));
        message.mentions = to.people.into_iter().map(Mention::Person).collect();
        self.emit(Fact::TaskOpened(Box::new(task)))?;
        // Else they are told when their hours begin.
        if let Some(channel) = to.channel.filter(|_| told <= self.now) {
            let effect = EffectId::from(format!("told/{id}/{}", self.state.epoch));
            self.notify(effect, channel, message, play)?;
        }
        Ok(Some(id))
    }

    /// What tasks were opened about is over: they end by themselves.
    pub(super) fn cause_is_over(&mut self, over: &EndsWith) -> Decided {
        let about = self.state.tasks.values().filter(|open| open.task.ends.as_ref() == Some(over));
        let tasks: Vec<TaskId> = about.map(|open| open.task.id.clone()).collect();
        tasks.iter().try_for_each(|task| self.close(task, over.answer(), Closing::default()))
    }
}
