//! `unreachable-step`: a step stands after a `stop` and is never reached.

use super::context::each_block;
use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::pair,
};
use crate::model::step::{Step, Verb};

pub(super) const CODE: Code = Code {
    slug: "unreachable-step",
    severity: Severity::Warning,
    meaning: pair("a step stands after a `stop` and is never reached", "`stop` 后面的步骤永远不会执行"),
    explanation: pair(
        "`stop` ends the run. What stands below it in the same list is never carried out, unless the `stop` has a condition of its own (`when`).",
        "`stop` 会结束本次执行。同一列表里写在它下面的步骤永远轮不到，除非这个 `stop` 自己有条件（`when`）。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n      - stop: done\n      - post: Bye.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n      - post: Bye.\n      - stop: done\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        each_block(&play.steps, &mut |block| {
            let stops = |step: &Step| matches!(step.verb, Verb::Stop(_)) && step.when.is_none();
            let Some(at) = block.iter().position(|step| stops(step)) else { return };
            let Some(after) = block.get(at + 1) else { return };
            let message = pair(
                "this is never reached: the run ends at the `stop` above it",
                "这一步永远轮不到：上面的 `stop` 已经结束了本次执行",
            );
            out.push(
                found(&CODE, cx.step_span(play, after), message)
                    .also(cx.step_span(play, &block[at]), pair("the run ends here", "执行到这里就结束了"))
                    .help(pair(
                        "move it above the `stop`, or give the `stop` a `when`",
                        "把它移到 `stop` 上面，或给 `stop` 加上 `when`",
                    )),
            );
        });
    }
}
