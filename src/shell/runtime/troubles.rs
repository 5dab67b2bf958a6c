//! Channels that fail for a while: noticed from what the courier reports, told once, and told once when it is over.
//!
//! One address that is down fails for every group that uses it; of all groups of a playbook whose channel of one name
//! fails, one tells. Sends inputs; what becomes of them is the engine's.

use super::pending::Pending;
use crate::{
    base::{
        ids::{ChannelName, GroupId, InputId},
        limits::FAILING_TOLD_MS,
        phrase::Phrase,
        time::{Duration, Timestamp},
    },
    courier::{ParcelOutcome, Settlement},
    engine::{
        input::{ChannelNews, Input, InputKind},
        state::State,
    },
    shell::answers,
};
use std::collections::BTreeMap;

/// A channel of one name in all groups that one file runs.
type FileChannel = (usize, ChannelName);

/// The channels that fail.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    kinds: BTreeMap<FileChannel, BTreeMap<GroupId, OngoingTrouble>>,
}

#[derive(Debug)]
struct OngoingTrouble {
    since: Timestamp,
    reason: Phrase,
    /// The engine knows of it.
    known: bool,
    /// This group has told of it.
    told: bool,
}

/// News of a channel for one group.
pub(super) type News = (GroupId, ChannelNews);

impl Troubles {
    /// What a group's state says of the time before; the file that runs it is `book`.
    pub(super) fn recall(&mut self, book: usize, state: &State) {
        for (channel, failing) in &state.failing {
            let (since, reason) = (failing.since, failing.reason.clone());
            let trouble = OngoingTrouble { since, reason, known: true, told: failing.told };
            self.kinds.entry((book, channel.clone())).or_default().insert(state.group.clone(), trouble);
        }
    }

    /// An attempt had failed before this engine started.
    pub(super) fn failing(
        &mut self,
        book: usize,
        group: &GroupId,
        channel: &ChannelName,
        since: Timestamp,
        reason: &str,
    ) {
        let trouble = OngoingTrouble { since, reason: answers::in_words(reason), known: false, told: false };
        self.kinds.entry((book, channel.clone())).or_default().entry(group.clone()).or_insert(trouble);
    }

    /// What the courier reports. A message that gets through ends the trouble; the news that it is over.
    pub(super) fn settled(&mut self, book: usize, settlement: &Settlement, now: Timestamp) -> Vec<News> {
        let (group, channel) = (&settlement.group, &settlement.channel);
        match &settlement.outcome {
            ParcelOutcome::Deferred { failed: true, .. } => {
                self.failing(book, group, channel, now, "");
                let kind = self.kinds.get_mut(&(book, channel.clone()));
                if let Some(trouble) = kind.and_then(|kind| kind.get_mut(group)) {
                    trouble.reason = answers::in_words(&settlement.note);
                    // It was over here, and others still failed; now it is not.
                    trouble.known |= trouble.told;
                }
                Vec::new()
            }
            ParcelOutcome::Accepted => self.over(book, group, channel),
            ParcelOutcome::Deferred { .. }
            | ParcelOutcome::Dead
            | ParcelOutcome::Held
            | ParcelOutcome::Expired => Vec::new(),
        }
    }

    fn over(&mut self, book: usize, group: &GroupId, channel: &ChannelName) -> Vec<News> {
        let key = (book, channel.clone());
        let Some(kind) = self.kinds.get_mut(&key) else { return Vec::new() };
        let Some(trouble) = kind.get_mut(group) else { return Vec::new() };
        let news = |group: &GroupId, tell| {
            let reason = Phrase::default();
            (
                group.clone(),
                ChannelNews { channel: channel.clone(), since: None, reason, waiting: 0, others: 0, tell },
            )
        };
        let mut found = Vec::new();
        // Whoever told of it says that it is over when it is over for all.
        if trouble.told {
            trouble.known = false;
        } else {
            if trouble.known {
                found.push(news(group, false));
            }
            kind.remove(group);
        }
        if kind.values().all(|trouble| trouble.told && !trouble.known) {
            found.extend(kind.keys().map(|group| news(group, true)));
            self.kinds.remove(&key);
        }
        found
    }

