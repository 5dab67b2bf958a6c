//! `unused-binding`: nothing reads what a step calls its result.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = Code {
    slug: "unused-binding",
    severity: Severity::Warning,
    meaning: pair("nothing reads what a step calls its result", "步骤的结果起了名字却没有用到"),
    explanation: pair(
        "`as` names what a step gives, so that later steps can read it or wait for it. What is looked for is its name, anywhere in the playbook, in its data files and in its scripts.",
        "`as` 给步骤的结果起名，让后面的步骤读取或等待。只要名字在剧本、数据文件或脚本里别处出现过，就算用到。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Which?\n        options: [a, b]\n        open_for: 2h\n        as: poll_result\n      - post: Thank you.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Which?\n        options: [a, b]\n        open_for: 2h\n        as: poll_result\n      - post: It is ${poll_result.winner}.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Some(name) = step.verb.binding().filter(|name| cx.mentions(name) <= 1) else { continue };
        let message = phrase!("nothing reads {} or waits for it", "没有步骤读取或等待 {}", tick(&**name));
        let help = pair("read it in a later step, or remove `as`", "在后面的步骤里用上它，或删掉 `as`");
        out.push(found(&CODE, cx.key_span(play, step, "as"), message).help(help));
    }
}
