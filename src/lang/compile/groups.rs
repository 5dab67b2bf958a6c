//! `groups`: the groups that the playbook runs, from a mapping or from a table with one row a group.
//!
//! A row becomes the mapping that one would have written by hand, and is lowered like it.

use super::{
    channels,
    cx::{Cx, File},
    head, member_row, members, moments, people,
};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        ids::GroupId,
        source::{Span, Spanned},
        value::{Map, Value},
    },
    lang::{
        codes, data,
        document::{
            node::{KeyEntry, Node, NodeKind, Scalar, ValueStyle},
            reader::{self, Fields},
        },
        keys,
        spoiled::spoiled,
    },
    model::group::Group,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Keys that a table's column names after `group.`; without that word such a column is a var.
const DOTTED: [&str; 5] = ["was", "kind", "timezone", "locale", "live"];

/// Keys of a group.
const KEYS: &[&str] = keys::GROUP.names;

/// What the groups share.
pub(crate) struct Shared<'a> {
    /// The playbook's name when its state began, which is the only group's where the file names none.
    pub(crate) name: &'a str,
    /// The playbook's title.
    pub(crate) title: &'a Arc<str>,
    /// The playbook's `channels`.
    pub(crate) channels: Option<&'a Node>,
    /// The playbook's `roles`.
    pub(crate) roles: Option<&'a Node>,
    /// The playbook's `vars`.
    pub(crate) vars: &'a Arc<Map>,
}

/// The groups as mappings, whatever they were written as.
pub(crate) fn load(cx: &mut Cx<'_>, node: Option<&Node>) -> Vec<KeyEntry> {
    let Some(node) = node else { return Vec::new() };
    if let Some(path) = node.text() {
        return table(cx, path, node.span);
    }
    let entries = Fields::open(&mut cx.report, node, pair("`groups`", "`groups`"))
        .map(|fields| fields.entries())
        .unwrap_or_default();
    if let [entry] = entries
        && &*entry.key.value == "file"
        && let Some(path) = entry.value.text()
    {
        return table(cx, path, entry.value.span);
    }
    entries.to_vec()
}

fn table(cx: &mut Cx<'_>, path: &str, span: Span) -> Vec<KeyEntry> {
    let Some(file) = cx.read_data(path, span) else { return Vec::new() };
    let rows = match data::csv_rows(&file.text) {
        Ok(rows) => rows,
        Err(problem) => {
            cx.data_problem(&file, problem);
            return Vec::new();
        }
    };
    if rows.first().is_some_and(|row| row.value.get("id").is_none()) {
        let near = data::nearest_column(&rows[0].value, "id")
            .map(|near| phrase!(" (found `{near}`)", "（有 `{near}` 这一列）"))
            .unwrap_or_default();
        let head = Span::new(file.source, 0, file.text.lines().next().map_or(0, str::len));
        cx.error(
            codes::MISSING_KEY,
            head,
            phrase!("the table of groups has no column `id`{near}", "群的表格没有 `id` 这一列{near}"; near),
            pair("name the column with the groups' ids `id`", "把群 id 那一列命名为 `id`"),
        );
        return Vec::new();
    }
    check_header(cx, &file, &rows);
    cx.short_rows(&file, &rows);
    rows.iter().filter_map(|row| row_entry(cx, &file, row)).collect()
}

/// Columns whose first word is nearly one of a group's keys.
fn check_header(cx: &mut Cx<'_>, file: &File, rows: &[data::DataRow]) {
    let Some(map) = rows.first().and_then(|row| row.value.as_map()) else { return };
    let head = Span::new(file.source, 0, file.text.lines().next().map_or(0, str::len));
    for column in map.keys() {
        let Some((first, rest)) = column.split_once('.') else { continue };
        if first == "group" && !DOTTED.contains(&rest) {
            let help = crate::lang::document::near::advice(rest, &DOTTED, pair("word", "词"));
            cx.error(
                codes::UNKNOWN_KEY,
                head,
                phrase!("a column cannot be `{column}`", "没有 `{column}` 这样的列"),
                help,
            );
        } else if !["channels", "roles", "vars", "group"].contains(&first) {
            let help = crate::lang::document::near::advice(
                first,
                &["channels", "roles", "vars"],
                pair("word", "词"),
            );
            cx.error(
                codes::UNKNOWN_KEY,
                head,
                phrase!("a column cannot begin with `{first}.`", "列名不能以 `{first}.` 开头"),
                help,
            );
        }
    }
}

