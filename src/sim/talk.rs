//! Who talks, and what becomes of newcomers: how much of the talk a few carry, and who is quiet after three days.
//!
//! Counts signals; judges nothing.

use super::Transition;
use crate::{
    base::{
        ids::{GroupId, MemberId},
        time::{Duration, Timestamp},
    },
    engine::entry::Fact,
};
use std::collections::BTreeMap;

/// After this long a newcomer has stayed or has gone quiet.
pub const SETTLED: Duration = Duration::DAY.times(3);

/// Who talks.
#[derive(Debug, Clone, Default)]
pub struct Talk {
    people: BTreeMap<GroupId, BTreeMap<MemberId, Voice>>,
    end: Timestamp,
}

#[derive(Debug, Clone, Copy, Default)]
struct Voice {
    messages: u64,
    joined: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// What became of those who joined at least three days before the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newcomers {
    /// How many they are.
    pub all: u64,
    /// Never said anything.
    pub silent: u64,
    /// Said something, and nothing after their third day.
    pub faded: u64,
    /// Were still heard after their third day.
    pub stayed: u64,
}

impl Talk {
    /// Takes note of an entry.
    pub fn see(&mut self, transition: &Transition<'_>) {
        self.end = self.end.max(transition.entry.at);
        let Fact::SignalReceived(signal) = &transition.entry.fact else { return };
        let Some(member) = &signal.member else { return };
        let joins = &*signal.name == "member.joined";
        if !joins && &*signal.name != "message" {
            return;
        }
        if !self.people.contains_key(transition.group) {
            self.people.insert(transition.group.clone(), BTreeMap::new());
        }
        let Some(group) = self.people.get_mut(transition.group) else { return };
        if !group.contains_key(member) {
            group.insert(member.clone(), Voice::default());
        }
        let Some(voice) = group.get_mut(member) else { return };
        if joins {
            voice.joined = voice.joined.or(Some(transition.entry.at));
        } else {
            voice.messages += 1;
            voice.last = Some(transition.entry.at);
        }
    }

    /// Takes over the voices of other groups.
    pub fn join(&mut self, other: Self) {
        self.people.extend(other.people);
        self.end = self.end.max(other.end);
    }

    fn voices(&self) -> impl Iterator<Item = &Voice> {
        self.people.values().flat_map(BTreeMap::values)
    }

    /// Members who said anything.
    pub fn speakers(&self) -> usize {
        self.voices().filter(|voice| voice.messages > 0).count()
    }

    /// How much of all that was said came from the so many who said most, in percent; none where nobody spoke.
    pub fn share_of_top(&self, n: usize) -> Option<u64> {
        let mut counts: Vec<u64> = self.voices().map(|voice| voice.messages).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let all: u64 = counts.iter().sum();
        let top: u64 = counts.iter().take(n).sum();
        (top * 200 + all).checked_div(all * 2)
    }

    /// What became of newcomers.
    pub fn newcomers(&self) -> Newcomers {
        let mut found = Newcomers::default();
        for voice in self.voices() {
            let Some(settled) = voice.joined.map(|joined| joined.plus(SETTLED)) else { continue };
            if settled > self.end {
                continue;
            }
            found.all += 1;
            match voice.last {
                None => found.silent += 1,
                Some(last) if last <= settled => found.faded += 1,
                Some(_) => found.stayed += 1,
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::value::Value,
        engine::{entry::Entry, input::Signal, state::State},
    };
    use std::sync::Arc;

    #[test]
    fn a_few_carry_the_talk_and_newcomers_fade() {
        let mut talk = Talk::default();
        let state = State::new("g".into());
        let hear = |talk: &mut Talk, day: i64, who: &str, name: &str| {
            let at = Timestamp::from_millis(0).plus(Duration::DAY.times(day));
            let (name, id) = (Arc::from(name), "s".into());
            let signal = Signal { name, id, at, sent: None, member: Some(who.into()), data: Value::Null };
            let entry = Entry { at, input: None, fact: Fact::SignalReceived(signal) };
            talk.see(&Transition::new(&state, 1, &entry));
        };
        for (day, who, name) in [
            (0, "a", "member.joined"),
            (0, "b", "member.joined"),
            (0, "c", "member.joined"),
            (1, "a", "message"),
            (9, "a", "message"),
            (9, "a", "message"),
            (1, "b", "message"),
            (9, "d", "member.joined"),
        ] {
            hear(&mut talk, day, who, name);
        }
        assert_eq!((talk.speakers(), talk.share_of_top(1), talk.share_of_top(5)), (2, Some(75), Some(100)));
        assert_eq!(talk.newcomers(), Newcomers { all: 3, silent: 1, faded: 1, stayed: 1 });
        assert_eq!(Talk::default().share_of_top(5), None);
    }
}
