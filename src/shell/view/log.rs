//! A line of the journal as people and other programs read it in `log`, `simulate` and the answers of the engine.

use super::spoken::Spoken;
use crate::{
    base::{
        ids::{GroupId, InputId},
        time::{Timestamp, Zone},
    },
    engine::entry::Entry,
    shell::store::{GroupInfo, LogLine},
};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _},
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An entry as people read it: `{seq, at, group, entry, …fields}`, instants in RFC 3339 with the zone's offset,
/// lengths as `1h30m`. What a fact itself calls `at` is `when`.
#[derive(Debug, Clone, Copy)]
pub struct JournalLine<'a> {
    /// The number of the entry.
    pub seq: i64,
    /// The group of the entry.
    pub group: &'a GroupId,
    /// The entry.
    pub entry: &'a Entry,
    /// Whose offset instants are shown with.
    pub zone: &'a Zone,
}

impl<'a> JournalLine<'a> {
    /// A line of a journal.
    pub fn of(line: &'a LogLine, zone: &'a Zone) -> Self {
        Self { seq: line.seq, group: &line.group, entry: &line.entry, zone }
    }

    /// The word for the kind of its fact.
    pub fn kind(&self) -> String {
        let fact = serde_json::to_value(&self.entry.fact).unwrap_or_default();
        fact.get("entry").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Serialize for JournalLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { seq, group, entry, zone } = *self;
        let spoken = Spoken { to: serde_json::value::Serializer, zone };
        let fact = entry.fact.serialize(spoken).map_err(S::Error::custom)?;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("seq", &seq)?;
        out.serialize_entry("at", &entry.at.to_rfc3339_exact(zone))?;
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
            out.serialize_entry(if taken { "when" } else { key }, value)?;
        }
        out.end()
    }
}

/// The zones in which the lines of groups are written.
#[derive(Debug)]
pub struct LogZones {
    infos: BTreeMap<GroupId, GroupInfo>,
    known: BTreeMap<String, Zone>,
    utc: Zone,
}

impl LogZones {
    /// From what is known of the groups.
    pub fn new(infos: BTreeMap<GroupId, GroupInfo>) -> Self {
        Self { infos, known: BTreeMap::new(), utc: Zone::utc() }
    }

    /// The zone of a group.
    pub fn of(&mut self, group: &GroupId) -> &Zone {
        let Some(info) = self.infos.get(group) else { return &self.utc };
        self.known.entry(info.zone.clone()).or_insert_with(|| info.zone())
    }
}

/// Reads a line that [`JournalLine`] wrote. Times inside a playbook's own values are text there; all else is as it was.
pub fn read(line: &str) -> Result<LogLine, String> {
    let mut fields: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| format!("this is no line of a journal: {error}"))?;
    let seq = fields.shift_remove("seq").and_then(|seq| seq.as_i64()).unwrap_or_default();
    let mut text = |key: &str| match fields.shift_remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let (at, group, input) = (text("at"), text("group"), text("input"));
    let at = at.and_then(|at| at.parse().ok()).map(Timestamp::from_jiff);
    let at = at.ok_or("a line of a journal has an `at`, an instant")?;
    let group = group.ok_or("a line of a journal has a `group`")?;
    if let Some(when) = fields.shift_remove("when") {
        fields.insert("at".into(), when);
    }
    let fact = serde_json::from_value(Value::Object(fields))
        .map_err(|error| format!("this is no entry of a journal: {error}"))?;
    let entry = Entry { at, input: input.map(InputId::from), fact };
    Ok(LogLine { seq, group: GroupId::from(group), entry })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{
            ids::{PlayName, RunId},
            time::Duration,
        },
        engine::entry::{Fact, Skip},
    };

    fn shown(fact: Fact) -> String {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let entry = Entry { at: Timestamp::from_millis(0), input: Some("i1".into()), fact };
        let line = LogLine { seq: 7, group: "g".into(), entry };
        let text = serde_json::to_string(&JournalLine::of(&line, &zone)).unwrap();
        assert_eq!(read(&text).unwrap(), line, "{text}");
        text
    }

    #[test]
    fn people_see_instants_with_an_offset() {
        let fact = Fact::Armed {
            play: PlayName::new("p"),
            after: Timestamp::from_millis(0),
            next: Some((Timestamp::from_millis(1000), Timestamp::from_millis(2345))),
        };
        assert_eq!(
            shown(fact),
            r#"{"seq":7,"at":"1970-01-01T08:00:00+08:00","group":"g","entry":"armed","input":"i1","play":"p","after":"1970-01-01T08:00:00+08:00","next":["1970-01-01T08:00:01+08:00","1970-01-01T08:00:02.345+08:00"]}"#
        );
    }

    #[test]
    fn what_is_no_instant_is_not_shown_as_one_whatever_it_is_called() {
        let (run, binding) = (RunId::new("p@1"), "x".into());
        let fact = Fact::LoopSet { run, pc: 3, items: None, index: Some(1), binding, next: 5, end: None };
        assert!(shown(fact).ends_with(r#""pc":3,"index":1,"binding":"x","next":5}"#));
        let reason = Skip::Late { by: Duration::from_millis(90_500), max: Duration::from_millis(60_000) };
        let (from, to) = (Timestamp::from_millis(1), Timestamp::from_millis(2));
        let fact = Fact::Skipped { play: "p".into(), run: RunId::new("p@1"), from, to, count: 1, reason };
        let text = shown(fact);
        assert!(text.contains(r#""by":"1m30s500ms","max":"1m"}"#), "{text}");
        assert!(text.contains(r#""from":"1970-01-01T08:00:00.001+08:00""#), "{text}");
    }
}
