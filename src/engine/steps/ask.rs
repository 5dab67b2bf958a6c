//! `ask`: a poll, a quiz or a sign-up is put to the group, answers are collected, and the result is counted.

use crate::{
    base::{
        ids::{MemberId, TaskId},
        limits,
        member::Member,
        value::{Map, Value},
    },
    engine::{
        advance::{At, Carried, Went},
        draft::{Addressee, Decided, Draft},
        entry::{Fact, Outgoing, TaskKind, Waiting},
        input::Signal,
        notice,
        state::OpenTask,
    },
    model::{
        message::{Message, Poll},
        step::{Ask, Verb},
    },
    script::names::Names,
};
use std::{collections::BTreeMap, sync::Arc};

use super::{held, task::Request};

impl Draft<'_> {
    pub(in crate::engine) fn ask(&mut self, at: &At<'_>, ask: &Ask) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let question = ask.text.render_markdown(&facts)?;
        let options = ask.options.iter().map(|o| o.render(&facts)).collect::<Result<Vec<_>, _>>()?;
        let written = ask.options.iter().map(|o| o.render_markdown(&facts)).collect::<Result<Vec<_>, _>>()?;
        let until = self.now.plus(ask.open_for);
        let mut message = Message::text(notice::question(
            &self.playbook,
            &question,
            &written,
            &ask.fields,
            until,
            self.now,
        ));
        if !options.is_empty() {
            message.poll =
                Some(Poll { question: question.clone(), options: options.clone(), anonymous: ask.anonymous });
        }
        let out = Outgoing {
            effect: self.effect_id(&at.run.id, &at.step.id),
            channel: ask.to.clone(),
            message,
            label: ask.label.or(at.play.label),
            play: Some(at.play.name.clone()),
            due: at.due,
            expires: Some(until),
            late_left: Some(self.late_left(at)),
            urgent: false,
            manual: None,
        };
        self.send(out)?;
        let request = Request {
            kind: TaskKind::Question,
            text: question,
            to: Addressee::default(),
            due: Some(until),
            remind: None,
            escalate: Vec::new(),
            options,
            members: Vec::new(),
        };
        let task = self.open(at, request)?;
        self.wait(at, Waiting::Answers { task }, Some(until), None)?;
        Ok(Went::Waits)
    }

    /// What a question comes to that was never put: nobody has answered.
    pub(in crate::engine) fn unanswered(&self, at: &At<'_>, ask: &Ask) -> Value {
        let names = ask.options.iter().fold(Names::default(), |names, option| names.union(option.names()));
        let facts = self.step_facts(at, names);
        // An option that cannot be written now has no count; nobody has chosen it.
        let options: Vec<String> =
            ask.options.iter().filter_map(|option| option.render(&facts).ok()).collect();
        result(&options, &imbl::OrdMap::new(), ask.anonymous)
    }

    /// Puts an `answer` signal to the question it is about: `data.task` or `data.ask` names it (a task id, or the
    /// play), else it is the question opened last.
    pub(in crate::engine) fn take_answer(&mut self, signal: &Signal) -> Decided {
        let named = ["task", "ask"].iter().find_map(|key| signal.data.get(key).and_then(Value::as_str));
        let questions = self.state.tasks.values().filter(|open| open.task.kind == TaskKind::Question);
        let number = |open: &&Arc<OpenTask>| {
            open.task.id.as_str().get(1..).and_then(|n| n.parse::<u64>().ok()).unwrap_or_default()
        };
        let open = match named {
            Some(name) => questions
                .filter(|open| {
                    let play = open.task.run.as_ref().map_or("", |run| run.as_str());
                    open.task.id.as_str() == name || play.split('@').next() == Some(name)
                })
                .max_by_key(number),
            None => questions.max_by_key(number),
        };
        let Some(open) = open.cloned() else { return Ok(()) };
        let value = ["option", "answer", "value", "fields"]
            .iter()
            .find_map(|key| signal.data.get(key).cloned())
            .unwrap_or_else(|| signal.data.clone());
        let option = option_index(&open.task.options, &value);
        if !open.task.options.is_empty() && option.is_none() {
            return Ok(());
        }
        let member = signal.member.clone().unwrap_or_else(|| MemberId::new(signal.id.as_str()));
        if open.answers.len() >= limits::MEMBERS_MAX && !open.answers.contains_key(&member) {
            return Ok(());
        }
        let value = option.map_or(value, |index| Value::str(&open.task.options[index as usize]));
        let others = open.answers.iter().filter(|(other, _)| **other != member).map(|(_, (_, value))| value);
        if !held::answer_fits(others, &value) {
            return Ok(());
        }
        self.emit(Fact::Answered { task: open.task.id.clone(), member, option, value })
    }

    /// The time for answers is over.
    pub(in crate::engine) fn count_answers(&mut self, at: &At<'_>, task: &TaskId) -> Carried {
        let Some(open) = self.state.tasks.get(task).cloned() else { return self.done(at, at.pc + 1, None) };
        self.close(task, "counted", None, Value::Null)?;
        let Verb::Ask(ask) = &at.step.verb else { return self.done(at, at.pc + 1, None) };
        if let Some(points) = ask.points {
            let right = match &ask.answer {
                Some(answer) => Some(answer.render(&self.step_facts(at, answer.names()))?),
                None => None,
            };
            self.award(&open, right.as_deref(), points)?;
        }
        let result = result(&open.task.options, &open.answers, ask.anonymous);
        let binding = ask.binding.clone().map(|name| (name, result));
        self.done(at, at.pc + 1, binding)
    }

    fn award(&mut self, open: &OpenTask, right: Option<&str>, points: i64) -> Decided {
        for (id, (_, value)) in &open.answers {
            let wins = right.is_none_or(|right| value.as_str() == Some(right));
            if let Some(member) = self.state.members.get(id).filter(|_| wins) {
                let mut member = Member::clone(member);
                member.points = member.points.saturating_add(points);
                self.emit(Fact::MemberSet(Arc::new(member.into())))?;
            }
        }
        Ok(())
    }
}

