//! Many runs of one simulation: the least, the middle and the most of each number, and how often something came about.
//!
//! Order of runs does not matter; whole numbers only, so that equal runs give equal words.

use super::{Transition, talk::Talk, tally::HistoryTally};
use crate::{
    base::{
        ids::{GroupId, PhaseName, PlayName},
        phrase::{Words, pair},
        time::{Duration, Timestamp},
    },
    engine::{entry::Fact, state::State},
    model::playbook::Playbook,
};
use std::collections::BTreeMap;

/// What one run came to.
#[derive(Debug, Clone, Default)]
pub struct Lived {
    /// The sums.
    pub tally: HistoryTally,
    /// Who talked.
    pub talk: Talk,
    /// Members of each group at the end.
    members: BTreeMap<GroupId, usize>,
    prunings: u64,
}

impl Lived {
    /// How a group was before the first entry that is noted of it.
    pub fn begin(&mut self, state: &State) {
        self.members.insert(state.group.clone(), state.members.len());
    }

    /// Takes note of an entry.
    pub fn see(&mut self, transition: &Transition<'_>) {
        self.tally.see(transition);
        self.talk.see(transition);
        self.prunings += u64::from(matches!(transition.entry.fact, Fact::PruneNoticed { .. }));
        match self.members.get_mut(transition.group) {
            Some(members) => *members = transition.members,
            None => {
                self.members.insert(transition.group.clone(), transition.members);
            }
        }
    }

    /// Takes over what other groups came to.
    pub fn join(&mut self, other: Self) {
        self.tally.join(other.tally);
        self.talk.join(other.talk);
        self.members.extend(other.members);
        self.prunings += other.prunings;
    }

    /// Members of all groups at the end.
    pub fn members(&self) -> u64 {
        self.members.values().map(|members| *members as u64).sum()
    }
}

/// A number over many runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Spread {
    /// The smallest.
    pub least: u64,
    /// The one in the middle; of two, the smaller.
    pub median: u64,
    /// The largest.
    pub most: u64,
    /// In how many runs there was such a number.
    pub runs: u64,
}

impl Spread {
    /// Of some numbers; none of none.
    pub fn of(mut numbers: Vec<u64>) -> Option<Self> {
        numbers.sort_unstable();
        let (least, most) = (*numbers.first()?, *numbers.last()?);
        let median = numbers[(numbers.len() - 1) / 2];
        Some(Self { least, median, most, runs: numbers.len() as u64 })
    }
}

/// The distributions of many runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spreads {
    /// How many runs there were.
    pub runs: u64,
    /// Days until each phase was first entered, in the order of the playbook.
    pub phases: Vec<(PhaseName, Option<Spread>)>,
    /// What is one number a run, by what it is.
    pub numbers: Vec<(Words, Spread)>,
    /// By play: runs, posts, missed steps, skipped occurrences, failed runs.
    pub plays: Vec<(PlayName, [Spread; 5])>,
}

/// A number of a run.
type Number<'n> = dyn Fn(&Lived) -> u64 + 'n;

/// The distributions of runs that began at `from` and lasted so many days.
pub fn spreads(playbook: &Playbook, from: Timestamp, days: u32, lived: &[Lived]) -> Spreads {
    let days = u64::from(days.max(1));
    let phase = |name: &PhaseName| {
        let entered = lived.iter().filter_map(|run| {
            let at = run.tally.entered_at(name)?;
            Some((at.since(from).as_millis().max(0) / Duration::DAY.as_millis()) as u64)
        });
        Spread::of(entered.collect())
    };
    let number = |what: &dyn Fn(&Lived) -> u64| Spread::of(lived.iter().map(what).collect());
    let posts = |run: &Lived| run.tally.plays.values().map(|play| play.posts).sum::<u64>();
    let named: [(Words, &Number<'_>); 11] = [
        (pair("members at the end", "最后的成员"), &Lived::members),
        (pair("joined", "加入"), &|run| run.tally.joined),
        (pair("left", "离开"), &|run| run.tally.left),
        (pair("let go", "移出"), &|run| run.tally.removed),
        (pair("prunings", "清理次数"), &|run| run.prunings),
        (pair("posts a week", "每周消息"), &|run| posts(run) * 7 / days),
        (pair("messages of members a week", "成员每周说的话"), &|run| run.tally.messages * 7 / days),
        (pair("messages held by budgets", "被预算压住的消息"), &|run| run.tally.held),
        (pair("messages that expired", "过期的消息"), &|run| run.tally.expired),
        (pair("tasks overdue", "逾期的任务"), &|run| run.tally.tasks_overdue),
        (
            pair("share of the five who talk most, in percent", "说得最多的五位占的百分比"),
            &|run| run.talk.share_of_top(5).unwrap_or_default(),
        ),
    ];
    let numbers = named.into_iter().filter_map(|(name, what)| Some((name, number(what)?))).collect();
    let plays = playbook.plays.iter().filter_map(|play| {
        let of = |what: &dyn Fn(&super::tally::PlayTally) -> u64| {
            number(&|run: &Lived| run.tally.plays.get(&play.name).map_or(0, what))
        };
        let spreads = [
            of(&|play| play.runs)?,
            of(&|play| play.posts)?,
            of(&|play| play.missed)?,
            of(&|play| play.skipped)?,
            of(&|play| play.failed)?,
        ];
        Some((play.name.clone(), spreads))
    });
    Spreads {
        runs: lived.len() as u64,
        phases: playbook.phases.iter().map(|known| (known.name.clone(), phase(&known.name))).collect(),
        numbers,
        plays: plays.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_a_middle() {
        let spread =
            |numbers: &[u64]| Spread::of(numbers.to_vec()).map(|s| (s.least, s.median, s.most, s.runs));
        assert_eq!(spread(&[19, 11, 14]), Some((11, 14, 19, 3)));
        assert_eq!(spread(&[4, 2]), Some((2, 2, 4, 2)));
        assert_eq!(spread(&[]), None);
    }
}
