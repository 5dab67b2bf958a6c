//! What is open for people, in which turn they answered, and what they pressed lately: parts of the state.

use super::{run::Run, task::Task};
use crate::base::{
    ids::{MemberId, StepId},
    stored::is_default,
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A task, an approval or a question that is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenTask {
    /// What was asked.
    pub task: Task,
    /// Whether the reminder was sent.
    pub reminded: bool,
    /// Whether the escalation was sent.
    pub escalated: bool,
    /// By place in the task's list: what was answered; `true` where it was only ticked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ticks: BTreeMap<u32, Value>,
    /// By member: the option's index and the answer.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub answers: imbl::OrdMap<MemberId, (Option<u32>, Value)>,
    /// By member: when they answered, among the others, and whether the answer takes a place.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub turns: imbl::OrdMap<MemberId, Turn>,
    /// By option, what somebody has counted elsewhere and entered: it takes the place of what was heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<u32>,
    /// How many turns were ever taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub turn: u64,
    /// How many answers take a place.
    #[serde(default, skip_serializing_if = "is_default")]
    pub seated: u64,
}

/// An answer of a person to a task, and what was there before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Press {
    /// The task as it was open.
    pub open: OpenTask,
    /// The run that waited for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Arc<Run>>,
    /// The step that has used the answer; what is used cannot be taken back, but for tasks that are still open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<StepId>,
    /// Every step since then, as long as few have been.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<StepId>,
}

/// When somebody answered, among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Turn {
    /// Which answer it was.
    pub at: u64,
    /// Whether it takes a place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub seat: bool,
}

impl OpenTask {
    /// A task that was asked just now.
    pub fn new(task: Task) -> Self {
        Self {
            task,
            reminded: false,
            escalated: false,
            ticks: std::collections::BTreeMap::new(),
            answers: imbl::OrdMap::new(),
            turns: imbl::OrdMap::new(),
            totals: Vec::new(),
            turn: 0,
            seated: 0,
        }
    }

    /// Whether all its places are taken.
    pub fn is_full(&self) -> bool {
        self.task.seats.is_some_and(|seats| self.seated >= u64::from(seats))
    }

    /// Takes an answer in. Whoever keeps a place, or says the same again, keeps the turn.
    pub fn take(&mut self, member: &MemberId, answer: (Option<u32>, Value), seat: bool) {
        let known = self.turns.get(member).copied();
        let same = self.answers.get(member).is_some_and(|known| *known == answer);
        let keeps = known.filter(|known| same || known.seat && seat);
        let at = keeps.map_or_else(
            || {
                self.turn += 1;
                self.turn
            },
            |known| known.at,
        );
        self.seated =
            (self.seated + u64::from(seat)).saturating_sub(u64::from(known.is_some_and(|known| known.seat)));
        self.turns.insert(member.clone(), Turn { at, seat });
        self.answers.insert(member.clone(), answer);
    }

    /// Takes an answer back; whether there was one.
    pub fn withdraw(&mut self, member: &MemberId) -> bool {
        if let Some(turn) = self.turns.remove(member) {
            self.seated = self.seated.saturating_sub(u64::from(turn.seat));
        }
        self.answers.remove(member).is_some()
    }

    /// Two members turn out to be one: the later of their answers counts.
    pub fn join(&mut self, from: &MemberId, into: &MemberId) {
        let rename = |id: &mut MemberId| {
            if id == from {
                *id = into.clone();
            }
        };
        self.task.of.iter_mut().for_each(rename);
        self.task.members.iter_mut().for_each(rename);
        let mut seen = std::collections::BTreeSet::new();
        self.task.members.retain(|member| seen.insert(member.clone()));
        let (turn, Some(answer)) = (self.turns.get(from).copied(), self.answers.get(from).cloned()) else {
            return;
        };
        self.withdraw(from);
        let own = self.turns.get(into).copied();
        if own.is_some() && own > turn {
            return;
        }
        self.withdraw(into);
        if let Some(turn) = turn {
            self.seated = self.seated.saturating_add(u64::from(turn.seat));
            self.turns.insert(into.clone(), turn);
        }
        self.answers.insert(into.clone(), answer);
    }

    /// The answers in the order in which they came.
    pub fn in_order(&self) -> Vec<(&MemberId, &(Option<u32>, Value))> {
        let mut all: Vec<_> = self.answers.iter().collect();
        all.sort_by_key(|(member, _)| self.turns.get(*member).map_or(0, |turn| turn.at));
        all
    }
}
