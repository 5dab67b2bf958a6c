//! A task's `list`: what is to be ticked off, written in line or kept in a file.

use super::{common::texts, cx::Cx, text::Scope};
use crate::{
    base::{
        phrase::{pair, phrase},
        value::Value,
    },
    lang::{
        codes, data,
        document::{
            node::Node,
            reader::{self, Fields},
        },
        keys,
    },
    model::text::Text,
};

/// The list of those who come.
pub(super) const CHECKIN: &str = "checkin";

/// `list`: texts here, or in a file.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<Text> {
    if node.entries().is_none() {
        return texts(cx, node, scope);
    }
    let Some(fields) = Fields::read(&mut cx.report, node, pair("a list", "清单"), keys::LIST_FILE.names)
    else {
        return Vec::new();
    };
    let help = pair("write `list: { file: data/list.yaml }`", "写成 `list: { file: data/list.yaml }`");
    let Some(node) = fields.need(&mut cx.report, "file", help) else { return Vec::new() };
    let expected = pair("a path under the playbook's folder", "剧本文件夹里的路径");
    let Some(path) = reader::text(&mut cx.report, node, expected).cloned() else { return Vec::new() };
    let span = node.span;
    let Some(file) = cx.read_data(&path, span) else { return Vec::new() };
    match data::parse(&path, &file.text) {
        Ok(Value::List(items)) => items.iter().filter_map(list_item).map(Text::literal).collect(),
        Ok(Value::Str(text)) => {
            let lines = text.lines().map(|line| line.trim_start_matches(['-', '*', ' ']).trim());
            lines.filter(|line| !line.is_empty()).map(Text::literal).collect()
        }
        Ok(other) => {
            let kind = crate::base::phrase::Phrase::from(other.kind());
            let path = crate::base::phrase::Phrase::same(&*path);
            cx.error(
                codes::BAD_DATA,
                span,
                phrase!("`{path}` holds {kind}, not a list", "`{path}` 里是{kind}，不是一列文字"; path, kind),
                pair("write one item a line, each beginning with `- `", "一行一项，每行以 `- ` 开头"),
            );
            Vec::new()
        }
        Err(problem) => {
            cx.data_problem(&file, problem);
            Vec::new()
        }
    }
}

/// An item of a list in a file: its text, or the first cell of its row.
fn list_item(item: &Value) -> Option<String> {
    match item {
        Value::Str(text) => Some(text.to_string()),
        Value::Map(row) => ["item", "text"].iter().find_map(|key| row.get(*key)).and_then(list_item),
        Value::Null | Value::List(_) => None,
        other => Some(other.to_json().to_string()),
    }
}
