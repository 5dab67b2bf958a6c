//! `audience-too-broad`: an audience of fewer than two traits.

use super::{
    advice,
    context::{Context, entries, found},
    said::{all, says},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::pair,
};

pub(super) const CODE: Code = advice(
    "audience-too-broad",
    pair(
        "the audience is described by fewer than two traits, or by everybody",
        "目标人群少于两个特征，或者写的是所有人",
    ),
    pair(
        "Narrow beats broad: a group for people with one particular trouble outlives a group for anybody who is interested. `charter.audience` names at least two traits that can be told of a person.",
        "定位越细越好：便秘治疗群胜过益生菌养生群。`charter.audience` 至少写两个看得出来的特征。",
    ),
    "charter:\n  purpose: read together\n  audience: everybody\n",
    "charter:\n  purpose: read together\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [looking for customers]\n",
    &["P003"],
);

/// Words that leave nobody out.
const EVERYBODY: [&str; 7] = ["everybody", "everyone", "anybody", "anyone", "所有人", "任何人", "每个人"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let Some(audience) = cx.playbook.charter.get("audience").filter(|audience| entries(Some(audience)) > 0)
    else {
        return;
    };
    let message = if says(&all(audience), &EVERYBODY) {
        pair("the audience is everybody; nobody is meant", "`audience` 写的是所有人，等于没有定位")
    } else if entries(Some(audience)) < 2 {
        pair(
            "the audience has one trait; at least two make it narrow",
            "`audience` 只有一个特征；至少两个才够具体",
        )
    } else {
        return;
    };
    out.push(found(&CODE, cx.span("charter.audience"), message).help(pair(
        "write a list: `audience: [in Xi'an, aged 22 to 35]`",
        "写一个列表：`audience: [人在西安, 22 到 35 岁]`",
    )));
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn two_traits_are_narrow() {
        assert_eq!(messages(&CODE, "charter: { audience: [a, b] }\n"), [""; 0]);
        assert_eq!(
            messages(&CODE, "charter: { audience: [a] }\n"),
            ["the audience has one trait; at least two make it narrow"]
        );
        assert_eq!(messages(&CODE, "charter: { purpose: a }\n"), [""; 0]);
    }
}
