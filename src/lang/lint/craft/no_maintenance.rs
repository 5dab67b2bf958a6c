//! `no-maintenance`: a community of whose five ways to be kept up fewer than two are there.

use super::{
    advice,
    context::{Context, entries, found},
    event::events,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::pair,
    },
    model::{message::Label, step::Verb},
};

pub(super) const CODE: Code = advice(
    "no-maintenance",
    pair("fewer than two of the five ways to keep a group up are in the file", "五种维护方式用到的不到两种"),
    pair(
        "A group is kept up by people of its own, by its members, by content, by resources, and by meeting. One of them alone fails sooner or later. `charter.maintain` names them; else they are read from the plays.",
        "专人、群友、内容、资源、线下，五种方式维护一个群，只靠一种迟早撑不住。可以写在 `charter.maintain` 里，否则从玩法里看。",
    ),
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nplays:\n  news:\n    every: friday at 20:00\n    steps:\n      - post: Page ten.\n",
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nplays:\n  news:\n    every: friday at 20:00\n    steps:\n      - post: Page ten.\n      - ask: And you?\n        options: [ten, twenty]\n        open_for: 2h\n",
    &["P080"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let charter = &cx.playbook.charter;
    if charter.is_null()
        || !cx.is_community()
        || cx.playbook.plays.is_empty()
        || entries(charter.get("maintain")) >= 2
    {
        return;
    }
    let some = |test: &dyn Fn(&Verb) -> bool| cx.steps().any(|(_, _, step)| test(&step.verb));
    let staff = some(&|verb| matches!(verb, Verb::Task(_) | Verb::Approve(_)));
    let members = some(&|verb| matches!(verb, Verb::Ask(_) | Verb::Run(_)));
    let content = cx.posts().any(|(play, _, _, post)| post.label.or(play.label) != Some(Label::Promo));
    let resources = cx.playbook.plays.iter().any(|play| play.name.as_str().contains("resource"));
    let meets = events(cx).iter().any(|event| event.offline);
    let ways = [staff, members, content, resources, meets].into_iter().filter(|way| *way).count();
    if ways < 2 {
        let message = pair(
            "one way alone keeps this group up: people, members, content, resources and meeting are five",
            "这个群只靠一种方式维护；专人、群友、内容、资源、线下共有五种",
        );
        out.push(found(&CODE, cx.span("charter"), message).help(pair(
            "ask members something each week, or give somebody a task; or say more under `charter.maintain`",
            "每周问成员一件事，或派人做一件事；也可以写在 `charter.maintain` 里",
        )));
    }
}
