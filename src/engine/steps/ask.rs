//! `ask`: a poll, a quiz or a sign-up is put to the group, answers are collected, and the result is counted.

use crate::{
    base::{
        ids::{EffectId, MemberId, TaskId},
        member::Member,
        phrase::phrase,
        value::{Map, Value},
    },
    engine::{
        addressee::Addressee,
        carrying::{At, Carried, Trouble, Went},
        coming::COMING,
        draft::{Decided, Draft},
        entry::{Fact, Outgoing, TaskKind, Waiting},
        notice,
        request::Request,
        state::OpenTask,
        task::EndsWith,
    },
    model::{
        message::{Asks, Mention, Message, Poll},
        step::{Ask, Verb},
    },
    script::{member_value, names::Names},
};
use std::{collections::BTreeMap, sync::Arc};

use super::task::{Closing, Terms};

impl Draft<'_> {
    pub(in crate::engine) fn ask(&mut self, at: &At<'_>, ask: &Ask) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let question = at.words(&ask.text).render_markdown(&facts)?;
        let options = ask.options.iter().map(|o| o.render(&facts)).collect::<Result<Vec<_>, _>>()?;
        let written = ask.options.iter().map(|o| o.render_markdown(&facts)).collect::<Result<Vec<_>, _>>()?;
        let mut message = Message::text(notice::question(self.playbook.locale, &question, &written, ask));
        let to = self.playbook.channel(&self.group, &ask.to);
        if !ask.of_member && to.is_some_and(|channel| !channel.abilities().answers) {
            message.asks = Some(Asks::Answer);
        }
        if ask.of_member {
            let member = Self::member_of_run(at)?;
            if !self.state.members.has_joined(&member) {
                return self.ask_by_hand(at, ask, &member, &message.text, (question, options));
            }
            message.mentions.push(Mention::Person(self.member_person(&member)));
        } else if !options.is_empty() {
            // To one person no platform has a poll.
            message.poll = Some(Poll {
                question: question.clone(),
                options: options.clone(),
                anonymous: ask.anonymous,
                several: ask.choices > 1,
                closes: None,
            });
        }
        let effect = self.effect_id(&at.run.id, &at.step.id);
        let out = Outgoing {
            label: ask.label.or(at.play.label),
            own_label: super::post::own_label(ask.label, ask.own_label.as_ref(), at.play),
            play: Some(at.play.name.clone()),
            open_for: Some(ask.open_for),
            late_left: Some(self.late_left(at)),
            ..Outgoing::new(effect.clone(), ask.to.clone(), message, at.due)
        };
        if !self.send(at, out)? {
            return self.undelivered(at, effect);
        }
        if self.state.held_message(&effect).is_some() {
            // Its time begins when members can read it.
            self.wait(at, Waiting::Delivery { effect, members: Vec::new() }, None, None)?;
            return Ok(Went::Waits);
        }
        self.open_question(at, ask, (question, options))
    }

    /// Whoever is not in the group reads nothing there, and hardly any platform lets a robot write to them first: a person sends
    /// them the question.
    fn ask_by_hand(
        &mut self,
        at: &At<'_>,
        ask: &Ask,
        member: &MemberId,
        text: &str,
        asked: (String, Vec<String>),
    ) -> Carried {
        let name = self.state.members.name_of(member);
        let rest = match ask.fields.first() {
            Some(field) => format!("--with {field}=…"),
            None => asked.1.first().cloned().unwrap_or_default(),
        };
        let went = self.open_question(at, ask, asked)?;
        let waits = self.state.runs.get(&at.run.id).and_then(|run| run.waiting.as_ref());
        let Some(Waiting::Answers { task }) = waits.map(|wait| &wait.waiting) else { return Ok(went) };
        let (task, id) = (task.clone(), member.as_str());
        let due = self.state.tasks.get(&task).and_then(|open| open.task.due);
        let text = phrase!(
            "Send this to {name} in private: they are not in the group and read nothing there. What they answer is entered \
             with `playbook answer {task} {rest} --member {id}`.\n\n{text}",
            "私下把下面这些发给 {name}：TA 还不在群里，群里的消息看不到。收到回答后用 `playbook answer {task} {rest} --member {id}` 填进来。\n\n{text}"
        );
        let text = text.of(self.playbook.locale).to_owned();
        let host = self.playbook.host_role(&self.group).cloned();
        let of = (Some(at.play.name.clone()), Some(at.run.id.clone()));
        self.ask_role(host, text, of, false, due, Some(EndsWith::Answer(task)))?;
        Ok(went)
    }

    /// A question goes out: it says until when it is open, which counts from now.
    pub(in crate::engine) fn opens(&self, out: Outgoing) -> Outgoing {
        let Some(length) = out.open_for else { return out };
        let until = self.now.plus(length);
        let mut message = out.message;
        message.text.push_str(&notice::open_until(&self.playbook, until, self.now));
        if let Some(poll) = &mut message.poll {
            poll.closes = Some(until);
        }
        Outgoing { message, expires: Some(until), open_for: None, ..out }
    }

    /// A question that was held has gone out: answers are waited for from now on.
    pub(in crate::engine) fn question_put(&mut self, effect: &EffectId, poll: Option<Poll>) -> Decided {
        let Some(run) = self.waits_for_delivery(effect) else { return Ok(()) };
        self.with_step(&run, |draft, at| {
            let Verb::Ask(ask) = &at.step.verb else { return draft.done(at, at.pc + 1, None) };
            let asked = if let Some(poll) = poll {
                (poll.question, poll.options)
            } else {
                let facts = draft.step_facts(at, Names::ALL);
                let options = ask.options.iter().map(|option| option.render(&facts));
                (at.words(&ask.text).render_markdown(&facts)?, options.collect::<Result<Vec<_>, _>>()?)
            };
            draft.open_question(at, ask, asked)
        })
    }

    /// The run waits for answers to a question that members can read.
    fn open_question(&mut self, at: &At<'_>, ask: &Ask, (text, options): (String, Vec<String>)) -> Carried {
        let until = self.now.plus(ask.open_for);
        let request = Request {
            due: Some(until),
            options,
            fields: ask.fields.iter().map(ToString::to_string).collect(),
            ..Request::new(TaskKind::Question, text, Addressee::default())
        };
        let of = if ask.of_member { Some(Self::member_of_run(at)?) } else { None };
        let choices = Some(ask.choices).filter(|n| *n > 1);
        let terms = Terms { choices, seats: ask.seats, of, strict: false, anonymous: ask.anonymous };
        let task = self.open_on(at, request, terms)?;
        self.wait(at, Waiting::Answers { task }, Some(until), None)?;
        Ok(Went::Waits)
    }

    /// The member whom a run is about.
    fn member_of_run(at: &At<'_>) -> Result<MemberId, Trouble> {
        let signal = at.run.cause.signals.first();
        let of_signal =
            signal.and_then(|signal| signal.get("member")).and_then(Value::as_str).map(MemberId::new);
        let member = at.run.cause.member.clone().or(of_signal);
        member.ok_or_else(|| {
            Trouble::Step(
                "`of: member` asks the member whom the run is about; this one is about nobody".into(),
            )
        })
    }

    /// Somebody has answered, or taken an answer back: the run may go on, or knows the newest result.
    pub(in crate::engine) fn after_answer(&mut self, task: &TaskId) -> Decided {
        let Some(open) = self.state.tasks.get(task).cloned() else { return Ok(()) };
        let Some(run) = open.task.run.clone().filter(|run| self.state.runs.contains_key(run)) else {
            return Ok(());
        };
        let waits = self.state.runs.get(&run).and_then(|run| run.waiting.as_ref());
        if waits.is_some_and(|wait| wait.waiting == Waiting::Answers { task: task.clone() }) {
            let answered = open.task.of.as_ref().is_some_and(|of| open.answers.contains_key(of));
            if answered {
                return self.with_step(&run, |draft, at| draft.count_answers(at, task));
            }
            if open.is_full() {
                return self.with_step(&run, |draft, at| draft.filled(at, task));
            }
            return Ok(());
        }
        if open.task.seats.is_some() { self.rebind(&open) } else { Ok(()) }
    }

    /// Every place is taken: the run goes on, and who comes later waits.
    fn filled(&mut self, at: &At<'_>, task: &TaskId) -> Carried {
        let Some(open) = self.state.tasks.get(task).cloned() else { return self.done(at, at.pc + 1, None) };
        let Verb::Ask(ask) = &at.step.verb else { return self.done(at, at.pc + 1, None) };
        let right = self.settle_points(at, ask, &open)?;
        let result = result(&open, ask.anonymous, right.as_deref());
        let binding = ask.binding.clone().map(|name| (name, result));
        self.done(at, at.pc + 1, binding)
    }

    /// A run that has gone on knows who has moved up.
    fn rebind(&mut self, open: &OpenTask) -> Decided {
        let Some(run) = open.task.run.as_ref().and_then(|run| self.state.runs.get(run)).cloned() else {
            return Ok(());
        };
        let Some((_, _, play)) = self.play_of(&run) else { return Ok(()) };
        let mut steps = play.section(run.section).steps();
        let Some(Verb::Ask(ask)) =
            steps.find(|step| Some(&step.id) == open.task.step.as_ref()).map(|step| &step.verb)
        else {
            return Ok(());
        };
        let Some(name) = ask.binding.clone() else { return Ok(()) };
        let right = run.bindings.get(&name).and_then(|known| known.get("right")).and_then(Value::as_str);
        let value = result(open, ask.anonymous, right);
        self.emit(Fact::Bound { run: run.id.clone(), name, value })
    }

    /// The waiting list of a sign-up that was full closes.
    pub(in crate::engine) fn waiting_list_closed(&mut self, task: &TaskId) -> Decided {
        self.close(task, "counted", Closing::default())
    }

    /// What a question comes to that was never put: nobody has answered.
    pub(in crate::engine) fn unanswered(&self, at: &At<'_>, ask: &Ask) -> Value {
        let names = ask.options.iter().fold(Names::default(), |names, option| names.union(option.names()));
        let facts = self.step_facts(at, names);
        // An option that cannot be written now has no count; nobody has chosen it.
        let options: Vec<String> =
            ask.options.iter().filter_map(|option| option.render(&facts).ok()).collect();
        counted(&options, ask.seats, &[], ask.anonymous, None)
    }

    /// The time for answers is over.
    pub(in crate::engine) fn count_answers(&mut self, at: &At<'_>, task: &TaskId) -> Carried {
        let Some(open) = self.state.tasks.get(task).cloned() else { return self.done(at, at.pc + 1, None) };
        self.close(task, "counted", Closing::default())?;
        let Verb::Ask(ask) = &at.step.verb else { return self.done(at, at.pc + 1, None) };
        let right = self.settle_points(at, ask, &open)?;
        let result = result(&open, ask.anonymous, right.as_deref());
        let binding = ask.binding.clone().map(|name| (name, result));
        self.done(at, at.pc + 1, binding)
    }

    /// The right option, if there is one; whoever chose it has the points now.
    fn settle_points(&mut self, at: &At<'_>, ask: &Ask, open: &OpenTask) -> Result<Option<String>, Trouble> {
        let right = match &ask.answer {
            Some(answer) => Some(answer.render(&self.step_facts(at, answer.names()))?),
            None => None,
        };
        if let Some(points) = ask.points {
            self.award(open, right.as_deref(), points)?;
        }
        Ok(right)
    }

    fn award(&mut self, open: &OpenTask, right: Option<&str>, points: i64) -> Decided {
        for (id, (_, value)) in &open.answers {
            let wins = right.is_none_or(|right| names(value, right));
            if let Some(member) = self.state.members.get(id).filter(|_| wins) {
                let mut member = Member::clone(member);
                member.points = member.points.saturating_add(points);
                self.emit(Fact::MemberSet(Arc::new(member.into())))?;
            }
        }
        Ok(())
    }
}

