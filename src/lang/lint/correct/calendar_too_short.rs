//! `calendar-too-short`: a date lies behind the last day of its calendar.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{calendar::Calendar, trigger::Trigger};

pub(super) const CODE: Code = Code {
    slug: "calendar-too-short",
    severity: Severity::Warning,
    meaning: pair("a date lies behind the last day of its calendar", "日期在日历的最后一天之后"),
    explanation: pair(
        "A calendar covers what its file or list covers. Behind its last day it knows no holidays, and `except` lets everything pass.",
        "日历只覆盖它写到的日子。最后一天之后没有任何假日，`except` 什么也拦不住。",
    ),
    bad: Example::of(
        "calendars: { exams: [2026-06-20] }\nplays:\n  hello:\n    dates: [{ id: a, at: 2026-12-11 20:00 }]\n    except: exams\n    steps:\n      - post: We begin.\n",
    ),
    good: Example::of(
        "calendars: { exams: [2026-06-20, 2026-12-20] }\nplays:\n  hello:\n    dates: [{ id: a, at: 2026-12-11 20:00 }]\n    except: exams\n    steps:\n      - post: We begin.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Dates(dates) = &play.trigger else { continue };
        for name in &play.except {
            let Some(end) = cx.playbook.calendars.get(name).and_then(Calendar::last_day) else { continue };
            let Some(date) = dates.iter().find(|date| cx.playbook.zone.date(date.at) > end) else { continue };
            let message = phrase!(
                "the date {} lies behind {end}, the last day of the calendar {}",
                "日期 {} 在 {end} 之后，那是日历 {} 的最后一天",
                tick(&*date.id),
                tick(name.as_str())
            );
            let help = pair(
                "bring the calendar up to date, or remove it from `except`",
                "更新日历，或把它从 `except` 里去掉",
            );
            out.push(found(&CODE, cx.span(&format!("plays.{}.except", play.name)), message).help(help));
        }
    }
}
