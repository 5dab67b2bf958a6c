//! What people do to tasks beside answering them: take an answer back, ask somebody else, remind.

use super::{
    addressee::Addressee,
    draft::{Decided, Draft},
    entry::{Fact, Task, TaskKind},
    facts::ExprAbout,
    notice,
    open::Press,
    operation::Operation,
    state::OpenTask,
    steps::{checklist, task::Closing},
};
use crate::{
    base::{
        diagnostic::suggest,
        ids::{EffectId, StepId, TaskId},
        limits,
        person::Person,
        phrase::{Phrase, phrase},
        time::Timestamp,
        value::Value,
    },
    model::{
        message::{Mention, Message},
        play::Play,
        step::{Assignee, Verb},
        text::Text,
        trigger::Trigger,
    },
    script::names::Names,
};
use std::sync::Arc;

impl Draft<'_> {
    /// Takes an answer back, as long as no later step has used it.
    pub(super) fn undo(&mut self, id: &TaskId, by: Option<String>) -> Decided {
        let press = self.state.presses.iter().find(|press| press.open.task.id == *id).cloned();
        let Some(press) = press else {
            if self.state.tasks.contains_key(id) {
                return self.refuse(phrase!(
                    "{id} is open; there is nothing to take back",
                    "{id} 还没有人答，没有什么可以撤回"
                ));
            }
            return self.refuse(phrase!(
                "there is no answer to {id} that could be taken back: only what was done, approved or rejected \
                 lately can be; removals and deliveries cannot", "{id} 没有可以撤回的回答：只有最近的完成、同意、拒绝能撤回；移除成员和代贴不能"
            ));
        };
        let given = self.given_since(&press);
        if let Some(step) = press.used.as_ref().filter(|_| given.is_none()) {
            return self.refuse(phrase!(
                "step {step} has used the answer to {id}; what it did can be stopped with `playbook cancel`",
                "步骤 {step} 已经用上了 {id} 的回答；它做的事可以用 `playbook cancel` 停下"
            ));
        }
        let hears =
            |play: &Arc<Play>| matches!(&play.trigger, Trigger::Signal(on) if &*on.name == "task.done");
        if press.run.is_none()
            && let Some(play) = self.playbook.plays.iter().find(|play| hears(play))
        {
            return self.refuse(phrase!(
                "`{}` has heard that {id} was done",
                "`{}` 已经听到 {id} 完成了",
                play.name
            ));
        }
        let over = press.run.as_ref().and_then(|run| run.timer()).filter(|over| *over <= self.now);
        if over.is_some() {
            return self.refuse(phrase!(
                "the time in which {id} could be decided is over",
                "{id} 能做决定的时间已经过了"
            ));
        }
        let run = press.run.as_ref().map(|run| &run.id);
        if let Some(run) = run.filter(|run| !self.state.knows_run(run)) {
            return self.refuse(phrase!(
                "`{run}` ended long ago; start its play again",
                "`{run}` 早就结束了；请重新开始它的玩法"
            ));
        }
        if press.open.task.kind == TaskKind::Approval && press.open.task.run.is_none() {
            return self.refuse(phrase!(
                "{id} was about a member, who has been told; `playbook signal appeal --member ID` has somebody else look at it", "{id} 说的是一位成员，已经告诉本人了；用 `playbook signal appeal --member ID` 请另一个人再看一看"
            ));
        }
        if press.open.task.kind == TaskKind::Approval && !press.open.task.members.is_empty() {
            return self.refuse(phrase!(
                "{id} was about removing members, which cannot be taken back",
                "{id} 是移除成员，撤不回来"
            ));
        }
        for task in given.unwrap_or_default() {
            self.take_task_back(&task, id, by.clone())?;
        }
        self.emit(Fact::PressUndone { task: id.clone(), by })?;
        self.bind_task(id, &checklist::value(&press.open, false, None, &Value::Null))
    }

    /// The open tasks that an answer has led to, where that is all it has led to: they go with it.
    fn given_since(&self, press: &Press) -> Option<Vec<Task>> {
        // An older program has not recorded them.
        let known = press.used.is_none() || !press.since.is_empty();
        let run = press.run.as_ref().filter(|_| known && press.since.len() < limits::PRESS_STEPS_MAX)?;
        let (_, _, play) = self.play_of(run)?;
        let open = |step: &StepId| {
            let verb =
                play.section(run.section).steps().find(|known| known.id == *step).map(|step| &step.verb);
            let asks = |open: &&Arc<OpenTask>| {
                open.task.run.as_ref() == Some(&run.id) && open.task.step.as_ref() == Some(step)
            };
            let open = self.state.tasks.values().find(asks).map(|open| open.task.clone());
            open.filter(|_| matches!(verb, Some(Verb::Task(_))))
        };
        press.since.iter().map(open).collect()
    }

    /// A task that an answer gave is not asked any more; whoever was asked is told.
    fn take_task_back(&mut self, task: &Task, answer: &TaskId, by: Option<String>) -> Decided {
        self.close(&task.id, "cancelled", Closing { by, ..Closing::default() })?;
        let Some(channel) = self.channel_of(task.role.as_ref(), &task.people) else { return Ok(()) };
        let mut message = Message::text(notice::taken_back(self.playbook.locale, task, answer));
        message.mentions = task.people.iter().cloned().map(Mention::Person).collect();
        let to = Addressee { role: task.role.clone(), people: task.people.clone(), channel: None };
        let from = self.hours(&to).from(self.now);
        let effect = EffectId::from(format!("task/{}/taken-back-{}", task.id, self.state.epoch));
        self.notify_from(from, effect, channel, message, None)
    }

    fn somebody(&self, word: &str) -> Result<Addressee, Phrase> {
        let facts = self.facts(Names::NONE, &ExprAbout::default());
        let people = &self.playbook.people;
        let is_known = people.contains_key(word) || self.playbook.role(&self.group, &word.into()).is_some();
        let mut named = people.iter().filter(|(_, person)| !is_known && person.name == word);
        let word = match (named.next(), named.next()) {
            (Some(_), Some(_)) => {
                return Err(phrase!(
                    "several of `people` are called {word}; write the id of one",
                    "`people` 里有好几个人叫 {word}；请写其中一个人的 id"
                ));
            }
            (Some((id, _)), None) => id.as_str(),
            (None, _) => word,
        };
        let to = Assignee::Text(Text::literal(word));
        self.assignee(Some(&to), &facts).map_err(|error| error.0)
    }

    /// Asks somebody else.
    pub(super) fn reassign(&mut self, id: &TaskId, to: &Arc<str>, by: Option<String>) -> Decided {
        let Some(open) = self.state.tasks.get(id).cloned() else { return self.no_task(id) };
        if open.task.kind == TaskKind::Question {
            return self.refuse(phrase!(
                "{id} is a question to the group; nobody has it alone",
                "{id} 是问全群的提问，不归某一个人"
            ));
        }
        match self.somebody(to) {
            Ok(to) => self.ask_instead(std::slice::from_ref(&open.task), &to, by),
            Err(reason) => self.refuse(reason),
        }
    }

    /// One of the people of the file whom somebody probably meant who typed a name that nobody has.
    fn person_meant(&self, word: &str) -> Option<&str> {
        let people = self.playbook.people.values();
        let words: Vec<&str> = people.flat_map(|person| [person.id.as_str(), &*person.name]).collect();
        if words.contains(&word) { None } else { suggest::nearest(word, words) }
    }

    /// Gives everything that is open for one person to another.
    pub(super) fn handover(&mut self, from: &Arc<str>, to: &Arc<str>, by: Option<String>) -> Decided {
        let is = |person: &Person| person.id.as_str() == &**from || person.name == **from;
        let theirs: Vec<Task> = self
            .state
            .tasks
            .values()
            .map(|open| &open.task)
            .filter(|task| task.kind != TaskKind::Question && task.people.iter().any(is))
            .cloned()
            .collect();
        if theirs.is_empty() {
            let meant = self.person_meant(from);
            let meant = meant.map(|meant| phrase!("; did you mean `{meant}`?", "；是不是 `{meant}`？"));
            let (meant, group) = (meant.unwrap_or_default(), Phrase::same(self.group.id.as_str()));
            return self.refuse(phrase!(
                "nothing is open for {from} in `{group}`{meant}",
                "`{group}` 里没有 {from} 要做的事{meant}";
                group, meant
            ));
        }
        match self.somebody(to) {
            Ok(to) => self.ask_instead(&theirs, &to, by),
            Err(reason) => self.refuse(reason),
        }
    }

    /// Tasks have new people, who are told of all of them at once.
    fn ask_instead(&mut self, tasks: &[Task], to: &Addressee, by: Option<String>) -> Decided {
        let mut texts = Vec::new();
        for task in tasks {
            self.emit(Fact::TaskReassigned {
                task: task.id.clone(),
                role: to.role.clone(),
                people: to.people.clone(),
                by: by.clone(),
            })?;
            texts.push(notice::task_opened(&self.playbook, &self.group.id, task, self.now));
        }
        let (Some(channel), Some(first)) = (to.channel.clone(), tasks.first()) else { return Ok(()) };
        let mut message = Message::text(texts.join("\n\n"));
        message.mentions = to.people.iter().cloned().map(Mention::Person).collect();
        // Of one task whoever has it now gets a link of their own, as whoever had it did.
        let now = self.state.tasks.get(&first.id).filter(|_| tasks.len() == 1);
        message.asks = now.and_then(|open| open.task.asks());
        let due = tasks.iter().filter_map(|task| task.due).min();
        let from = self.telling(to, due, false);
        let effect = EffectId::from(format!("task/{}/given-{}", first.id, self.state.epoch));
        self.notify_from(from, effect, channel, message, None)
    }

    /// Reminds whoever is asked, now.
    pub(super) fn remind_later(&mut self, id: &TaskId, at: Timestamp, by: Option<String>) -> Decided {
        let Some(open) = self.state.tasks.get(id).cloned() else { return self.no_task(id) };
        if !matches!(open.task.kind, TaskKind::Task | TaskKind::Approval) {
            return self.refuse(phrase!(
                "{id} asks nobody who could be reminded later",
                "{id} 没有可以晚点提醒的人"
            ));
        }
        if at <= self.now {
            return self.refuse(phrase!("a reminder is for later", "提醒的时间要在以后"));
        }
        let ahead = usize::from(open.task.remind.is_some()) + open.task.reminds.len();
        if ahead >= limits::REMINDERS_MAX {
            return self.refuse(phrase!(
                "{ahead} reminders of {id} are ahead already, the limit",
                "{id} 已经有 {ahead} 次提醒在等，到上限了"
            ));
        }
        self.operated(Operation::RemindedLater { task: id.clone(), at }, by)
    }

    pub(super) fn remind_now(&mut self, id: &TaskId) -> Decided {
        let Some(open) = self.state.tasks.get(id).cloned() else { return self.no_task(id) };
        let channel = self.channel_of(open.task.role.as_ref(), &open.task.people);
        let Some(channel) = channel.filter(|_| open.task.kind != TaskKind::Question) else {
            return self.refuse(phrase!(
                "nobody can be reminded of {id}: give its role a `channel`, or the playbook a channel `staff`", "{id} 没法催：给它的角色写一个 `channel`，或者给剧本写一个 `staff` 频道"
            ));
        };
        let text = match open.task.due {
            Some(_) => notice::task_reminder(&self.playbook, &open, self.now, false),
            None => notice::task_opened(&self.playbook, &self.group.id, &open.task, self.now),
        };
        let mut message = Message::text(text);
        message.mentions = open.task.people.iter().cloned().map(Mention::Person).collect();
        let effect = EffectId::from(format!("task/{id}/asked-{}", self.state.epoch));
        self.notify(effect, channel, message, None)
    }
}
