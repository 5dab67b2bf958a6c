//! One look at all members, for the numbers that need one.
//!
//! Taken when the first of these numbers is read, once for all of them; of a large group in parts.

use super::station::{is_a_bot, is_staff};
use crate::base::{
    civil_day::CivilDay,
    habits::{COUNTED_DAYS, Habits, window},
    ids::MemberId,
    member::{Member, Members},
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a look at all members found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Survey {
    /// Members who are no bots.
    pub(super) humans: u64,
    /// Members who are bots.
    pub(super) bots: u64,
    /// Sum of the speakers of each of 30 days.
    pub(super) speaker_days: u64,
    /// Speakers of this week and of the two before it, the latest first.
    pub(super) weeks: [u64; 3],
    /// How many of those who spoke in 28 days said so much in them.
    counts: BTreeMap<u32, u64>,
    /// Those who said most, the most first.
    pub(super) top: Vec<Voice>,
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

/// One of those who said most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Voice {
    /// Messages of 28 days.
    pub(super) messages: u32,
    /// The member who said them.
    pub(super) by: Reverse<MemberId>,
    /// Whether they were first among the most within 30 days.
    pub(super) new: bool,
}

/// How everybody is looked at.
pub(super) struct Sight<'a> {
    /// The day that is the last of every window.
    pub(super) today: CivilDay,
    /// The instant.
    pub(super) now: Timestamp,
    /// The numbers of those who look after the group.
    pub(super) staff: &'a BTreeSet<u32>,
    /// So many of those who say most are remembered.
    pub(super) top: usize,
}

/// Whoever joined so long ago could have spoken.
const SETTLED: Duration = Duration::DAY.times(7);
/// The tags of a core member.
const CORE: [&str; 2] = ["core", "tier:core"];

impl Survey {
    pub(super) fn of(today: CivilDay, members: &Members, now: Timestamp) -> Self {
        let staff =
            members.with_habits().filter_map(|(member, habits)| staff_number(member, habits)).collect();
        let sight = Sight { today, now, staff: &staff, top: usize::MAX };
        let mut found = Self::default();
        for (member, habits) in members.with_habits() {
            found.see(member, habits, &sight);
        }
        found.end(sight.top);
        found
    }

    /// Looks at one member.
    pub(super) fn see(&mut self, member: &Arc<Member>, habits: Option<&Arc<Habits>>, sight: &Sight<'_>) {
        if is_a_bot(member) {
            self.bots += 1;
            return;
        }
        self.humans += 1;
        let spoke = habits.map_or(0, |habits| habits.spoke(sight.today));
        if CORE.iter().any(|tag| member.tags.contains(*tag)) {
            self.cores += 1;
            self.core = Some(self.core.unwrap_or(0) | spoke);
        }
        if member.joined.is_some_and(|joined| sight.now.since(joined) > SETTLED) {
            self.settled.0 += 1;
            self.settled.1 += u64::from(habits.is_none_or(|habits| habits.first.is_none()));
        }
        let Some(habits) = habits else { return };
        self.speaker_days += u64::from((spoke & window(30)).count_ones());
        for (week, count) in self.weeks.iter_mut().enumerate() {
            *count += u64::from(spoke >> (7 * week) & window(7) != 0);
        }
        self.connected += u64::from(habits.peers().iter().any(|peer| !sight.staff.contains(peer)));
        if spoke & window(COUNTED_DAYS as u32) == 0 {
            return;
        }
        self.known.0 += 1;
        self.known.1 += habits.peers().len() as u64;
        let messages = habits.messages(sight.today, COUNTED_DAYS);
        *self.counts.entry(messages).or_default() += 1;
        let new = habits.risen.is_some_and(|risen| sight.today.since(risen) <= 30);
        self.top.push(Voice { messages, by: Reverse(member.id.clone()), new });
        if self.top.len() / 2 >= sight.top {
            self.end(sight.top);
        }
    }

    /// Keeps so many of those who say most, the most first.
    pub(super) fn end(&mut self, top: usize) {
        self.top.sort_unstable_by(|a, b| b.cmp(a));
        self.top.truncate(top);
    }

    /// How much was said, and by how many, the most first.
    pub(super) fn counts(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> + '_ {
        self.counts.iter().rev().map(|(messages, members)| (u64::from(*messages), *members))
    }

    /// Those who spoke in 28 days.
    pub(super) fn voices(&self) -> u64 {
        self.counts.values().sum()
    }

    /// What all of them said.
    pub(super) fn said(&self) -> u64 {
        self.counts().map(|(messages, members)| messages * members).sum()
    }

    /// What the first so many said.
    pub(super) fn said_by_top(&self, n: usize) -> u64 {
        let mut left = n as u64;
        self.counts().fold(0, |sum, (messages, members)| {
            let of_them = members.min(left);
            left -= of_them;
            sum + messages * of_them
        })
    }

    /// How few of those who said most said half of it.
    pub(super) fn half(&self) -> Option<u64> {
        let (said, mut sum, mut place) = (self.said(), 0, 0);
        for (messages, members) in self.counts() {
            if messages > 0 && (sum + messages * members) * 2 >= said {
                // So many of these are needed.
                let wanted = said.div_ceil(2).saturating_sub(sum).div_ceil(messages).max(1);
                return Some(place + wanted);
            }
            (sum, place) = (sum + messages * members, place + members);
        }
        None
    }
}

/// The number of a member who looks after the group.
pub(super) fn staff_number(member: &Member, habits: Option<&Arc<Habits>>) -> Option<u32> {
    habits.filter(|_| !is_a_bot(member) && is_staff(member)).map(|habits| habits.no)
}