/// Whether an answer is this option, or has it among others.
fn names(answer: &Value, option: &str) -> bool {
    match answer {
        Value::List(items) => items.iter().any(|item| item.as_str() == Some(option)),
        other => other.as_str() == Some(option),
    }
}

/// What a question has come to.
fn result(open: &OpenTask, anonymous: bool, right: Option<&str>) -> Value {
    let answers: Vec<Counted<'_>> = (open.in_order().into_iter())
        .map(|(member, (option, value))| Counted {
            member,
            value,
            options: open.task.chosen(*option, value),
            seat: open.turns.get(member).is_some_and(|turn| turn.seat),
        })
        .collect();
    let mut result = counted(&open.task.options, open.task.seats, &answers, anonymous, right);
    if let (false, Value::Map(map)) = (open.totals.is_empty(), &mut result) {
        enter(Arc::make_mut(map), &open.task.options, &open.totals);
    }
    result
}

/// Totals that were counted elsewhere take the place of what was heard; who it was nobody knows.
fn enter(result: &mut Map, options: &[String], totals: &[u32]) {
    let most = totals.iter().zip(options).rev().filter(|(n, _)| **n > 0).max_by_key(|(n, _)| **n);
    let table: Map = (options.iter().zip(totals))
        .map(|(option, n)| (Arc::from(option.as_str()), Value::Int(i64::from(*n))))
        .collect();
    let total = totals.iter().map(|n| i64::from(*n)).sum();
    let entered = [
        ("winner", Value::str(most.map_or("", |(_, option)| option))),
        ("total", Value::Int(total)),
        ("counts", Value::Map(Arc::new(table))),
        ("incomplete", Value::Bool(true)),
    ];
    result.extend(entered.map(|(key, value)| (Arc::from(key), value)));
}

