//! `goal-one-channel`: money that is to come by the group alone.

use super::{
    advice,
    context::{Context, found},
    goal::goals,
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
    words::tick,
};

pub(super) const CODE: Code = advice(
    "goal-one-channel",
    pair("a goal of money depends on the community alone", "赚钱的目标只靠社群这一条路"),
    pair(
        "A community is no cure-all: ads, partners, short video, street promotion and the telephone belong beside it, and some things sell better directly. A goal with `kind: cash` names at least two `channels`.",
        "社群不是万能的：广告、合作、短视频、地推、电话要打组合拳，有些东西直接卖更好。`kind: cash` 的目标至少写两个 `channels`。",
    ),
    "charter:\n  purpose: sell\n  values: [care]\n  goals: [{ want: sales, kind: cash, metric: metrics.revenue, channels: [group] }]\n",
    "charter:\n  purpose: sell\n  values: [care]\n  goals: [{ want: sales, kind: cash, metric: metrics.revenue, channels: [group, shop] }]\n",
    &["P006", "P009"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for goal in goals(cx.playbook).into_iter().filter(|goal| goal.is_cash() && goal.channels == 1) {
        let want = tick(&goal.want);
        let message =
            phrase!("the goal {want} brings money by one channel alone", "目标 {want} 只靠一个渠道赚钱");
        out.push(found(&CODE, cx.span("charter.goals"), message).help(pair(
            "name what stands beside the group: `channels: [group, shop, partners]`",
            "写出社群之外的渠道：`channels: [group, shop, partners]`",
        )));
    }
}
