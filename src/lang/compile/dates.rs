//! `dates`: a list of entries, or the rows of a file, each one occurrence.

use super::{
    cx::{Cx, File},
    moments,
    text::{self, Scope},
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        ids::GroupId,
        limits,
        locale::Locale,
        source::Span,
        time::Timestamp,
        value::{Map, Value},
    },
    lang::{
        codes, data,
        document::{
            near,
            node::Node,
            reader::{self, Fields},
        },
        keys,
        spoiled::spoiled,
    },
    model::{text::Text, trigger::DateEntry},
    script::facts::Facts,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// An entry before its `at` is read.
struct UndatedEntry {
    values: Map,
    span: Span,
    at: Option<(String, Span)>,
    id: Option<(String, Span)>,
}

/// Lowers `dates`: the entries in order of their instants, and every key that one of them has.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node) -> (Vec<Arc<DateEntry>>, BTreeSet<String>) {
    let rows = if node.entries().is_some() {
        file_rows(cx, node)
    } else {
        let items = reader::list(
            &mut cx.report,
            node,
            pair(
                "a list of dates, or `{ file: dates.csv, at: … }`",
                "一列日期，或 `{ file: dates.csv, at: … }`",
            ),
        )
        .unwrap_or_default();
        items.iter().filter_map(|item| inline(cx, item)).collect()
    };
    let mut keys: BTreeSet<String> = ["id".to_owned(), "at".to_owned()].into();
    keys.extend(rows.iter().flat_map(|row| row.values.keys().map(ToString::to_string)));
    let mut seen: BTreeMap<Arc<str>, Span> = BTreeMap::new();
    let mut entries = Vec::new();
    for row in rows {
        let Some((at_text, at_span)) = row.at else {
            cx.error(
                codes::MISSING_KEY,
                row.span,
                pair("a date needs `at`", "日期需要 `at`"),
                pair("write when: `at: 2026-12-11 20:00`", "写明时间：`at: 2026-12-11 20:00`"),
            );
            continue;
        };
        let Some(at) = moments::moment_of(cx, &at_text, at_span) else { continue };
        let (id, id_span) = row.id.unwrap_or_else(|| (at_text.trim().to_owned(), at_span));
        let id: Arc<str> = Arc::from(id);
        if id.is_empty() || id.contains(['/', '@']) && !id.starts_with(|c: char| c.is_ascii_digit()) {
            cx.error(
                codes::BAD_NAME,
                id_span,
                phrase!("`{id}` cannot be the id of a date", "`{id}` 不能作日期的 id"),
                pair("use letters, digits, `-` and `_`", "用字母、数字、`-` 和 `_`"),
            );
        }
        if id.chars().count() > limits::NAME_CHARS_MAX {
            cx.error(
                codes::BAD_NAME,
                id_span,
                phrase!(
                    "the id of a date has at most {} letters",
                    "日期的 id 最多 {} 个字",
                    limits::NAME_CHARS_MAX
                ),
                pair("put the rest into a column of its own", "其余的写进另外一列"),
            );
            continue;
        }
        if let Some(first) = seen.insert(id.clone(), id_span) {
            let diagnostic = crate::base::diagnostic::Diagnostic::error(
                codes::DUPLICATE_NAME,
                id_span,
                phrase!("two dates have the id `{id}`", "有两个日期的 id 都是 `{id}`"),
            );
            cx.report.push(
                diagnostic
                    .also(first, pair("the first one", "第一个在这里"))
                    .help(pair("give each date an `id` of its own", "给每个日期各自的 `id`")),
            );
            continue;
        }
        cx.date_rows.insert(id.clone(), row.span);
        let values = Arc::new(complete(row.values, &keys, &id, at));
        entries.push(Arc::new(DateEntry { id, at, civil: moments::civil(&at_text), values }));
    }
    DateEntry::sort(&mut entries);
    (entries, keys)
}

/// The values of an entry with every key that any entry has.
fn complete(mut values: Map, keys: &BTreeSet<String>, id: &Arc<str>, at: Timestamp) -> Map {
    for key in keys {
        values.entry(Arc::from(key.as_str())).or_insert(Value::Null);
    }
    values.insert(Arc::from("id"), Value::Str(id.clone()));
    values.insert(Arc::from("at"), Value::Time(at));
    values
}

