//! `task`: what a person is asked, how they are told, and what their answer does.

use crate::{
    base::{
        ids::{ChannelName, InputId, RoleName, TaskId},
        limits,
        person::Person,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        advance::{At, Carried, Trouble},
        draft::{Addressee, Decided, Draft},
        entry::{Fact, Task, TaskKind, Waiting},
        input::Signal,
        notice,
    },
    model::{
        message::{Mention, Message},
        step::TaskStep,
    },
    script::names::Names,
};
use std::sync::Arc;

/// A request before it has an id.
pub(in crate::engine) struct Request {
    pub(in crate::engine) kind: TaskKind,
    pub(in crate::engine) text: String,
    pub(in crate::engine) to: Addressee,
    pub(in crate::engine) due: Option<Timestamp>,
    pub(in crate::engine) remind: Option<Duration>,
    pub(in crate::engine) escalate: Vec<Person>,
    pub(in crate::engine) options: Vec<String>,
    pub(in crate::engine) fields: Vec<String>,
    pub(in crate::engine) show: Option<String>,
    pub(in crate::engine) members: Vec<crate::base::ids::MemberId>,
}

/// Who ended a task, and what they added.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Closing {
    pub(in crate::engine) by: Option<String>,
    pub(in crate::engine) note: Value,
    /// Whether they were not asked and answered as the operator.
    pub(in crate::engine) operator: bool,
}

impl Request {
    /// A request that says no more than what is asked and of whom.
    pub(in crate::engine) const fn new(kind: TaskKind, text: String, to: Addressee) -> Self {
        Self {
            kind,
            text,
            to,
            due: None,
            remind: None,
            escalate: Vec::new(),
            options: Vec::new(),
            fields: Vec::new(),
            show: None,
            members: Vec::new(),
        }
    }
}

