//! Each group's part of a history: how it grew, how it talked, which phases it went through.
//!
//! Keeps a line by day only for the first groups; of the others the sums.

use crate::{
    base::{
        ids::{GroupId, PhaseName},
        time::Timestamp,
    },
    engine::entry::Fact,
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
    /// Its id.
    pub id: GroupId,
    /// Its shown name.
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
pub(super) struct Gatherer {
    index: BTreeMap<GroupId, usize>,
    groups: Vec<GroupReport>,
    /// What is there at this instant is there from the beginning.
    from: Timestamp,
}

impl Gatherer {
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
        Self { index, groups, from }
    }

    /// Members of the group before and after the fact.
    pub(super) fn see(&mut self, transition: &Transition<'_>, today: usize) -> (u64, u64) {
        let Some(index) = self.index.get(transition.group).copied() else { return (0, 0) };
        let group = &mut self.groups[index];
        let before = group.members_last;
        group.members_last = transition.state.members.len() as u64;
        group.members_ever = transition.state.members_ever;
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
        (before, group.members_last)
    }

    pub(super) fn end_day(&mut self, day: usize) {
        for group in &mut self.groups {
            if let Some(members) = group.members_by_day.get_mut(day) {
                *members = group.members_last;
            }
        }
    }

    pub(super) fn finish(self) -> Vec<GroupReport> {
        self.groups
    }
}
