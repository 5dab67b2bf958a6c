//! `values-missing`: a charter without values.

use super::{
    advice,
    context::{Context, found, is_written},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::pair,
};

pub(super) const CODE: Code = advice(
    "values-missing",
    pair("the charter names no values", "章程没有写价值观"),
    pair(
        "A group that is to last stands for something that people can see. `charter.values` is a short list; posts and the handbook show it.",
        "想长久的群要有看得见的核心价值观。`charter.values` 写几条，介绍和手册里都能看到。",
    ),
    "charter:\n  purpose: finish one book a month\n  goals: [{ want: readers who finish, metric: metrics.finished }]\n",
    "charter:\n  purpose: finish one book a month\n  goals: [{ want: readers who finish, metric: metrics.finished }]\n  values: [finish what you began]\n",
    &["P008"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let charter = &cx.playbook.charter;
    // Whoever writes down goals or a team plans for long; a short charter is left short.
    let long =
        ["goals", "team", "horizon", "topology", "maintain"].iter().any(|key| is_written(charter.get(key)));
    if long && !is_written(charter.get("values")) {
        let message = pair("the charter names no `values`", "`charter` 没有写 `values`");
        out.push(found(&CODE, cx.span("charter"), message).help(pair(
            "write two or three: `values: [finish what you began, nobody is laughed at]`",
            "写两三条：`values: [读完再说, 不笑话人]`",
        )));
    }
}
