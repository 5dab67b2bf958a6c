//! One look at all members, for the numbers that need one.
//!
//! Taken when the first of these numbers is read, once for all of them.

use super::{
    Numbers,
    count::{is_a_bot, is_staff},
};
use crate::base::{
    habits::{COUNTED_DAYS, Habits, window},
    member::{Member, Members},
    time::{Duration, Timestamp},
};
use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

/// What a look at all members found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Members who are no bots.
    pub(super) humans: u64,
    /// Sum of the speakers of each of 30 days.
    pub(super) speaker_days: u64,
    /// Speakers of this week and of the two before it, the latest first.
    pub(super) weeks: [u64; 3],
    /// Messages of 28 days of each who spoke, the most first.
    pub(super) counts: Vec<u32>,
    /// For the same members: whether they were first among the most within 30 days.
    pub(super) risen: Vec<bool>,
    /// Members who have spoken with somebody who does not look after the group.
    pub(super) connected: u64,
    /// Of those who spoke in 28 days: how many, and the sum of those they have spoken with.
    pub(super) known: (u64, u64),
    /// Days on which a core member spoke, today in the lowest bit; none where there is no core member.
    pub(super) core: Option<u64>,
    /// Core members.
    pub(super) cores: u64,
    /// Members older than a week, and those of them who were never heard.
    pub(super) settled: (u64, u64),
}

/// Whoever joined so long ago could have spoken.
const SETTLED: Duration = Duration::DAY.times(7);
/// The tags of a core member.
const CORE: [&str; 2] = ["core", "tier:core"];

impl Survey {
    pub(super) fn of(numbers: &Numbers, members: &Members, now: Timestamp) -> Self {
        let today = numbers.today;
        let humans: Vec<(&Arc<Member>, Option<&Arc<Habits>>)> =
            members.with_habits().filter(|(member, _)| !is_a_bot(member)).collect();
        let staff: BTreeSet<u32> = (humans.iter().filter(|(member, _)| is_staff(member)))
            .filter_map(|(_, habits)| habits.map(|habits| habits.no))
            .collect();
        let mut found = Self { humans: humans.len() as u64, ..Self::default() };
        let mut top: Vec<(u32, Reverse<usize>, bool)> = Vec::new();
        for (place, (member, habits)) in humans.iter().enumerate() {
            let spoke = habits.map_or(0, |habits| habits.spoke(today));
            if CORE.iter().any(|tag| member.tags.contains(*tag)) {
                found.cores += 1;
                found.core = Some(found.core.unwrap_or(0) | spoke);
            }
            if member.joined.is_some_and(|joined| now.since(joined) > SETTLED) {
                found.settled.0 += 1;
                found.settled.1 += u64::from(habits.is_none_or(|habits| habits.first.is_none()));
            }
            let Some(habits) = habits else { continue };
            found.speaker_days += u64::from((spoke & window(30)).count_ones());
            for (week, count) in found.weeks.iter_mut().enumerate() {
                *count += u64::from(spoke >> (7 * week) & window(7) != 0);
            }
            found.connected += u64::from(habits.peers().iter().any(|peer| !staff.contains(peer)));
            if spoke & window(COUNTED_DAYS as u32) != 0 {
                found.known.0 += 1;
                found.known.1 += habits.peers().len() as u64;
                let new = habits.risen.is_some_and(|risen| today.since(risen) <= 30);
                top.push((habits.messages(today, COUNTED_DAYS), Reverse(place), new));
            }
        }
        top.sort_unstable_by(|a, b| b.cmp(a));
        found.counts = top.iter().map(|(messages, ..)| *messages).collect();
        found.risen = top.iter().map(|(.., new)| *new).collect();
        found
    }

    /// What all of them said.
    pub(super) fn said(&self) -> u64 {
        self.counts.iter().map(|n| u64::from(*n)).sum()
    }

    /// What the first so many said.
    pub(super) fn said_by_top(&self, n: usize) -> u64 {
        self.counts.iter().take(n).map(|n| u64::from(*n)).sum()
    }
}
