//! `vip-too-early`: a VIP group that opens in the first three months.

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
    model::{play::Play, trigger::Trigger},
};

pub(super) const CODE: Code = advice(
    "vip-too-early",
    pair("VIP begins before the group is three months old", "群不满三个月就开 VIP"),
    pair(
        "VIP groups are for buyers or for core people, and both are known only after a quarter. A play about VIP asks `group.age >= days(90)`.",
        "VIP 群给付费的人或核心成员，这两种人要过一个季度才看得出来。VIP 的玩法写 `when: group.age >= days(90)`。",
    ),
    "plays:\n  vip-invite:\n    title: VIP\n    every: month on 1 at 10:00\n    when: group.age > days(30)\n    steps:\n      - post: The VIP group opens.\n",
    "plays:\n  vip-invite:\n    title: VIP\n    every: month on 1 at 10:00\n    when: group.age > days(90)\n    steps:\n      - post: The VIP group opens.\n",
    &["P119"],
);

/// The age at which a group has people who are VIP, in days.
const DAYS_MIN: i64 = 90;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let vip = play.name.as_str().split('-').any(|word| word == "vip") || play.title.contains("VIP");
        if !vip || !matches!(play.trigger, Trigger::Schedule(_)) || !play.during.is_empty() {
            continue;
        }
        let asked = days(play);
        if asked.is_some_and(|days| days >= DAYS_MIN) {
            continue;
        }
        let name = tick(play.name.as_str());
        let message = match asked {
            Some(days) => {
                phrase!("{name} begins when the group is {days} days old", "群满 {days} 天 {name} 就开始")
            }
            None => phrase!("{name} begins whatever the age of the group", "不管群多大，{name} 都会开始"),
        };
        out.push(
            found(&CODE, cx.span(&format!("plays.{}", play.name)), message)
                .help(pair("write `when: group.age >= days(90)`", "写上 `when: group.age >= days(90)`")),
        );
    }
}

/// The days in `days(N)` of the play's condition.
fn days(play: &Play) -> Option<i64> {
    let when = play.when.as_ref()?.source();
    let (_, rest) = when.contains("group.age").then(|| when.split_once("days(")).flatten()?;
    rest.split(')').next()?.trim().parse().ok()
}
