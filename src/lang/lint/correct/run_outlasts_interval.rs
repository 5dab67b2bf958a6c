//! `run-outlasts-interval`: a run lasts longer than the time to the next one, which is skipped.

use super::context::run_length;
use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
    time::Duration,
};
use crate::model::play::Overlap;

pub(super) const CODE: Code = Code {
    slug: "run-outlasts-interval",
    severity: Severity::Warning,
    meaning: pair(
        "a run lasts longer than the time to the next one, which is skipped",
        "一次执行比间隔还长，下一次会被跳过",
    ),
    explanation: pair(
        "A play with `every` or `cron` skips an occurrence while its last run is still open (`overlap: skip`). Counted are waits for a time, `open_for` and offsets; what people take comes on top.",
        "用 `every` 或 `cron` 的玩法，上一次还没结束时会跳过这一次（`overlap: skip`）。计入的有等待的时长、`open_for` 和偏移；等人的时间还要另加。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: day at 09:00\n    steps:\n      - ask: How are you?\n        options: [well, not well]\n        open_for: 2d\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: day at 09:00\n    steps:\n      - ask: How are you?\n        options: [well, not well]\n        open_for: 8h\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in cx.playbook.plays.iter().filter(|play| play.overlap == Overlap::Skip) {
        let length = run_length(play);
        // A run that takes no time outlasts nothing, and to look for the gap is to live through a year of it.
        let Some(gap) = Some(play).filter(|_| length > Duration::ZERO).and_then(|play| cx.gap(play)) else {
            continue;
        };
        if length > gap {
            let name = tick(play.name.as_str());
            let message = phrase!(
                "a run of {name} lasts at least {length}, and the next one is due after {gap}: it is skipped",
                "{name} 每次至少要 {length}，而过 {gap} 就该下一次了：下一次会被跳过"
            );
            let help = pair(
                "shorten it, let it start less often, or write `overlap: allow`",
                "缩短它，或让它少启动几次，或写 `overlap: allow`",
            );
            out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
        }
    }
}
