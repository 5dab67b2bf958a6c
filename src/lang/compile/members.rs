//! `members`: the fields that are kept of a member and why, and the files that bring members in.

use super::{cx::Cx, fields, member_row::Row, moments};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        limits,
        member::Listed,
        source::Span,
        value::{Map, Value},
        words::tick,
    },
    lang::{
        codes, data,
        document::{
            node::{Node, NodeKind},
            reader::{self, Fields},
        },
        keys, roster,
    },
    model::keeping::Keeping,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Lowers the playbook's `members` and those of the files that it uses: what is kept of a member, and the members of the
/// playbook's `import`.
pub(crate) fn lower_section(cx: &mut Cx<'_>, own: Option<&Node>, used: &[&Node]) -> (Keeping, Vec<Row>) {
    let parts = || own.into_iter().chain(used.iter().copied());
    let mut whole = true;
    for node in parts() {
        whole &=
            Fields::read(&mut cx.report, node, pair("`members`", "`members`"), keys::MEMBERS.names).is_some();
    }
    if !whole {
        return (nothing_said(cx.minors), Vec::new());
    }
    let first = |key: &str| parts().find_map(|node| node.get(key).filter(|node| !node.is_null()));
    let purpose =
        first("purpose").and_then(|node| reader::text(&mut cx.report, node, pair("text", "文字"))).cloned();
    let identity = first("identity");
    let identity = identity
        .and_then(|node| reader::text(&mut cx.report, node, pair("a field's name", "字段名")))
        .cloned();
    let fields = fields::lower(cx, own, used).or_else(|| nothing_said(cx.minors).fields);
    let keeping = Keeping { fields, purpose, identity };
    let import = own.and_then(|node| node.get("import")).filter(|node| !node.is_null());
    let mut rows = import.map(|node| lower(cx, node)).unwrap_or_default();
    leave_out(cx, &keeping, &mut rows);
    // Lists of groups come before.
    let mut listed = std::mem::take(&mut cx.listed);
    leave_out(cx, &keeping, &mut listed);
    let all: Vec<&Row> = rows.iter().chain(&listed).collect();
    for (first, words) in roster::unlike(&keeping, all.iter().map(|row| &row.listed.member)) {
        let help = pair(
            "complete the list, or change what `members.fields` says",
            "补全名单，或者改 `members.fields` 的写法",
        );
        cx.warning(codes::FIELD_UNLIKE, all[first].span, words, help);
    }
    (keeping, rows)
}

/// What is kept where nothing is said of fields: everything, and of minors nothing.
pub(crate) fn nothing_said(minors: bool) -> Keeping {
    Keeping { fields: minors.then(BTreeMap::new), ..Keeping::default() }
}

/// Takes from rows what is not kept, and says so once a column.
fn leave_out(cx: &mut Cx<'_>, keeping: &Keeping, rows: &mut [Row]) {
    let mut told = BTreeSet::new();
    for row in rows {
        if row.listed.member.fields.keys().all(|name| keeping.keeps(name)) {
            continue;
        }
        let _ = roster::as_declared(keeping, &mut Arc::make_mut(&mut row.listed).member);
        let undeclared = row.listed.member.fields.keys().filter(|name| !keeping.keeps(name));
        let undeclared: Vec<String> = undeclared.cloned().collect();
        if undeclared.is_empty() {
            continue;
        }
        Arc::make_mut(&mut row.listed).member.drop_fields(&undeclared);
        for name in undeclared {
            if told.insert(name.clone()) {
                cx.warning(
                    codes::FIELD_NOT_KEPT,
                    row.span,
                    phrase!(
                        "{} is not under `members.fields`, so it is not kept",
                        "{} 不在 `members.fields` 里，因此不会保存",
                        tick(&name)
                    ),
                    pair(
                        "name it there with what it is for, or leave the column out",
                        "在那里写上它和它的用途，或者去掉这一列",
                    ),
                );
            }
        }
    }
}

/// The members of a group of its own.
pub(crate) fn lower_own(cx: &mut Cx<'_>, node: &Node, own: impl Fn(&Row) -> bool) -> Vec<Arc<Listed>> {
    let rows: Vec<Row> = lower(cx, node).into_iter().filter(own).collect();
    let listed = rows.iter().map(|row| row.listed.clone()).collect();
    cx.listed.extend(rows);
    listed
}

/// Members from a file, or from a list in the playbook.
fn lower(cx: &mut Cx<'_>, node: &Node) -> Vec<Row> {
    let rows: Vec<(Map, Span)> = match &node.kind {
        NodeKind::Scalar(scalar) => table(cx, &scalar.text.clone(), node.span),
        NodeKind::Sequence(items) => items
            .iter()
            .filter_map(|item| match item.to_value() {
                Value::Map(map) => Some((Map::clone(&map), item.span)),
                Value::Null | Value::List(_) => None,
                id => Some(([(Arc::from("id"), id)].into_iter().collect(), item.span)),
            })
            .collect(),
        NodeKind::Null | NodeKind::Mapping(_) => {
            reader::wrong_kind(
                &mut cx.report,
                node,
                pair("a CSV file of members, or a list", "成员的 CSV 文件，或一个列表"),
            );
            Vec::new()
        }
    };
    if rows.len() > limits::MEMBERS_MAX {
        let help = pair("split the group", "把群拆开");
        cx.error(codes::BAD_DATA, node.span, roster::too_many(rows.len()), help);
        return Vec::new();
    }
    let rows: Vec<Row> = rows.into_iter().filter_map(|(map, span)| row(cx, &map, span)).collect();
    for (later, earlier) in roster::twice(&rows, |row| (&row.listed, row.group.as_deref())) {
        let id = tick(rows[later].listed.member.id.as_str());
        let line = cx.sources.get(rows[earlier].span.source).place(rows[earlier].span.start).line;
        cx.warning(
            codes::MEMBER_TWICE,
            rows[later].span,
            phrase!(
                "{id} is listed in line {line} already, and otherwise",
                "{id} 在第 {line} 行已经列出，内容不同"
            ),
            pair("this line counts; leave one of them out", "以这一行为准；去掉其中一行"),
        );
    }
    rows
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

fn row(cx: &mut Cx<'_>, map: &Map, span: Span) -> Option<Row> {
    let identity = cx.identity.clone();
    let read = roster::listed(map, identity.as_deref(), &mut |text| {
        let at = data::parse_moment(text, &cx.zone).map_err(|error| Phrase::from(error.expected))?;
        if !moments::is_exact(text) {
            cx.uses_clock(span, Phrase::same(tick(text)));
        }
        Ok(at)
    });
    match read {
        Ok((listed, group)) => Some(Row { listed: Arc::new(listed), group, span }),
        Err((message, help)) => {
            cx.error(codes::BAD_DATA, span, message, help);
            None
        }
    }
}
