//! `members.tiers`: where members stand.

use super::{
    brought,
    cx::{Cx, UnitView},
    text::{self, Scope},
};
use crate::{
    base::{
        phrase::{pair, phrase},
        source::Span,
        value::Value,
    },
    lang::{
        codes,
        document::{
            node::Node,
            reader::{self, Fields},
        },
        keys,
    },
    model::tier::Tier,
    script::names::Name,
};
use std::{collections::BTreeMap, sync::Arc};

/// The tiers of all files, the lowest first: those of the first file that has some, then what the others add. What two
/// used files say differently of one tier is told; `own` says that the first of them is the playbook.
pub(crate) fn lower(cx: &mut Cx<'_>, said: &[(UnitView, Node)], own: bool, scope: &Scope) -> Vec<Tier> {
    let mut tiers: Vec<Tier> = Vec::new();
    let mut known: BTreeMap<String, (Span, Value, bool)> = BTreeMap::new();
    for (place, (view, node)) in said.iter().enumerate() {
        cx.unit = view.clone();
        let items =
            reader::list(&mut cx.report, node, pair("a list of tiers", "一列层级")).unwrap_or_default();
        let mut fresh = Vec::new();
        for item in items {
            let name = item.get("name").and_then(Node::text).unwrap_or_default();
            let first = known.get(name).filter(|_| place > 0);
            match first {
                Some((first, value, is_own)) if !is_own && *value != item.to_value() => {
                    let (first, what) = (*first, format!("members.tiers.{name}"));
                    brought::differs(cx, &what, first, item.span);
                }
                Some(_) => {}
                None => fresh.push(item),
            }
        }
        for item in &fresh {
            let name = item.get("name").and_then(Node::text).unwrap_or_default().to_owned();
            known.entry(name).or_insert((item.span, item.to_value(), own && place == 0));
        }
        file(cx, &fresh, scope, &mut tiers);
    }
    tiers
}

/// The tiers of one file, above those that are known.
fn file(cx: &mut Cx<'_>, items: &[&Node], scope: &Scope, tiers: &mut Vec<Tier>) {
    let scope = scope.with(Name::Member);
    for item in items {
        let index = tiers.len();
        let Some(fields) = Fields::read(&mut cx.report, item, pair("a tier", "层级"), keys::TIER.names)
        else {
            continue;
        };
        let help = pair("write `name: core`", "写上 `name: core`");
        let Some(node) = fields.need(&mut cx.report, "name", help) else { continue };
        let Some(name) = reader::text(&mut cx.report, node, pair("a tier's name", "层级的名字")).cloned()
        else {
            continue;
        };
        if name.trim().is_empty() || name.contains(char::is_whitespace) {
            reader::bad_value(&mut cx.report, node, pair("a word without spaces", "不含空格的一个词"), None);
            continue;
        }
        if tiers.iter().any(|tier| *tier.name == *name) {
            let message = phrase!("there are two tiers `{name}`", "有两个层级都叫 `{name}`");
            cx.error(
                codes::DUPLICATE_NAME,
                node.span,
                message,
                pair("give one another name", "给其中一个换个名字"),
            );
            continue;
        }
        let enter = fields.get("enter").and_then(|node| text::condition(cx, node, &scope));
        let remain = fields.get("remain").and_then(|node| text::condition(cx, node, &scope));
        let at_least = fields.get("at_least").and_then(|node| reader::positive(&mut cx.report, node));
        if index > 0 && fields.get("enter").is_none() {
            cx.error(
                codes::MISSING_KEY,
                item.span,
                phrase!("nothing says who rises to `{name}`", "没有写明谁能升到 `{name}`"),
                pair(
                    "write `enter:` with a condition, such as `enter: member.points >= 100`",
                    "写 `enter:` 和条件，例如 `enter: member.points >= 100`",
                ),
            );
        }
        if index == 0
            && let Some(entry) = fields.entry("enter").or_else(|| fields.entry("remain"))
        {
            cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                pair("the first tier is everybody's and has no condition", "第一个层级是所有人的，没有条件"),
                pair("take the condition away, or put another tier first", "去掉条件，或在前面再加一个层级"),
            );
        }
        tiers.push(Tier { name: Arc::from(&*name), enter, remain, at_least });
    }
}
