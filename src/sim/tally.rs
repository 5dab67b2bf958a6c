//! The sums of a history: what was posted, held, missed and asked, and how the group changed.
//!
//! Counts entries, in any order of groups, and two of them can be joined; judges nothing.

use super::Transition;
use crate::{
    base::ids::{GroupId, PhaseName, PlayName, TaskId},
    base::time::Timestamp,
    engine::entry::{Fact, Outcome, TaskKind},
};
use std::collections::BTreeMap;

/// The sums of a history, over all groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryTally {
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
    /// Members who were forgotten, which is neither.
    pub forgotten: u64,
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
    /// When each phase was first entered in any group, and by which entry of that group.
    phases: BTreeMap<PhaseName, (Timestamp, u64)>,
    kinds: BTreeMap<(GroupId, TaskId), TaskKind>,
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

impl HistoryTally {
    /// Counts one entry.
    pub fn see(&mut self, transition: &Transition<'_>) {
        self.entries += 1;
        match &transition.entry.fact {
            Fact::PhaseEntered { phase, .. } => self.entered(phase, (transition.entry.at, transition.n)),
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
            Fact::MemberGone { forgotten: true, .. } => self.forgotten += 1,
            Fact::MemberGone { .. } => self.removed += 1,
            Fact::Answered { .. } => self.answers += 1,
            Fact::TaskReminded { escalated: true, .. } => self.tasks_overdue += 1,
            Fact::TaskOpened(task) => {
                self.kinds.insert((transition.group.clone(), task.id.clone()), task.kind);
                match task.kind {
                    TaskKind::Approval => self.approvals += 1,
                    TaskKind::Task | TaskKind::Removal | TaskKind::Delivery => self.tasks += 1,
                    TaskKind::Question => {}
                }
            }
            Fact::TaskClosed { task, answer, .. } => {
                let kind = self.kinds.remove(&(transition.group.clone(), task.clone()));
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

    /// Takes over the sums of other groups.
    pub fn join(&mut self, other: Self) {
        for (play, sums) in other.plays {
            let known = self.play(&play);
            known.runs += sums.runs;
            known.posts += sums.posts;
            known.skipped += sums.skipped;
            known.missed += sums.missed;
            known.failed += sums.failed;
        }
        for (phase, when) in &other.phases {
            self.entered(phase, *when);
        }
        self.kinds.extend(other.kinds);
        for (sum, more) in [
            (&mut self.entries, other.entries),
            (&mut self.held, other.held),
            (&mut self.expired, other.expired),
            (&mut self.joined, other.joined),
            (&mut self.left, other.left),
            (&mut self.removed, other.removed),
            (&mut self.forgotten, other.forgotten),
            (&mut self.messages, other.messages),
            (&mut self.tasks, other.tasks),
            (&mut self.tasks_done, other.tasks_done),
            (&mut self.tasks_overdue, other.tasks_overdue),
            (&mut self.approvals, other.approvals),
            (&mut self.approved, other.approved),
            (&mut self.rejected, other.rejected),
            (&mut self.silent, other.silent),
            (&mut self.answers, other.answers),
        ] {
            *sum += more;
        }
    }

    /// Phases by the instant at which they were first entered in any group, in order of time.
    pub fn phases(&self) -> Vec<(PhaseName, Timestamp)> {
        let mut all: Vec<_> = self.phases.iter().collect();
        all.sort_by_key(|(_, when)| **when);
        all.into_iter().map(|(name, (at, _))| (name.clone(), *at)).collect()
    }

    /// When a phase was first entered in any group.
    pub fn entered_at(&self, phase: &PhaseName) -> Option<Timestamp> {
        self.phases.get(phase).map(|when| when.0)
    }

    fn entered(&mut self, phase: &PhaseName, when: (Timestamp, u64)) {
        match self.phases.get_mut(phase) {
            Some(known) => *known = when.min(*known),
            None => {
                self.phases.insert(phase.clone(), when);
            }
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
