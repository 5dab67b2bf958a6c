//! `cron-either-day`: a cron expression with a day of the month and a day of the week, which means either.

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
    slug: "cron-either-day",
    severity: Severity::Warning,
    meaning: pair(
        "a day of the month and a day of the week in `cron` mean either",
        "`cron` 里同时写了几号和星期几，满足一个就算",
    ),
    explanation: pair(
        "Where both day fields are given, cron takes a day that fits one of them: `0 9 1,15 * 1` is the 1st, the 15th and every Monday. For a Monday that is the 1st, take one field and ask for the other in `when`.",
        "两个日期栏都写了时，cron 只要满足其中一个：`0 9 1,15 * 1` 是 1 号、15 号和每个星期一。想要既是 1 号又是星期一，就只写一栏，另一栏放进 `when`。",
    ),
    bad: Example::of("plays:\n  hello:\n    cron: 0 9 1,15 * 1\n    steps:\n      - post: Hello.\n"),
    good: Example::of("plays:\n  hello:\n    cron: 0 9 1,15 * *\n    steps:\n      - post: Hello.\n"),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Schedule(Schedule::Cron(cron)) = &play.trigger else { continue };
        let words: Vec<&str> = cron.text().split(' ').collect();
        let [.., day, _, weekday] = words.as_slice() else { continue };
        if day.starts_with('*') || weekday.starts_with('*') {
            continue;
        }
        let message = phrase!(
            "day `{day}` or weekday `{weekday}`: cron takes a day that fits either of the two",
            "几号写 `{day}`，星期写 `{weekday}`：cron 只要满足其中一个"
        );
        let help = pair(
            "if both are meant, leave one as `*` and ask for it in `when`; if either is meant, two plays say so more plainly",
            "两个都要满足，就把一栏写成 `*`，放进 `when`；如果就是任一个，分成两个玩法更清楚",
        );
        out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
    }
}
