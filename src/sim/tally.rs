//! The sums of a history: what was posted, held, missed and asked, and how the group changed.
//!
//! Counts entries; judges nothing.

use super::Transition;
use crate::{
    base::ids::{PhaseName, PlayName},
    base::time::Timestamp,
    engine::entry::{Fact, Outcome, TaskKind},
};
use std::collections::BTreeMap;

/// The sums of a history, over all groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Entries.
    pub entries: u64,
    /// By play.
    pub plays: BTreeMap<PlayName, PlayTally>,
    /// Messages that a budget held.
    pub held: u64,
    /// Messages that were never sent because they expired.
    pub expired: u64,
    /// Members who joined, left, and were let go.
    pub joined: u64,
    /// Members who left by themselves.
    pub left: u64,
    /// Members who were let go.
    pub removed: u64,
    /// Messages of members.
    pub messages: u64,
    /// Tasks and removals: opened.
    pub tasks: u64,
    /// Tasks and removals: done.
    pub tasks_done: u64,
    /// Tasks that were escalated because they were overdue.
    pub tasks_overdue: u64,
    /// Approvals: asked.
    pub approvals: u64,
    /// Approvals: given.
    pub approved: u64,
    /// Approvals: refused.
    pub rejected: u64,
    /// Approvals on which nobody decided in time.
    pub silent: u64,
    /// Answers to questions.
    pub answers: u64,
    /// Phases by the instant at which they were first entered in any group.
    pub phases: Vec<(PhaseName, Timestamp)>,
    kinds: BTreeMap<(String, String), TaskKind>,
}

/// The sums of one play.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlayTally {
    /// Runs started.
    pub runs: u64,
    /// Posts, released ones included.
    pub posts: u64,
    /// Occurrences that did not start.
    pub skipped: u64,
    /// Steps that were missed.
    pub missed: u64,
    /// Runs that failed.
    pub failed: u64,
}

impl Tally {
    /// Counts one entry.
    pub fn see(&mut self, transition: &Transition<'_>) {
        self.entries += 1;
        match &transition.entry.fact {
            Fact::PhaseEntered { phase, .. } if !self.phases.iter().any(|(name, _)| name == phase) => {
                self.phases.push((phase.clone(), transition.entry.at));
            }
            Fact::RunStarted { play, .. } => self.play(play).runs += 1,
            Fact::RunFinished { run, outcome: Outcome::Failed, .. } => {
                self.play(&play_of(run.as_str())).failed += 1;
            }
            Fact::Skipped { play, count, .. } => self.play(play).skipped += count,
            Fact::StepSkipped { run, .. } => self.play(&play_of(run.as_str())).missed += 1,
            Fact::Posted(out) | Fact::Released(out) => {
                if let Some(play) = &out.play {
                    self.play(play).posts += 1;
                }
            }
            Fact::Held { .. } => self.held += 1,
            Fact::Expired { .. } => self.expired += 1,
            Fact::SignalReceived(signal) => match signal.name.as_ref() {
                "member.joined" => self.joined += 1,
                "member.left" => self.left += 1,
                "message" => self.messages += 1,
                _ => {}
            },
            Fact::MemberGone { .. } => self.removed += 1,
            Fact::Answered { .. } => self.answers += 1,
            Fact::TaskReminded { escalated: true, .. } => self.tasks_overdue += 1,
            Fact::TaskOpened(task) => {
                self.kinds.insert((transition.group.to_string(), task.id.to_string()), task.kind);
                match task.kind {
                    TaskKind::Approval => self.approvals += 1,
                    TaskKind::Task | TaskKind::Removal | TaskKind::Delivery => self.tasks += 1,
                    TaskKind::Question => {}
                }
            }
            Fact::TaskClosed { task, answer, .. } => {
                let kind = self.kinds.remove(&(transition.group.to_string(), task.to_string()));
                match (kind, answer.as_ref()) {
                    (Some(TaskKind::Approval), "approved") => self.approved += 1,
                    (Some(TaskKind::Approval), "rejected") => self.rejected += 1,
                    (Some(TaskKind::Approval), "silent") => self.silent += 1,
                    (Some(TaskKind::Task | TaskKind::Removal | TaskKind::Delivery), "done") => {
                        self.tasks_done += 1;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn play(&mut self, name: &PlayName) -> &mut PlayTally {
        if !self.plays.contains_key(name) {
            self.plays.insert(name.clone(), PlayTally::default());
        }
        self.plays.entry(name.clone()).or_default()
    }
}

/// The play of a run's id.
fn play_of(run: &str) -> PlayName {
    PlayName::new(run.split('@').next().unwrap_or(run))
}
