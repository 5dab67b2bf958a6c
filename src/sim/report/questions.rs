//! Questions to the group: how often each was asked, how many answered, and what they chose.

use crate::{
    base::ids::{GroupId, MemberId, PlayName, StepId, TaskId},
    engine::entry::{Fact, Task, TaskKind},
    sim::Transition,
};
use std::collections::BTreeMap;

/// Options of one question that are counted; a script may ask for others each time.
const OPTIONS_MAX: usize = 12;

/// One question: a step that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionReport {
    /// Its play.
    pub play: PlayName,
    /// Its step.
    pub step: StepId,
    /// What was asked the last time.
    pub text: String,
    /// How often.
    pub asked: u64,
    /// Members who answered, over all times.
    pub answers: u64,
    /// Members who could have answered, over all times.
    pub members: u64,
    /// What was chosen, in the order in which the options were first seen.
    pub options: Vec<(String, u64)>,
}

/// Follows the questions that are open.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    rows: BTreeMap<(PlayName, StepId), QuestionReport>,
    open: BTreeMap<(GroupId, TaskId), Open>,
}

#[derive(Debug)]
struct Open {
    row: (PlayName, StepId),
    options: Vec<String>,
    /// The last answer of each member: a second one takes the first one's place.
    answers: BTreeMap<MemberId, Option<u32>>,
}

impl Gatherer {
    pub(super) fn see(&mut self, transition: &Transition<'_>) {
        let key = |task: &TaskId| (transition.group.clone(), task.clone());
        match &transition.entry.fact {
            Fact::TaskOpened(task) if task.kind == TaskKind::Question => {
                self.opened(key(&task.id), task, transition.state.members.len() as u64);
            }
            Fact::Answered { task, member, option, .. } => {
                if let Some(open) = self.open.get_mut(&key(task)) {
                    open.answers.insert(member.clone(), *option);
                }
            }
            Fact::TaskClosed { task, .. } => {
                if let Some(open) = self.open.remove(&key(task)) {
                    self.count(open);
                }
            }
            _ => {}
        }
    }

    fn opened(&mut self, key: (GroupId, TaskId), task: &Task, members: u64) {
        let play = task.run.as_ref().and_then(|run| run.as_str().split('@').next()).unwrap_or_default();
        let step = task.step.clone().unwrap_or_else(|| StepId::new(""));
        let row_key = (PlayName::new(play), step);
        let row = self.rows.entry(row_key.clone()).or_insert_with(|| QuestionReport {
            play: row_key.0.clone(),
            step: row_key.1.clone(),
            text: String::new(),
            asked: 0,
            answers: 0,
            members: 0,
            options: Vec::new(),
        });
        row.text.clone_from(&task.text);
        row.asked += 1;
        row.members += members;
        for option in &task.options {
            if row.options.len() < OPTIONS_MAX && !row.options.iter().any(|(known, _)| known == option) {
                row.options.push((option.clone(), 0));
            }
        }
        let open = Open { row: row_key, options: task.options.clone(), answers: BTreeMap::new() };
        self.open.insert(key, open);
    }

    fn count(&mut self, open: Open) {
        let Some(row) = self.rows.get_mut(&open.row) else { return };
        row.answers += open.answers.len() as u64;
        for option in open.answers.into_values().flatten() {
            let text = open.options.get(option as usize);
            if let Some((_, count)) = row.options.iter_mut().find(|(known, _)| Some(known) == text) {
                *count += 1;
            }
        }
    }

    /// What is still open at the end counts with the answers it has.
    pub(super) fn finish(mut self) -> Vec<QuestionReport> {
        for open in std::mem::take(&mut self.open).into_values() {
            self.count(open);
        }
        self.rows.into_values().collect()
    }
}
