//! `unused-calendar`: no play looks at a calendar.

use super::context::{Context, found};
use crate::base::ids::CalendarName;
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::trigger::Trigger;

pub(super) const CODE: Code = Code {
    slug: "unused-calendar",
    severity: Severity::Warning,
    meaning: pair("no play looks at a calendar", "没有玩法看这个日历"),
    explanation: pair(
        "A calendar is used by `except`, `only` and `promo.around`; one with `off` and `work` also by `workday`. What is looked for is its name, anywhere in the playbook, in its data files and in its scripts.",
        "`except`、`only`、`promo.around` 都算用到日历；带 `off` 和 `work` 的还会被 `workday` 用到。只要名字在剧本、数据文件或脚本里别处出现过，就算用到。",
    ),
    bad: Example::of(
        "calendars: { exams: [2026-12-20] }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    good: Example::of(
        "calendars: { exams: [2026-12-20] }\nplays:\n  hello:\n    every: monday at 09:00\n    except: exams\n    steps:\n      - post: Hello.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for name in cx.playbook.calendars.keys().map(CalendarName::as_str) {
        if !cx.origins.contains_key(&format!("calendars.{name}"))
            || cx.mentions(name.as_ref()) > 1
            || serves_workdays(cx, name)
        {
            continue;
        }
        let message = phrase!("nothing uses the calendar {}", "没有用到日历 {}", tick(name));
        let help = pair(
            "use it, or remove it; look whether it is misspelt where it was meant",
            "用上它或删掉它；看看本该用它的地方是不是写错了",
        );
        out.push(found(&CODE, cx.span(&format!("calendars.{name}")), message).help(help));
    }
}

/// Whether the calendar tells working days and some play asks for them.
fn serves_workdays(cx: &Context<'_>, name: &str) -> bool {
    let tells =
        cx.playbook.calendars.iter().any(|(key, calendar)| key.as_str() == name && calendar.tells_work);
    tells
        && cx
            .playbook
            .plays
            .iter()
            .any(|play| matches!(&play.trigger, Trigger::Schedule(schedule) if schedule.needs_workdays()))
}
