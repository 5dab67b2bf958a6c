//! `members`: who is in a group, as far as is known.

use super::{At, Group};
use crate::base::ids::{GroupId, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The group.
    pub group: GroupId,
    /// The member's id.
    pub id: MemberId,
    /// The shown name.
    pub name: String,
    /// `owner`, `admin`, … as reported.
    pub role: String,
    /// Where the member came from.
    pub source: String,
    /// When the member joined, where that is known.
    pub joined: Option<At>,
    /// When the member was last heard, where that is known.
    pub seen: Option<At>,
    /// Messages reported.
    pub messages: u64,
    /// Points that scripts gave.
    pub points: i64,
    /// Labels.
    pub tags: BTreeSet<String>,
    /// Further fields.
    pub fields: BTreeMap<String, serde_json::Value>,
}

/// The members of a group.
pub fn members(group: Group<'_>) -> impl Iterator<Item = Row> {
    group.state.members.iter().map(move |member| {
        let activity = group.state.members.activity(&member.id);
        Row {
            group: group.id.clone(),
            id: member.id.clone(),
            name: member.name.clone(),
            role: member.role.clone(),
            source: member.source.clone(),
            joined: member.joined.map(|at| group.at(at)),
            seen: activity.seen.map(|at| group.at(at)),
            messages: activity.messages,
            points: member.points,
            tags: member.tags.clone(),
            fields: member.fields.iter().map(|(key, value)| (key.clone(), value.to_json())).collect(),
        }
    })
}
