//! `inbound`: who may report facts over HTTP, and which.

use super::{channels, cx::Cx};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::ids::GroupId,
    lang::{
        codes,
        document::{
            near,
            node::{KeyEntry, Node},
            reader::{self, Fields},
        },
        keys,
    },
    model::sender::{Sender, SenderKey},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What the engine says itself, and nobody from outside.
const OWN: [&str; 3] = ["group.created", "phase.entered", "task.done"];

/// The groups as the file calls them, and the ids by which state and commands know them. Without any there is one,
/// named after the playbook; `born` is the name that it keeps.
pub(crate) fn ids(groups: &[KeyEntry], name: &str, born: &str) -> BTreeMap<String, GroupId> {
    if groups.is_empty() {
        return BTreeMap::from([(name.to_owned(), GroupId::new(born))]);
    }
    let id = |entry: &KeyEntry| {
        let was = entry.value.get("was").and_then(Node::text).unwrap_or(&entry.key.value);
        (entry.key.value.to_string(), GroupId::new(was))
    };
    groups.iter().map(id).collect()
}

/// Lowers the mapping of senders.
pub(crate) fn lower(
    cx: &mut Cx<'_>,
    node: &Node,
    groups: &BTreeMap<String, GroupId>,
) -> BTreeMap<Arc<str>, Sender> {
    let mut senders = BTreeMap::new();
    for entry in Fields::open(&mut cx.report, node, pair("`inbound`", "`inbound`"))
        .map(|fields| fields.entries())
        .unwrap_or_default()
    {
        super::words::check_name(cx, entry, pair("sender", "发送方"));
        cx.origin(format!("inbound.{}", entry.key.value), entry.key.span);
        if let Some(sender) = sender(cx, entry, groups) {
            senders.insert(entry.key.value.clone(), sender);
        }
    }
    senders
}

fn sender(cx: &mut Cx<'_>, entry: &KeyEntry, groups: &BTreeMap<String, GroupId>) -> Option<Sender> {
    let what = pair("a sender", "发送方");
    let fields = Fields::read(&mut cx.report, &entry.value, what, keys::SENDER.names)?;
    let (secret, token) = (fields.entry("secret"), fields.entry("token"));
    let key = match (secret, token) {
        (Some(entry), None) => Some(SenderKey::Secret(channels::settings(cx, entry, true))),
        (None, Some(entry)) => Some(SenderKey::Token(channels::settings(cx, entry, true))),
        (Some(_), Some(second)) => {
            cx.error(
                codes::MISPLACED_KEY,
                second.key.span,
                pair(
                    "a sender signs with `secret` or says a `token`, not both",
                    "发送方要么用 `secret` 签名，要么用 `token`，不能两样都写",
                ),
                pair("remove one of them", "去掉其中一个"),
            );
            None
        }
        (None, None) => {
            cx.error(
                codes::MISSING_KEY,
                entry.key.span,
                pair("a sender needs `secret` or `token`", "发送方需要 `secret` 或 `token`"),
                pair(
                    "add `secret: { env: NAME }` for signed requests (Standard Webhooks), or `token: { env: NAME }`",
                    "加上 `secret: { env: NAME }`（每个请求都签名），或 `token: { env: NAME }`",
                ),
            );
            None
        }
    };
    let help = pair(
        "write which signals it may report: `may: [order.paid]`",
        "写明它可以报告哪些信号：`may: [order.paid]`",
    );
    let may = fields.need(&mut cx.report, "may", help).map(|node| signals(cx, node)).unwrap_or_default();
    let about = fields.get("groups").map(|node| about(cx, node, groups)).unwrap_or_default();
    Some(Sender { key: key?, may, groups: about })
}

/// The signals that a sender may report.
fn signals(cx: &mut Cx<'_>, node: &Node) -> BTreeSet<Arc<str>> {
    let mut names = BTreeSet::new();
    for item in reader::one_or_many(&mut cx.report, node, pair("a signal's name", "信号名")) {
        let name = item.text().unwrap_or_default().trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            let expected = pair(
                "a signal's name without spaces, such as `order.paid`",
                "不带空格的信号名，例如 `order.paid`",
            );
            reader::bad_value(&mut cx.report, item, expected, None);
        } else if OWN.contains(&name) {
            cx.error(
                codes::BAD_VALUE,
                item.span,
                phrase!("the engine itself says `{name}`", "`{name}` 由引擎自己发出"),
                pair("remove it; a signal of your own has another name", "去掉它；自定义信号请换一个名字"),
            );
        } else {
            names.insert(Arc::from(name));
        }
    }
    if node.items().is_some_and(<[Node]>::is_empty) {
        let expected = pair("at least one signal", "至少一个信号");
        reader::bad_value(&mut cx.report, node, expected, None);
    }
    names
}

/// The groups about which a sender may report.
fn about(cx: &mut Cx<'_>, node: &Node, groups: &BTreeMap<String, GroupId>) -> BTreeSet<GroupId> {
    let mut found = BTreeSet::new();
    for item in reader::one_or_many(&mut cx.report, node, pair("a group's id", "群的编号")) {
        let id = item.text().unwrap_or_default();
        if let Some(group) = groups.get(id) {
            found.insert(group.clone());
            continue;
        }
        let known: Vec<&str> = groups.keys().map(String::as_str).collect();
        cx.error(
            codes::UNKNOWN_NAME,
            item.span,
            phrase!("there is no group `{id}`", "没有 `{id}` 这个群"),
            near::advice(id, &known, pair("group", "群")),
        );
        cx.mend_name(item.span, id, &known);
    }
    found
}