fn row_entry(cx: &mut Cx<'_>, file: &File, row: &data::DataRow) -> Option<KeyEntry> {
    let span = Span::new(file.source, row.range.start, row.range.end);
    let map = row.value.as_map()?;
    let mut root = Vec::new();
    let mut id = None;
    for (column, value) in map {
        let scalar = match value {
            Value::Str(text) if text.is_empty() => continue,
            Value::Str(text) => Scalar { text: text.clone(), style: ValueStyle::Quoted },
            other => Scalar { text: Arc::from(other.to_json().to_string()), style: ValueStyle::Plain },
        };
        // What is the same id in every row would send each to the wrong chat.
        let is_id = &**column == "id" || column.starts_with("channels.");
        if let Some((told, help)) = spoiled(&scalar.text).filter(|_| is_id) {
            cx.error(codes::BAD_DATA, span, told, help);
            return None;
        }
        if &**column == "id" {
            id = Some(scalar.text);
            continue;
        }
        let node = Node { span, kind: NodeKind::Scalar(scalar) };
        if let Some(key) = column.strip_prefix("group.") {
            insert(&mut root, &[key], node, span);
            continue;
        }
        let parts: Vec<&str> = match column.split('.').collect::<Vec<_>>() {
            parts if parts.len() > 1 => parts,
            // A bare `was` or `kind` stays a var, as any other column.
            parts if KEYS.contains(&parts[0]) && !DOTTED.contains(&parts[0]) => parts,
            parts => vec!["vars", parts[0]],
        };
        insert(&mut root, &parts, node, span);
    }
    let Some(id) = id else {
        cx.error(
            codes::MISSING_VALUE,
            span,
            pair("this row has no `id`", "这一行没有 `id`"),
            pair("give each group an id", "给每个群一个 id"),
        );
        return None;
    };
    Some(KeyEntry { key: Spanned::new(id, span), value: Node { span, kind: NodeKind::Mapping(root) } })
}

/// Puts a value under a path of keys.
fn insert(entries: &mut Vec<KeyEntry>, path: &[&str], node: Node, span: Span) {
    let [first, rest @ ..] = path else { return };
    let index = entries.iter().position(|entry| &*entry.key.value == *first).unwrap_or_else(|| {
        let value = Node { span, kind: NodeKind::Null };
        entries.push(KeyEntry { key: Spanned::new(Arc::from(*first), span), value });
        entries.len() - 1
    });
    if rest.is_empty() {
        entries[index].value = node;
        return;
    }
    let value = &mut entries[index].value;
    if !matches!(value.kind, NodeKind::Mapping(_)) {
        value.kind = NodeKind::Mapping(Vec::new());
    }
    if let NodeKind::Mapping(inner) = &mut value.kind {
        insert(inner, rest, node, span);
    }
}

/// Lowers the groups; one named after the playbook where there are none.
pub(crate) fn lower(
    cx: &mut Cx<'_>,
    entries: &[KeyEntry],
    shared: &Shared<'_>,
) -> BTreeMap<GroupId, Arc<Group>> {
    let mut groups = BTreeMap::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for entry in entries {
        super::words::check_name(cx, entry, pair("group", "群"));
        let id = &entry.key.value;
        if !seen.insert(id) {
            cx.error(
                codes::DUPLICATE_NAME,
                entry.key.span,
                phrase!("there are two groups `{id}`", "有两个群都叫 `{id}`"),
                pair("give each group an id of its own", "给每个群各自的 id"),
            );
            continue;
        }
        cx.origin(format!("groups.{id}"), entry.key.span);
        let group = group(cx, id, &entry.value, shared);
        if let Some(was) = groups.get(&group.id).map(|other: &Arc<Group>| other.id.clone()) {
            cx.error(
                codes::DUPLICATE_NAME,
                entry.key.span,
                phrase!(
                    "`{id}` and another group are both the group `{was}`",
                    "`{id}` 和另一个群都是 `{was}` 这个群"
                ),
                pair(
                    "`was` names the id of one group that has another name now",
                    "`was` 写的是改了名的那一个群原来的 id",
                ),
            );
            continue;
        }
        cx.origin(format!("groups.{}", group.id), entry.key.span);
        groups.insert(group.id.clone(), Arc::new(group));
    }
    if groups.is_empty() {
        let group = bare(shared.name, shared);
        groups.insert(group.id.clone(), Arc::new(group));
    }
    groups
}

fn bare(id: &str, shared: &Shared<'_>) -> Group {
    Group {
        id: GroupId::new(id),
        title: shared.title.clone(),
        kind: None,
        zone: None,
        locale: None,
        live: true,
        created: None,
        channels: BTreeMap::new(),
        roles: BTreeMap::new(),
        vars: shared.vars.clone(),
        members: Vec::new(),
    }
}

