//! `clock-in-gap`: a clock time that one day of the year does not have.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{
    schedule::{Frame, Schedule},
    trigger::Trigger,
};

pub(super) const CODE: Code = Code {
    slug: "clock-in-gap",
    severity: Severity::Warning,
    meaning: pair("a clock time that one day of the year does not have", "一年中有一天没有这个钟点"),
    explanation: pair(
        "When clocks are set forward, an hour of that day does not exist; a play in it happens at the first instant after it. Looked at are the years 2026 and 2027 in the playbook's zone.",
        "拨快时钟的那一天少一个小时；落在里面的玩法会在那之后的第一刻发生。检查的是剧本时区的 2026 和 2027 年。",
    ),
    bad: Example::of(
        "timezone: Europe/Berlin\nplays:\n  hello:\n    every: day at 02:30\n    steps:\n      - post: Night!\n",
    ),
    good: Example::of(
        "timezone: Europe/Berlin\nplays:\n  hello:\n    every: day at 03:30\n    steps:\n      - post: Night!\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let gaps = cx.gap_days();
    if gaps.is_empty() {
        return;
    }
    for play in &cx.playbook.plays {
        let Trigger::Schedule(schedule) = &play.trigger else { continue };
        let cron;
        let times = match schedule {
            Schedule::Fixed { times, .. } => times,
            // A minute or an hour that begins with `*` follows real time and misses nothing.
            Schedule::Cron(expression) => {
                cron = expression.clock_times();
                &cron
            }
            Schedule::Interval(_) | Schedule::Term(_) => continue,
        };
        let hit = gaps.iter().find_map(|day| {
            let zone = &cx.playbook.zone;
            let clock = times.iter().find(|clock| {
                let civil = zone.civil(zone.instant(day.to_datetime(clock.to_jiff())));
                civil.time() != clock.to_jiff()
            })?;
            let midnight = zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
            let frame = Frame { workdays: cx.playbook.workdays(), ..Frame::of(zone) };
            let next = schedule.next_after(midnight.just_before(), &frame)?;
            (zone.date(next) == *day).then_some((*day, *clock))
        });
        let Some((day, clock)) = hit else { continue };
        let message = phrase!(
            "{clock} does not exist on {day}, when clocks are set forward",
            "{day} 拨快时钟，没有 {clock}"
        );
        let help = pair(
            "it happens at the first instant after the gap; choose another time if that matters",
            "那天会在缺口后的第一刻发生；如果在意，换个时间",
        );
        out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
    }
}
