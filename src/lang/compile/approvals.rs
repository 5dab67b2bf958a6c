//! `approve`: the question, what is shown, and where a yes, a no and silence lead.

use super::{
    common,
    cx::Cx,
    place::{APPROVAL, Place},
    steps,
    text::{self, Scope},
};
use crate::{
    base::{
        diagnostic::suggest,
        ids::StepId,
        phrase::{Words, pair, phrase},
    },
    lang::{
        codes,
        document::{
            node::{Node, NodeKind},
            reader::{self, Fields},
        },
    },
    model::{
        step::{Approve, Show, Silence, Way},
        text::Text,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// Lowers an approval.
pub(crate) fn approve(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &mut Scope,
    place: &mut Place<'_>,
    position: &str,
) -> Option<Approve> {
    let text = text::text(cx, node, scope);
    let to = common::assignee(cx, fields, "to", scope);
    let show = fields.get("show").and_then(|node| show(cx, node, scope, place));
    let open_for = fields.get("open_for").and_then(|node| reader::positive(&mut cx.report, node));
    let urgent = fields.get("urgent").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or(false);
    let strict = fields.get("strict").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or(false);
    one_of(cx, fields, ["yes", "then"]);
    one_of(cx, fields, ["silence", "otherwise"]);
    for key in ["silence", "otherwise"] {
        if let (Some(entry), None) = (fields.entry(key), fields.entry("open_for")) {
            cx.error(
                codes::MISSING_KEY,
                entry.key.span,
                phrase!(
                    "`{key}` is for silence, and without `open_for` there is none",
                    "`{key}` 用于无人回应时，没有 `open_for` 就谈不上"
                ),
                pair("add `open_for: 16h`", "加上 `open_for: 16h`"),
            );
        }
    }
    // What follows, and every way, sees the decision.
    let binding = (!scope.approval_taken).then(|| Arc::from(APPROVAL));
    if binding.is_some() {
        scope.known.bindings.insert(APPROVAL.to_owned());
    }
    let mut way = |cx: &mut Cx<'_>, key: &str| {
        fields.get(key).and_then(|node| way(cx, node, scope, place, &format!("{position}.{key}."), key))
    };
    let yes = way(cx, "yes").or_else(|| way(cx, "then")).unwrap_or(Way::Proceed);
    let no = way(cx, "no").unwrap_or(Way::Stop);
    let silence = way(cx, "silence").or_else(|| way(cx, "otherwise")).unwrap_or(Way::Stop);
    Some(Approve { text: text?, to, show, open_for, urgent, strict, yes, no, silence, binding })
}

/// A key and its older word do not stand side by side.
fn one_of(cx: &mut Cx<'_>, fields: &Fields<'_>, [key, older]: [&str; 2]) {
    if let (Some(_), Some(entry)) = (fields.entry(key), fields.entry(older)) {
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            phrase!(
                "`{older}` is the older word for `{key}`, which is there too",
                "`{older}` 是 `{key}` 的旧写法，两个都写了"
            ),
            phrase!("keep `{key}`", "只留 `{key}`"),
        );
    }
}

fn way(
    cx: &mut Cx<'_>,
    node: &Node,
    scope: &mut Scope,
    place: &mut Place<'_>,
    prefix: &str,
    key: &str,
) -> Option<Way> {
    if node.scalar().is_none() {
        return Some(Way::Steps(steps::block(cx, node, scope, place, prefix)));
    }
    if key == "no" && node.text().is_some_and(|word| word == "proceed") {
        cx.error(
            codes::BAD_VALUE,
            node.span,
            pair("a no never proceeds", "否决之后不会继续"),
            pair(
                "write what is gated under `yes:`; the run goes on behind it whatever is decided",
                "把要审批的步骤写到 `yes:` 下面；不管批不批，后面的步骤都会继续",
            ),
        );
        return None;
    }
    Some(match common::silence(cx, node)? {
        Silence::Stop => Way::Stop,
        Silence::Proceed => Way::Proceed,
    })
}

/// A text, or the id of a step of the same list.
fn show(cx: &mut Cx<'_>, node: &Node, scope: &Scope, place: &Place<'_>) -> Option<Show> {
    let text: Text = text::text(cx, node, scope)?;
    let Some(word) = text.as_literal() else { return Some(Show::Text(text)) };
    match place.shown.get(word) {
        Some(true) => return Some(Show::Step(StepId::new(word))),
        Some(false) => {
            cx.error(
                codes::BAD_VALUE,
                node.span,
                phrase!("step `{word}` has no text that could be shown", "步骤 `{word}` 没有可以展示的文字"),
                pair(
                    "name a step that posts or asks, or write the text itself",
                    "写一个发消息或提问的步骤，或直接写文字",
                ),
            );
            return None;
        }
        None => {}
    }
    let near = suggest::nearest(word, place.shown.keys().map(String::as_str));
    if let Some(near) = near.filter(|_| !word.contains(char::is_whitespace)) {
        let words: Words = pair("there is no such step", "没有这个步骤");
        cx.error(
            codes::UNKNOWN_NAME,
            node.span,
            words,
            phrase!(
                "did you mean `{near}`? A text of more words is shown as it is",
                "是不是想写 `{near}`？多几个字的文字会原样展示"
            ),
        );
        return None;
    }
    Some(Show::Text(text))
}

/// The steps of a list by their ids, those inside others too, and whether each has a text that can be shown.
pub(crate) fn shown(node: &Node, prefix: &str) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    collect(node, prefix, &mut found);
    found
}

fn collect(node: &Node, prefix: &str, found: &mut BTreeMap<String, bool>) {
    let NodeKind::Sequence(items) = &node.kind else { return };
    for (index, item) in items.iter().enumerate() {
        let NodeKind::Mapping(entries) = &item.kind else { continue };
        let is = |name: &str| entries.iter().find(|entry| &*entry.key.value == name);
        let position = format!("{prefix}{}", index + 1);
        let id =
            is("id").and_then(|entry| entry.value.text()).map_or_else(|| position.clone(), str::to_owned);
        let has_text = ["post", "ask", "task", "approve"].into_iter().any(|verb| is(verb).is_some());
        found.insert(id, has_text);
        for key in ["then", "else", "steps", "otherwise", "yes", "no", "silence"] {
            if let Some(entry) = is(key) {
                collect(&entry.value, &format!("{position}.{key}."), found);
            }
        }
    }
}
