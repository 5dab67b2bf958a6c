//! `one-sided`: weeks in which only one kind of value is given.

use super::{
    advice,
    context::{Context, found},
    mix::{DAYS, values},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
    words::tick,
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = advice(
    "one-sided",
    pair("eight weeks of posts are all of one kind", "八周里发的全是同一类内容"),
    pair(
        "Value has several kinds: know-how, people, news, fun, activities. Whoever declares `labels` gets told when the next eight weeks have one of them only.",
        "价值有好几种：干货、人脉、资讯、趣味、活动。写了 `labels` 的文件，未来八周只有一种时提示。",
    ),
    "labels: { know-how: content, fun: social }\nplays:\n  tip:\n    every: day at 09:00\n    label: know-how\n    steps:\n      - post: A tip.\n",
    "labels: { know-how: content, fun: social }\nplays:\n  tip:\n    every: day at 09:00\n    label: know-how\n    steps:\n      - post: A tip.\n  joke:\n    every: friday at 20:00\n    label: fun\n    steps:\n      - post: A joke.\n",
    &["P051", "P052"],
);

/// Fewer posts than this are no pattern.
const POSTS_MIN: usize = 8;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let values = values(cx);
    let kinds: BTreeSet<_> = values.iter().map(|value| value.label).collect();
    if values.len() < POSTS_MIN || kinds.len() != 1 || cx.span("labels") == cx.span("name") {
        return;
    }
    let Some(kind) = kinds.first() else { return };
    let (kind, weeks) = (tick(kind.as_str()), DAYS / 7);
    let message = phrase!(
        "the {} posts of {weeks} weeks are all {kind}",
        "{weeks} 周里的 {} 条全是 {kind}",
        values.len()
    );
    out.push(found(&CODE, cx.span("labels"), message).help(pair(
        "give another kind of value a fixed hour: an activity, people, something to laugh about",
        "给另一类价值一个固定时段：活动、人脉、趣味",
    )));
}
