//! `promo-outside-dates`: advertising that no date limits.

use super::{
    advice,
    context::{Context, found},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{pair, phrase},
        words::tick,
    },
    model::{message::Label, trigger::Trigger},
};

pub(super) const CODE: Code = advice(
    "promo-outside-dates",
    pair("advertising is not tied to important dates", "推广没有限定在重要日子前后"),
    pair(
        "Day to day a group gets service, exchange and help; advertising belongs around important dates. `budgets.promo.around` names a calendar of them.",
        "平时给服务、交流和解答，推广放在重要节点前后。`budgets.promo.around` 写一个节点的日历。",
    ),
    "budgets: { promo: { max: 20% per 30d, not_before: 14d } }\nplays:\n  welcome:\n    on: member.joined\n    steps:\n      - post: Welcome!\n  sale:\n    every: monday at 10:00\n    label: promo\n    steps:\n      - post: Half price.\n",
    "calendars: { launches: [2026-12-12, 2027-03-08] }\nbudgets: { promo: { max: 20% per 30d, not_before: 14d, around: launches, before: 3d, after: 1d } }\nplays:\n  welcome:\n    on: member.joined\n    steps:\n      - post: Welcome!\n  sale:\n    every: monday at 10:00\n    label: promo\n    steps:\n      - post: Half price.\n",
    &["P073"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if cx.playbook.budgets.promo.as_ref().is_some_and(|promo| promo.around.is_some() || promo.when.is_some())
    {
        return;
    }
    // What has dates of its own, or answers somebody, is around something already.
    let routine = cx.posts().find(|(play, _, _, post)| {
        post.label.or(play.label) == Some(Label::Promo)
            && matches!(play.trigger, Trigger::Schedule(_))
            && play.only.is_empty()
            && cx.anchors(play, 8).len() >= 4
    });
    let Some((play, _, step, _)) = routine else { return };
    let name = tick(play.name.as_str());
    let message = phrase!("{name} advertises in season and out of season", "{name} 不分节点地推广");
    out.push(found(&CODE, cx.step_span(play, step), message).help(pair(
        "write `budgets: { promo: { around: launches, before: 3d, after: 1d } }` with a calendar `launches`",
        "写 `budgets: { promo: { around: launches, before: 3d, after: 1d } }`，并写好日历 `launches`",
    )));
}
