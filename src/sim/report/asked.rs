//! What people were asked: tasks in time, late and missed, and approvals, by role and person.

use crate::{
    base::{
        ids::{GroupId, RoleName, TaskId},
        time::Timestamp,
    },
    engine::entry::{Fact, Task, TaskKind},
    sim::Transition,
};
use std::collections::BTreeMap;

/// What one person was asked in one role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskedReport {
    /// The role, where the task went to one.
    pub role: Option<RoleName>,
    /// The names of those who were asked.
    pub people: Vec<String>,
    /// Tasks, posts to copy and removals.
    pub tasks: u64,
    /// Done before they were due, or at all where nothing was due.
    pub in_time: u64,
    /// Done after they were due.
    pub late: u64,
    /// Due, and not done when the simulation ended.
    pub missed: u64,
    /// Not due yet when it ended.
    pub open: u64,
    /// Taken back, because their run ended.
    pub cancelled: u64,
    /// Approvals that were asked for.
    pub approvals: u64,
    /// Given.
    pub approved: u64,
    /// Refused.
    pub rejected: u64,
    /// Nobody decided in time.
    pub silent: u64,
}

/// Follows the tasks that are open.
#[derive(Debug, Default)]
pub(super) struct AskedGatherer {
    rows: BTreeMap<(Option<RoleName>, Vec<String>), AskedReport>,
    open: BTreeMap<(GroupId, TaskId), OpenAsk>,
}

#[derive(Debug)]
struct OpenAsk {
    row: (Option<RoleName>, Vec<String>),
    approval: bool,
    due: Option<Timestamp>,
}

impl AskedGatherer {
    pub(super) fn see(&mut self, transition: &Transition<'_>) {
        match &transition.entry.fact {
            Fact::TaskOpened(task) if task.kind != TaskKind::Question => {
                self.opened(transition.group, task);
            }
            Fact::TaskClosed { task, answer, .. } => {
                self.closed(&(transition.group.clone(), task.clone()), answer, transition.entry.at);
            }
            _ => {}
        }
    }

    fn opened(&mut self, group: &GroupId, task: &Task) {
        let people: Vec<String> = task.people.iter().map(|person| person.name.clone()).collect();
        let key = (task.role.clone(), people);
        let row = self.rows.entry(key.clone()).or_insert_with(|| AskedReport {
            role: key.0.clone(),
            people: key.1.clone(),
            ..AskedReport::default()
        });
        let approval = task.kind == TaskKind::Approval;
        if approval {
            row.approvals += 1;
        } else {
            row.tasks += 1;
        }
        self.open.insert((group.clone(), task.id.clone()), OpenAsk { row: key, approval, due: task.due });
    }

    fn closed(&mut self, key: &(GroupId, TaskId), answer: &str, at: Timestamp) {
        let Some(open) = self.open.remove(key) else { return };
        let Some(row) = self.rows.get_mut(&open.row) else { return };
        let sum = match (open.approval, answer) {
            (true, "approved") => &mut row.approved,
            (true, "rejected") => &mut row.rejected,
            (true, "silent") => &mut row.silent,
            (false, "done") if open.due.is_none_or(|due| at <= due) => &mut row.in_time,
            (false, "done") => &mut row.late,
            _ => &mut row.cancelled,
        };
        *sum += 1;
    }

    /// Takes over what another one has seen of other groups.
    pub(super) fn join(&mut self, other: Self) {
        self.open.extend(other.open);
        for (key, more) in other.rows {
            let Some(row) = self.rows.get_mut(&key) else {
                self.rows.insert(key, more);
                continue;
            };
            for (sum, more) in [
                (&mut row.tasks, more.tasks),
                (&mut row.in_time, more.in_time),
                (&mut row.late, more.late),
                (&mut row.cancelled, more.cancelled),
                (&mut row.approvals, more.approvals),
                (&mut row.approved, more.approved),
                (&mut row.rejected, more.rejected),
                (&mut row.silent, more.silent),
            ] {
                *sum += more;
            }
        }
    }

    /// What is open at the end is missed when it was due before.
    pub(super) fn finish(mut self, end: Timestamp) -> Vec<AskedReport> {
        for open in self.open.values() {
            let Some(row) = self.rows.get_mut(&open.row) else { continue };
            if !open.approval && open.due.is_some_and(|due| due < end) {
                row.missed += 1;
            } else {
                row.open += 1;
            }
        }
        self.rows.into_values().collect()
    }
}
