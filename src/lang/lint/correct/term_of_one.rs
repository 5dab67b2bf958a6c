//! `term-of-one`: a role is handed over from one person to the same person.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = Code {
    slug: "term-of-one",
    severity: Severity::Warning,
    meaning: pair("a role is handed over from one person to the same person", "角色只有一个人，轮换没有意义"),
    explanation: pair(
        "A `term` rotates the people of a role in order. With one person every handover gives the role to who has it.",
        "`term` 让角色里的人按顺序轮换。只有一个人，每次交接还是这个人。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann } }\nroles: { host: { people: [ann], term: 8 weeks } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann } }\nroles: { host: { people: [ann] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (name, role) in &cx.playbook.roles {
        let first = role.people.first();
        let alone = first.is_some_and(|first| role.people.iter().all(|person| person.id == first.id));
        let groups = cx.playbook.groups.values();
        if role.term.is_some() && alone && !groups.into_iter().any(|group| group.roles.contains_key(name)) {
            let message = phrase!(
                "the role {} has a term and only one person",
                "角色 {} 有任期，却只有一个人",
                tick(name.as_str())
            );
            let help = pair("add the people who take turns, or remove `term`", "加上轮换的人，或删掉 `term`");
            out.push(found(&CODE, cx.span(&format!("roles.{name}.term")), message).help(help));
        }
    }
}
