//! Those who have left: which of their fields the journal still has, and until when.
//!
//! Plain data, a part of the state and of what is recorded. The journal itself is rewritten by the store.

use crate::base::{
    ids::MemberId,
    limits,
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The name under which what somebody has written is kept beside their fields.
pub const WORDS: &str = "message.text";
/// The name under which what somebody has written into forms is kept beside their fields.
pub const FORMS: &str = "answer.fields";

/// Until when somebody is known who has asked to come in and did not.
pub(super) fn asked_until(asked: Timestamp) -> Timestamp {
    asked.plus(Duration::DAY.times(limits::LEAVERS_KEEP_DAYS))
}

/// Until when each field of somebody who left is in the journal, by its name.
pub type KeptFields = BTreeMap<String, Timestamp>;

/// Somebody who has left, and what the journal has of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaver {
    /// Who has left.
    pub member: MemberId,
    /// Until when each of their fields is kept; what they wrote is one of them.
    pub until: KeptFields,
}

/// Those who have left and of whom the journal still has something.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<MemberId, KeptFields>", into = "BTreeMap<MemberId, KeptFields>")]
pub struct Leavers {
    kept: imbl::OrdMap<MemberId, Arc<KeptFields>>,
    /// Whose turn is next.
    next: imbl::OrdSet<(Timestamp, MemberId)>,
}

impl Leavers {
    /// Whether nothing is kept of anybody who left.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// When something of somebody has been kept long enough.
    pub fn next(&self) -> Option<Timestamp> {
        self.next.get_min().map(|(at, _)| *at)
    }

    /// Whose fields have been kept long enough by now, and which.
    pub fn over(&self, now: Timestamp) -> impl Iterator<Item = (&MemberId, Vec<String>)> {
        self.next.iter().take_while(move |(at, _)| *at <= now).filter_map(move |(_, id)| {
            let fields = self.kept.get(id)?.iter().filter(|(_, until)| **until <= now);
            Some((id, fields.map(|(name, _)| name.clone()).collect()))
        })
    }

    /// Somebody has left. Who left before and came back is kept for as long as from now.
    pub(super) fn add(&mut self, id: &MemberId, fields: &KeptFields) {
        let mut all = self.kept.get(id).map_or_else(KeptFields::new, |kept| KeptFields::clone(kept));
        all.extend(fields.iter().map(|(name, until)| (name.clone(), *until)));
        self.put(id, all);
    }

    /// Somebody is back: what they have written into forms is a member's again. Whether there was any.
    pub(super) fn is_back(&mut self, id: &MemberId) -> bool {
        let had = self.kept.get(id).is_some_and(|kept| kept.contains_key(FORMS));
        if had {
            self.drop_fields(id, &[FORMS.to_owned()]);
        }
        had
    }

    /// Some fields of somebody are gone.
    pub(super) fn drop_fields(&mut self, id: &MemberId, names: &[String]) {
        let Some(kept) = self.kept.get(id) else { return };
        let left = kept.iter().filter(|(name, _)| !names.contains(name));
        let left = left.map(|(name, until)| (name.clone(), *until)).collect();
        self.put(id, left);
    }

    fn put(&mut self, id: &MemberId, fields: KeptFields) {
        let first = |fields: &KeptFields| fields.values().min().copied();
        if let Some(at) = self.kept.get(id).and_then(|kept| first(kept)) {
            self.next.remove(&(at, id.clone()));
        }
        match first(&fields) {
            Some(at) => {
                self.next.insert((at, id.clone()));
                self.kept.insert(id.clone(), Arc::new(fields));
            }
            None => drop(self.kept.remove(id)),
        }
    }
}

impl From<BTreeMap<MemberId, KeptFields>> for Leavers {
    fn from(stored: BTreeMap<MemberId, KeptFields>) -> Self {
        let mut leavers = Self::default();
        for (id, fields) in stored {
            leavers.put(&id, fields);
        }
        leavers
    }
}

impl From<Leavers> for BTreeMap<MemberId, KeptFields> {
    fn from(leavers: Leavers) -> Self {
        leavers.kept.iter().map(|(id, fields)| (id.clone(), KeptFields::clone(fields))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::MIN.plus(Duration::from_millis(ms))
    }

    #[test]
    fn each_field_has_its_own_end_and_who_comes_back_and_leaves_is_kept_anew() {
        let (ann, bo) = (MemberId::new("ann"), MemberId::new("bo"));
        let fields = |ends: &[(&str, i64)]| -> KeptFields {
            ends.iter().map(|(name, ms)| ((*name).to_owned(), at(*ms))).collect()
        };
        let mut leavers = Leavers::default();
        leavers.add(&ann, &fields(&[("city", 5), ("badge", 9)]));
        leavers.add(&bo, &fields(&[("city", 7)]));
        assert_eq!(leavers.next(), Some(at(5)));
        let over = |leavers: &Leavers, ms| -> Vec<(MemberId, Vec<String>)> {
            leavers.over(at(ms)).map(|(id, names)| (id.clone(), names)).collect()
        };
        assert_eq!(
            over(&leavers, 8),
            [(ann.clone(), vec!["city".into()]), (bo.clone(), vec!["city".into()])]
        );
        leavers.drop_fields(&ann, &["city".into()]);
        assert_eq!((leavers.next(), over(&leavers, 6)), (Some(at(7)), vec![]));
        leavers.add(&bo, &fields(&[("city", 20)]));
        assert_eq!(leavers.next(), Some(at(9)));
        let stored = serde_json::to_string(&leavers).unwrap();
        assert_eq!(serde_json::from_str::<Leavers>(&stored).unwrap(), leavers);
        leavers.drop_fields(&ann, &["badge".into()]);
        leavers.drop_fields(&bo, &["city".into()]);
        assert!(leavers.is_empty() && leavers.next().is_none());
    }
}
