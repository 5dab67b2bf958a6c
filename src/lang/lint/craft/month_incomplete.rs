//! `month-incomplete`: a month without one of the four: content, activities, benefits, guests.

use super::{
    advice,
    context::{Context, found},
    mix::{declared, values},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{Phrase, pair, phrase},
    },
    model::message::Label,
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = advice(
    "month-incomplete",
    pair("a month lacks content, an activity, a benefit or a guest", "一个月里缺了内容、活动、福利或嘉宾"),
    pair(
        "A good community is content, activities, benefits and guests. Reported where `labels` names kinds for these and the plays of four weeks give some and not others.",
        "好社群是内容、活动、福利、嘉宾四样都有。`labels` 里写了这些类别，而四周的玩法缺了其中某样时提示。",
    ),
    "labels: { tips: content, evenings: social, gifts: promo }\nbudgets: { promo: { not_before: 14d, when: members.count > 30 } }\nplays:\n  welcome:\n    on: member.joined\n    steps:\n      - post: Welcome!\n  tip:\n    every: monday at 09:00\n    label: tips\n    steps:\n      - post: A tip.\n  joke:\n    every: friday at 20:00\n    label: evenings\n    steps:\n      - post: A joke.\n",
    "labels: { tips: content, evenings: social, gifts: promo }\nbudgets: { promo: { not_before: 14d, when: members.count > 30 } }\nplays:\n  welcome:\n    on: member.joined\n    steps:\n      - post: Welcome!\n  tip:\n    every: monday at 09:00\n    label: tips\n    steps:\n      - post: A tip.\n  joke:\n    every: friday at 20:00\n    label: evenings\n    steps:\n      - post: A joke.\n  gift:\n    every: month on first sunday at 10:00\n    label: gifts\n    steps:\n      - post: A gift.\n",
    &["P053"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let given: BTreeSet<_> = values(cx).iter().map(|value| value.label).collect();
    // What counts as a notice is no kind of value.
    let lacks = |label: &Label| *label != Label::Notice && !given.contains(label);
    let lacking: Vec<String> =
        declared(cx).into_iter().filter(|(_, label)| lacks(label)).map(|(name, _)| name).collect();
    if given.len() >= 2 && !lacking.is_empty() {
        let names = Phrase::ticks(&lacking, "and");
        let message = phrase!("`labels` names {names}, and nothing in a month gives it", "`labels` 里有 {names}，一个月里却没有安排"; names);
        out.push(found(&CODE, cx.span("labels"), message).help(pair(
            "add a play with that label, or take the label out",
            "加一个带这个标签的玩法，或去掉这个标签",
        )));
    }
}
