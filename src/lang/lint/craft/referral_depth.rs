//! `referral-depth`: a reward for those whom the invited invite.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = advice(
    "referral-depth",
    pair("a referral pays for more than the people one has invited", "推荐奖励超过一层"),
    pair(
        "Credit for those whom your guests bring is what makes a reward a pyramid. Only whom one has invited oneself counts: `depth: 1`.",
        "给「下级再拉来的人」发奖励就成了传销。只算自己请来的人：`depth: 1`。",
    ),
    "vars: { referral: { depth: 2, points: 10 } }\nplays:\n  credit:\n    on: referral.credited\n    steps:\n      - post: Thanks, ${vars.referral.points}!\n",
    "vars: { referral: { depth: 1, points: 10 } }\nplays:\n  credit:\n    on: referral.credited\n    steps:\n      - post: Thanks, ${vars.referral.points}!\n",
    &["P078", "P048"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let depth = cx.playbook.vars.get("referral").and_then(|referral| referral.get("depth")?.as_int());
    let deep = cx.texts().any(|text| text.contains("inviter.inviter"));
    if deep || depth.is_some_and(|depth| depth > 1) {
        let depth = depth.unwrap_or(2);
        let message = phrase!("the referral pays {depth} levels down", "推荐奖励给到了第 {depth} 层");
        out.push(found(&CODE, cx.span("vars.referral"), message).help(pair(
            "pay only for whom somebody has invited themselves: `depth: 1`",
            "只奖励自己请来的人：`depth: 1`",
        )));
    }
}
