//! `no-prune-grace`: silent members are let go without a word or without time to answer.

use super::context::{Context, found};
use crate::base::phrase::pair;
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        time::Duration,
    },
    model::step::Verb,
};

pub(super) const CODE: Code = Code {
    slug: "no-prune-grace",
    severity: Severity::Warning,
    meaning: pair(
        "members are removed without a notice, or without time to answer it",
        "清理成员前没有通知，或没有留出回应的时间",
    ),
    explanation: pair(
        "Pruning goes: list, notice, grace, check again, a person decides, removal. Who is told and has a few days may \
             speak up and stay; who is removed unwarned leaves with a grudge, and by mistake more often than one thinks.",
        "清理的顺序：名单、通知、宽限、复查、人工确认、移出。被通知并有几天时间的人可以说句话留下；不打招呼就移出，会伤人，也常常移错。",
    ),
    bad: Example::of(
        "plays:\n  prune:\n    every: month on last sunday at 10:00\n    steps:\n      - prune: member.idle > days(60)\n",
    ),
    good: Example::of(
        "plays:\n  prune:\n    every: month on last sunday at 10:00\n    steps:\n      - prune: member.idle > days(60)\n        \
         notice: Two months without a word. Say hello within a week to stay.\n        grace: 7d\n",
    ),
    practices: &["P097"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Verb::Prune(prune) = &step.verb else { continue };
        let message = match (&prune.notice, prune.grace < Duration::DAY) {
            (None, _) => pair("members are let go without a notice", "移出成员之前没有通知"),
            (Some(_), true) => {
                pair("members have less than a day to answer the notice", "成员收到通知后不到一天就会被移出")
            }
            (Some(_), false) => continue,
        };
        out.push(found(&CODE, cx.step_span(play, step), message).help(pair(
            "write `notice:` with what they can do to stay, and `grace: 7d`",
            "写上 `notice:`，说明怎样可以留下，再写 `grace: 7d`",
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_notice_needs_time() {
        let prune = "plays:\n  prune:\n    every: month on last sunday at 10:00\n    steps:\n      - prune: member.idle > days(60)\n        \
                     notice: Say hello.\n        grace: 1h\n";
        assert_eq!(messages(&CODE, prune), ["members have less than a day to answer the notice"]);
    }
}
