//! `month-day-missing`: a day of the month that some months do not have.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{
    schedule::{
        Schedule,
        days::{Days, MonthDay},
    },
    trigger::Trigger,
};

pub(super) const CODE: Code = Code {
    slug: "month-day-missing",
    severity: Severity::Warning,
    meaning: pair("a day of the month that some months do not have", "有的月份没有这一天"),
    explanation: pair(
        "`month on 31` happens seven times a year, `month on 30` not in February. The last day of each month is `month on last day`.",
        "`month on 31` 一年只有七次，`month on 30` 二月没有。每月最后一天写 `month on last day`。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: month on 31 at 20:00\n    steps:\n      - post: The month ends.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: month on last day at 20:00\n    steps:\n      - post: The month ends.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Schedule(Schedule::Fixed { days: Days::Month { on, .. }, .. }) = &play.trigger else {
            continue;
        };
        let day = on.iter().find_map(|day| match day {
            MonthDay::Number(n) if *n > 28 => Some(*n),
            _ => None,
        });
        let Some(day) = day.filter(|_| !on.contains(&MonthDay::LastDay)) else { continue };
        let message = phrase!("months without a day {day} are left out", "没有 {day} 号的月份会被跳过");
        let help = pair(
            "for the last day of each month write `month on last day at …`",
            "要每月最后一天，写 `month on last day at …`",
        );
        out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
    }
}
