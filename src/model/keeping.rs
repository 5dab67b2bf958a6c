//! What is kept of a member: which fields, what for, how long. Says what may be; removes nothing itself.

use super::{channel::ChannelKind, member_dates};
use crate::base::{
    member::Member,
    time::Duration,
    value::{Map, Value},
};
use std::{collections::BTreeMap, sync::Arc};

/// The fields of `members.fields`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keeping {
    /// By name; none where the file says nothing of fields: then each is kept.
    pub fields: Option<BTreeMap<Arc<str>, Kept>>,
    /// `purpose`: why anything is kept of members.
    pub purpose: Option<Arc<str>>,
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
    /// Whether the field goes with the decision that it is for: a proof.
    pub decided: bool,
    /// `required`: whether every member has it.
    pub required: bool,
    /// `type`: what kind of value it is; anything where nothing is said.
    pub holds: Option<FieldType>,
}

/// What kind of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Whatever people write.
    Text,
    /// A number.
    Number,
    /// A day, of one year or of every year.
    Day,
}

impl FieldType {
    /// Whether a value is of the kind.
    pub fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text, _)
            | (Self::Number, Value::Int(_) | Value::Float(_))
            | (Self::Day, Value::Time(_)) => true,
            (Self::Number, Value::Str(text)) => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
            (Self::Day, Value::Str(text)) => member_dates::read(text).is_some(),
            (Self::Number | Self::Day, _) => false,
        }
    }
}

/// What a member of a list has otherwise than the playbook says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unlike {
    /// Nothing, where every member has something.
    Missing,
    /// A value that is no number.
    NoNumber,
    /// A value that is no day.
    NoDay,
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

/// What a list says of a member in columns of their own, which are no fields.
const COLUMNS: [&str; 10] =
    ["id", "name", "role", "source", "tags", "joined", "seen", "messages", "points", "group"];

/// Whether nothing is written there: an empty cell of a table.
fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Null) || value.as_str().is_some_and(|text| text.trim().is_empty())
}

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

    /// What a member has otherwise than the fields say, by field.
    pub fn unlike<'k>(&'k self, member: &'k Member) -> impl Iterator<Item = (&'k str, Unlike)> {
        let fields = self.fields.iter().flatten().filter(|(name, _)| !COLUMNS.contains(&&***name));
        fields.filter_map(|(name, kept)| {
            let value = member.fields.get(&**name).filter(|value| !is_blank(value));
            let unlike = match (value, kept.holds) {
                (None, _) => kept.required.then_some(Unlike::Missing)?,
                (Some(value), Some(FieldType::Number)) if !FieldType::Number.fits(value) => Unlike::NoNumber,
                (Some(value), Some(FieldType::Day)) if !FieldType::Day.fits(value) => Unlike::NoDay,
                _ => return None,
            };
            Some((&**name, unlike))
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
