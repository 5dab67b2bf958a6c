//! `answers`: the questions of a group, who answered what, who has a place and who waits for one.
//!
//! From the journal, because a question that is counted stands in no state any more. Of an anonymous one only how many.

use super::{GroupShown, LocalTime};
use crate::{
    base::{
        ids::{GroupId, MemberId, RunId, StepId, TaskId},
        time::Timestamp,
        value::Value,
    },
    engine::{
        entry::{Entry, Fact, TaskKind},
        state::OpenTask,
    },
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Of a sign-up: somebody who has no place yet.
const WAITING: &str = "waiting";

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerRow {
    /// The group of the question.
    pub group: GroupId,
    /// The id of its task.
    pub task: TaskId,
    /// What is asked.
    pub text: String,
    /// The run that asks.
    pub run: Option<RunId>,
    /// The step that asks.
    pub step: Option<StepId>,
    /// When it was put.
    pub opened: LocalTime,
    /// Until when answers count.
    pub due: Option<LocalTime>,
    /// When it was counted or called off; none while it is open.
    pub closed: Option<LocalTime>,
    /// Whether who chose what is nobody's business.
    pub anonymous: bool,
    /// How many places there are.
    pub seats: Option<u32>,
    /// How many have answered.
    pub total: u64,
    /// By option, how many chose it.
    pub counts: Map<String, Json>,
    /// Whether somebody has entered the counts, so that the answers below are not all.
    pub entered: bool,
    /// Who answered, in the order in which they came.
    pub answers: Vec<GivenAnswer>,
}

/// What one member answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GivenAnswer {
    /// The member.
    pub member: MemberId,
    /// The member's shown name; the id where none is known.
    pub name: String,
    /// The option, several, or the form.
    pub answer: Json,
    /// When it was heard.
    pub at: Option<LocalTime>,
    /// `place`, `waiting`, or nothing where there are no places.
    pub seat: Option<&'static str>,
}

/// The questions of one group, as its journal goes by.
#[derive(Debug, Default)]
pub struct Questions {
    all: BTreeMap<TaskId, PutQuestion>,
    /// In the order in which they were put.
    order: Vec<TaskId>,
}

#[derive(Debug)]
struct PutQuestion {
    open: OpenTask,
    heard: BTreeMap<MemberId, Timestamp>,
    closed: Option<Timestamp>,
}

impl Questions {
    /// One more entry of the group.
    pub fn note(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::TaskOpened(task) if task.kind == TaskKind::Question => {
                self.order.push(task.id.clone());
                let open = OpenTask::new(task.as_ref().clone());
                self.all.insert(task.id.clone(), PutQuestion { open, heard: BTreeMap::new(), closed: None });
            }
            Fact::Answered(given) => {
                if let Some(question) = self.all.get_mut(&given.task) {
                    question.open.take(&given.member, (given.option, given.value.clone()), given.seat);
                    question.heard.insert(given.member.clone(), entry.at);
                }
            }
            Fact::AnswerWithdrawn { task, member } => {
                if let Some(question) = self.all.get_mut(task) {
                    question.open.withdraw(member);
                }
            }
            Fact::AnswersTotalled { task, totals } => {
                if let Some(question) = self.all.get_mut(task) {
                    question.open.totals.clone_from(totals);
                }
            }
            Fact::JoinedIds(ids) => {
                for question in self.all.values_mut() {
                    question.open.join(&ids.from, &ids.into);
                    if let Some(at) = question.heard.remove(&ids.from) {
                        question.heard.entry(ids.into.clone()).or_insert(at);
                    }
                }
            }
            Fact::TaskClosed { task, .. } => {
                if let Some(question) = self.all.get_mut(task) {
                    question.closed = Some(entry.at);
                }
            }
            _ => {}
        }
    }

    /// Those that go by a name (a task, a run, a play, `PLAY/ID`; all where none is named), newest first.
    pub fn rows(&self, group: GroupShown<'_>, name: Option<&str>) -> Vec<AnswerRow> {
        let newest = self.order.iter().rev().filter_map(|id| self.all.get(id));
        newest
            .filter(|question| name.is_none_or(|name| is_called(question, name)))
            .map(|question| question.row(group))
            .collect()
    }
}