fn group(cx: &mut Cx<'_>, id: &Arc<str>, node: &Node, shared: &Shared<'_>) -> Group {
    let mut group = Group { title: id.clone(), ..bare(id, shared) };
    if node.is_null() {
        return group;
    }
    let Some(fields) = Fields::read(&mut cx.report, node, pair("a group", "群"), KEYS) else { return group };
    group.zone = fields.get("timezone").and_then(|node| head::own_zone(cx, node));
    group.locale = fields.get("locale").and_then(|node| head::language(cx, node));
    let kind = fields.get("kind").and_then(|node| reader::text(&mut cx.report, node, pair("a name", "名字")));
    group.kind = kind.cloned();
    if let Some(live) = fields.get("live").and_then(|node| reader::boolean(&mut cx.report, node)) {
        group.live = live;
    }
    let zone = group.zone.clone();
    cx.in_zone(zone.as_ref(), |cx| sections(cx, id, &fields, shared, group))
}

/// What a group has beside what it is.
fn sections(
    cx: &mut Cx<'_>,
    id: &Arc<str>,
    fields: &Fields<'_>,
    shared: &Shared<'_>,
    mut group: Group,
) -> Group {
    if let Some(title) =
        fields.get("title").and_then(|node| reader::text(&mut cx.report, node, pair("text", "文字")))
    {
        group.title = title.clone();
    }
    if let Some(was) =
        fields.get("was").and_then(|node| reader::text(&mut cx.report, node, pair("a name", "名字")))
    {
        group.id = GroupId::new(was.clone());
    }
    group.created = fields.get("created").and_then(|node| moments::moment(cx, node));
    let origin = format!("groups.{id}");
    if let Some(own) = fields.get("channels") {
        let merged = merge(own, shared.channels, "type");
        group.channels = channels::lower(cx, &merged, &format!("{origin}.channels"));
    }
    if let Some(own) = fields.get("roles") {
        let merged = merge(own, shared.roles, "people");
        let people = std::mem::take(&mut cx.people);
        group.roles = people::lower_roles(cx, &merged, &people, &format!("{origin}.roles"));
        cx.people = people;
    }
    if let Some(own) = fields.get("vars") {
        super::words::check_reserved(cx, own);
        if let Some(entries) = own.entries() {
            let mut vars = Map::clone(shared.vars);
            vars.extend(entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_value())));
            group.vars = Arc::new(vars);
        } else {
            reader::wrong_kind(&mut cx.report, own, pair("a mapping of names to values", "名字到值的映射"));
        }
    }
    if let Some(node) = fields.get("members") {
        let own = |row: &member_row::Row| {
            row.group.as_deref().is_none_or(|name| name == group.id.as_str() || name == &**id)
        };
        group.members = members::lower_own(cx, node, own);
    }
    group
}

/// A group's entries over the playbook's of the same name, key by key. A short form (`host: zhu`, `group: console`)
/// stands for the key `short`.
fn merge(own: &Node, base: Option<&Node>, short: &str) -> Node {
    let Some(entries) = own.entries() else { return own.clone() };
    let merged = entries
        .iter()
        .map(|entry| {
            let Some(base) = base.and_then(|base| base.get(&entry.key.value)).and_then(Node::entries) else {
                return entry.clone();
            };
            let mut keys = match &entry.value.kind {
                NodeKind::Mapping(keys) => keys.clone(),
                _ => vec![KeyEntry {
                    key: Spanned::new(Arc::from(short), entry.value.span),
                    value: entry.value.clone(),
                }],
            };
            let other_type = short == "type" && {
                let kind = |entries: &[KeyEntry]| {
                    entries
                        .iter()
                        .find(|e| &*e.key.value == "type")
                        .and_then(|e| e.value.text().map(str::to_owned))
                };
                kind(&keys).is_some_and(|own| kind(base).is_some_and(|base| base != own))
            };
            if !other_type {
                let missing: Vec<KeyEntry> = base
                    .iter()
                    .filter(|b| !keys.iter().any(|k| k.key.value == b.key.value))
                    .cloned()
                    .collect();
                keys.extend(missing);
            }
            KeyEntry {
                key: entry.key.clone(),
                value: Node { span: entry.value.span, kind: NodeKind::Mapping(keys) },
            }
        })
        .collect();
    Node { span: own.span, kind: NodeKind::Mapping(merged) }
}
