//! `workday-without-calendar`: working days without a calendar that knows the public holidays.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::pair,
};
use crate::model::{
    schedule::{Days, Schedule},
    trigger::Trigger,
};

pub(super) const CODE: Code = Code {
    slug: "workday-without-calendar",
    severity: Severity::Warning,
    meaning: pair("working days without a calendar of public holidays", "用了工作日，却没有节假日日历"),
    explanation: pair(
        "`workday` goes by the calendar that has `off` and `work` days. Without one it is Monday to Friday, public holidays included, and a Saturday that makes up for one is left out.",
        "`workday` 按带有 `off` 和 `work` 的日历来算。没有这样的日历，就是星期一到星期五：法定假日也算工作日，调休上班的周六不算。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: workday at 09:00\n    steps:\n      - post: Good morning.\n",
    ),
    good: Example::of(
        "calendars:\n  holidays: { off: [2026-10-01..2026-10-07], work: [2026-10-10] }\nplays:\n  hello:\n    every: workday at 09:00\n    steps:\n      - post: Good morning.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if cx.playbook.workdays().is_some() {
        return;
    }
    for play in &cx.playbook.plays {
        if !matches!(&play.trigger, Trigger::Schedule(schedule) if schedule.needs_workdays()) {
            continue;
        }
        let message = pair(
            "`workday` is Monday to Friday here: no calendar says which days are off and which are worked instead",
            "这里的 `workday` 就是星期一到星期五：没有日历说明哪天放假、哪天补班",
        );
        let of_month =
            matches!(&play.trigger, Trigger::Schedule(Schedule::Fixed { days: Days::Month { .. }, .. }));
        let calendar = pair("add a calendar with `off` and `work`", "加一个带 `off` 和 `work` 的日历");
        let help = if of_month {
            calendar
        } else {
            pair(
                "add a calendar with `off` and `work`, or write `weekday` if Monday to Friday is meant",
                "加一个带 `off` 和 `work` 的日历；如果就是星期一到星期五，写 `weekday`",
            )
        };
        out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
    }
}
