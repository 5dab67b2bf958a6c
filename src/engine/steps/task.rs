//! `task`: what a person is asked, how they are told, and what their answer does.

use super::{checklist, door};
use crate::{
    base::{
        ids::{ChannelName, InputId, RoleName, RunId, StepId, TaskId},
        limits,
        person::Person,
        phrase::{pair, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        addressee::Addressee,
        carrying::{At, Carried, Trouble},
        draft::{Decided, Draft},
        entry::{Fact, Task, TaskKind, Waiting},
        input::Signal,
        notice,
        request::Request,
        state::OpenTask,
        task::EndsWith,
    },
    model::{
        hours::Hours,
        message::{Mention, Message},
        step::{TaskStep, Verb},
    },
    script::names::Names,
};
use std::sync::Arc;

/// Who ended a task, and what they added.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Closing {
    pub(in crate::engine) by: Option<String>,
    pub(in crate::engine) note: Value,
    /// Whether they were not asked and answered as the operator.
    pub(in crate::engine) operator: bool,
}

/// On which terms a question is put.
#[derive(Default)]
pub(in crate::engine) struct Terms {
    /// How many options one person may choose, where it is more than one.
    pub(in crate::engine) choices: Option<u32>,
    /// How many places there are.
    pub(in crate::engine) seats: Option<u32>,
    /// Whether a link in a message is not enough to decide.
    pub(in crate::engine) strict: bool,
    /// Whether who chose what is nobody's business.
    pub(in crate::engine) anonymous: bool,
    /// Who alone is asked.
    pub(in crate::engine) of: Option<crate::base::ids::MemberId>,
}

