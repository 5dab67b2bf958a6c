//! A member of a group, as far as a playbook may know one.
//!
//! Only what was reported or imported is here; nothing is inferred.

use super::{ids::MemberId, time::Timestamp, value::Value};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// All members of one group, in order of id. Cloning is cheap: the tree is shared.
pub type Members = imbl::OrdMap<MemberId, Arc<Member>>;

/// One member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The id by which signals name this member.
    pub id: MemberId,
    /// The shown name; the id where none was reported.
    pub name: String,
    /// `owner`, `admin`, … as reported; empty for an ordinary member.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Where the member came from, as reported.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// When the member joined.
    pub joined: Timestamp,
    /// The last time the member spoke, answered or reacted; `joined` until then.
    pub seen: Timestamp,
    /// Messages reported.
    #[serde(default)]
    pub messages: u64,
    /// Points that scripts gave.
    #[serde(default)]
    pub points: i64,
    /// Labels that scripts, imports or signals gave.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Further fields: imported columns, data of signals, what scripts stored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
}

impl Member {
    /// A member who has just joined.
    pub fn new(id: MemberId, joined: Timestamp) -> Self {
        Self {
            name: id.to_string(),
            id,
            role: String::new(),
            source: String::new(),
            joined,
            seen: joined,
            messages: 0,
            points: 0,
            tags: BTreeSet::new(),
            fields: BTreeMap::new(),
        }
    }
}
