//! `timeout-too-short`: a play times out before its own waits are over.

use super::context::run_length;
use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = Code {
    slug: "timeout-too-short",
    severity: Severity::Warning,
    meaning: pair("a play times out before its own waits are over", "玩法还没等完就超时了"),
    explanation: pair(
        "A run that has not ended after `timeout` fails. Counted are waits for a time, `open_for` and offsets; a `timeout` below their sum lets every run fail.",
        "到了 `timeout` 还没结束的执行算失败。计入的有等待的时长、`open_for` 和偏移；`timeout` 比它们加起来还短，每次都会失败。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: day at 09:00\n    timeout: 1h\n    steps:\n      - ask: How are you?\n        options: [well, not well]\n        open_for: 8h\n      - post: Thank you.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: day at 09:00\n    timeout: 10h\n    steps:\n      - ask: How are you?\n        options: [well, not well]\n        open_for: 8h\n      - post: Thank you.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let length = run_length(play);
        let Some(timeout) = play.timeout.filter(|timeout| *timeout < length) else { continue };
        let message = phrase!(
            "a run lasts at least {length}, and fails after {timeout}",
            "一次执行至少要 {length}，却在 {timeout} 后就算失败"
        );
        let help = phrase!(
            "write a `timeout` longer than {length}, or shorten the waits",
            "把 `timeout` 写得比 {length} 长，或缩短等待"
        );
        out.push(found(&CODE, cx.span(&format!("plays.{}.timeout", play.name)), message).help(help));
    }
}
