//! Each group's part of a history: how it grew, how it talked, which phases it went through.
//!
//! Keeps a line by day only for the first groups; of the others the sums.

use crate::{
    base::{
        ids::{GroupId, PhaseName},
        time::Timestamp,
    },
    engine::{entry::Fact, state::State},
    model::playbook::Playbook,
    sim::Transition,
};
use std::{collections::BTreeMap, sync::Arc};

/// Groups that have a line by day.
pub const SERIES_MAX: usize = 24;
/// Phases that are remembered of one group; a playbook may go round in circles.
const PHASES_MAX: usize = 100;

/// One group's part of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupReport {
    /// The id of the group.
    pub id: GroupId,
    /// The shown name of the group.
    pub title: Arc<str>,
    /// Members when the simulation began.
    pub members_first: u64,
    /// Members when it ended.
    pub members_last: u64,
    /// Members ever seen.
    pub members_ever: u64,
    /// Messages of members.
    pub messages: u64,
    /// Posts.
    pub posts: u64,
    /// The phases and when they were entered, in order.
    pub phases: Vec<(PhaseName, Timestamp)>,
    /// Members at the end of each day; empty for a group beyond [`SERIES_MAX`].
    pub members_by_day: Vec<u64>,
    /// Messages of each day; likewise.
    pub messages_by_day: Vec<u64>,
}

/// Follows every group.
#[derive(Debug)]
pub(super) struct GroupGatherer {
    index: BTreeMap<GroupId, usize>,
    groups: Vec<GroupReport>,
    /// For each group: the day of its last fact.
    seen: Vec<usize>,
    /// Members of all groups at the end of each day.
    by_day: Vec<u64>,
    /// What is there at this instant is there from the beginning.
    from: Timestamp,
}

impl GroupGatherer {
    pub(super) fn new(playbook: &Playbook, from: Timestamp, days: usize) -> Self {
        let groups: Vec<GroupReport> = playbook
            .groups
            .values()
            .enumerate()
            .map(|(index, group)| {
                let series = if index < SERIES_MAX { vec![0; days] } else { Vec::new() };
                GroupReport {
                    id: group.id.clone(),
                    title: group.title.clone(),
                    members_first: 0,
                    members_last: 0,
                    members_ever: 0,
                    messages: 0,
                    posts: 0,
                    phases: Vec::new(),
                    members_by_day: series.clone(),
                    messages_by_day: series,
                }
            })
            .collect();
        let index = groups.iter().enumerate().map(|(i, group)| (group.id.clone(), i)).collect();
        Self { index, seen: vec![0; groups.len()], groups, by_day: vec![0; days], from }
    }

    /// How a group was before the first fact that is seen of it.
    pub(super) fn begin(&mut self, state: &State) {
        let Some(index) = self.index.get(&state.group).copied() else { return };
        let group = &mut self.groups[index];
        group.members_first = state.members.len() as u64;
        group.members_last = group.members_first;
        group.members_ever = state.members_ever;
        group.phases.push((state.phase.clone(), self.from));
    }

    pub(super) fn see(&mut self, transition: &Transition<'_>, today: usize) {
        let Some(index) = self.index.get(transition.group).copied() else { return };
        self.end_days(index, today);
        let group = &mut self.groups[index];
        group.members_last = transition.members as u64;
        group.members_ever = transition.members_ever;
        match &transition.entry.fact {
            Fact::PhaseEntered { phase, .. } if group.phases.len() < PHASES_MAX => {
                group.phases.push((phase.clone(), transition.entry.at));
            }
            Fact::Posted(_) | Fact::Released(_) => group.posts += 1,
            Fact::SignalReceived(signal) if signal.name.as_ref() == "message" => {
                group.messages += 1;
                if let Some(day) = group.messages_by_day.get_mut(today) {
                    *day += 1;
                }
            }
            _ => {}
        }
        if transition.entry.at <= self.from {
            group.members_first = group.members_last;
        }
    }

    /// The days of a group before this one are over.
    fn end_days(&mut self, index: usize, today: usize) {
        let group = &mut self.groups[index];
        let over = self.seen[index]..today;
        self.seen[index] = today;
        for day in over {
            self.by_day[day] += group.members_last;
            if let Some(members) = group.members_by_day.get_mut(day) {
                *members = group.members_last;
            }
        }
    }

    /// Takes over the groups that another one has seen.
    pub(super) fn join(&mut self, other: Self) {
        for (sum, more) in self.by_day.iter_mut().zip(&other.by_day) {
            *sum += more;
        }
        for (index, (group, seen)) in other.groups.into_iter().zip(other.seen).enumerate() {
            if group.members_ever > 0 || !group.phases.is_empty() {
                self.groups[index] = group;
                self.seen[index] = seen;
            }
        }
    }

    /// The groups, and the members of all of them at the end of each day.
    pub(super) fn finish(mut self) -> (Vec<GroupReport>, Vec<u64>) {
        for index in 0..self.groups.len() {
            self.end_days(index, self.by_day.len());
        }
        (self.groups, self.by_day)
    }
}
