//! What waits for people, with what is alike in several groups as one: an index of the board.
//!
//! Pure: a task that is opened, changed or closed moves one place of one card, however many groups there are.

use crate::{
    base::{
        ids::{GroupId, PersonId, TaskId},
        time::Timestamp,
    },
    engine::{entry::TaskKind, state::OpenTask},
};
use imbl::{OrdMap, OrdSet};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// A card: the minute in which it is due, and a digest of everything that its tasks have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CardKey {
    /// The minute in which it is due; what is due at no time comes last.
    pub due: Timestamp,
    mark: [u8; 12],
}

impl CardKey {
    /// What makes two tasks one card: the same words for the same people until the same minute, with the same done of
    /// it. Whom a decision removes is looked at group by group.
    pub(super) fn of(group: &GroupId, open: &OpenTask) -> Self {
        let task = &open.task;
        let mut digest = Sha256::new();
        let mut part = |text: &str| {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        };
        part(task.kind.as_str());
        part(&task.text);
        part(task.show.as_deref().unwrap_or_default());
        for person in &task.people {
            part(person.id.as_str());
        }
        for (item, n) in task.list.iter().zip(0..) {
            part(item);
            part(if open.ticks.contains_key(&n) { "1" } else { "0" });
        }
        if !task.members.is_empty() {
            part(group.as_str());
            part(task.id.as_str());
        }
        let mut mark = [0; 12];
        mark.copy_from_slice(&digest.finalize()[..12]);
        Self { due: task.due.map_or(Timestamp::MAX, minute), mark }
    }

    /// Its word in an address.
    pub fn word(&self) -> String {
        use std::fmt::Write as _;
        let mut word = self.due.as_millis().to_string();
        word.push('-');
        self.mark.iter().fold(word, |mut word, byte| {
            let _ = write!(word, "{byte:02x}");
            word
        })
    }

    /// The key of such a word.
    pub fn parse(word: &str) -> Option<Self> {
        let (due, hex) = word.rsplit_once('-')?;
        let mut mark = [0; 12];
        if hex.len() != 24 || !hex.is_ascii() {
            return None;
        }
        for (at, byte) in mark.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(Self { due: Timestamp::from_millis(due.parse().ok()?), mark })
    }
}

/// The minute of an instant: what is within one is at the same time.
pub fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().div_euclid(60_000).saturating_mul(60_000))
}

/// The tasks of one card.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// Who is asked by name.
    pub people: Arc<[PersonId]>,
    /// Whether a role is asked.
    pub by_role: bool,
    /// When the first of them is due.
    pub due: Option<Timestamp>,
    /// The groups, and the task in each.
    pub places: OrdSet<(GroupId, TaskId)>,
}

/// All cards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cards {
    all: OrdMap<CardKey, Alike>,
    of: OrdMap<PersonId, OrdSet<CardKey>>,
}

impl Cards {
    /// A task waits, or does not any more.
    pub(super) fn note(&mut self, group: &GroupId, open: &OpenTask, waits: bool) {
        if open.task.kind == TaskKind::Question {
            return;
        }
        let (key, place) = (CardKey::of(group, open), (group.clone(), open.task.id.clone()));
        if waits {
            let new = !self.all.contains_key(&key);
            let alike = self.all.entry(key).or_insert_with(|| Alike {
                people: open.task.people.iter().map(|person| person.id.clone()).collect(),
                by_role: open.task.role.is_some(),
                due: open.task.due,
                places: OrdSet::new(),
            });
            alike.places.insert(place);
            if new {
                for person in alike.people.iter() {
                    self.of.entry(person.clone()).or_default().insert(key);
                }
            }
        } else if let Some(alike) = self.all.get_mut(&key) {
            alike.places.remove(&place);
            if alike.places.is_empty() {
                let people = alike.people.clone();
                self.all.remove(&key);
                for person in people.iter() {
                    let rest = self.of.get_mut(person).map(|of| {
                        of.remove(&key);
                        of.len()
                    });
                    if rest == Some(0) {
                        self.of.remove(person);
                    }
                }
            }
        }
    }

    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All behind one, the most urgent first.
    pub fn behind(&self, after: Option<CardKey>) -> impl Iterator<Item = (&CardKey, &Alike)> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.all.range((after.map_or(Unbounded, Excluded), Unbounded))
    }

    /// One of them.
    pub fn one(&self, key: &CardKey) -> Option<(&CardKey, &Alike)> {
        self.all.get_key_value(key)
    }

    /// Those that ask somebody by name.
    pub fn of(&self, person: &PersonId) -> Option<&OrdSet<CardKey>> {
        self.of.get(person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_an_address_is_a_key_again() {
        let key = CardKey { due: Timestamp::from_millis(-60_000), mark: [7; 12] };
        assert_eq!(CardKey::parse(&key.word()), Some(key));
        assert_eq!(
            CardKey::parse(&CardKey { due: Timestamp::MAX, ..key }.word()).map(|key| key.due),
            Some(Timestamp::MAX)
        );
        for word in ["", "1", "1-", "x-000000000000000000000000", "1-00", "1-zz0000000000000000000000"] {
            assert_eq!(CardKey::parse(word), None, "{word}");
        }
    }
}
