//! The stored form of entries, and how people and other programs see one in `log`.
//!
//! The stored form is the entry's own: store, replay, the search for faults and every test read and write the same.
//! Versioned; a form that was released is readable for ever (`tests/it/golden.rs`).

use super::{StoreError, corrupt};
use crate::{
    base::{
        ids::{GroupId, InputId},
        time::{Duration, Timestamp, Zone},
    },
    engine::entry::Entry,
};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _},
};
use serde_json::{Map, Value};

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
    /// Its group.
    pub group: GroupId,
    /// The entry.
    pub entry: Entry,
}

/// Fields of entries that are instants.
const TIMES: [&str; 20] = [
    "after", "anchor", "at", "created", "due", "end", "expires", "fails", "from", "joined", "next", "opened",
    "remind", "retry", "seen", "start", "timeout", "to", "until", "when",
];
/// Fields of entries that are lengths of time.
const LENGTHS: [&str; 4] = ["by", "horizon", "length", "max"];

impl LogLine {
    /// As people read it.
    pub fn shown<'a>(&'a self, zone: &'a Zone) -> Shown<'a> {
        Shown { seq: self.seq, group: &self.group, entry: &self.entry, zone }
    }

    /// [`LogLine::shown`] as a value.
    pub fn to_json(&self, zone: &Zone) -> Value {
        serde_json::to_value(self.shown(zone)).unwrap_or_default()
    }
}

/// An entry as people read it: `{seq, at, group, entry, …fields}`, instants in RFC 3339 with the zone's offset,
/// lengths as `1h30m`. What a fact itself calls `at` is `when`.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Its number.
    pub seq: i64,
    /// Its group.
    pub group: &'a GroupId,
    /// The entry.
    pub entry: &'a Entry,
    /// Whose offset instants are shown with.
    pub zone: &'a Zone,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { seq, group, entry, zone } = *self;
        let fact = serde_json::to_value(&entry.fact).map_err(S::Error::custom)?;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("seq", &seq)?;
        out.serialize_entry("at", &entry.at.to_rfc3339(zone))?;
        out.serialize_entry("group", group.as_str())?;
        let fields = fact.as_object();
        if let Some(kind) = fields.and_then(|fields| fields.get("entry")) {
            out.serialize_entry("entry", kind)?;
        }
        if let Some(input) = &entry.input {
            out.serialize_entry("input", input.as_str())?;
        }
        for (key, value) in fields.into_iter().flatten().filter(|(key, _)| *key != "entry") {
            let taken = matches!(key.as_str(), "seq" | "at" | "group" | "input");
            let key = if taken { "when" } else { key };
            out.serialize_entry(key, &Field { key, value, zone })?;
        }
        out.end()
    }
}

/// A stored value as people read it, where it has this name.
struct Field<'a> {
    key: &'a str,
    value: &'a Value,
    zone: &'a Zone,
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { key, value, zone } = *self;
        let time = |millis| Timestamp::from_millis(millis).to_rfc3339(zone);
        let length = |millis| Duration::from_millis(millis).to_string();
        match (value, value.as_i64()) {
            (_, Some(millis)) if TIMES.contains(&key) => serializer.serialize_str(&time(millis)),
            (_, Some(millis)) if LENGTHS.contains(&key) => serializer.serialize_str(&length(millis)),
            (Value::Array(items), _) => {
                serializer.collect_seq(items.iter().map(|value| Field { key, value, zone }))
            }
            (Value::Object(map), _) => {
                let only = if map.len() == 1 { map.iter().next() } else { None };
                match only.map(|(name, value)| (name.as_str(), value.as_i64())) {
                    Some(("$time", Some(millis))) => return serializer.serialize_str(&time(millis)),
                    Some(("$duration", Some(millis))) => return serializer.serialize_str(&length(millis)),
                    _ => {}
                }
                // Inside a fact's values the names are the playbook's own: numbers there stay numbers.
                let inside = if key == "horizons" { "length" } else { "" };
                let fields = map.iter().map(|(name, value)| (name, Field { key: inside, value, zone }));
                serializer.collect_map(fields)
            }
            (other, _) => other.serialize(serializer),
        }
    }
}

impl LogLine {
    /// Reads a line that [`Shown`] wrote. Instants have whole seconds there, and times inside values are
    /// text; the rest is as it was.
    pub fn from_json(line: &str) -> Result<Self, String> {
        let mut fields: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| format!("this is no line of a journal: {error}"))?;
        let seq = fields.shift_remove("seq").and_then(|seq| seq.as_i64()).unwrap_or_default();
        let mut text = |key: &str| match fields.shift_remove(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (at, group, input) = (text("at"), text("group"), text("input"));
        let at = at.and_then(|at| instant(&at)).ok_or("a line of a journal has an `at`, an instant")?;
        let group = group.ok_or("a line of a journal has a `group`")?;
        if let Some(when) = fields.shift_remove("when") {
            fields.insert("at".into(), when);
        }
        let stored = fields.into_iter().map(|(key, value)| {
            let value = unshown(&key, value);
            (key, value)
        });
        let fact = serde_json::from_value(Value::Object(stored.collect()))
            .map_err(|error| format!("this is no entry of a journal: {error}"))?;
        Ok(Self {
            seq,
            group: GroupId::from(group),
            entry: Entry { at, input: input.map(InputId::from), fact },
        })
    }
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>().ok().map(Timestamp::from_jiff)
}

/// What [`Field`] made of a stored value, taken back.
fn unshown(key: &str, value: Value) -> Value {
    match value {
        Value::String(text) if TIMES.contains(&key) => match instant(&text) {
            Some(at) => at.as_millis().into(),
            None => Value::String(text),
        },
        Value::String(text) if LENGTHS.contains(&key) => match text.parse::<Duration>() {
            Ok(length) => length.as_millis().into(),
            Err(_) => Value::String(text),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(|item| unshown(key, item)).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, unshown("", v))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::ids::PlayName,
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
    fn people_see_instants_with_an_offset() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let fact = Fact::Armed {
            play: PlayName::new("p"),
            after: Timestamp::from_millis(0),
            next: Some((Timestamp::from_millis(1000), Timestamp::from_millis(2000))),
        };
        assert_eq!(
            line(fact).to_json(&zone).to_string(),
            r#"{"seq":7,"at":"1970-01-01T08:00:00+08:00","group":"g","entry":"armed","input":"i1","play":"p","after":"1970-01-01T08:00:00+08:00","next":["1970-01-01T08:00:01+08:00","1970-01-01T08:00:02+08:00"]}"#
        );
    }

    #[test]
    fn a_newer_form_is_refused() {
        assert!(matches!(read(1, 2, "[]"), Err(StoreError::Newer { .. })));
    }
}
