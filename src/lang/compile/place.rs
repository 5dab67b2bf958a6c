//! Where lowering is in a list of steps: the ids so far, and the names that are set at some time.

use super::text::Scope;
use crate::{
    base::source::Span,
    lang::document::node::{Node, NodeKind},
};
use std::collections::{BTreeMap, BTreeSet};

/// The name under which steps see the last decision of an `approve`.
pub(crate) const APPROVAL: &str = "approval";

/// The state of lowering one list of steps and everything below it.
pub(crate) struct Place<'p> {
    /// The play's name.
    pub(crate) play: &'p str,
    /// The ids that were given so far, with their places.
    pub(crate) ids: BTreeMap<String, Span>,
    /// The `as` names that a `wait` may name: of tasks and questions.
    pub(crate) waitable: BTreeSet<String>,
    /// Steps that send a message, for `reply_to`.
    pub(crate) posts: BTreeSet<String>,
    /// Every step of the list, those ahead too, and whether it has a text that can be shown.
    pub(crate) shown: BTreeMap<String, bool>,
}

/// The scope with every `as` name that the blocks of a play set at some time.
pub(crate) fn play_scope<'n>(scope: &Scope, blocks: impl IntoIterator<Item = &'n Node>) -> Scope {
    let mut scope = scope.clone();
    blocks.into_iter().for_each(|block| collect(block, &mut scope));
    scope
}

pub(crate) fn collect(node: &Node, into: &mut Scope) {
    match &node.kind {
        NodeKind::Sequence(items) => items.iter().for_each(|item| collect(item, into)),
        NodeKind::Mapping(entries) => {
            for entry in entries {
                match &*entry.key.value {
                    "as" => {
                        let is_loop = entries.iter().any(|entry| &*entry.key.value == "each");
                        let set = if is_loop { &mut into.loops } else { &mut into.sometime };
                        set.extend(entry.value.text().map(str::to_owned));
                        into.approval_taken |= entry.value.text() == Some(APPROVAL);
                    }
                    "approve" => drop(into.sometime.insert(APPROVAL.to_owned())),
                    "then" | "else" | "steps" | "otherwise" | "yes" | "no" | "silence" => {
                        collect(&entry.value, into);
                    }
                    _ => {}
                }
            }
        }
        NodeKind::Null | NodeKind::Scalar(_) => {}
    }
}
