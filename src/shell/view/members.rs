//! `members`: who is in a group, as far as is known.

use super::{GroupShown, LocalTime};
use crate::base::ids::{GroupId, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The group.
    pub group: GroupId,
    /// The member's id.
    pub id: MemberId,
    /// Other ids by which the same member is reported.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ids: BTreeSet<MemberId>,
    /// The shown name.
    pub name: String,
    /// `owner`, `admin`, … as reported.
    pub role: String,
    /// Where the member came from.
    pub source: String,
    /// When the member joined, where that is known.
    pub joined: Option<LocalTime>,
    /// When the member was last heard, where that is known.
    pub seen: Option<LocalTime>,
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
pub fn members(group: GroupShown<'_>) -> impl Iterator<Item = MemberRow> {
    group.state.members.iter().map(move |member| {
        let activity = group.state.members.activity(&member.id);
        MemberRow {
            group: group.id.clone(),
            id: member.id.clone(),
            ids: member.ids.clone(),
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

/// The columns that are not fields, as `members import` names them.
const COLUMNS: [&str; 10] =
    ["group", "id", "name", "role", "source", "joined", "seen", "messages", "points", "tags"];

/// The members as a table with a header, as `members import` reads it; a column for each field that anybody has.
pub fn csv(rows: &[MemberRow]) -> Result<String, csv::Error> {
    let fields: BTreeSet<&str> = rows.iter().flat_map(|row| row.fields.keys().map(String::as_str)).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.into_iter().chain(fields.iter().copied()).map(text_cell))?;
    for row in rows {
        let tags: Vec<&str> = row.tags.iter().map(String::as_str).collect();
        let at = |at: Option<&LocalTime>| at.map(LocalTime::exact).unwrap_or_default();
        let known = [
            row.group.to_string(),
            row.id.to_string(),
            row.name.clone(),
            row.role.clone(),
            row.source.clone(),
            at(row.joined.as_ref()),
            at(row.seen.as_ref()),
            row.messages.to_string(),
            row.points.to_string(),
            tags.join(";"),
        ];
        let further = fields.iter().map(|field| match row.fields.get(*field) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        });
        writer.write_record(known.into_iter().chain(further).map(|cell| text_cell(&cell)))?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A cell as text: what begins like a formula would be computed by whoever opens the file (OWASP, *CSV injection*).
fn text_cell(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if formula { format!("'{cell}") } else { cell.to_owned() }
}
