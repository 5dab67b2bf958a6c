//! `members.tiers`: where members stand.

use super::{
    cx::Cx,
    text::{self, Scope},
};
use crate::{
    base::phrase::{pair, phrase},
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
use std::sync::Arc;

/// The tiers, the lowest first.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<Tier> {
    let scope = scope.with(Name::Member);
    let items = reader::list(&mut cx.report, node, pair("a list of tiers", "一列层级"));
    let mut tiers: Vec<Tier> = Vec::new();
    for (index, item) in items.unwrap_or_default().iter().enumerate() {
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
    tiers
}
