//! Rounds of letting silent members go: how many were told, spoke up, left, and were let go.

use crate::{
    base::{
        ids::{GroupId, MemberId, PlayName},
        time::Timestamp,
    },
    engine::entry::Fact,
    sim::Transition,
};
use std::collections::BTreeMap;

/// Rounds that are listed; a playbook that prunes every hour has more.
const LISTED_MAX: usize = 200;

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneReport {
    /// When members were told.
    pub at: Timestamp,
    /// In which group.
    pub group: GroupId,
    /// By which play.
    pub play: PlayName,
    /// Members who were told.
    pub told: u64,
    /// Of these, spoke afterwards and so stayed.
    pub spoke: u64,
    /// Of these, left by themselves.
    pub left: u64,
    /// Of these, were let go.
    pub gone: u64,
}

/// Follows the members who have been told and have neither spoken nor gone.
#[derive(Debug, Default)]
pub(super) struct PruneGatherer {
    rounds: Vec<PruneReport>,
    told: BTreeMap<(GroupId, MemberId), usize>,
}

impl PruneGatherer {
    pub(super) fn see(&mut self, transition: &Transition<'_>) {
        let group = transition.group;
        match &transition.entry.fact {
            Fact::PruneNoticed { run, members } => {
                let play = run.as_str().split('@').next().unwrap_or_default();
                for member in members {
                    self.told.insert((group.clone(), member.clone()), self.rounds.len());
                }
                self.rounds.push(PruneReport {
                    at: transition.entry.at,
                    group: group.clone(),
                    play: PlayName::new(play),
                    told: members.len() as u64,
                    spoke: 0,
                    left: 0,
                    gone: 0,
                });
            }
            Fact::MemberGone { member, forgotten: false } => {
                self.settle(group, member, |round| &mut round.gone);
            }
            Fact::SignalReceived(signal) if !self.told.is_empty() => {
                let Some(member) = &signal.member else { return };
                match signal.name.as_ref() {
                    "member.left" => self.settle(group, member, |round| &mut round.left),
                    "message" | "reaction" | "answer" => {
                        self.settle(group, member, |round| &mut round.spoke);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn settle(&mut self, group: &GroupId, member: &MemberId, sum: fn(&mut PruneReport) -> &mut u64) {
        if let Some(round) = self.told.remove(&(group.clone(), member.clone())) {
            *sum(&mut self.rounds[round]) += 1;
        }
    }

    /// Takes over the rounds of other groups.
    pub(super) fn join(&mut self, other: Self) {
        let before = self.rounds.len();
        self.rounds.extend(other.rounds);
        self.told.extend(other.told.into_iter().map(|(member, round)| (member, before + round)));
    }

    /// The first rounds in order of time, and how many more there were.
    pub(super) fn finish(mut self) -> (Vec<PruneReport>, u64) {
        self.rounds.sort_by(|a, b| (a.at, &a.group).cmp(&(b.at, &b.group)));
        let more = self.rounds.len().saturating_sub(LISTED_MAX);
        self.rounds.truncate(LISTED_MAX);
        (self.rounds, more as u64)
    }
}
