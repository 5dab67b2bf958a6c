//! `members`: the fields that are kept of a member and why, and the files that bring members in.

use super::{cx::Cx, moments};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        ids::MemberId,
        limits,
        member::Member,
        source::Span,
        time::Timestamp,
        value::{Map, Value},
    },
    lang::{
        codes, data,
        document::{
            node::{Kind, Node},
            reader::{self, Fields},
        },
        keys,
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// A member of a file.
pub(crate) struct Row {
    /// The member.
    pub(crate) member: Arc<Member>,
    /// The group that the row names, if it names one.
    pub(crate) group: Option<String>,
}

/// Lowers the playbook's `members`: checks the fields, and gives the members of `import`.
pub(crate) fn lower_section(cx: &mut Cx<'_>, node: &Node) -> Vec<Row> {
    let Some(fields) =
        Fields::read(&mut cx.report, node, pair("`members`", "`members`"), keys::MEMBERS.names)
    else {
        return Vec::new();
    };
    if let Some(node) = fields.get("purpose") {
        reader::text(&mut cx.report, node, pair("text", "文字"));
    }
    if let Some(node) = fields.get("retention") {
        reader::positive(&mut cx.report, node);
    }
    if let Some(node) = fields.get("fields") {
        check_fields(cx, node);
    }
    fields.get("import").map(|node| lower(cx, node, None)).unwrap_or_default()
}

/// A list of names, or names with their purpose and retention.
fn check_fields(cx: &mut Cx<'_>, node: &Node) {
    match &node.kind {
        Kind::Sequence(items) => {
            for item in items {
                reader::text(&mut cx.report, item, pair("a field's name", "字段名"));
            }
        }
        Kind::Mapping(entries) => {
            for entry in entries {
                if !matches!(entry.value.kind, Kind::Mapping(_)) {
                    continue;
                }
                let Some(fields) =
                    Fields::read(&mut cx.report, &entry.value, pair("a field", "字段"), keys::FIELD.names)
                else {
                    continue;
                };
                if let Some(node) = fields.get("retention") {
                    reader::positive(&mut cx.report, node);
                }
            }
        }
        Kind::Null | Kind::Scalar(_) => {
            reader::wrong_kind(
                &mut cx.report,
                node,
                pair("a list of fields, or a mapping with their purpose", "一列字段，或写明用途的映射"),
            );
        }
    }
}

/// Members from a file, or from a list in the playbook. `created` is the group's, if it is known.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, created: Option<Timestamp>) -> Vec<Row> {
    let rows: Vec<(Map, Span)> = match &node.kind {
        Kind::Scalar(scalar) => table(cx, &scalar.text.clone(), node.span),
        Kind::Sequence(items) => items
            .iter()
            .filter_map(|item| match item.to_value() {
                Value::Map(map) => Some((Map::clone(&map), item.span)),
                Value::Null | Value::List(_) => None,
                id => Some(([(Arc::from("id"), id)].into_iter().collect(), item.span)),
            })
            .collect(),
        Kind::Null | Kind::Mapping(_) => {
            reader::wrong_kind(
                &mut cx.report,
                node,
                pair("a CSV file of members, or a list", "成员的 CSV 文件，或一个列表"),
            );
            Vec::new()
        }
    };
    if rows.len() > limits::MEMBERS_MAX {
        cx.error(
            codes::BAD_DATA,
            node.span,
            phrase!(
                "{} members are too many; the limit is {}",
                "{} 名成员太多了；上限是 {}",
                rows.len(),
                limits::MEMBERS_MAX
            ),
            pair("split the group", "把群拆开"),
        );
        return Vec::new();
    }
    rows.into_iter().filter_map(|(map, span)| member(cx, map, span, created)).collect()
}

fn table(cx: &mut Cx<'_>, path: &str, span: Span) -> Vec<(Map, Span)> {
    let Some(file) = cx.read_data(path, span) else { return Vec::new() };
    match data::csv_rows(&file.text) {
        Ok(rows) => rows
            .into_iter()
            .filter_map(|row| {
                row.value
                    .as_map()
                    .map(|map| (map.clone(), Span::new(file.source, row.range.start, row.range.end)))
            })
            .collect(),
        Err(problem) => {
            cx.data_problem(&file, problem);
            Vec::new()
        }
    }
}

fn member(cx: &mut Cx<'_>, map: Map, span: Span, created: Option<Timestamp>) -> Option<Row> {
    let text = |key: &str| map.get(key).map(plain).filter(|text| !text.is_empty());
    let Some(id) = text("id").or_else(|| text("name")) else {
        cx.error(
            codes::MISSING_KEY,
            span,
            pair("a member needs an `id`", "成员需要 `id`"),
            pair(
                "name the column by which signals name a member `id`",
                "把信号里用来指认成员的那一列命名为 `id`",
            ),
        );
        return None;
    };
    let mut member = Member::new(MemberId::new(&id), created.unwrap_or(Timestamp::MIN));
    member.name = text("name").unwrap_or(id);
    member.role = text("role").unwrap_or_default();
    member.source = text("source").unwrap_or_default();
    let mut moment = |key: &str| text(key).and_then(|text| moments::moment_of(cx, &text, span));
    if let Some(at) = moment("joined") {
        member.joined = at;
    }
    member.seen = moment("seen").unwrap_or(member.joined);
    let number = |key: &str| map.get(key).and_then(Value::as_int);
    member.messages = number("messages").unwrap_or_default().max(0) as u64;
    member.points = number("points").unwrap_or_default();
    member.tags = match map.get("tags") {
        Some(Value::List(items)) => items.iter().map(plain).collect(),
        Some(value) => plain(value)
            .split([',', ';', '、', '|', ' '])
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect(),
        None => BTreeSet::default(),
    };
    let group = text("group");
    const KNOWN: [&str; 10] =
        ["id", "name", "role", "source", "joined", "seen", "messages", "points", "tags", "group"];
    for (key, value) in map.into_iter().filter(|(key, _)| !KNOWN.contains(&&**key)) {
        if value.as_str() != Some("") {
            member.fields.insert(key.to_string(), value);
        }
    }
    Some(Row { member: Arc::new(member), group })
}

fn plain(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Null => String::new(),
        other => other.to_json().to_string(),
    }
}
