//! `each-floods`: a message for every member, without a limit.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::pair,
};
use crate::model::step::Verb;

pub(super) const CODE: Code = Code {
    slug: "each-floods",
    severity: Severity::Warning,
    meaning: pair("a message for every member, without a limit", "给每个成员发一条消息，没有上限"),
    explanation: pair(
        "A loop over all members that posts sends as many messages as the group has members. `max` limits it; one message that names them is often better.",
        "对所有成员循环并发消息，群里有多少人就发多少条。用 `max` 限制；常常一条消息列出名字更好。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - each: members\n        as: friend\n        steps:\n          - post: Hello ${friend.name}!\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - each: members\n        as: friend\n        max: 5\n        steps:\n          - post: Hello ${friend.name}!\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Verb::Each(each) = &step.verb else { continue };
        let all = matches!(each.items.source().trim(), "members" | "members.names" | "members.ids");
        let posts = each.steps.iter().any(|inner| matches!(inner.verb, Verb::Post(_) | Verb::Ask(_)));
        if all && each.max.is_none() && posts {
            let message =
                pair("this posts once for every member of the group", "群里每个成员都会触发一条消息");
            let help = pair(
                "add `max: 10`, take some of them (`members.top(5)`), or write one message for all",
                "加上 `max: 10`，或只取一部分（`members.top(5)`），或只写一条消息",
            );
            out.push(found(&CODE, cx.key_span(play, step, "each"), message).help(help));
        }
    }
}
