//! `vanity-only`: goals that only count.

use super::{
    advice,
    context::{Context, found},
    goal::goals,
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    metric::is_share,
    phrase::pair,
};

pub(super) const CODE: Code = advice(
    "vanity-only",
    pair("all goals are counts; none is a share or about who stays", "目标全是数量，没有比例，也没有留存"),
    pair(
        "How many joined or sold today says nothing of a group that dies next month. Beside counts a charter needs a share (`metrics.speakers(7) / members.count`) or a number of those who stay (`metrics.retention30`).",
        "今天进了多少人、卖了多少，看不出群下个月还在不在。数量之外要有一个比例（`metrics.speakers(7) / members.count`）或留存（`metrics.retention30`）。",
    ),
    "charter:\n  purpose: read\n  values: [care]\n  goals:\n    - { want: many, metric: members.count }\n    - { want: loud, metric: metrics.messages(7) }\n",
    "charter:\n  purpose: read\n  values: [care]\n  goals:\n    - { want: many, metric: members.count }\n    - { want: alive, metric: metrics.speakers(7) / members.count }\n",
    &["P133"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let measured: Vec<_> = goals(cx.playbook).into_iter().filter(|goal| !goal.metric.is_empty()).collect();
    if measured.len() >= 2 && !measured.iter().any(|goal| is_share(&goal.metric)) {
        let message = pair(
            "every goal is a count; none is a share, and none is about who stays",
            "目标全是数量：没有比例，也没有留存",
        );
        out.push(found(&CODE, cx.span("charter.goals"), message).help(pair(
            "add one share and one of who stays: `metric: metrics.speakers(7) / members.count`, `metric: metrics.retention30`",
            "加一个比例和一个留存：`metric: metrics.speakers(7) / members.count`、`metric: metrics.retention30`",
        )));
    }
}
