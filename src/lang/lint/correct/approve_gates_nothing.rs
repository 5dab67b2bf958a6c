//! `approve-gates-nothing`: a gate behind which nothing stands.

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
    slug: "approve-gates-nothing",
    severity: Severity::Warning,
    meaning: pair("a gate behind which nothing stands", "审批后面没有任何步骤"),
    explanation: pair(
        "`approve` holds back the steps behind it, or those of its `yes`. As the last step it holds back nothing, whatever is decided.",
        "`approve` 拦住它后面的步骤，或它的 `yes`。放在最后一步，无论批不批都没有区别。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Our news.\n      - approve: Shall this go out?\n        to: ann\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - approve: Shall this go out?\n        to: ann\n      - post: Our news.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Some(last) = play.steps.last() else { continue };
        if let Verb::Approve(approve) = &last.verb
            && approve.blocks().next().is_none()
        {
            let message = pair(
                "nothing stands behind this gate: a yes and a no are the same",
                "这道审批后面什么也没有：批与不批都一样",
            );
            let help = pair(
                "move it above what it is to hold back, or ask with `task`",
                "把它移到要拦住的步骤上面，或改用 `task`",
            );
            out.push(found(&CODE, cx.key_span(play, last, "approve"), message).help(help));
        }
    }
}
