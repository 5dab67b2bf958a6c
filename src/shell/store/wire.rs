//! The stored form of entries.
//!
//! The stored form is the entry's own: store, replay, the search for faults and every test read and write the same.
//! Versioned; a form that was released is readable for ever (`tests/it/state/golden.rs`).

use super::{StoreError, corrupt};
use crate::{base::ids::GroupId, engine::entry::Entry};

/// The version of the stored form of entries.
pub(super) const ENTRIES_VERSION: i64 = 1;

/// The entries of one decision as text.
pub fn write(entries: &[Entry]) -> Result<String, StoreError> {
    serde_json::to_string(entries).map_err(|e| corrupt("an entry that was to be written", e))
}

/// The entries of one row.
pub fn read(seq: i64, version: i64, text: &str) -> Result<Vec<Entry>, StoreError> {
    if version > ENTRIES_VERSION {
        return Err(StoreError::Newer { found: version as usize, known: ENTRIES_VERSION as usize });
    }
    serde_json::from_str(text).map_err(|e| corrupt(format!("journal entry {seq}"), e))
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// Its number, from 1, in order of commit over all groups.
    pub seq: i64,
    /// The group of the entry.
    pub group: GroupId,
    /// The entry.
    pub entry: Entry,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::time::Timestamp,
        engine::{entry::Fact, input::Signal},
    };
    use std::sync::Arc;

    fn line(fact: Fact) -> LogLine {
        let entry = Entry { at: Timestamp::from_millis(0), input: Some("i1".into()), fact };
        LogLine { seq: 7, group: "g".into(), entry }
    }

    #[test]
    fn a_fact_with_an_at_of_its_own_survives() {
        let facts = [
            Fact::MidnightSet { at: Some(Timestamp::from_millis(5)) },
            Fact::SignalReceived(Signal {
                name: Arc::from("x"),
                id: "s".into(),
                at: Timestamp::from_millis(9),
                sent: None,
                member: None,
                data: crate::base::value::Value::map([("n", 1.into())]),
            }),
        ];
        for fact in facts {
            let entries = vec![line(fact).entry];
            assert_eq!(read(1, 1, &write(&entries).unwrap()).unwrap(), entries);
        }
    }

    #[test]
    fn a_newer_form_is_refused() {
        assert!(matches!(read(1, 2, "[]"), Err(StoreError::Newer { .. })));
    }
}
