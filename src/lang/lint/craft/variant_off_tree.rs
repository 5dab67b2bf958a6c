//! `variant-off-tree`: a number that is measured, and moves nothing that the group is for.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = advice(
    "variant-off-tree",
    pair("a number of one's own is no part of the tree of `metrics`", "自己的数字不在 `metrics` 的树上"),
    pair(
        "The tree says of what the number that counts is made, so that whatever is tried is measured at a leaf of it: better there is better above. A number beside the tree can rise for a year and change nothing. Name it under the `parts` of the number that it moves, or do without it.",
        "数字树说明最重要的数由什么组成；试什么，就量树上的一片叶子：叶子变好，上面就变好。树外的数涨一年也可能什么都没改变。把它写进它所影响的数字的 `parts`，或者不要它。",
    ),
    "metrics:\n  revenue: { sum: signal.data.amount, on: order.paid }\n  likes: { count: like }\n  per_joiner: { value: metrics.revenue / metrics.joins(30), parts: [revenue] }\n",
    "metrics:\n  revenue: { sum: signal.data.amount, on: order.paid }\n  renewals: { count: course.renewed }\n  per_joiner: { value: metrics.revenue / metrics.joins(30), parts: [revenue, renewals] }\n",
    &["P130"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let numbers = &cx.playbook.numbers;
    let on_tree: BTreeSet<&str> = (numbers.iter().filter(|number| !number.parts.is_empty()))
        .flat_map(|number| number.parts.iter().chain([&number.name]).map(|name| &**name))
        .collect();
    if on_tree.is_empty() {
        return;
    }
    for number in numbers.iter().filter(|number| !on_tree.contains(&*number.name)) {
        let name = &number.name;
        let message = phrase!(
            "`metrics.{name}` is no part of any other number",
            "`metrics.{name}` 不是任何数字的组成部分"
        );
        out.push(found(&CODE, cx.span(&format!("metrics.{name}")), message).help(phrase!(
            "write `{name}` under the `parts` of the number that it moves",
            "把 `{name}` 写进它所影响的数字的 `parts`"
        )));
    }
}