/// The option that an answer means: its text, or its number from 1.
fn option_index(options: &[String], answer: &Value) -> Option<u32> {
    let by_number = |n: i64| usize::try_from(n.saturating_sub(1)).ok().filter(|index| *index < options.len());
    let index = match answer {
        Value::Int(n) => by_number(*n),
        Value::Str(text) => {
            let text = text.trim();
            options.iter().position(|o| o == text).or_else(|| text.parse().ok().and_then(by_number))
        }
        _ => None,
    };
    index.map(|index| index as u32)
}

/// `{ winner, total, counts, answers }`. A tie goes to the first option; no answer gives `""`.
fn result(
    options: &[String],
    answers: &imbl::OrdMap<MemberId, (Option<u32>, Value)>,
    anonymous: bool,
) -> Value {
    let mut counts: BTreeMap<u32, i64> = BTreeMap::new();
    for (option, _) in answers.values() {
        if let Some(option) = option {
            *counts.entry(*option).or_default() += 1;
        }
    }
    let winner = counts.iter().max_by_key(|(option, count)| (**count, std::cmp::Reverse(**option)));
    let winner = winner.map_or(Value::str(""), |(option, _)| Value::str(&options[*option as usize]));
    let count = |index: usize| Value::Int(counts.get(&(index as u32)).copied().unwrap_or_default());
    let table: Map = options.iter().enumerate().map(|(i, o)| (Arc::from(o.as_str()), count(i))).collect();
    let listed = answers.iter().map(|(member, (_, value))| {
        if anonymous {
            value.clone()
        } else {
            Value::map([("member", Value::str(member.as_str())), ("answer", value.clone())])
        }
    });
    Value::map([
        ("winner", winner),
        ("total", Value::Int(answers.len() as i64)),
        ("counts", Value::Map(Arc::new(table))),
        ("answers", Value::list(listed.collect())),
    ])
}
