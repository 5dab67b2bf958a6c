//! What is kept of a member: which fields, what for, how long. Says what may be; removes nothing itself.

use super::channel::ChannelKind;
use crate::base::{
    time::Duration,
    value::{Map, Value},
};
use std::{collections::BTreeMap, sync::Arc};

/// The fields of `members.fields`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keeping {
    /// By name; none where the file says nothing of fields: then each is kept.
    pub fields: Option<BTreeMap<Arc<str>, Kept>>,
    /// `identity`: the field by whose value ids on several platforms are one person.
    pub identity: Option<Arc<str>>,
}

/// Whether a charter says that minors are among the members, in whatever words.
pub fn has_minors(charter: &Value) -> bool {
    match charter.get("minors") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(has)) => *has,
        Some(Value::Str(text)) => !matches!(text.trim(), "" | "no" | "none" | "false" | "无" | "没有"),
        Some(_) => true,
    }
}

/// A field that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Why the field is kept.
    pub purpose: Option<Arc<str>>,
    /// How long, from when it was told; for ever where nothing is said.
    pub retention: Option<Duration>,
}

/// What a report says of a member that is no field of the operator's: the engine's own words for who somebody is.
const OWN: [&str; 16] = [
    "id",
    "name",
    "role",
    "source",
    "tags",
    "joined",
    "seen",
    "messages",
    "points",
    "inviter",
    "batch",
    "count",
    "how",
    "group",
    "paid",
    "paid_until",
];

impl Keeping {
    /// Whether something that is told of a member may be kept.
    pub fn keeps(&self, field: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| {
            fields.contains_key(field)
                || OWN.contains(&field)
                || self.identity.as_deref() == Some(field)
                || ChannelKind::parse(field).is_some()
        })
    }

    /// How long a field is kept.
    pub fn retention(&self, field: &str) -> Option<Duration> {
        self.fields.as_ref()?.get(field)?.retention
    }

    /// The fields that are kept for a time only.
    pub fn timed(&self) -> impl Iterator<Item = (&Arc<str>, Duration)> {
        self.fields.iter().flatten().filter_map(|(name, kept)| Some((name, kept.retention?)))
    }

    /// What of a report about a member may be kept.
    pub fn pare(&self, data: Value) -> Value {
        match &data {
            Value::Map(map) if map.keys().any(|key| !self.keeps(key)) => {
                let kept = map.iter().filter(|(key, _)| self.keeps(key));
                Value::Map(Arc::new(kept.map(|(key, value)| (key.clone(), value.clone())).collect::<Map>()))
            }
            _ => data,
        }
    }
}
