//! `promo-too-early`: advertising that nothing keeps away from a group that does not yet know why it is there.

use super::context::{Context, found};
use crate::base::phrase::pair;
use crate::{
    base::diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    model::{message::Label, trigger::Trigger},
};

pub(super) const CODE: Code = Code {
    slug: "promo-too-early",
    severity: Severity::Warning,
    meaning: pair(
        "advertising may reach members before they are welcomed or trust the group",
        "广告可能先于欢迎和信任到达成员",
    ),
    explanation: pair(
        "Never sell before the rules, the knowledge of the brand and the trust are there: members who are pulled in \
             and shown an ad ask \"what is this?\" and leave. Reported where a post is labelled `promo` and the file has no \
             `budgets.promo.not_before`, or no play that welcomes with `on: member.joined`.",
        "先有规则、了解和信任，再谈销售。被拉进群就看到广告的人会问「这是什么群」然后退出。有 `label: promo` 的消息，却没有 `budgets.promo.not_before`，或没有 `on: member.joined` 的欢迎时提示。",
    ),
    bad: Example::of(
        "plays:\n  sale:\n    every: monday at 10:00\n    steps:\n      - post: Books at half price!\n        label: promo\n",
    ),
    good: Example::of(
        "budgets:\n  promo: { max: 20% per 30d, not_before: 14d }\nplays:\n  welcome:\n    on: member.joined\n    steps:\n      - post: Welcome!\n  \
         sale:\n    every: monday at 10:00\n    steps:\n      - post: Books at half price!\n        label: promo\n",
    ),
    practices: &["P028", "P074"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let promo = cx.posts().find(|(play, _, _, post)| post.label.or(play.label) == Some(Label::Promo));
    let Some((play, _, step, _)) = promo else { return };
    let waits = cx.playbook.budgets.promo.as_ref().is_some_and(|promo| promo.not_before.is_some());
    let welcomes = cx.playbook.plays.iter().any(
        |play| matches!(&play.trigger, Trigger::Signal(on) if matches!(&*on.name, "member.joined" | "group.created")),
    );
    let span = cx.step_span(play, step);
    if !waits {
        out.push(
            found(
                &CODE,
                span,
                pair(
                    "nothing keeps this advertising away from a group that has just begun",
                    "没有什么阻止这条推广发到刚建的群里",
                ),
            )
            .help(pair(
                "write `budgets: { promo: { max: 20% per 30d, not_before: 14d } }`",
                "写上 `budgets: { promo: { max: 20% per 30d, not_before: 14d } }`",
            )),
        );
    } else if !welcomes {
        out.push(
            found(
                &CODE,
                span,
                pair(
                    "members may see this advertising before anybody welcomed them",
                    "成员可能还没被欢迎就先看到这条推广",
                ),
            )
            .help(pair(
                "add a play with `on: member.joined` that says what the group is for",
                "加一个 `on: member.joined` 的玩法，说明这个群是做什么的",
            )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_budget_without_a_welcome_is_half() {
        let sale = "budgets: { promo: { not_before: 14d } }\nplays:\n  sale:\n    every: monday at 10:00\n    label: promo\n    \
                    steps:\n      - post: Half price!\n";
        assert_eq!(messages(&CODE, sale), ["members may see this advertising before anybody welcomed them"]);
    }
}
