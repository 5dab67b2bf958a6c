//! What budgets held back: how many messages, for which reason, how long, and what became of them.

use crate::{
    base::{
        ids::{EffectId, GroupId, PlayName},
        time::{Duration, Timestamp},
    },
    engine::entry::{Fact, HoldReason},
    sim::Transition,
};
use std::collections::BTreeMap;

/// The messages that were held for one reason: the one for which each was held first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldReport {
    /// Why messages were held.
    pub reason: HoldReason,
    /// How many messages were held.
    pub held: u64,
    /// Of these, went out later.
    pub released: u64,
    /// Of these, never sent because their time had passed.
    pub expired: u64,
    /// Of these, taken back because their run was cancelled.
    pub withdrawn: u64,
    /// How long all that went out had waited together.
    pub waited: Duration,
    /// The longest wait of one that went out.
    pub longest: Duration,
    /// By play.
    pub plays: BTreeMap<PlayName, u64>,
    /// By day.
    pub by_day: Vec<u32>,
}

/// Follows the messages that are held: never more than the engine itself holds.
#[derive(Debug)]
pub(super) struct HeldGatherer {
    days: usize,
    open: BTreeMap<(GroupId, EffectId), (HoldReason, Timestamp)>,
    reasons: BTreeMap<HoldReason, HoldReport>,
}

impl HeldGatherer {
    pub(super) fn new(days: usize) -> Self {
        Self { days, open: BTreeMap::new(), reasons: BTreeMap::new() }
    }

    pub(super) fn see(&mut self, transition: &Transition<'_>, today: usize) {
        let at = transition.entry.at;
        let key = |effect: &EffectId| (transition.group.clone(), effect.clone());
        match &transition.entry.fact {
            Fact::Held { outgoing, reason, .. } => {
                self.open.insert(key(&outgoing.effect), (*reason, at));
                let days = self.days;
                let row = self.reasons.entry(*reason).or_insert_with(|| HoldReport {
                    reason: *reason,
                    held: 0,
                    released: 0,
                    expired: 0,
                    withdrawn: 0,
                    waited: Duration::ZERO,
                    longest: Duration::ZERO,
                    plays: BTreeMap::new(),
                    by_day: vec![0; days],
                });
                row.held += 1;
                if let Some(day) = row.by_day.get_mut(today) {
                    *day += 1;
                }
                if let Some(play) = &outgoing.play {
                    *row.plays.entry(play.clone()).or_default() += 1;
                }
            }
            Fact::Released(out) => {
                let waited = |since: Timestamp| at.since(since);
                if let Some((row, since)) = self.close(&key(&out.effect)) {
                    row.released += 1;
                    row.waited = row.waited + waited(since);
                    row.longest = row.longest.max(waited(since));
                }
            }
            Fact::Expired { effect, .. } => {
                if let Some((row, _)) = self.close(&key(effect)) {
                    row.expired += 1;
                }
            }
            Fact::Withdrawn { effect } => {
                if let Some((row, _)) = self.close(&key(effect)) {
                    row.withdrawn += 1;
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, key: &(GroupId, EffectId)) -> Option<(&mut HoldReport, Timestamp)> {
        let (reason, since) = self.open.remove(key)?;
        Some((self.reasons.get_mut(&reason)?, since))
    }

    /// Takes over what another one has seen of other groups.
    pub(super) fn join(&mut self, other: Self) {
        self.open.extend(other.open);
        for (reason, more) in other.reasons {
            let Some(row) = self.reasons.get_mut(&reason) else {
                self.reasons.insert(reason, more);
                continue;
            };
            row.held += more.held;
            row.released += more.released;
            row.expired += more.expired;
            row.withdrawn += more.withdrawn;
            row.waited = row.waited + more.waited;
            row.longest = row.longest.max(more.longest);
            for (play, held) in more.plays {
                *row.plays.entry(play).or_default() += held;
            }
            for (sum, held) in row.by_day.iter_mut().zip(more.by_day) {
                *sum += held;
            }
        }
    }

    /// The most frequent reason first.
    pub(super) fn finish(self) -> Vec<HoldReport> {
        let mut rows: Vec<HoldReport> = self.reasons.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.held));
        rows
    }
}
