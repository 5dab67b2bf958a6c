//! Questions to the group: how often each was asked, how many answered, and what they chose.

use crate::{
    base::{
        ids::{GroupId, MemberId, PlayName, StepId, TaskId},
        time::Timestamp,
    },
    engine::entry::{Fact, Task, TaskKind},
    sim::Transition,
};
use std::collections::BTreeMap;

/// Options of one question that are shown; a script may ask for others each time.
const OPTIONS_MAX: usize = 12;
/// Options of one question that are counted.
const COUNTED_MAX: usize = 1_000;

/// One question: a step that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionReport {
    /// The play that asks.
    pub play: PlayName,
    /// The step that asks.
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
pub(super) struct QuestionGatherer {
    rows: BTreeMap<(PlayName, StepId), SeenQuestion>,
    open: BTreeMap<(GroupId, TaskId), OpenPoll>,
}

/// One question, as far as it was seen.
#[derive(Debug, Default)]
struct SeenQuestion {
    /// When and where it was asked the last time, and what.
    last: Option<(Timestamp, GroupId, String)>,
    asked: u64,
    answers: u64,
    members: u64,
    /// By option: when and where it was first seen, in which place, and how often it was chosen.
    options: BTreeMap<String, (Timestamp, GroupId, usize, u64)>,
}

#[derive(Debug)]
struct OpenPoll {
    row: (PlayName, StepId),
    task: Task,
    /// The last answer of each member: a second one takes the first one's place.
    answers: BTreeMap<MemberId, Vec<u32>>,
}

impl QuestionGatherer {
    pub(super) fn see(&mut self, transition: &Transition<'_>) {
        let key = |task: &TaskId| (transition.group.clone(), task.clone());
        match &transition.entry.fact {
            Fact::TaskOpened(task) if task.kind == TaskKind::Question => {
                self.opened(key(&task.id), task, transition.entry.at, transition.members as u64);
            }
            Fact::Answered(given) => {
                if let Some(open) = self.open.get_mut(&key(&given.task)) {
                    let chosen = open.task.chosen(given.option, &given.value);
                    open.answers.insert(given.member.clone(), chosen);
                }
            }
            Fact::AnswerWithdrawn { task, member } => {
                if let Some(open) = self.open.get_mut(&key(task)) {
                    open.answers.remove(member);
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

    fn opened(&mut self, key: (GroupId, TaskId), task: &Task, at: Timestamp, members: u64) {
        let play = task.run.as_ref().and_then(|run| run.as_str().split('@').next()).unwrap_or_default();
        let step = task.step.clone().unwrap_or_else(|| StepId::new(""));
        let row_key = (PlayName::new(play), step);
        let group = &key.0;
        let row = self.rows.entry(row_key.clone()).or_default();
        row.asked_last((at, group.clone(), task.text.clone()));
        row.asked += 1;
        row.members += members;
        for (place, option) in task.options.iter().enumerate() {
            row.option(option, (at, group.clone(), place, 0));
        }
        let open = OpenPoll { row: row_key, task: task.clone(), answers: BTreeMap::new() };
        self.open.insert(key, open);
    }

    fn count(&mut self, open: OpenPoll) {
        let Some(row) = self.rows.get_mut(&open.row) else { return };
        row.answers += open.answers.len() as u64;
        for option in open.answers.into_values().flatten() {
            let text = open.task.options.get(option as usize);
            if let Some((_, _, _, count)) = text.and_then(|text| row.options.get_mut(text)) {
                *count += 1;
            }
        }
    }

    /// Takes over what another one has seen of other groups.
    pub(super) fn join(&mut self, other: Self) {
        self.open.extend(other.open);
        for (key, more) in other.rows {
            let row = self.rows.entry(key).or_default();
            if let Some(last) = more.last {
                row.asked_last(last);
            }
            row.asked += more.asked;
            row.answers += more.answers;
            row.members += more.members;
            for (option, seen) in more.options {
                row.option(&option, seen);
            }
        }
    }

    /// What is still open at the end counts with the answers it has.
    pub(super) fn finish(mut self) -> Vec<QuestionReport> {
        for open in std::mem::take(&mut self.open).into_values() {
            self.count(open);
        }
        self.rows.into_iter().map(|((play, step), row)| row.finish(play, step)).collect()
    }
}

impl SeenQuestion {
    fn asked_last(&mut self, asked: (Timestamp, GroupId, String)) {
        let known = self.last.as_ref().map(|(at, group, _)| (at, group));
        if known.is_none_or(|known| known <= (&asked.0, &asked.1)) {
            self.last = Some(asked);
        }
    }

    /// An option is seen, so many times chosen.
    fn option(&mut self, option: &str, seen: (Timestamp, GroupId, usize, u64)) {
        let room = self.options.len() < COUNTED_MAX;
        if let Some(known) = self.options.get_mut(option) {
            let count = known.3 + seen.3;
            if (&seen.0, &seen.1, seen.2) < (&known.0, &known.1, known.2) {
                *known = seen;
            }
            known.3 = count;
        } else if room {
            self.options.insert(option.to_owned(), seen);
        }
    }

    fn finish(self, play: PlayName, step: StepId) -> QuestionReport {
        let Self { last, asked, answers, members, options } = self;
        let text = last.map(|last| last.2).unwrap_or_default();
        let mut options: Vec<_> = options.into_iter().collect();
        options.sort_by(|(_, a), (_, b)| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
        let options = options.into_iter().take(OPTIONS_MAX).map(|(text, seen)| (text, seen.3)).collect();
        QuestionReport { play, step, text, asked, answers, members, options }
    }
}
