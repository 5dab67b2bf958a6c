//! `endless-wait`: a wait may never end, and the play does not start again until it does.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{
    play::Overlap,
    step::{Verb, WaitFor},
    trigger::Trigger,
};

pub(super) const CODE: Code = Code {
    slug: "endless-wait",
    severity: Severity::Warning,
    meaning: pair(
        "a wait may never end, and the play does not start again until it does",
        "等待可能永远不结束，玩法也就不再启动",
    ),
    explanation: pair(
        "A play with `every` or `cron` does not start while its last run is open. If what is waited for never comes, it never starts again. A `timeout` on the step or on the play ends it.",
        "用 `every` 或 `cron` 的玩法，上一次没结束就不会再启动。等的东西一直不来，它就再也不启动了。在步骤或玩法上写 `timeout` 可以结束等待。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - wait: book.arrived\n      - post: It is here!\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - wait: book.arrived\n        timeout: 3d\n      - post: It is here!\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        if !matches!(play.trigger, Trigger::Schedule(_))
            || play.overlap != Overlap::Skip
            || play.timeout.is_some()
        {
            continue;
        }
        for step in play.program.steps() {
            let Verb::Wait(wait) = &step.verb else { continue };
            if matches!(wait.target, WaitFor::Signal(_)) && wait.timeout.is_none() && step.timeout.is_none() {
                let message = phrase!(
                    "this wait may never end, and {} does not start again before",
                    "这个等待可能永远不结束，在那之前 {} 不会再启动",
                    tick(play.name.as_str())
                );
                let help = pair(
                    "add `timeout: 3d` here, or write `overlap: allow`",
                    "在这里加上 `timeout: 3d`，或写 `overlap: allow`",
                );
                out.push(found(&CODE, cx.key_span(play, step, "wait"), message).help(help));
            }
        }
    }
}