fn inline(cx: &mut Cx<'_>, node: &Node) -> Option<UndatedEntry> {
    // `- 2026-12-11 20:00` is enough for a date about which nothing else is known.
    if let Some(text) = node.text() {
        return Some(UndatedEntry {
            values: Map::new(),
            span: node.span,
            at: Some((text.to_owned(), node.span)),
            id: None,
        });
    }
    let fields = Fields::open(&mut cx.report, node, pair("a date", "日期"))?;
    super::words::check_reserved(cx, node);
    let mut row = UndatedEntry { values: Map::new(), span: node.span, at: None, id: None };
    for entry in fields.entries() {
        match &*entry.key.value {
            key @ ("at" | "id") => {
                let text = reader::text(&mut cx.report, &entry.value, pair("text", "文字"))?;
                let text = Some((text.to_string(), entry.value.span));
                if key == "at" { row.at = text } else { row.id = text }
            }
            _ => {
                row.values.insert(entry.key.value.clone(), entry.value.to_value());
            }
        }
    }
    Some(row)
}

/// `{ file: topics.csv, at: "${row.date} 12:30" }`
fn file_rows(cx: &mut Cx<'_>, node: &Node) -> Vec<UndatedEntry> {
    let Some(fields) = Fields::read(&mut cx.report, node, pair("`dates`", "`dates`"), keys::DATES_FILE.names)
    else {
        return Vec::new();
    };
    let help = pair(
        "write the file: `dates: { file: topics.csv, at: \"${row.date} 12:30\" }`",
        "写明文件：`dates: { file: topics.csv, at: \"${row.date} 12:30\" }`",
    );
    let Some(path_node) = fields.need(&mut cx.report, "file", help) else { return Vec::new() };
    let Some(path) = reader::text(&mut cx.report, path_node, pair("a path", "路径")).cloned() else {
        return Vec::new();
    };
    let here = cx.unit.dates_from.clone().map(|folder| std::mem::replace(&mut cx.unit.folder, folder));
    let file = cx.read_data(&path, path_node.span);
    if let Some(here) = here {
        cx.unit.folder = here;
    }
    let Some(file) = file else { return Vec::new() };
    let table = table(cx, &file, path_node.span);
    let columns: BTreeSet<String> =
        table.iter().flat_map(|(row, _)| row.keys().map(ToString::to_string)).collect();
    let mut scope = Scope::default();
    scope.known.bindings.insert("row".into());
    let template = |cx: &mut Cx<'_>, key: &str| {
        let node = fields.get(key)?;
        if !check_columns(cx, node, &columns) {
            return None;
        }
        text::text(cx, node, &scope).map(|text| (text, node.span))
    };
    let (at, id) = (template(cx, "at"), template(cx, "id"));
    if fields.get("at").is_some() && at.is_none() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (values, span) in table {
        let render = |cx: &mut Cx<'_>, column: &str, template: &Option<(Text, Span)>| match template {
            Some((text, at)) => fill(cx, text, &values, *at).map(|text| (text, span)),
            None => values.get(column).filter(|value| !value.is_null()).map(|value| (plain(value), span)),
        };
        let (at, id) = (render(cx, "at", &at), render(cx, "id", &id));
        if at.is_none() && fields.get("at").is_some() {
            return rows;
        }
        if at.is_none() && fields.get("at").is_none() && !columns.contains("at") {
            cx.error(
                codes::MISSING_KEY,
                path_node.span,
                phrase!("`{path}` has no column `at`", "`{path}` 没有 `at` 这一列"),
                pair(
                    "say how its columns make a time: `at: \"${row.date} 12:30\"`",
                    "写明各列怎样组成时间：`at: \"${row.date} 12:30\"`",
                ),
            );
            return rows;
        }
        let id = id.filter(|(id, _)| !id.is_empty());
        if let Some((told, help)) = id.as_ref().and_then(|(id, _)| spoiled(id)) {
            cx.error(codes::BAD_DATA, span, told, help);
            continue;
        }
        rows.push(UndatedEntry { values, span, at, id });
    }
    rows
}

