//! `runs`: the runs of a group, open ones first, then those that ended last.

use super::{GroupShown, LocalTime};
use crate::{
    base::{
        ids::{GroupId, PlayName, RunId, StepId},
        phrase::{Phrase, phrase},
    },
    engine::{
        entry::{Outcome, Waiting},
        state::{Run, RunWait},
    },
    model::playbook::Playbook,
};
use serde::{Deserialize, Serialize};

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// The group of the run.
    pub group: GroupId,
    /// The id of the run.
    pub run: RunId,
    /// The play of the run.
    pub play: PlayName,
    /// Which run of the play it is.
    pub number: u64,
    /// The moment it is about.
    pub anchor: LocalTime,
    /// When it began.
    pub started: LocalTime,
    /// When it ended.
    pub finished: Option<LocalTime>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Why, where there is more to say.
    pub reason: Phrase,
    /// The step at which it waits.
    pub step: Option<StepId>,
    /// For what, in words.
    pub waiting: Option<Phrase>,
    /// Until when at most.
    pub until: Option<LocalTime>,
    /// Steps that were missed.
    pub missed: u32,
    /// The group only rehearses: nothing of the run was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehearses: bool,
}

/// The runs of a group, which only rehearses where its file says so.
pub fn runs<'a>(
    group: GroupShown<'a>,
    playbook: Option<&Playbook>,
) -> impl Iterator<Item = RunRow> + use<'a> {
    let file = playbook.and_then(|playbook| playbook.groups.get(group.id));
    let rehearses = file.is_some_and(|file| !file.live);
    let open = group.state.runs.values();
    let ended = group.state.finished.iter().rev();
    open.chain(ended).map(move |run| RunRow { rehearses, ..row(group, run) })
}

fn row(group: GroupShown<'_>, run: &Run) -> RunRow {
    let wait = run.waiting.as_ref().filter(|_| run.outcome.is_none());
    RunRow {
        group: group.id.clone(),
        run: run.id.clone(),
        play: run.play.clone(),
        number: run.number,
        anchor: group.at(run.anchor),
        started: group.at(run.started),
        finished: run.finished.map(|at| group.at(at)),
        outcome: run.outcome,
        reason: run.reason.clone(),
        step: wait.map(|wait| wait.step.clone()),
        waiting: wait.map(|wait| waiting(&wait.waiting)),
        until: wait.and_then(RunWait::ends).map(|at| group.at(at)),
        missed: run.missed,
        rehearses: false,
    }
}

/// What a run waits for, in words.
fn waiting(waiting: &Waiting) -> Phrase {
    match waiting {
        Waiting::Due => phrase!("its time", "到时间"),
        Waiting::Script { .. } => phrase!("its script", "脚本"),
        Waiting::Retry => phrase!("the next try", "下一次重试"),
        Waiting::Approval { task } => phrase!("approval {task}", "审批 {task}"),
        Waiting::Answers { task } => phrase!("answers to {task}", "对 {task} 的回答"),
        Waiting::Time => phrase!("its time", "到时间"),
        Waiting::Signal { name } => phrase!("signal {name}", "信号 {name}"),
        Waiting::Task { task } => phrase!("task {task}", "任务 {task}"),
        Waiting::Delivery { effect, .. } => phrase!("the delivery of {effect}", "{effect} 送达"),
        Waiting::Grace { members, .. } => {
            phrase!("the grace of {} members", "{} 位成员的宽限期", members.len())
        }
        Waiting::Choice { .. } => phrase!("a choice among many members", "在许多成员里挑选"),
        Waiting::Removal { task } => phrase!("removals of {task}", "移出 {task}"),
    }
}