/// Whether a question goes by a name.
fn is_called(question: &PutQuestion, name: &str) -> bool {
    let task = &question.open.task;
    let run = task.run.as_ref().map_or("", RunId::as_str);
    task.id.as_str().eq_ignore_ascii_case(name)
        || run == name
        || name.split_once('/').is_some_and(|(play, id)| run.strip_prefix(play) == Some(&format!("@{id}")))
        || run.split(['@', '~']).next() == Some(name)
}

impl PutQuestion {
    fn row(&self, group: GroupShown<'_>) -> AnswerRow {
        let (open, task) = (&self.open, &self.open.task);
        let answers = open.in_order();
        let mut counts: Vec<u64> = vec![0; task.options.len()];
        for (_, (option, value)) in &answers {
            for chosen in task.chosen(*option, value) {
                if let Some(count) = counts.get_mut(chosen as usize) {
                    *count += 1;
                }
            }
        }
        let entered = !open.totals.is_empty();
        if entered {
            counts = open.totals.iter().map(|n| u64::from(*n)).collect();
        }
        let total = if entered { counts.iter().sum() } else { answers.len() as u64 };
        let given = |(member, (_, value)): &(&MemberId, &(Option<u32>, Value))| {
            let turn = open.turns.get(*member);
            // In the order in which they came, as many as there are places have one.
            let before =
                open.turns.values().filter(|other| other.seat && turn.is_some_and(|turn| other.at < turn.at));
            let has_place = task.seats.is_some_and(|seats| (before.count() as u64) < u64::from(seats));
            GivenAnswer {
                member: (*member).clone(),
                name: name_of(group, member),
                answer: value.to_json(),
                at: self.heard.get(*member).map(|at| group.at(*at)),
                seat: turn
                    .filter(|turn| turn.seat && task.seats.is_some())
                    .map(|_| if has_place { "place" } else { WAITING }),
            }
        };
        AnswerRow {
            group: group.id.clone(),
            task: task.id.clone(),
            text: task.text.clone(),
            run: task.run.clone(),
            step: task.step.clone(),
            opened: group.at(task.opened),
            due: task.due.map(|due| group.at(due)),
            closed: self.closed.map(|at| group.at(at)),
            anonymous: task.anonymous,
            seats: task.seats,
            total,
            counts: (task.options.iter().zip(counts)).map(|(option, n)| (option.clone(), n.into())).collect(),
            entered,
            answers: if task.anonymous { Vec::new() } else { answers.iter().map(given).collect() },
        }
    }
}

impl AnswerRow {
    /// The names of those who chose an option and do not wait for a place.
    pub fn who_chose(&self, option: &str) -> Vec<String> {
        self.names(|given| given.seat != Some(WAITING) && chose(&given.answer, option))
    }

    /// The names of those who wait for a place, in their order.
    pub fn waiting(&self) -> Vec<String> {
        self.names(|given| given.seat == Some(WAITING))
    }

    /// Of a form: who filled it in, and what they wrote, field by field.
    pub fn forms(&self) -> impl Iterator<Item = (&str, String)> {
        let forms = self.answers.iter().filter(|given| given.seat != Some(WAITING));
        forms.map(|given| (given.name.as_str(), said(&given.answer)))
    }

    fn names(&self, of: impl Fn(&GivenAnswer) -> bool) -> Vec<String> {
        self.answers.iter().filter(|given| of(given)).map(|given| given.name.clone()).collect()
    }
}

/// Whether an answer is this option, or has it among others.
fn chose(answer: &Json, option: &str) -> bool {
    match answer {
        Json::Array(all) => all.iter().any(|one| one.as_str() == Some(option)),
        one => one.as_str() == Some(option),
    }
}

/// An answer in words: of a form, field by field.
fn said(answer: &Json) -> String {
    match answer {
        Json::String(text) => text.clone(),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(field, value)| format!("{field}: {}", said(value)));
            fields.collect::<Vec<_>>().join(" · ")
        }
        Json::Array(all) => all.iter().map(said).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A member as people call them.
pub fn name_of(group: GroupShown<'_>, member: &MemberId) -> String {
    let name = group.state.members.get(member).map(|known| known.name.clone());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| member.to_string())
}
