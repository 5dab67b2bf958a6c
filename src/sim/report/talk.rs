//! Who talks: how the messages are spread over the members.

use super::groups::GroupReport;
use crate::{
    base::ids::{GroupId, MemberId},
    engine::entry::Fact,
    sim::Transition,
};
use std::collections::BTreeMap;

/// Members who are named.
const TOP_MAX: usize = 10;

/// How the messages are spread over the members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TalkReport {
    /// Messages of each member who spoke, most first.
    pub counts: Vec<u64>,
    /// Members ever seen, those who never spoke included.
    pub members: u64,
    /// The most talkative ones: name, group, messages.
    pub top: Vec<(String, GroupId, u64)>,
}

impl TalkReport {
    /// All messages.
    pub fn messages(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The part of all messages that the most talkative members wrote: `members` is a part of all members ever seen.
    /// Both from 0 to 1; a fraction of a member counts with the same fraction of its messages.
    pub fn share_of_top(&self, members: f64) -> f64 {
        let all = self.messages();
        if all == 0 {
            return 0.0;
        }
        let wanted = members * self.members as f64;
        let whole = wanted.floor() as usize;
        let sum: u64 = self.counts.iter().take(whole).sum();
        let part = self.counts.get(whole).map_or(0.0, |next| *next as f64 * (wanted - wanted.floor()));
        (sum as f64 + part) / all as f64
    }
}

/// Counts the messages of each member.
#[derive(Debug, Default)]
pub(super) struct TalkGatherer {
    groups: BTreeMap<GroupId, BTreeMap<MemberId, (u64, String)>>,
}

impl TalkGatherer {
    pub(super) fn see(&mut self, transition: &Transition<'_>) {
        let Fact::SignalReceived(signal) = &transition.entry.fact else { return };
        let ("message", Some(id)) = (signal.name.as_ref(), &signal.member) else { return };
        if !self.groups.contains_key(transition.group) {
            self.groups.insert(transition.group.clone(), BTreeMap::new());
        }
        let Some(group) = self.groups.get_mut(transition.group) else { return };
        if let Some((count, _)) = group.get_mut(id) {
            *count += 1;
            return;
        }
        group.insert(id.clone(), (1, transition.speaker.to_owned()));
    }

    /// Takes over the groups that another one has seen.
    pub(super) fn join(&mut self, other: Self) {
        self.groups.extend(other.groups);
    }

    pub(super) fn finish(self, groups: &[GroupReport]) -> TalkReport {
        let mut all: Vec<(u64, String, GroupId)> = Vec::new();
        for (group, members) in self.groups {
            all.extend(members.into_values().map(|(count, name)| (count, name, group.clone())));
        }
        // Equal counts stay in the order of group and member.
        all.sort_by_key(|(count, _, _)| std::cmp::Reverse(*count));
        TalkReport {
            counts: all.iter().map(|(count, _, _)| *count).collect(),
            members: groups.iter().map(|group| group.members_ever).sum(),
            top: all.into_iter().take(TOP_MAX).map(|(count, name, group)| (name, group, count)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_the_most_talkative() {
        let talk = TalkReport { counts: vec![6, 3, 1], members: 10, top: Vec::new() };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(talk.share_of_top(0.1), 0.6));
        assert!(near(talk.share_of_top(0.15), 0.75));
        assert!(near(talk.share_of_top(0.2), 0.9));
        assert!(near(talk.share_of_top(1.0), 1.0));
        assert!(near(talk.share_of_top(0.0), 0.0));
        assert!(near(TalkReport::default().share_of_top(0.5), 0.0));
    }
}