impl Draft<'_> {
    pub(in crate::engine) fn task(&mut self, at: &At<'_>, task: &TaskStep) -> Carried {
        let facts = self.step_facts(at, task.text.names().union(Names::ALL));
        let text = task.text.render_markdown(&facts)?;
        let to = self.assignee(task.to.as_ref(), &facts)?;
        let escalate = match &task.escalate {
            Some(escalate) => self.assignee(Some(escalate), &facts)?.people,
            None => Vec::new(),
        };
        let request = Request {
            kind: TaskKind::Task,
            text,
            to,
            // Whoever is told late has less time; the end of it does not move.
            due: task.due.map(|due| at.due.plus(due)),
            remind: task.remind,
            escalate,
            options: Vec::new(),
            fields: Vec::new(),
            show: None,
            members: Vec::new(),
        };
        let id = self.open(at, request)?;
        let binding = task.binding.clone().map(|name| (name, task_value(&id, false, None, &Value::Null)));
        self.done(at, at.pc + 1, binding)
    }

    /// Opens a task, an approval or a removal and tells whoever is asked.
    pub(in crate::engine) fn open(&mut self, at: &At<'_>, request: Request) -> Result<TaskId, Trouble> {
        if self.state.tasks.len() >= limits::TASKS_OPEN_MAX {
            return Err(Trouble::Step(format!(
                "{} tasks are open in this group, the limit; answer some with `playbook done`",
                limits::TASKS_OPEN_MAX
            )));
        }
        let held: usize = self.state.tasks.values().map(|open| open.task.text.len()).sum();
        if held + request.text.len() > limits::GROUP_TASKS_BYTES_MAX {
            return Err(Trouble::Step(format!(
                "the texts of the {} tasks that are open in this group hold {held} bytes; at most {} may be; answer some with `playbook done`",
                self.state.tasks.len(),
                limits::GROUP_TASKS_BYTES_MAX
            )));
        }
        let id = self.next_task_id();
        let Request { kind, text, to, due, remind, escalate, options, fields, show, members } = request;
        let task = Task {
            id: id.clone(),
            kind,
            text,
            run: Some(at.run.id.clone()),
            step: Some(at.step.id.clone()),
            role: to.role.clone(),
            people: to.people.clone(),
            opened: self.now,
            due,
            remind: remind.and_then(|before| due.map(|due| due.plus(-before))).filter(|t| *t > self.now),
            escalate,
            effect: None,
            options,
            fields,
            show,
            members,
        };
        let text = notice::task_opened(&self.playbook, &self.group.id, &task, self.now);
        self.emit(Fact::TaskOpened(Box::new(task)))?;
        if let Some(channel) = to.channel
            && kind != TaskKind::Question
        {
            self.tell(at, channel, text, to.people)?;
        }
        Ok(id)
    }

    fn tell(&mut self, at: &At<'_>, channel: ChannelName, text: String, people: Vec<Person>) -> Decided {
        let effect = self.effect_id(&at.run.id, &at.step.id);
        let mut message = Message::text(text);
        message.mentions = people.into_iter().map(Mention::Person).collect();
        self.notify(effect, channel, message, Some(at.play.name.clone()))
    }

    /// An operator says that a task is done.
    pub(in crate::engine) fn task_done(&mut self, id: &TaskId, by: Option<String>, note: Value) -> Decided {
        let Some(open) = self.state.tasks.get(id).cloned() else { return self.no_task(id) };
        match open.task.kind {
            TaskKind::Approval => {
                return self.refuse(format!(
                    "{id} is an approval; answer it with `playbook approve {id}` or `playbook reject {id}`"
                ));
            }
            TaskKind::Question => {
                return self.refuse(format!(
                    "{id} is a question to the group; answers come in with `playbook answer {id} --member ID`"
                ));
            }
            TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => {}
        }
        self.close(id, "done", Closing { by: by.clone(), note: note.clone(), operator: false })?;
        if let Some(effect) = &open.task.effect {
            let said = by.clone().map_or_else(String::new, |by| format!("by {by}"));
            self.emit(Fact::Delivered { effect: effect.clone(), note: said })?;
        }
        if open.task.kind == TaskKind::Removal {
            self.remove_members(&open.task.members)?;
        }
        self.bind_closed(id, by.as_deref(), &note)?;
        let data = Value::map([
            ("task", Value::str(id.as_str())),
            ("text", Value::str(&open.task.text)),
            ("by", by.map_or(Value::Null, Value::from)),
            ("note", note),
        ]);
        self.record_signal(Signal {
            name: Arc::from("task.done"),
            id: InputId::from(format!("task.done/{id}")),
            at: self.now,
            member: None,
            data,
        })
    }

    /// Runs that know a task by name see that it is done; those that wait for it go on.
    fn bind_closed(&mut self, id: &TaskId, by: Option<&str>, note: &Value) -> Decided {
        let value = task_value(id, true, by, note);
        let known: Vec<_> = self
            .state
            .runs
            .values()
            .flat_map(|run| {
                run.bindings.iter().map(move |(name, value)| (run.id.clone(), name.clone(), value))
            })
            .filter(|(_, _, value)| value.get("task").and_then(Value::as_str) == Some(id.as_str()))
            .map(|(run, name, _)| (run, name))
            .collect();
        for (run, name) in known {
            self.emit(Fact::Bound { run, name, value: value.clone() })?;
        }
        let waiting: Vec<_> = self
            .state
            .runs
            .values()
            .filter(|run| {
                run.waiting.as_ref().is_some_and(|wait| match &wait.waiting {
                    Waiting::Task { task } | Waiting::Removal { task } => task == id,
                    _ => false,
                })
            })
            .map(|run| run.id.clone())
            .collect();
        for run in waiting {
            self.with_step(&run, |draft, at| draft.done(at, at.pc + 1, None))?;
        }
        Ok(())
    }

    /// Sends a reminder, or tells whoever a task escalates to.
    pub(in crate::engine) fn remind(&mut self, id: &TaskId, escalated: bool) -> Decided {
        let delivery = self.state.tasks.get(id).filter(|open| open.task.kind == TaskKind::Delivery).cloned();
        if let Some(open) = delivery {
            return self.window_closed(&open.task);
        }
        self.emit(Fact::TaskReminded { task: id.clone(), escalated })?;
        let Some(open) = self.state.tasks.get(id).cloned() else { return Ok(()) };
        let people = if escalated { &open.task.escalate } else { &open.task.people };
        let channel = self.channel_of(open.task.role.as_ref(), people);
        let Some(channel) = channel else { return Ok(()) };
        let text = notice::task_reminder(&self.playbook, &open.task, self.now, escalated);
        let mut message = Message::text(text);
        message.mentions = people.iter().cloned().map(Mention::Person).collect();
        let word = if escalated { "escalation" } else { "reminder" };
        self.notify(format!("task/{id}/{word}").into(), channel, message, None)
    }

    pub(super) fn channel_of(&self, role: Option<&RoleName>, people: &[Person]) -> Option<ChannelName> {
        let by_role = role.and_then(|role| self.playbook.role(&self.group, role)?.channel.clone());
        by_role
            .or_else(|| {
                let mut roles = self.playbook.roles.values();
                let role = roles.find(|r| {
                    r.channel.is_some() && r.people.iter().any(|p| people.iter().any(|q| q.id == p.id))
                })?;
                role.channel.clone()
            })
            .or_else(|| {
                let staff = ChannelName::new(crate::model::channel::STAFF);
                self.playbook.channel(&self.group, &staff).is_some().then_some(staff)
            })
    }

    pub(in crate::engine) fn close(&mut self, task: &TaskId, answer: &str, said: Closing) -> Decided {
        let Closing { by, note, operator } = said;
        self.emit(Fact::TaskClosed { task: task.clone(), answer: Arc::from(answer), by, note, operator })
    }

    pub(super) fn no_task(&mut self, id: &TaskId) -> Decided {
        let mut open: Vec<&str> = self.state.tasks.keys().map(TaskId::as_str).take(12).collect();
        open.sort_by_key(|id| (id.len(), *id));
        let open =
            if open.is_empty() { "none is open".into() } else { format!("open are {}", open.join(", ")) };
        self.refuse(format!("there is no open task {id} in `{}`; {open}", self.group.id))
    }
}

/// A task that was never opened, as later steps see it under its `as` name.
pub(in crate::engine) fn task_not_done() -> Value {
    Value::map([
        ("task", Value::Null),
        ("done", Value::Bool(false)),
        ("by", Value::Null),
        ("note", Value::Null),
    ])
}

/// A task as later steps see it under its `as` name.
fn task_value(id: &TaskId, done: bool, by: Option<&str>, note: &Value) -> Value {
    Value::map([
        ("task", Value::str(id.as_str())),
        ("done", Value::Bool(done)),
        ("by", by.map_or(Value::Null, Value::str)),
        ("note", note.clone()),
    ])
}