/// The rows of a CSV, YAML or JSON file.
fn table(cx: &mut Cx<'_>, file: &File, named: Span) -> Vec<(Map, Span)> {
    if file.path.to_ascii_lowercase().ends_with(".csv") {
        return match data::csv_rows(&file.text) {
            Ok(rows) => {
                cx.short_rows(file, &rows);
                rows.into_iter()
                    .filter_map(|row| {
                        let span = Span::new(file.source, row.range.start, row.range.end);
                        row.value.as_map().map(|map| (map.clone(), span))
                    })
                    .collect()
            }
            Err(problem) => {
                cx.data_problem(file, problem);
                Vec::new()
            }
        };
    }
    match data::parse(&file.path, &file.text) {
        Ok(value) => {
            let maps: Option<Vec<Map>> =
                value.as_list().and_then(|items| items.iter().map(|item| item.as_map().cloned()).collect());
            let span = Span::new(file.source, 0, 0);
            let Some(maps) = maps else {
                cx.error(
                    codes::BAD_DATA,
                    named,
                    phrase!("`{}` is no list of entries", "`{}` 不是一列条目", file.path),
                    pair("write a list of mappings, or a CSV table", "写成一列映射，或一张 CSV 表"),
                );
                return Vec::new();
            };
            maps.into_iter().map(|map| (map, span)).collect()
        }
        Err(problem) => {
            cx.data_problem(file, problem);
            Vec::new()
        }
    }
}

/// Whether every column that is named is there; one that is not is reported.
fn check_columns(cx: &mut Cx<'_>, node: &Node, columns: &BTreeSet<String>) -> bool {
    let Some(text) = node.text().map(str::to_owned) else { return true };
    let mut good = true;
    let mut at = 0;
    while let Some(found) = text[at..].find("row.").map(|n| at + n + 4) {
        let end = text[found..]
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .map_or(text.len(), |n| found + n);
        at = end;
        let name = &text[found..end];
        if !columns.is_empty() && !name.is_empty() && !columns.contains(name) {
            let names: Vec<&str> = columns.iter().map(String::as_str).collect();
            let help = near::advice(name, &names, pair("column", "列"));
            let span = text::origin(cx, node, found..end);
            cx.error(
                codes::UNKNOWN_NAME,
                span,
                phrase!("the file has no column `{name}`", "文件里没有 `{name}` 这一列"),
                help,
            );
            cx.mend_name(span, name, &names);
            good = false;
        }
    }
    good
}

/// A text in which `${row.x}` is replaced by a row's cell.
fn fill(cx: &mut Cx<'_>, text: &Text, row: &Map, span: Span) -> Option<String> {
    let mut facts = Facts::bare(GroupId::new(""), Timestamp::default(), cx.zone.clone(), Locale::En);
    let row = Value::Map(Arc::new(row.clone()));
    facts.bindings = Arc::new([(Arc::from("row"), row.clone())].into_iter().collect());
    let facts = Arc::new(facts);
    let mut out = String::new();
    for part in &text.parts {
        match part {
            crate::model::text::TextPart::Literal(text) => out.push_str(text),
            crate::model::text::TextPart::Expr(expr) => {
                let cell = expr.source().strip_prefix("row.").and_then(|name| row.get(name.trim()));
                match cell.map_or_else(|| expr.eval_text(&facts), |value| Ok(plain(value))) {
                    Ok(text) => out.push_str(&text),
                    Err(error) => {
                        cx.error(
                            codes::EXPRESSION,
                            span,
                            Phrase::same(error.to_string()),
                            pair(
                                "use the columns of the file: `${row.date}`",
                                "用文件里有的列：`${row.date}`",
                            ),
                        );
                        return None;
                    }
                }
            }
        }
    }
    Some(out)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Null => String::new(),
        Value::Spelled(x, spelling) => spelling.write(*x).unwrap_or_default(),
        other => other.to_json().to_string(),
    }
}
