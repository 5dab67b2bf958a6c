//! `runs`: the runs of a group, open ones first, then those that ended last.

use super::{At, Group};
use crate::{
    base::ids::{GroupId, PlayName, RunId, StepId},
    engine::{
        entry::{Outcome, Waiting},
        state::{Run, RunWait},
    },
};
use serde::{Deserialize, Serialize};

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its group.
    pub group: GroupId,
    /// Its id.
    pub run: RunId,
    /// Its play.
    pub play: PlayName,
    /// Which run of the play it is.
    pub number: u64,
    /// The moment it is about.
    pub anchor: At,
    /// When it began.
    pub started: At,
    /// When it ended.
    pub finished: Option<At>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Why, where there is more to say.
    pub reason: String,
    /// The step at which it waits.
    pub step: Option<StepId>,
    /// For what, in words.
    pub waiting: Option<String>,
    /// Until when at most.
    pub until: Option<At>,
    /// Steps that were missed.
    pub missed: u32,
}

/// The runs of a group.
pub fn runs(group: Group<'_>) -> impl Iterator<Item = Row> {
    let open = group.state.runs.values();
    let ended = group.state.finished.iter().rev();
    open.chain(ended).map(move |run| row(group, run))
}

fn row(group: Group<'_>, run: &Run) -> Row {
    let wait = run.waiting.as_ref().filter(|_| run.outcome.is_none());
    Row {
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
    }
}

/// What a run waits for, in words.
fn waiting(waiting: &Waiting) -> String {
    match waiting {
        Waiting::Due => "its time".into(),
        Waiting::Script { .. } => "its script".into(),
        Waiting::Retry => "the next try".into(),
        Waiting::Approval { task } => format!("approval {task}"),
        Waiting::Answers { task } => format!("answers to {task}"),
        Waiting::Time => "its time".into(),
        Waiting::Signal { name } => format!("signal {name}"),
        Waiting::Task { task } => format!("task {task}"),
        Waiting::Delivery { effect, .. } => format!("the delivery of {effect}"),
        Waiting::Grace { members, .. } => format!("the grace of {} members", members.len()),
        Waiting::Choice { .. } => "a choice among many members".into(),
        Waiting::Removal { task } => format!("removals of {task}"),
    }
}
