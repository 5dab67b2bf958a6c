//! Dates that a var gives: a play whose `dates` is one var of its file, and whoever uses the file says another.
//!
//! Says which nodes are meant; `dates` reads them.

use super::{cx::Cx, uses::UsedFile};
use crate::{
    base::phrase::{pair, phrase},
    lang::{
        codes,
        document::{
            near,
            node::{KeyEntry, Node, NodeKind},
        },
    },
};
use std::borrow::Cow;

/// The play with its dates as a var gives them, where `dates` is one var of its file and nothing else: so that whoever
/// uses the file gives dates of their own by `with`.
pub(crate) fn dates<'e>(
    cx: &mut Cx<'_>,
    entry: &'e KeyEntry,
    root: &Node,
    unit: Option<&UsedFile>,
) -> Cow<'e, KeyEntry> {
    cx.unit.dates_from = None;
    let named = entry.value.get("dates").and_then(|node| Some((node, var_of(node.text()?)?)));
    let Some((node, name)) = named else { return Cow::Borrowed(entry) };
    let vars = root.get("vars").and_then(Node::entries).unwrap_or_default();
    let of = |entries: &[KeyEntry]| {
        entries.iter().find(|var| *var.key.value == *name).map(|var| var.value.clone())
    };
    let by_use = unit.and_then(|unit| Some((of(&unit.with)?, unit.with_folder.clone())));
    let (dates, folder) = by_use.map_or_else(|| (of(vars), None), |(node, from)| (Some(node), Some(from)));
    let Some(dates) = dates else {
        let names: Vec<&str> = vars.iter().map(|var| &*var.key.value).collect();
        let help = near::advice(name, &names, pair("var of this file", "这个文件里的变量"));
        let message = phrase!("the file has no var `{name}`", "这个文件没有变量 `{name}`");
        cx.error(codes::UNKNOWN_NAME, node.span, message, help);
        return Cow::Owned(with_dates(entry, None));
    };
    cx.unit.dates_from = folder;
    Cow::Owned(with_dates(entry, Some(dates)))
}

/// The name in `${vars.name}`.
fn var_of(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("${")?.strip_suffix('}')?.trim().strip_prefix("vars.")?;
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

/// The same play with other dates, or with an empty list.
fn with_dates(entry: &KeyEntry, dates: Option<Node>) -> KeyEntry {
    let mut entry = entry.clone();
    if let NodeKind::Mapping(fields) = &mut entry.value.kind {
        for field in fields.iter_mut().filter(|field| &*field.key.value == "dates") {
            let span = field.value.span;
            field.value = dates.clone().unwrap_or(Node { span, kind: NodeKind::Sequence(Vec::new()) });
        }
    }
    entry
}
