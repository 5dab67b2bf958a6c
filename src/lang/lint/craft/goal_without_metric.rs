//! `goal-without-metric`: a goal that nobody measures.

use super::{
    advice,
    context::{Context, found},
    goal::goals,
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
    words::tick,
};

pub(super) const CODE: Code = advice(
    "goal-without-metric",
    pair("a goal of the charter has no metric", "章程里的目标没有写怎么量"),
    pair(
        "Every goal is bound to a number that the engine keeps: `goals: [{ want: more readers, metric: members.count, target: \">= 300\", by: 90d }]`. What has no number is a wish.",
        "每个目标都要对应一个数：`goals: [{ want: 更多读者, metric: members.count, target: \">= 300\", by: 90d }]`。没有数的只是愿望。",
    ),
    "charter:\n  purpose: read\n  values: [care]\n  goals: [{ want: more readers }]\n",
    "charter:\n  purpose: read\n  values: [care]\n  goals: [{ want: more readers, metric: members.count, target: \">= 300\", by: 90d }]\n",
    &["P005", "P007"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for goal in goals(cx.playbook).into_iter().filter(|goal| goal.metric.is_empty()) {
        let want = tick(&goal.want);
        let message = phrase!("nothing measures the goal {want}", "目标 {want} 没有写怎么量");
        out.push(found(&CODE, cx.span("charter.goals"), message).help(pair(
            "add `metric:` and `target:`, such as `metric: members.count, target: \">= 300\", by: 90d`",
            "加上 `metric:` 和 `target:`，例如 `metric: members.count, target: \">= 300\", by: 90d`",
        )));
    }
}
