//! What the playbook and the files it uses say of one thing: what the playbook says counts, then what is used first.

use super::{
    cx::{Cx, UnitView},
    uses::UsedFile,
};
use crate::{
    base::{
        diagnostic::Diagnostic,
        phrase::{pair, phrase},
        source::Span,
        value::{Map, Value},
    },
    lang::{
        codes,
        document::node::{KeyEntry, Node, NodeKind},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// A part of a section, and the file that it is from.
pub(crate) struct Brought {
    /// How that file sees names and paths.
    pub(crate) view: UnitView,
    /// Its entries that count.
    pub(crate) node: Node,
}

/// A section of mappings, the playbook's own first. Two files that are used and say different things under one name
/// are told of, unless the playbook says it itself.
pub(crate) fn section(
    cx: &mut Cx<'_>,
    root: &Node,
    home: &UnitView,
    units: &[UsedFile],
    key: &str,
) -> Vec<Brought> {
    let own = root.get(key).filter(|node| !node.is_null());
    let mut taken: BTreeMap<Arc<str>, Option<(Span, Value)>> = BTreeMap::new();
    let mut all = Vec::new();
    if let Some(node) = own {
        // What is no mapping is the playbook's alone, or its mistake.
        let Some(entries) = node.entries() else {
            return vec![Brought { view: home.clone(), node: node.clone() }];
        };
        taken.extend(entries.iter().map(|entry| (entry.key.value.clone(), None)));
        all.push(Brought { view: home.clone(), node: node.clone() });
    }
    for unit in units {
        let Some(node) = unit.document.root.get(key).filter(|node| !node.is_null()) else { continue };
        let mut counts: Vec<KeyEntry> = Vec::new();
        for entry in node.entries().unwrap_or_default() {
            match taken.get(&entry.key.value) {
                None => {
                    let said = (entry.key.span, entry.value.to_value());
                    taken.insert(entry.key.value.clone(), Some(said));
                    counts.push(entry.clone());
                }
                Some(Some((first, value))) if *value != entry.value.to_value() => {
                    differs(cx, &format!("{key}.{}", entry.key.value), *first, entry.key.span);
                }
                Some(_) => {}
            }
        }
        if !counts.is_empty() {
            let node = Node { span: node.span, kind: NodeKind::Mapping(counts) };
            all.push(Brought { view: unit.view.clone(), node });
        }
    }
    all
}

/// The phases: the playbook's, else those of the one file that brings some.
pub(crate) fn phases<'n>(
    cx: &mut Cx<'_>,
    root: &'n Node,
    home: &UnitView,
    units: &'n [UsedFile],
) -> Option<(UnitView, &'n Node)> {
    let of = |root: &'n Node| root.get("phases").filter(|node| !node.is_null());
    if let Some(node) = of(root) {
        return Some((home.clone(), node));
    }
    let mut found: Option<(UnitView, &Node)> = None;
    for unit in units {
        let Some(node) = of(&unit.document.root) else { continue };
        match &found {
            None => found = Some((unit.view.clone(), node)),
            Some((_, first)) if first.to_value() != node.to_value() => {
                differs(cx, "phases", first.span, node.span);
            }
            Some(_) => {}
        }
    }
    found
}

/// What the playbook says of a thing, else the first file that it uses.
pub(crate) fn first<'n>(root: &'n Node, units: &'n [UsedFile], key: &str) -> Option<&'n Node> {
    let mut roots = std::iter::once(root).chain(units.iter().map(|unit| &unit.document.root));
    roots.find_map(|root| root.get(key).filter(|node| !node.is_null()))
}

/// A section as a plain value.
pub(crate) fn value(parts: &[Brought]) -> Value {
    let mut map = Map::new();
    for part in parts {
        match part.node.to_value() {
            Value::Map(more) => map.extend(more.iter().map(|(key, value)| (key.clone(), value.clone()))),
            other if parts.len() == 1 => return other,
            _ => {}
        }
    }
    if parts.is_empty() { Value::Null } else { Value::Map(Arc::new(map)) }
}

/// Names what two used files say differently under one name of a section, where the playbook says nothing of it.
pub(crate) fn told_apart(cx: &mut Cx<'_>, root: &Node, units: &[UsedFile], key: &str) {
    let own = root.get(key).and_then(Node::entries).unwrap_or_default();
    let mut seen: BTreeMap<&str, &KeyEntry> = BTreeMap::new();
    for unit in units {
        for entry in unit.document.root.get(key).and_then(Node::entries).unwrap_or_default() {
            let name = &*entry.key.value;
            if own.iter().any(|own| *own.key.value == *name) {
                continue;
            }
            match seen.get(name) {
                Some(first) if first.value.to_value() != entry.value.to_value() => {
                    differs(cx, &format!("{key}.{name}"), first.key.span, entry.key.span);
                }
                Some(_) => {}
                None => drop(seen.insert(name, entry)),
            }
        }
    }
}

/// Two used files say different things, and the first one counts.
pub(crate) fn differs(cx: &mut Cx<'_>, what: &str, first: Span, second: Span) {
    let message = phrase!(
        "two files that are used say different things of `{what}`, and the first one counts",
        "引用的两个文件对 `{what}` 的写法不同，以先引用的为准"
    );
    let diagnostic = Diagnostic::warning(codes::USE_DIFFERS, second, message);
    let help = phrase!("write `{what}` in this playbook, as it is to be", "在这个剧本里写明 `{what}`");
    cx.report.push(diagnostic.also(first, pair("what counts", "以这里为准")).help(help));
}
