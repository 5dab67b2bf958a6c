//! `wait-into-quiet`: a wait ends inside the quiet hours and the message after it is held back.

use super::context::each_block;
use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::step::{Verb, WaitFor};

pub(super) const CODE: Code = Code {
    slug: "wait-into-quiet",
    severity: Severity::Warning,
    meaning: pair(
        "a wait ends inside the quiet hours and the message after it is held back",
        "等到静默时段，后面的消息会被压住",
    ),
    explanation: pair(
        "A message inside the quiet hours waits for their end. A wait until such a clock time lets the message come hours later than it was meant.",
        "静默时段里的消息会等到时段结束才发。等到这样的钟点，消息会比预想的晚好几个小时。",
    ),
    bad: Example::of(
        "budgets: { quiet: 22:30-08:00 }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Good evening.\n      - wait: 23:00\n      - post: Good night.\n",
    ),
    good: Example::of(
        "budgets: { quiet: 22:30-08:00 }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Good evening.\n      - wait: 22:00\n      - post: Good night.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let budgets = &cx.playbook.budgets;
    if budgets.quiet.is_empty() {
        return;
    }
    for play in &cx.playbook.plays {
        each_block(&play.steps, &mut |block| {
            for two in block.windows(2) {
                let Verb::Wait(wait) = &two[0].verb else { continue };
                let WaitFor::Until(clock) = wait.target else { continue };
                let held =
                    matches!(&two[1].verb, Verb::Post(post) if post.to.as_str() == "group" && !post.urgent);
                if held
                    && two[1].at.is_none()
                    && let Some(quiet) = budgets.quiet_at(clock)
                {
                    let (from, to) = (quiet.from, quiet.to);
                    let message = phrase!(
                        "this waits until {clock}, inside the quiet hours {from}-{to}",
                        "这里等到 {clock}，正处于静默时段 {from}-{to}"
                    );
                    let help = phrase!(
                        "the message after it is held back until {to}; choose another time, or write `urgent: true`",
                        "后面的消息会被压到 {to}；换个时间，或写 `urgent: true`"
                    );
                    out.push(found(&CODE, cx.key_span(play, &two[0], "wait"), message).help(help));
                }
            }
        });
    }
}
