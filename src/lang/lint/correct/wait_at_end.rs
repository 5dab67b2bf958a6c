//! `wait-at-end`: a wait after which nothing happens.

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
    slug: "wait-at-end",
    severity: Severity::Warning,
    meaning: pair("a wait after which nothing happens", "等待之后什么也不做"),
    explanation: pair(
        "A wait as the last step only keeps the run open; until it ends, a play with `every` skips its next occurrences.",
        "放在最后一步的等待只会让本次执行一直开着；在它结束之前，用 `every` 的玩法会跳过下一次。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n      - wait: 20m\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - wait: 20m\n      - post: Hello.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Some(last) = play.steps.last() else { continue };
        if let Verb::Wait(wait) = &last.verb
            && wait.otherwise.is_empty()
        {
            let message = pair("nothing happens after this wait", "这个等待之后什么也不做");
            let help = pair("add a step behind it, or remove it", "在它后面加一个步骤，或删掉它");
            out.push(found(&CODE, cx.key_span(play, last, "wait"), message).help(help));
        }
    }
}
