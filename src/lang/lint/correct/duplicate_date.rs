//! `duplicate-date`: two dates of a play are at the same moment.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::trigger::{DateEntry, Trigger};

pub(super) const CODE: Code = Code {
    slug: "duplicate-date",
    severity: Severity::Warning,
    meaning: pair("two dates of a play are at the same moment", "同一个玩法有两个日期在同一时刻"),
    explanation: pair(
        "Each date is a run of its own, so the same moment twice means everything twice.",
        "每个日期都单独执行一次，同一时刻写两遍，一切都会发生两遍。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    dates: [{ id: a, at: 2026-12-11 20:00 }, { id: b, at: 2026-12-11 20:00 }]\n    steps:\n      - post: We begin.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    dates: [{ id: a, at: 2026-12-11 20:00 }, { id: b, at: 2026-12-18 20:00 }]\n    steps:\n      - post: We begin.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Dates(dates) = &play.trigger else { continue };
        // Dates about different things may share an evening; dates that say nothing else may not.
        let bare = |date: &DateEntry| date.values.keys().all(|key| matches!(&**key, "id" | "at"));
        let twice =
            dates.windows(2).find(|pair| pair[0].at == pair[1].at && bare(&pair[0]) && bare(&pair[1]));
        let Some([first, second]) = twice else { continue };
        let message = phrase!(
            "the dates {} and {} are at the same moment",
            "日期 {} 和 {} 在同一时刻",
            tick(&*first.id),
            tick(&*second.id)
        );
        let help = pair("remove one of the two, or correct its time", "去掉其中一个，或改正时间");
        out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
    }
}
