//! `tasks`: what waits for people.

use super::{GroupShown, LocalTime};
use crate::{
    base::{
        ids::{EffectId, GroupId, MemberId, RoleName, RunId, StepId, TaskId},
        value::Value,
    },
    engine::entry::TaskKind,
    shell::delivery::markup,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// The group of the task.
    pub group: GroupId,
    /// The id of the task.
    pub task: TaskId,
    /// What kind of task it is.
    pub kind: TaskKind,
    /// What is asked; of a post to paste, the text as it is to be pasted.
    pub text: String,
    /// The role it is addressed to.
    pub role: Option<RoleName>,
    /// The names of those who are asked.
    pub people: Vec<String>,
    /// The run that asks.
    pub run: Option<RunId>,
    /// The step that asks.
    pub step: Option<StepId>,
    /// When it was opened.
    pub opened: LocalTime,
    /// When those who are asked are told, where that is still ahead.
    pub told: Option<LocalTime>,
    /// When it should be done.
    pub due: Option<LocalTime>,
    /// What is to be ticked off.
    pub list: Vec<String>,
    /// Beside it: what was answered, `true` where it was only ticked, nothing where it is open.
    pub answered: Vec<Json>,
    /// For an approval: what is approved.
    pub show: Option<String>,
    /// For a question: its options.
    pub options: Vec<String>,
    /// For a question: how many have answered.
    pub answers: usize,
    /// For a removal: the members.
    pub members: Vec<MemberId>,
    /// For a delivery: the message.
    pub effect: Option<EffectId>,
    /// For a delivery: the group is hushed, and it is not to be pasted yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hushed: bool,
}

impl TaskRow {
    /// What is on its list, a line each, ticked or not.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.list.iter().zip(&self.answered).enumerate().map(|(nth, (item, answer))| {
            let (mark, answer) = match answer {
                Json::Null => (' ', String::new()),
                Json::String(answer) => ('x', format!(": {answer}")),
                _ => ('x', String::new()),
            };
            format!("[{mark}] {} {item}{answer}", nth + 1)
        })
    }
}

/// What waits for people in a group.
pub fn tasks(group: GroupShown<'_>) -> impl Iterator<Item = TaskRow> {
    group.state.tasks.values().map(move |open| {
        let task = &open.task;
        TaskRow {
            group: group.id.clone(),
            task: task.id.clone(),
            kind: task.kind,
            text: match task.kind {
                TaskKind::Delivery => markup::to_paste(&task.to_paste()),
                _ => task.text.clone(),
            },
            role: task.role.clone(),
            people: task.people.iter().map(|person| person.name.clone()).collect(),
            run: task.run.clone(),
            step: task.step.clone(),
            opened: group.at(task.opened),
            told: task.tell.map(|tell| group.at(tell)),
            due: task.due.map(|due| group.at(due)),
            list: task.list.clone(),
            answered: (task.list.iter().zip(0_u32..))
                .map(|(_, place)| open.ticks.get(&place).map_or(Json::Null, Value::to_json))
                .collect(),
            show: task.show.clone(),
            options: task.options.clone(),
            answers: open.answers.len(),
            members: task.members.clone(),
            effect: task.effect.clone(),
            hushed: group.state.is_not_to_be_pasted_yet(task),
        }
    })
}
