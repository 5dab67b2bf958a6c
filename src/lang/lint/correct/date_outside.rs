//! `date-outside`: a date lies outside `from` and `until` and never happens.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{Phrase, pair, phrase},
};
use crate::model::trigger::Trigger;

pub(super) const CODE: Code = Code {
    slug: "date-outside",
    severity: Severity::Warning,
    meaning: pair(
        "a date lies outside `from` and `until` and never happens",
        "日期在 `from` 和 `until` 之外，永远不会发生",
    ),
    explanation: pair(
        "`from` and `until` bound a play's anchors; a date before the one day or after the other is left out.",
        "`from` 和 `until` 限定玩法的时间范围；早于 `from` 那天或晚于 `until` 那天的日期不会执行。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    dates: [{ id: a, at: 2026-12-11 20:00 }, { id: b, at: 2027-02-11 20:00 }]\n    until: 2027-01-01\n    steps:\n      - post: We begin.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    dates: [{ id: a, at: 2026-12-11 20:00 }, { id: b, at: 2027-02-11 20:00 }]\n    until: 2027-03-01\n    steps:\n      - post: We begin.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let Trigger::Dates(dates) = &play.trigger else { continue };
        let outside =
            |at| play.from.is_some_and(|from| at < from) || play.until.is_some_and(|until| at >= until);
        let lost: Vec<&str> = dates.iter().filter(|date| outside(date.at)).map(|date| &*date.id).collect();
        // When all are lost, the play can never start, which is said of it.
        if lost.is_empty() || lost.len() == dates.len() {
            continue;
        }
        let key = if play.until.is_some() { "until" } else { "from" };
        let names = Phrase::ticks(&lost, "and");
        let message = phrase!("outside `from` and `until`, so never: {names}", "在 `from` 和 `until` 之外，永远不会发生：{names}"; names);
        let help = pair("move the dates, or change `from` or `until`", "移动日期，或修改 `from`、`until`");
        out.push(found(&CODE, cx.span(&format!("plays.{}.{key}", play.name)), message).help(help));
    }
}
