//! `no-successor`: a role that changes hands, and nobody is next.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = advice(
    "no-successor",
    pair("a role has a term, and nobody is next", "角色有任期，却没有下一任"),
    pair(
        "Whoever looks after a group tires within two or three months, so roles change hands. A `term` with one person only ends with the same person: name who comes next, and let both meet at the handover.",
        "带群的人两三个月就会疲惫，所以要换人。`term` 里只有一个人，到期还是他：写上下一任是谁，交接时两个人都在。",
    ),
    "people: { ann: { name: Ann } }\nroles:\n  host: { people: [ann], term: 10 weeks }\nplays:\n  night:\n    every: friday at 20:00\n    steps:\n      - task: Prepare the evening\n        to: host\n",
    "people: { ann: { name: Ann }, bo: { name: Bo } }\nroles:\n  host: { people: [ann, bo], term: 10 weeks }\nplays:\n  night:\n    every: friday at 20:00\n    steps:\n      - task: Prepare the evening\n        to: host\n",
    &["P084"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for role in cx.playbook.roles.values().filter(|role| role.term.is_some()) {
        let people: BTreeSet<_> = role.people.iter().map(|person| &person.id).collect();
        if people.len() != 1 {
            continue;
        }
        let (name, who) = (&role.name, role.people.first().map_or("", |person| person.name.as_str()));
        let message = phrase!(
            "after {who}'s term as `{name}` comes {who} again",
            "{who} 当 `{name}` 的任期结束后，还是 {who}"
        );
        out.push(found(&CODE, cx.span(&format!("roles.{name}")), message).help(phrase!(
            "write who is next under `people` of `{name}`, or take its `term` away",
            "在 `{name}` 的 `people` 里写上下一任，或去掉 `term`"
        )));
    }
}
