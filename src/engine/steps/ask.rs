//! `ask`: a poll, a quiz or a sign-up is put to the group, answers are collected, and the result is counted.

use crate::{
    base::{
        ids::{MemberId, TaskId},
        member::Member,
        value::{Map, Value},
    },
    engine::{
        advance::{At, Carried, Went},
        draft::{Addressee, Decided, Draft},
        entry::{Fact, Outgoing, TaskKind, Waiting},
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

use super::task::{Closing, Request};

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
            awaited: false,
            manual: None,
        };
        self.send(out)?;
        let request = Request {
            due: Some(until),
            options,
            fields: ask.fields.iter().map(ToString::to_string).collect(),
            ..Request::new(TaskKind::Question, question, Addressee::default())
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

    /// The time for answers is over.
    pub(in crate::engine) fn count_answers(&mut self, at: &At<'_>, task: &TaskId) -> Carried {
        let Some(open) = self.state.tasks.get(task).cloned() else { return self.done(at, at.pc + 1, None) };
        self.close(task, "counted", Closing::default())?;
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
