//! `cron-uneven`: a step of a cron field that does not divide the field, so that the distance changes at its end.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{schedule::Schedule, trigger::Trigger};

pub(super) const CODE: Code = Code {
    slug: "cron-uneven",
    severity: Severity::Warning,
    meaning: pair("a step of a cron field that does not divide the field", "cron 的步长除不尽那一栏"),
    explanation: pair(
        "`*/45` in the minutes is 00 and 45 of each hour, not every 45 minutes: a field begins anew when it is through. A step that is longer than the field is its first value alone. An interval is `every: 45m`.",
        "分钟写 `*/45` 是每小时的 00 和 45 分，不是每隔 45 分钟：每一栏走完就从头算起。步长比这一栏还长，就只剩第一个值。想要间隔，写 `every: 45m`。",
    ),
    bad: Example::of("plays:\n  hello:\n    cron: \"*/45 * * * *\"\n    steps:\n      - post: Hello.\n"),
    good: Example::of("plays:\n  hello:\n    every: 45m\n    steps:\n      - post: Hello.\n"),
    practices: &[],
};

/// Fields of seconds, minutes and hours: how many values, and the unit of `every`.
const FIELDS: [(u32, &str); 3] = [(60, "s"), (60, "m"), (24, "h")];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Schedule(Schedule::Cron(cron)) = &play.trigger else { continue };
        let words: Vec<&str> = cron.text().split(' ').collect();
        // Five fields have no seconds.
        let fields = FIELDS.iter().skip(6_usize.saturating_sub(words.len())).zip(&words);
        for ((size, unit), word) in fields {
            let Some(step) = word.strip_prefix("*/").and_then(|step| step.parse::<u32>().ok()) else {
                continue;
            };
            if step == 0 || size % step == 0 {
                continue;
            }
            let message = if step >= *size {
                phrase!(
                    "`{word}` is only the first value of its field, as `0` is",
                    "`{word}` 只剩这一栏的第一个值，等于写 `0`"
                )
            } else {
                let (last, first) = (size - (size - 1) / step * step, step);
                phrase!(
                    "`{word}` is not every {step}{unit}: from the last to the first of a round it is {last}{unit}, not {first}{unit}",
                    "`{word}` 不是每隔 {step}{unit}：每一轮的最后一个到下一轮的第一个只有 {last}{unit}，不是 {first}{unit}"
                )
            };
            let help = phrase!(
                "for an interval write `every: {step}{unit}` instead of `cron`",
                "想要间隔，把 `cron` 换成 `every: {step}{unit}`"
            );
            out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
        }
    }
}
