//! `leap-day`: a play that happens only in leap years.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::pair,
};
use crate::model::{
    schedule::{Schedule, days::Days},
    trigger::Trigger,
};

pub(super) const CODE: Code = Code {
    slug: "leap-day",
    severity: Severity::Warning,
    meaning: pair("a play that happens only in leap years", "玩法只在闰年才有"),
    explanation: pair(
        "29 February comes once in four years. For every year write 28 February or 1 March.",
        "2 月 29 日四年才有一次。要每年都有，写 2 月 28 日或 3 月 1 日。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: year on 02-29 at 20:00\n    steps:\n      - post: Happy birthday!\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: year on 02-28 at 20:00\n    steps:\n      - post: Happy birthday!\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Schedule(Schedule::Fixed { days: Days::Year { on, .. }, .. }) = &play.trigger else {
            continue;
        };
        if on.contains(&(2, 29)) {
            let message = pair("29 February comes only in leap years", "只有闰年才有 2 月 29 日");
            let help = pair(
                "for every year write `year on 02-28` or `year on 03-01`",
                "要每年都有，写 `year on 02-28` 或 `year on 03-01`",
            );
            out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
        }
    }
}
