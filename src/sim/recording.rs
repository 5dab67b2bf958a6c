//! The recording of one group: its journal, as the decisions that it was made in.
//!
//! Reads what was recorded; lives nothing again.

use crate::{
    base::{ids::GroupId, time::Timestamp, value::Value},
    engine::{
        self,
        entry::{Entry, Fact},
        input::is_of_an_effect,
        state::State,
    },
};
use std::collections::BTreeMap;

/// One decision of the recording.
#[derive(Debug)]
pub(super) struct RecordedDecision {
    /// When it was made.
    pub(super) at: Timestamp,
    /// The deadline that had passed when it was made, if one had.
    pub(super) due: Option<Timestamp>,
    /// What was decided.
    pub(super) entries: Vec<Entry>,
}

impl RecordedDecision {
    /// Whether it began, as its first entry says, with a receipt or a return that it has not come to yet: what was due
    /// by then was decided before it.
    fn is_of_what_follows(&self) -> bool {
        let first = self.entries.first().and_then(|entry| entry.input.as_ref());
        first.is_some_and(is_of_an_effect) && !self.entries.iter().any(|entry| own_decision(&entry.fact))
    }
}

/// The recording of one group.
#[derive(Debug)]
pub struct Recording {
    group: GroupId,
    pub(super) decisions: Vec<RecordedDecision>,
    /// When the recording ends.
    end: Timestamp,
    /// By address: when it was fetched and what came back; nothing where it failed.
    pub(super) answers: BTreeMap<String, Vec<(Timestamp, Value)>>,
}

impl Recording {
    /// Reads the journal of one group, from its first entry on.
    pub fn new(group: GroupId, entries: Vec<Entry>) -> Result<Self, String> {
        if !matches!(entries.first().map(|entry| &entry.fact), Some(Fact::Adopted { .. })) {
            return Err(format!(
                "the journal of `{group}` does not begin with its adoption; a replay needs it from the first entry on"
            ));
        }
        let end = entries.last().map_or(Timestamp::MIN, |entry| entry.at);
        let mut shadow = State::new(group.clone());
        let mut decisions: Vec<RecordedDecision> = Vec::new();
        let mut answers: BTreeMap<String, Vec<(Timestamp, Value)>> = BTreeMap::new();
        for entry in entries {
            if let Fact::ScriptReturned { fetches, .. } = &entry.fact {
                for fetched in fetches {
                    let answer = (entry.at, fetched.body.clone());
                    answers.entry(fetched.url.clone()).or_default().push(answer);
                }
            }
            let begins = decisions.last().is_none_or(|last| {
                let own = own_decision(&entry.fact) && !last.is_of_what_follows();
                last.at != entry.at || entry.input.is_some() || own
            });
            if begins {
                let due =
                    engine::deadline(&shadow).map(|deadline| deadline.at).filter(|due| *due <= entry.at);
                decisions.push(RecordedDecision { at: entry.at, due, entries: Vec::new() });
            }
            // A line that was written for people may have lost what the state needs; deadlines are then as they come.
            let _ = engine::apply(&mut shadow, &entry);
            if let Some(last) = decisions.last_mut() {
                last.entries.push(entry);
            }
        }
        Ok(Self { group, decisions, end, answers })
    }

    /// The group.
    pub fn group(&self) -> &GroupId {
        &self.group
    }

    /// The first and the last instant.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        (self.decisions.first().map_or(self.end, |first| first.at), self.end)
    }

    /// Everything that was recorded, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.decisions.iter().flat_map(|decision| &decision.entries)
    }
}

/// What begins a decision of its own even at the instant of the one before: receipts and returns carried no id once.
fn own_decision(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::ScriptReturned { .. }
            | Fact::ScriptFailed { .. }
            | Fact::DeliveryFailed { .. }
            | Fact::ChannelFailing { .. }
            | Fact::ChannelRecovered { .. }
            | Fact::PlaybookChanged { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{
        ids::{Digest, EffectId, InputId},
        phrase::Phrase,
        time::Duration,
    };

    fn entry(input: Option<&str>, fact: Fact) -> Entry {
        Entry { at: Timestamp::from_millis(0), input: input.map(InputId::new), fact }
    }

    #[test]
    fn what_was_due_when_a_script_returned_is_of_the_same_decision() {
        let failed = |id: &str| Fact::ScriptFailed { effect: EffectId::new(id), error: Phrase::same("no") };
        let due = Fact::Withdrawn { effect: EffectId::new("held/1/0") };
        let adopted = Fact::Adopted {
            digest: Digest::new("d"),
            created: Timestamp::from_millis(0),
            horizon: Duration::ZERO,
            horizons: BTreeMap::new(),
            zone: None,
        };
        let split = |entries: Vec<Entry>| {
            let recording = Recording::new("g".into(), entries).expect("a journal from its beginning");
            recording.decisions.iter().map(|decision| decision.entries.len()).collect::<Vec<_>>()
        };
        let begin = || entry(Some("adopt"), adopted.clone());
        let with_ids = [entry(Some("script/a/1/0"), due.clone()), entry(None, failed("a/1/0"))];
        assert_eq!(split([vec![begin()], with_ids.to_vec()].concat()), [1, 2]);
        let twice = [with_ids.to_vec(), vec![entry(None, failed("b/1/0"))]].concat();
        assert_eq!(split([vec![begin()], twice].concat()), [1, 2, 1], "a second return is another decision");
        // As older programs wrote them.
        let without = vec![entry(None, due), entry(None, failed("a/1/0"))];
        assert_eq!(split([vec![begin()], without].concat()), [2, 1]);
    }
}
