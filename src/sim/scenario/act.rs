//! An act of a scenario: something that reaches the group from outside at an instant.
//!
//! Only becomes an input; what comes of it is the engine's.

use crate::{
    base::{
        ids::{EffectId, InputId, MemberId, PlayName, RunId, StepId, TaskId},
        phrase::{Phrase, Words, pair, phrase},
        source::Span,
        time::Timestamp,
        value::Value,
    },
    engine::{
        entry::TaskKind,
        input::{Command, Input, InputKind, Signal},
        state::State,
    },
    model::moderation::{APPEAL, RULES},
};
use std::sync::Arc;

/// Something that happens at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// When the act is.
    pub at: Timestamp,
    /// Where it was written.
    pub span: Span,
    /// What is done.
    pub deed: Deed,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// A signal is reported.
    Signal {
        /// The name of the signal.
        name: Arc<str>,
        /// The member it is about.
        member: Option<MemberId>,
        /// What goes with it.
        data: Value,
    },
    /// A person says that a task is done.
    Done(TaskAim, Value),
    /// A person ticks things off a task's list.
    Tick(TaskAim, Vec<String>),
    /// A person says yes.
    Approve(TaskAim),
    /// A person says no.
    Reject(TaskAim, Option<String>),
    /// An operator starts a play.
    Start(PlayName, Value),
    /// An operator ends the play's newest open run.
    Cancel(PlayName),
    /// An operator pauses a play, or all.
    Pause(Option<PlayName>),
    /// An operator resumes a play, or all.
    Resume(Option<PlayName>),
    /// An operator moves a date.
    Postpone(PlayName, Arc<str>, Timestamp),
}

/// Whether a signal of this name tells of one member.
pub fn is_about_a_member(name: &str) -> bool {
    name.starts_with("member.") || matches!(name, "message" | "reaction" | "answer" | APPEAL)
}

/// Which open task is meant: the oldest one of a play, or of one of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskAim {
    /// The play that asked.
    pub play: PlayName,
    /// The step that asked; any when there is none.
    pub step: Option<StepId>,
    /// Who does it, as the journal will name them.
    pub by: Option<String>,
}

/// What somebody does who is done with a task, or with things on its list.
pub(super) fn ended(aim: TaskAim, items: Vec<String>, note: Value) -> Deed {
    if items.is_empty() { Deed::Done(aim, note) } else { Deed::Tick(aim, items) }
}

impl Act {
    /// The input that it becomes in this state; else what is missing, in words. `number` tells it from the
    /// scenario's other acts.
    pub fn input(&self, state: &State, number: usize) -> Result<Input, Phrase> {
        let id = InputId::from(format!("script-{number}"));
        let command = |command| Ok(InputKind::Command(command));
        let kind = match &self.deed {
            Deed::Signal { name, member, data } => Ok(InputKind::Signal(Signal {
                name: name.clone(),
                id: id.clone(),
                at: self.at,
                sent: None,
                member: member.clone(),
                data: data.clone(),
            })),
            Deed::Done(aim, note) => {
                let task = aim.task(
                    state,
                    &[TaskKind::Task, TaskKind::Delivery, TaskKind::Removal],
                    pair("task", "任务"),
                )?;
                command(Command::Done { task, by: aim.by.clone(), note: note.clone() })
            }
            Deed::Tick(aim, items) => {
                let task = aim.task(state, &[TaskKind::Task], pair("task", "任务"))?;
                command(Command::Tick { task, items: items.clone(), by: aim.by.clone() })
            }
            Deed::Approve(aim) => {
                let task = aim.task(state, &[TaskKind::Approval], pair("approval", "审批"))?;
                command(Command::Approve {
                    task,
                    by: aim.by.clone(),
                    note: None,
                    as_operator: false,
                    except: Vec::new(),
                })
            }
            Deed::Reject(aim, reason) => {
                let task = aim.task(state, &[TaskKind::Approval], pair("approval", "审批"))?;
                command(Command::Reject {
                    task,
                    by: aim.by.clone(),
                    reason: reason.clone(),
                    as_operator: false,
                })
            }
            Deed::Start(play, args) => {
                let (date, member) = (None, None);
                command(Command::Start { play: play.clone(), args: args.clone(), date, member, by: None })
            }
            Deed::Cancel(play) => {
                let newest = state.runs.values().filter(|run| run.play == *play).max_by_key(|run| run.number);
                let run = newest.ok_or_else(|| {
                    phrase!("no run of {play} is open at this time", "这时没有 {play} 的活动在进行")
                })?;
                command(Command::Cancel { run: run.id.clone(), silent: false, by: None })
            }
            Deed::Pause(play) => {
                command(Command::Pause { play: play.clone(), caretaker: None, until: None, by: None })
            }
            Deed::Resume(play) => command(Command::Resume { play: play.clone(), by: None }),
            Deed::Postpone(play, date, at) => {
                command(Command::Postpone { play: play.clone(), date: date.clone(), at: *at, by: None })
            }
        };
        kind.map(|kind: InputKind| Input { id, kind })
    }
}

impl TaskAim {
    /// The oldest open task that is meant.
    fn task(&self, state: &State, kinds: &[TaskKind], what: Words) -> Result<TaskId, Phrase> {
        let meant = state.tasks.values().map(|open| &open.task).filter(|task| {
            // A post to paste belongs to no run; its effect names the one that it came from.
            let effect = task.effect.as_ref().map(EffectId::as_str);
            let of_effect = effect.and_then(|effect| effect.rsplit_once('/')?.0.rsplit_once('/'));
            let run = task.run.as_ref().map(RunId::as_str).or(of_effect.map(|(run, _)| run));
            let step = task.step.as_ref().map(StepId::as_str).or(of_effect.map(|(_, step)| step));
            let play = run.and_then(|run| run.split('@').next());
            // What is asked about a member belongs to the rule that was broken.
            let case = state.moderation.cases.get(&task.id);
            let play = case.map(|_| RULES).or(play);
            let step = case.map(|case| &*case.rule).or(step);
            kinds.contains(&task.kind)
                && play == Some(self.play.as_str())
                && self.step.as_ref().is_none_or(|wanted| step == Some(wanted.as_str()))
        });
        let oldest = meant.min_by_key(|task| (task.opened, task.id.as_str().len(), task.id.clone()));
        let place = self.step.as_ref().map_or_else(String::new, |step| format!("/{step}"));
        oldest.map(|task| task.id.clone()).ok_or_else(|| {
            let (what, play) = (Phrase::from(what), &self.play);
            phrase!(
                "no {what} of {play}{place} is open at this time",
                "这时 {play}{place} 没有开着的{what}";
                what
            )
        })
    }
}