    /// Channels that have failed for so long that people are to know. `waiting` counts a lane's messages.
    pub(super) fn due(
        &mut self,
        now: Timestamp,
        waiting: &dyn Fn(&GroupId, &ChannelName) -> u32,
    ) -> Vec<News> {
        let mut found = Vec::new();
        for ((_, channel), kind) in &mut self.kinds {
            let mut told = kind.values().any(|trouble| trouble.told);
            let others = kind.len().saturating_sub(1) as u32;
            // Where nothing waits any more there is nothing to mend for.
            kind.retain(|group, trouble| {
                let is_young = now.since(trouble.since).as_millis() < FAILING_TOLD_MS;
                trouble.known || trouble.told || is_young || waiting(group, channel) > 0
            });
            for (group, trouble) in kind.iter_mut().filter(|(_, trouble)| !trouble.known && !trouble.told) {
                if now.since(trouble.since).as_millis() < FAILING_TOLD_MS {
                    continue;
                }
                trouble.known = true;
                trouble.told = !std::mem::replace(&mut told, true);
                let news = ChannelNews {
                    channel: channel.clone(),
                    since: Some(trouble.since),
                    reason: trouble.reason.clone(),
                    waiting: waiting(group, channel),
                    others,
                    tell: trouble.told,
                };
                found.push((group.clone(), news));
            }
        }
        found
    }

    /// When [`Self::due`] has something to say next.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        let unknown =
            self.kinds.values().flat_map(BTreeMap::values).filter(|trouble| !trouble.known && !trouble.told);
        unknown.map(|trouble| trouble.since.plus(Duration::from_millis(FAILING_TOLD_MS))).min()
    }
}

/// News as an input of its group.
pub(super) fn input(news: ChannelNews, now: Timestamp) -> Pending {
    let id = InputId::from(format!("channel/{}/{}", news.channel, now.as_millis()));
    Pending::new(Input { id, kind: InputKind::Channel(news) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settlement(group: &str, outcome: ParcelOutcome) -> Settlement {
        Settlement {
            key: 1,
            group: group.into(),
            effect: "e".into(),
            channel: "group".into(),
            outcome,
            attempts: 1,
            part: 0,
            in_doubt: false,
            awaited: false,
            note: "no connection".into(),
        }
    }

    fn failed(at: Timestamp) -> ParcelOutcome {
        ParcelOutcome::Deferred { until: at, failed: true }
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    fn told(news: &[News]) -> Vec<(String, bool, bool)> {
        news.iter().map(|(group, news)| (group.to_string(), news.since.is_some(), news.tell)).collect()
    }

    #[test]
    fn one_of_many_groups_tells_and_says_when_it_is_over_for_all() {
        let mut troubles = Troubles::default();
        for group in ["a", "b", "c"] {
            assert_eq!(troubles.settled(0, &settlement(group, failed(at(1))), at(0)), []);
        }
        assert_eq!(troubles.due(at(4), &|_, _| 2), [], "not yet");
        assert_eq!(troubles.next_at(), Some(at(5)));
        let due = troubles.due(at(5), &|_, _| 2);
        assert_eq!(
            told(&due),
            [("a".into(), true, true), ("b".into(), true, false), ("c".into(), true, false)]
        );
        assert_eq!((due[0].1.others, due[0].1.waiting, due[0].1.reason.zh.as_str()), (2, 2, "no connection"));
        assert_eq!((troubles.due(at(60), &|_, _| 2), troubles.next_at()), (Vec::new(), None), "once");
        assert_eq!(told(&troubles.settled(0, &settlement("a", ParcelOutcome::Accepted), at(61))), []);
        assert_eq!(
            told(&troubles.settled(0, &settlement("b", ParcelOutcome::Accepted), at(61))),
            [("b".into(), false, false)]
        );
        assert_eq!(
            told(&troubles.settled(0, &settlement("c", ParcelOutcome::Accepted), at(61))),
            [("c".into(), false, false), ("a".into(), false, true)]
        );
        assert_eq!(troubles.settled(0, &settlement("c", ParcelOutcome::Accepted), at(62)), []);
    }

    #[test]
    fn what_gets_through_in_time_is_no_news_and_a_restart_does_not_tell_again() {
        let mut troubles = Troubles::default();
        assert_eq!(troubles.settled(0, &settlement("a", failed(at(1))), at(0)), []);
        assert_eq!(troubles.settled(0, &settlement("a", ParcelOutcome::Accepted), at(2)), []);
        assert_eq!(troubles.next_at(), None);

        let mut state = State::new("a".into());
        let failing = crate::engine::state::Failing { since: at(0), reason: Phrase::default(), told: true };
        state.failing.insert("group".into(), failing);
        troubles.recall(0, &state);
        troubles.failing(0, &"a".into(), &"group".into(), at(0), "");
        assert_eq!((troubles.due(at(90), &|_, _| 0), troubles.next_at()), (Vec::new(), None));
        assert_eq!(
            told(&troubles.settled(0, &settlement("a", ParcelOutcome::Accepted), at(91))),
            [("a".into(), false, true)]
        );
    }
}
