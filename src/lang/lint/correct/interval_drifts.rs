//! `interval-drifts`: an interval wanders through the hours of the day.

use super::context::{Context, found};
use crate::base::time::Duration;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{schedule::Schedule, trigger::Trigger};

pub(super) const CODE: Code = Code {
    slug: "interval-drifts",
    severity: Severity::Warning,
    meaning: pair("an interval wanders through the hours of the day", "间隔会在一天的钟点里漂移"),
    explanation: pair(
        "Intervals are exact and counted from `from`, else from 1970. Five hours do not divide a day, so the play comes at other hours every day, at night too. Intervals of an hour or more are looked at.",
        "间隔是精确的，从 `from` 起算，没有就从 1970 年起算。5 小时除不尽一天，玩法每天的钟点都不一样，夜里也会有。只检查一小时以上的间隔。",
    ),
    bad: Example::of("plays:\n  hello:\n    every: 5h\n    steps:\n      - post: Drink water.\n"),
    good: Example::of("plays:\n  hello:\n    every: 6h\n    steps:\n      - post: Drink water.\n"),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Schedule(Schedule::Interval(length)) = &play.trigger else { continue };
        let (length, day) = (length.as_millis(), Duration::DAY.as_millis());
        if length >= Duration::HOUR.as_millis() && day % length != 0 && length % day != 0 {
            let written = Duration::from_millis(length);
            let message = phrase!(
                "{written} does not divide a day: the clock time is another one every day",
                "{written} 除不尽一天：每天的钟点都会变"
            );
            let help = pair(
                "write clock times, such as `day at 09:00, 14:00, 19:00`, or an interval that divides 24h",
                "写钟点，例如 `day at 09:00, 14:00, 19:00`，或写能整除 24h 的间隔",
            );
            out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
        }
    }
}
