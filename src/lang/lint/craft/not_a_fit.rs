//! `not-a-fit`: a charter that says why this should not be a group, and no reason why it is one all the same.

use super::{
    advice,
    context::{Context, found},
    said::{all, says},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::pair,
};

pub(super) const CODE: Code = advice(
    "not-a-fit",
    pair("the charter says that the business does not suit a community", "章程自己说了这件事不适合做社群"),
    pair(
        "Projects that are needed seldom, are private or are short do not carry a community. `charter.fit` says in words whether this is so; where it names one of the three it also says why the group makes sense all the same, after `because`.",
        "低频、隐私、短期服务的项目撑不起社群。`charter.fit` 用一句话说明；如果写了这三样之一，就接着用「因为」说明为什么仍然要建。",
    ),
    "charter:\n  purpose: sell wedding photos\n  fit: a short service, bought once\n",
    "charter:\n  purpose: sell wedding photos\n  fit: a short service, but couples stay because they meet other couples\n",
    &["P001"],
);

/// What does not carry a community.
const AGAINST: [&str; 14] = [
    "low frequency",
    "low-frequency",
    "seldom",
    "rarely",
    "private",
    "short service",
    "short-service",
    "one-off",
    "低频",
    "隐私",
    "私密",
    "短期",
    "一次性",
    "很少用",
];
const BECAUSE: [&str; 8] = ["because", "but ", "all the same", "so that", "因为", "但", "仍然", "不过"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let Some(fit) = cx.playbook.charter.get("fit").map(all) else { return };
    let no = ["no ", "not ", "不", "没有"].iter().any(|word| fit.starts_with(word));
    if says(&fit, &AGAINST) && !says(&fit, &BECAUSE) && !no {
        let message = pair(
            "`charter.fit` says that this is needed seldom, private or short, and not why it is a group all the same",
            "`charter.fit` 说这件事低频、隐私或短期，却没有说为什么仍然要建群",
        );
        out.push(found(&CODE, cx.span("charter.fit"), message).help(pair(
            "write the reason behind `because`, or serve these people without a group",
            "用「因为」写出理由，或者不建群，用别的方式服务他们",
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_reason_is_enough_and_nothing_said_is_nothing_asked() {
        assert_eq!(messages(&CODE, "charter: { fit: used every day }\n"), [""; 0]);
        assert_eq!(messages(&CODE, "charter: { fit: 低频 }\n").len(), 1);
        assert_eq!(messages(&CODE, "charter: { fit: 低频，但大家愿意常聊 }\n"), [""; 0]);
    }
}
