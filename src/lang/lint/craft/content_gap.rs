//! `content-gap`: more than ten days without anything.

use super::{
    advice,
    context::{Context, found},
    mix::{scheduled, talks},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = advice(
    "content-gap",
    pair("members get nothing for more than ten days", "成员超过十天什么也收不到"),
    pair(
        "A gap in what a group is used to is where it ends. Reported for a community whose fixed posts, all together, leave more than ten days empty.",
        "断档就是散场的开始。社群里所有定时内容加起来，中间空了十天以上时提示。",
    ),
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nplays:\n  letter:\n    every: month on 1, 15 at 10:00\n    steps:\n      - post: A letter.\n      - ask: And you?\n        options: [fine, busy]\n        open_for: 2h\n",
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nplays:\n  letter:\n    every: monday at 10:00\n    steps:\n      - post: A letter.\n      - ask: And you?\n        options: [fine, busy]\n        open_for: 2h\n",
    &["P054", "P055"],
);

const GAP_DAYS_MAX: i64 = 10;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if !cx.is_community() || cx.playbook.charter.is_null() || !talks(cx) {
        return;
    }
    let mut days: Vec<_> = scheduled(cx).into_iter().map(|at| cx.playbook.zone.civil(at).date()).collect();
    days.sort_unstable();
    days.dedup();
    let gaps = days.windows(2).map(|pair| (i64::from((pair[1] - pair[0]).get_days()), pair[0]));
    let Some((gap, from)) = gaps.max_by_key(|(gap, _)| *gap).filter(|(gap, _)| *gap > GAP_DAYS_MAX) else {
        return;
    };
    let from = from.strftime("%Y-%m-%d").to_string();
    let message = phrase!(
        "in ordinary weeks nothing comes for {gap} days, from {from} on",
        "平常几周里从 {from} 起有 {gap} 天什么也没有"
    );
    out.push(found(&CODE, cx.span("plays"), message).help(pair(
        "give the group one fixed hour a week: `every: wednesday at 20:00`",
        "每周给群一个固定时段：`every: wednesday at 20:00`",
    )));
}