/// An answer as it is counted.
struct Counted<'a> {
    member: &'a MemberId,
    value: &'a Value,
    options: Vec<u32>,
    seat: bool,
}

/// `{ winner, total, counts, answers, right, first }`, and of a sign-up with places `{ seats, places }`. A tie goes to
/// the first option; no answer gives `""`.
fn counted(
    options: &[String],
    seats: Option<u32>,
    answers: &[Counted<'_>],
    anonymous: bool,
    right: Option<&str>,
) -> Value {
    let mut counts: BTreeMap<u32, i64> = BTreeMap::new();
    for option in answers.iter().flat_map(|answer| &answer.options) {
        *counts.entry(*option).or_default() += 1;
    }
    let winner = counts.iter().max_by_key(|(option, count)| (**count, std::cmp::Reverse(**option)));
    let winner = winner.map_or(Value::str(""), |(option, _)| Value::str(&options[*option as usize]));
    let count = |index: usize| Value::Int(counts.get(&(index as u32)).copied().unwrap_or_default());
    let table: Map = options.iter().enumerate().map(|(i, o)| (Arc::from(o.as_str()), count(i))).collect();
    let listed = answers.iter().map(|answer| {
        if anonymous {
            answer.value.clone()
        } else {
            Value::map([("member", Value::str(answer.member.as_str())), ("answer", answer.value.clone())])
        }
    });
    let first = answers.iter().find(|answer| right.is_none_or(|right| names(answer.value, right)));
    let first = first.filter(|_| !anonymous).map_or(Value::Null, |answer| member_value(answer.member));
    let mut result: Map = [
        ("winner", winner),
        ("total", Value::Int(answers.len() as i64)),
        ("counts", Value::Map(Arc::new(table))),
        ("answers", Value::list(listed.collect())),
        ("right", Value::str(right.unwrap_or_default())),
        ("first", first),
    ]
    .into_iter()
    .map(|(key, value)| (Arc::from(key), value))
    .collect();
    if let (false, Some(yes)) = (anonymous, options.first()) {
        let comes =
            |answer: &&Counted<'_>| if seats.is_some() { answer.seat } else { names(answer.value, yes) };
        let places = seats.map_or(usize::MAX, |seats| seats as usize);
        let coming = answers.iter().filter(comes).take(places).map(|answer| member_value(answer.member));
        result.insert(Arc::from(COMING), Value::list(coming.collect()));
    }
    if let Some(seats) = seats {
        let places = answers.iter().filter(|answer| answer.seat).map(|answer| member_value(answer.member));
        result.insert(Arc::from("seats"), Value::Int(i64::from(seats)));
        result.insert(Arc::from("places"), Value::list(places.collect()));
    }
    Value::Map(Arc::new(result))
}