impl Draft<'_> {
    pub(in crate::engine) fn task(&mut self, at: &At<'_>, task: &TaskStep) -> Carried {
        let facts = self.step_facts(at, task.text.names().union(Names::ALL));
        let mut text = at.words(&task.text).render_markdown(&facts)?;
        text.push_str(&self.figures(at, &task.numbers));
        let to = self.assignee(task.to.as_ref(), &facts)?;
        let escalate = match &task.escalate {
            Some(escalate) => self.assignee(Some(escalate), &facts)?,
            None => Addressee::default(),
        };
        let (list, members) = if task.checkin {
            let (list, members, more) = self.signed_up(at);
            text.push_str(&door::unlisted(more, self.playbook.locale));
            (list, members)
        } else {
            (checklist::written(&task.list, &facts)?, Vec::new())
        };
        let request = Request {
            // Whoever is told late has less time; the end of it does not move.
            due: task.due.map(|due| due.of(at.due, |offset| at.offset(offset))),
            remind: task.remind.clone(),
            escalate,
            list,
            members,
            checkin: task.checkin,
            urgent: task.urgent,
            ..Request::new(TaskKind::Task, text, to)
        };
        let id = self.open(at, request)?;
        let opened = self.state.tasks.get(&id);
        let value =
            opened.map_or_else(task_not_done, |open| checklist::value(open, false, None, &Value::Null));
        let binding = task.binding.clone().map(|name| (name, value));
        self.done(at, at.pc + 1, binding)
    }

    /// Opens a task, an approval or a removal and tells whoever is asked.
    pub(in crate::engine) fn open(&mut self, at: &At<'_>, request: Request) -> Result<TaskId, Trouble> {
        self.open_on(at, request, Terms::default())
    }

    /// The same for a question, which may have terms of its own.
    pub(in crate::engine) fn open_on(
        &mut self,
        at: &At<'_>,
        request: Request,
        terms: Terms,
    ) -> Result<TaskId, Trouble> {
        if self.state.tasks.len() >= limits::TASKS_OPEN_MAX {
            return Err(Trouble::Step(phrase!(
                "{} tasks are open in this group, the limit; answer some with `playbook done`",
                "这个群有 {} 个任务没做完，到上限了；先用 `playbook done` 完成一些",
                limits::TASKS_OPEN_MAX
            )));
        }
        let held: usize = self.state.tasks.values().map(|open| open.task.text.len()).sum();
        if held + request.text.len() > limits::GROUP_TASKS_BYTES_MAX {
            return Err(Trouble::Step(phrase!(
                "the texts of the {} tasks that are open in this group hold {held} bytes; at most {} may be; answer some with `playbook done`",
                "这个群没做完的 {} 个任务，文字一共 {held} 字节，最多 {} 字节；先用 `playbook done` 完成一些",
                self.state.tasks.len(),
                limits::GROUP_TASKS_BYTES_MAX
            )));
        }
        let id = self.next_task_id();
        let Request {
            kind,
            text,
            to,
            due,
            remind,
            escalate,
            list,
            urgent,
            tell,
            options,
            fields,
            show,
            members,
            ends: _,
            checkin,
        } = request;
        let told = match (kind, tell) {
            (TaskKind::Question, _) => self.now,
            (_, Some(tell)) => tell,
            _ => self.telling(&to, due, urgent),
        };
        let mut reminds = due.map(|due| self.reminders(&to, due, &remind, told, urgent)).unwrap_or_default();
        let escalate_at = due
            .filter(|_| !escalate.people.is_empty() && !urgent)
            .and_then(|due| Some(self.hours(&escalate).from(due)).filter(|at| *at != due));
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
            tell: Some(told).filter(|told| *told > self.now),
            remind: (!reminds.is_empty()).then(|| reminds.remove(0)),
            reminds,
            escalate_at,
            escalate: escalate.people,
            effect: None,
            into: None,
            ends: None,
            paste: None,
            list,
            options,
            fields,
            show,
            choices: terms.choices,
            seats: terms.seats,
            of: terms.of,
            strict: terms.strict,
            anonymous: terms.anonymous,
            checkin,
            members,
        };
        let later = task.tell.is_some();
        let text = notice::task_opened(&self.playbook, &self.group.id, &task, self.now);
        let asks = task.asks();
        self.emit(Fact::TaskOpened(Box::new(task)))?;
        if let Some(channel) = to.channel
            && kind != TaskKind::Question
            && !later
        {
            self.tell(at, channel, Message { asks, ..Message::text(text) }, to.people)?;
        }
        Ok(id)
    }

    /// The hours of whoever is asked.
    pub(in crate::engine) fn hours(&self, to: &Addressee) -> Hours<'_> {
        let named = to.role.as_ref().and_then(|role| self.playbook.role(&self.group, role));
        let theirs = || {
            let mut roles = self.playbook.roles.values().filter(|role| role.hours.is_some());
            roles.find(|role| role.people.iter().any(|p| to.people.iter().any(|q| q.id == p.id)))
        };
        Hours::of(&self.playbook, named.or_else(theirs).map(|role| &**role))
    }

    /// When somebody is told what comes up now: in their hours, and never later than it is due.
    pub(in crate::engine) fn telling(
        &self,
        to: &Addressee,
        due: Option<Timestamp>,
        urgent: bool,
    ) -> Timestamp {
        let begin = self.hours(to).from(self.now);
        if urgent || due.is_some_and(|due| due < begin) { self.now } else { begin }
    }

    /// When reminders go out, in order. What would come at night comes in the morning, or where that is too late in
    /// the evening before; nobody is reminded at the moment at which they are told, or twice at one.
    fn reminders(
        &self,
        to: &Addressee,
        due: Timestamp,
        before: &[Duration],
        told: Timestamp,
        urgent: bool,
    ) -> Vec<Timestamp> {
        let hours = self.hours(to);
        let at = |before: &Duration| {
            let at = due.plus(-*before);
            let awake = hours.from(at);
            match urgent || awake == at {
                true => at,
                false if awake < due => awake,
                false => hours.before(at),
            }
        };
        let mut reminders: Vec<Timestamp> = before.iter().map(at).filter(|at| *at > told).collect();
        reminders.sort_unstable();
        reminders.dedup();
        reminders
    }

    /// The hours of those who are asked have begun.
    pub(in crate::engine) fn tell_task(&mut self, id: &TaskId) -> Decided {
        self.emit(Fact::TaskTold { task: id.clone() })?;
        let Some(open) = self.state.tasks.get(id).cloned() else { return Ok(()) };
        if open.task.kind == TaskKind::Delivery {
            let Some((of, to)) = self.pasting(&open.task) else { return Ok(()) };
            let message = self.paste_message(&of, &open.task, notice::to_paste);
            return self.notify(format!("task/{id}/told").into(), to, message, None);
        }
        let Some(channel) = self.channel_of(open.task.role.as_ref(), &open.task.people) else {
            return Ok(());
        };
        let text = notice::task_opened(&self.playbook, &self.group.id, &open.task, self.now);
        let mut message = Message { asks: open.task.asks(), ..Message::text(text) };
        message.mentions = open.task.people.iter().cloned().map(Mention::Person).collect();
        self.notify(format!("task/{id}/told").into(), channel, message, None)
    }

    fn tell(
        &mut self,
        at: &At<'_>,
        channel: ChannelName,
        mut message: Message,
        people: Vec<Person>,
    ) -> Decided {
        let effect = self.effect_id(&at.run.id, &at.step.id);
        message.mentions = people.into_iter().map(Mention::Person).collect();
        self.notify(effect, channel, message, Some(at.play.name.clone()))
    }

    /// An operator says that a task is done.
    pub(in crate::engine) fn task_done(&mut self, id: &TaskId, by: Option<String>, note: Value) -> Decided {
        let Some(open) = self.state.tasks.get(id).cloned() else { return self.no_task(id) };
        match open.task.kind {
            TaskKind::Approval => {
                return self.refuse(phrase!(
                    "{id} is an approval; answer it with `playbook approve {id}` or `playbook reject {id}`",
                    "{id} 是审批；用 `playbook approve {id}` 同意，或 `playbook reject {id}` 拒绝"
                ));
            }
            TaskKind::Question => {
                return self.refuse(phrase!(
                    "{id} is a question to the group; answers come in with `playbook answer {id} --member ID`", "{id} 是问全群的提问；回答用 `playbook answer {id} --member ID` 报进来"
                ));
            }
            TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => {}
        }
        let asking = open.task.run.as_ref().and_then(|run| self.state.runs.get(run)).filter(|run| {
            matches!(run.waiting.as_ref().map(|wait| &wait.waiting), Some(Waiting::Task { task }) if task == id)
        });
        if let Some(reason) = asking.and_then(|run| self.refusal_of_names(run, &note)) {
            return self.refuse(reason);
        }
        let matter = self.matter(id);
        self.close(id, "done", Closing { by: by.clone(), note: note.clone(), operator: false })?;
        if let Some(matter) = matter {
            self.case_ends(id, &matter, true, by.clone())?;
        }
        if let Some(effect) = &open.task.effect {
            let said = by.clone().map_or_else(String::new, |by| format!("by {by}"));
            self.emit(Fact::Delivered { effect: effect.clone(), note: said })?;
            self.message_arrived(effect)?;
        }
        if open.task.kind == TaskKind::Removal {
            self.remove_members(&open.task.members)?;
        }
        self.bind_closed(&open, by.as_deref(), &note)?;
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
            sent: None,
            member: None,
            data,
        })
    }

    /// Runs that know a task by name see that it is done; those that wait for it go on.
    fn bind_closed(&mut self, open: &OpenTask, by: Option<&str>, note: &Value) -> Decided {
        let id = &open.task.id;
        self.bind_task(id, &checklist::value(open, true, by, note))?;
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
            self.with_step(&run, |draft, at| {
                match (&at.step.verb, at.run.waiting.as_ref().map(|w| &w.waiting)) {
                    (Verb::Prune(_), Some(Waiting::Task { .. })) => draft.prune_named(at, note),
                    _ => draft.done(at, at.pc + 1, None),
                }
            })?;
        }
        Ok(())
    }

    /// Runs that know a task by name know this of it from now on.
    pub(in crate::engine) fn bind_task(&mut self, id: &TaskId, value: &Value) -> Decided {
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
        Ok(())
    }

    /// Sends a reminder, or tells whoever a task escalates to.
    pub(in crate::engine) fn remind(&mut self, id: &TaskId, escalated: bool) -> Decided {
        let delivery = self.state.tasks.get(id).filter(|open| open.task.kind == TaskKind::Delivery).cloned();
        if let Some(open) = delivery {
            return self.window_closed(&open.task);
        }
        if self.state.tasks.get(id).is_some_and(|open| open.task.kind == TaskKind::Question) {
            return self.waiting_list_closed(id);
        }
        let again = self.state.tasks.get(id).is_some_and(|open| open.reminded);
        self.emit(Fact::TaskReminded { task: id.clone(), escalated })?;
        let Some(open) = self.state.tasks.get(id).cloned() else { return Ok(()) };
        let people = if escalated { &open.task.escalate } else { &open.task.people };
        let channel = self.channel_of(open.task.role.as_ref(), people);
        let Some(channel) = channel else { return Ok(()) };
        let text = notice::task_reminder(&self.playbook, &open, self.now, escalated);
        // Whoever it escalates to is told, and not asked.
        let asks = open.task.asks().filter(|_| !escalated);
        let mut message = Message { asks, ..Message::text(text) };
        message.mentions = people.iter().cloned().map(Mention::Person).collect();
        let word = match (escalated, again) {
            (true, _) => "escalation".to_owned(),
            (false, false) => "reminder".to_owned(),
            (false, true) => format!("reminder-{}", self.state.epoch),
        };
        self.notify(format!("task/{id}/{word}").into(), channel, message, None)
    }

    pub(in crate::engine) fn channel_of(
        &self,
        role: Option<&RoleName>,
        people: &[Person],
    ) -> Option<ChannelName> {
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
        let asked = self.state.tasks.get(task).filter(|open| open.task.kind == TaskKind::Question);
        if let Some(asked) = asked.cloned() {
            self.withdraw_question(&asked.task)?;
            if asked.task.of.is_some() {
                self.cause_is_over(&EndsWith::Answer(task.clone()))?;
            }
        }
        self.emit(Fact::TaskClosed { task: task.clone(), answer: Arc::from(answer), by, note, operator })
    }

    /// A question that is closed is not put any more.
    fn withdraw_question(&mut self, task: &Task) -> Decided {
        let (Some(run), Some(step)) = (&task.run, &task.step) else { return Ok(()) };
        self.withdraw_held(run, step)
    }

    /// What a step says is not said any more, where it is held.
    pub(in crate::engine) fn withdraw_held(&mut self, run: &RunId, step: &StepId) -> Decided {
        let its = format!("{run}/{step}/");
        for effect in self.state.held_effects(|effect| effect.as_str().starts_with(&its)) {
            self.emit(Fact::Withdrawn { effect })?;
        }
        Ok(())
    }

    pub(in crate::engine) fn no_task(&mut self, id: &TaskId) -> Decided {
        let mut open: Vec<&str> = self.state.tasks.keys().map(TaskId::as_str).take(12).collect();
        open.sort_by_key(|id| (id.len(), *id));
        let open = match open.as_slice() {
            [] => pair("none is open", "现在没有任务").into(),
            open => phrase!("open are {}", "没做完的有 {}", open.join(", ")),
        };
        let group = &self.group.id;
        self.refuse(
            phrase!("there is no open task {id} in `{group}`; ", "`{group}` 里没有任务 {id}；").and(&open),
        )
    }
}

/// A task that was never opened, as later steps see it under its `as` name.
pub(in crate::engine) fn task_not_done() -> Value {
    Value::map([
        ("task", Value::Null),
        ("done", Value::Bool(false)),
        ("by", Value::Null),
        ("note", Value::Null),
        ("items", Value::list(Vec::new())),
        ("left", Value::list(Vec::new())),
    ])
}
