//! `single-option`: a question offers only one answer.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::step::Verb;

pub(super) const CODE: Code = Code {
    slug: "single-option",
    severity: Severity::Warning,
    meaning: pair("a question offers only one answer", "问题只有一个选项"),
    explanation: pair(
        "A poll with one option has its winner before it begins. For a sign-up write `fields`.",
        "只有一个选项的投票，还没开始就有了结果。报名请写 `fields`。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Are you coming?\n        options: [yes]\n        open_for: 2h\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Are you coming?\n        options: [yes, no]\n        open_for: 2h\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Verb::Ask(ask) = &step.verb else { continue };
        if ask.options.len() == 1 {
            let message = pair("this question has only one answer", "这个问题只有一个选项");
            let written = ask.options[0].source();
            let parts: Vec<&str> = written.split(['、', '，', '；']).map(str::trim).collect();
            let help = if parts.len() > 1 {
                let options = parts.join(", ");
                phrase!(
                    "write `options: [{options}]`: a half-width `,` stands between two options",
                    "写成 `options: [{options}]`：两个选项之间用半角的 `,`"
                )
            } else {
                pair(
                    "add another option; for a sign-up write `fields: [name]`",
                    "再加一个选项；如果是报名，写 `fields: [name]`",
                )
                .into()
            };
            out.push(found(&CODE, cx.key_span(play, step, "options"), message).help(help));
        }
    }
}
