//! Which inputs a group has heard lately, so that one that comes again is a no-op.
//!
//! Remembered for a day of the group's clock, the newest for longer, and never more than a bound. A step costs the same
//! however many there are.

use crate::base::{ids::InputId, limits, time::Timestamp};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The ids of recent inputs, as fingerprints. Cheap to copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recent {
    /// Oldest first.
    ids: imbl::Vector<u64>,
    /// How many of them came in which hour of the group's clock, oldest first.
    hours: imbl::Vector<(i64, u32)>,
    /// The same ids, to be found.
    known: imbl::OrdSet<u64>,
}

/// The hour of ids from a form of the state that kept none; they count from the next input on.
const UNKNOWN: i64 = i64::MIN;
/// Ids that may be forgotten at one input, so that no input pays for a whole hour.
const FORGOTTEN_AT_ONCE: usize = 64;

impl Recent {
    /// Whether this input was heard.
    pub fn knows(&self, input: &InputId) -> bool {
        self.known.contains(&fingerprint(input.as_str()))
    }

    /// How many ids are remembered.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// An input was heard.
    pub(super) fn remember(&mut self, input: &InputId, at: Timestamp) {
        let now = at.as_millis().div_euclid(3_600_000);
        if let Some((hour, _)) = self.hours.front_mut().filter(|(hour, _)| *hour == UNKNOWN) {
            *hour = now;
        }
        for _ in 0..FORGOTTEN_AT_ONCE {
            let past = now.saturating_sub(limits::RECENT_INPUTS_HOURS);
            let old = self.ids.len() >= limits::RECENT_INPUTS_MIN
                && self.hours.front().is_some_and(|(hour, _)| *hour < past);
            if !old && self.ids.len() < limits::RECENT_INPUTS_MAX {
                break;
            }
            self.forget_oldest();
        }
        let id = fingerprint(input.as_str());
        self.ids.push_back(id);
        self.known.insert(id);
        match self.hours.back_mut() {
            Some((hour, count)) if *hour >= now => *count += 1,
            _ => self.hours.push_back((now, 1)),
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(id) = self.ids.pop_front() {
            self.known.remove(&id);
        }
        let empty = self.hours.front_mut().is_none_or(|(_, count)| {
            *count = count.saturating_sub(1);
            *count == 0
        });
        if empty {
            self.hours.pop_front();
        }
    }

    fn of(ids: Vec<u64>, hours: Vec<(i64, u32)>) -> Self {
        Self { known: ids.iter().copied().collect(), ids: ids.into(), hours: hours.into() }
    }
}

/// As it is stored: eight bytes an id, in Base64. The form before this one was a list of numbers.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredIds {
    Numbers(Vec<u64>),
    Packed { hours: Vec<(i64, u32)>, ids: String },
}

impl Serialize for Recent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        let hours = self.hours.iter().copied().collect();
        StoredIds::Packed { hours, ids: STANDARD_NO_PAD.encode(bytes) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Recent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match StoredIds::deserialize(deserializer)? {
            StoredIds::Numbers(ids) => {
                let hours = if ids.is_empty() { Vec::new() } else { vec![(UNKNOWN, ids.len() as u32)] };
                Ok(Self::of(ids, hours))
            }
            StoredIds::Packed { hours, ids } => {
                let bytes = STANDARD_NO_PAD.decode(ids).map_err(D::Error::custom)?;
                let ids = bytes.as_chunks().0.iter().map(|id| u64::from_le_bytes(*id)).collect();
                Ok(Self::of(ids, hours))
            }
        }
    }
}

/// FNV-1a over 64 bits (RFC draft-eastlake-fnv): small, fixed, and equal on every machine.
pub(crate) fn fingerprint(text: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn id(n: usize) -> InputId {
        InputId::from(format!("i{n}"))
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis)
    }

    #[test]
    fn an_id_is_known_for_a_day_of_the_clock_and_not_for_ever() {
        let mut recent = Recent::default();
        recent.remember(&id(0), at(0));
        for n in 1..=limits::RECENT_INPUTS_MIN {
            recent.remember(&id(n), at(limits::RECENT_INPUTS_HOURS * HOUR));
        }
        assert!(recent.knows(&id(0)) && recent.knows(&id(1)));
        let later = at((limits::RECENT_INPUTS_HOURS + 2) * HOUR);
        recent.remember(&id(1_000), later);
        assert!(!recent.knows(&id(0)) && recent.knows(&id(1)), "a day has passed");
        recent.remember(&id(1_001), at(1_000 * HOUR));
        recent.remember(&id(1_002), at(1_000 * HOUR));
        assert_eq!(recent.len(), limits::RECENT_INPUTS_MIN, "a clock that jumps forgets not all");
        assert!(recent.knows(&id(1_000)) && recent.knows(&id(1_001)));
    }

    #[test]
    fn a_busy_group_remembers_the_newest_up_to_the_bound() {
        let mut recent = Recent::default();
        for n in 0..limits::RECENT_INPUTS_MAX + 10 {
            recent.remember(&id(n), at(n as i64));
        }
        assert_eq!(recent.len(), limits::RECENT_INPUTS_MAX);
        assert!(!recent.knows(&id(9)) && recent.knows(&id(10)));
        let counted: u32 = recent.hours.iter().map(|(_, count)| count).sum();
        assert_eq!(counted as usize, recent.len());
    }

    #[test]
    fn it_reads_back_as_it_was_stored_and_as_it_was_stored_before() {
        let mut recent = Recent::default();
        recent.remember(&id(1), at(0));
        recent.remember(&id(2), at(HOUR));
        let text = serde_json::to_string(&recent).unwrap();
        let read: Recent = serde_json::from_str(&text).unwrap();
        assert!(read == recent && read.hours == recent.hours && read.knows(&id(2)), "{text}");
        let numbers = serde_json::to_string(&[fingerprint("i1"), fingerprint("i2")]).unwrap();
        let mut old: Recent = serde_json::from_str(&numbers).unwrap();
        assert!(old.ids == recent.ids && old.knows(&id(1)));
        old.remember(&id(3), at(0));
        assert_eq!(old.hours.iter().map(|(_, count)| *count).sum::<u32>(), 3);
        assert!(
            old.hours.iter().all(|(hour, _)| *hour != UNKNOWN),
            "they count from the first input after it was read"
        );
    }
}
