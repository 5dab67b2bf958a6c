//! `no-deputy`: a community that one person carries.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
    words::tick,
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = advice(
    "no-deputy",
    pair("every job is one person's", "所有事都压在一个人身上"),
    pair(
        "Without management self-discipline fails, and the only manager falls ill. A community needs an owner and a deputy: a second person in some role.",
        "没有管理，自律就会失效；而唯一的管理员也会生病。社群要有群主和副手：某个角色里要有第二个人。",
    ),
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\npeople: { ann: { name: Ann } }\nroles: { host: ann }\nplays:\n  night:\n    every: friday at 20:00\n    steps:\n      - task: Prepare the evening\n        to: host\n      - ask: Which page are you on?\n        options: [ten, twenty]\n        open_for: 2h\n",
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\npeople: { ann: { name: Ann }, bo: { name: Bo } }\nroles: { host: ann, deputy: bo }\nplays:\n  night:\n    every: friday at 20:00\n    steps:\n      - task: Prepare the evening\n        to: host\n        due: 1d\n        escalate: deputy\n      - ask: Which page are you on?\n        options: [ten, twenty]\n        open_for: 2h\n",
    &["P082"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let charter = &cx.playbook.charter;
    if !cx.is_community() || charter.is_null() || cx.playbook.roles.is_empty() {
        return;
    }
    let own = cx.playbook.groups.values().flat_map(|group| group.roles.values());
    let people: BTreeSet<_> = cx
        .playbook
        .roles
        .values()
        .chain(own)
        .flat_map(|role| &role.people)
        .map(|person| &person.id)
        .collect();
    if people.len() != 1 {
        return;
    }
    let Some(who) = people.first().map(|id| tick(id.as_str())) else { return };
    let message = phrase!("every role is {who}'s: there is no deputy", "所有角色都是 {who} 一个人，没有副手");
    out.push(found(&CODE, cx.span("roles"), message).help(pair(
        "name a second person: `roles: { deputy: … }`, and `escalate: deputy` at what must not be left",
        "再写一个人：`roles: { deputy: … }`，不能落下的事写上 `escalate: deputy`",
    )));
}
