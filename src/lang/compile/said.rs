//! Which vars and args may hold what others said: a pass over every `set` and `start`, before any expression is lowered.
//!
//! Looks at expressions as they were written; where it cannot be sure it says yes.

use super::{
    heard::Heard,
    text::{closing, rename_vars},
    uses::UsedFile,
};
use crate::{
    lang::document::node::{Node, NodeKind},
    script::{
        expr::Expr,
        names::{Known, Names, SaidKeys},
    },
};

/// What is written into a key, and the expressions that it is made of.
struct Write {
    /// The play whose `args` it goes to; a var where there is none.
    play: Option<String>,
    /// Every key where there is none.
    key: Option<String>,
    from: Vec<String>,
}

/// Looks at the playbook and all files that it uses.
pub(crate) fn find(root: &Node, units: &[UsedFile]) -> Heard {
    let mut writes = Vec::new();
    for section in ["plays", "phases"] {
        if let Some(node) = root.get(section) {
            collect(node, None, &mut writes);
        }
    }
    for unit in units {
        let plays = unit.document.root.get("plays");
        if let Some(node) = plays {
            collect(node, Some(unit), &mut writes);
        }
    }
    let mut heard = Heard::default();
    loop {
        let mut known = Known { globals: Names::ALL, said_args: SaidKeys::Any, ..Known::default() };
        known.said_vars.clone_from(&heard.vars);
        let before = writes.len();
        writes.retain(|write| {
            let said = write.from.iter().any(|source| Expr::may_hear(source, &known));
            if said {
                let into = match &write.play {
                    Some(play) => heard.args.entry(play.clone()).or_default(),
                    None => &mut heard.vars,
                };
                match &write.key {
                    Some(key) => {
                        into.add(key);
                    }
                    None => *into = SaidKeys::Any,
                }
            }
            !said
        });
        if writes.len() == before {
            return heard;
        }
    }
}

fn collect(node: &Node, unit: Option<&UsedFile>, writes: &mut Vec<Write>) {
    match &node.kind {
        NodeKind::Mapping(entries) => {
            for entry in entries {
                match &*entry.key.value {
                    "set" => set(&entry.value, unit, writes),
                    "start" => {
                        if let (Some(play), Some(with)) = (entry.value.text(), node.get("with")) {
                            start(play, with, unit, writes);
                        }
                    }
                    _ => {}
                }
                collect(&entry.value, unit, writes);
            }
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| collect(item, unit, writes)),
        NodeKind::Null | NodeKind::Scalar(_) => {}
    }
}

fn set(node: &Node, unit: Option<&UsedFile>, writes: &mut Vec<Write>) {
    for entry in node.entries().unwrap_or_default() {
        let own = &*entry.key.value;
        let key = unit.and_then(|unit| unit.view.vars.get(own)).map_or(own, String::as_str);
        let from = entry.value.text().map(|source| renamed(source, unit));
        writes.push(Write { play: None, key: Some(key.to_owned()), from: from.into_iter().collect() });
    }
}

fn start(play: &str, with: &Node, unit: Option<&UsedFile>, writes: &mut Vec<Write>) {
    let play = unit.and_then(|unit| unit.view.plays.get(play)).map_or(play, String::as_str);
    let mut push = |key: Option<&str>, node: &Node| {
        let mut from = Vec::new();
        expressions(node, unit, &mut from);
        writes.push(Write { play: Some(play.to_owned()), key: key.map(str::to_owned), from });
    };
    match with.entries() {
        Some(entries) => entries.iter().for_each(|entry| push(Some(&entry.key.value), &entry.value)),
        None => push(None, with),
    }
}

/// Every `${…}` below a node.
fn expressions(node: &Node, unit: Option<&UsedFile>, into: &mut Vec<String>) {
    match &node.kind {
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| expressions(&entry.value, unit, into)),
        NodeKind::Sequence(items) => items.iter().for_each(|item| expressions(item, unit, into)),
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => {
            let mut rest: &str = &scalar.text;
            while let Some(at) = rest.find("${") {
                let inside = at + 2;
                let end = closing(rest, inside).unwrap_or(rest.len());
                into.push(renamed(&rest[inside..end], unit));
                rest = &rest[end..];
            }
        }
    }
}

fn renamed(source: &str, unit: Option<&UsedFile>) -> String {
    unit.and_then(|unit| rename_vars(source, &unit.view.vars)).unwrap_or_else(|| source.to_owned())
}
