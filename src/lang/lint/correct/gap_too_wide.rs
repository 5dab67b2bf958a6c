//! `gap-too-wide`: the gap between messages leaves no room for as many as the budget allows.

use super::context::{Context, found};
use crate::base::time::{ClockTime, Duration};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::budget::{Quiet, QuotaWindow};

pub(super) const CODE: Code = Code {
    slug: "gap-too-wide",
    severity: Severity::Warning,
    meaning: pair(
        "the gap between messages leaves no room for as many as the budget allows",
        "消息间隔太大，预算用不完",
    ),
    explanation: pair(
        "`gap` is between due instants. When the messages of a day with that gap need more hours than the day has outside the quiet hours, `max` can never be reached.",
        "`gap` 是消息之间的间隔。按这个间隔发满 `max` 条，比一天里静默时段之外的时间还长，预算就永远用不完。",
    ),
    bad: Example::of(
        "budgets: { posts: { max: 12 per day, gap: 3h } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    good: Example::of(
        "budgets: { posts: { max: 6 per day, gap: 3h } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let budgets = &cx.playbook.budgets;
    let (Some(quota), Some(gap)) = (budgets.posts, budgets.gap) else { return };
    let minutes = |clock: ClockTime| i64::from(clock.hour) * 60 + i64::from(clock.minute);
    let length = |quiet: &Quiet| (minutes(quiet.to) - minutes(quiet.from)).rem_euclid(1440);
    let asleep: i64 = budgets.quiet.iter().map(length).sum();
    let awake = Duration::MINUTE.times(1440 - asleep);
    if quota.per == QuotaWindow::Day && gap.times(i64::from(quota.max) - 1) > awake {
        let max = quota.max;
        let message = phrase!(
            "{max} messages with {gap} between them do not fit into a day",
            "间隔 {gap} 的 {max} 条消息，一天放不下"
        );
        let help = pair("write a smaller `max` or a smaller `gap`", "把 `max` 或 `gap` 写小一些");
        out.push(found(&CODE, cx.span("budgets.posts"), message).help(help));
    }
}
