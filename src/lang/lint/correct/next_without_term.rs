//! `next-without-term`: a text names who has a role next, and the role is never handed over.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = Code {
    slug: "next-without-term",
    severity: Severity::Warning,
    meaning: pair(
        "a text names who has a role next, and the role is never handed over",
        "文字里写了角色的下一任，而角色从不交接",
    ),
    explanation: pair(
        "`roles.NAME.next` is who has the role in the next term. Without `term` everybody has it at once and always, and `next` is the same people as now.",
        "`roles.名字.next` 是下一任期担任角色的人。没有 `term`，所有人同时一直担任，`next` 和现在是同样的人。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles: { host: { people: [ann, bob] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Next is ${roles.host.next}.\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles: { host: { people: [ann, bob], term: 8 weeks } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Next is ${roles.host.next}.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (name, role) in &cx.playbook.roles {
        let mut groups = cx.playbook.groups.values();
        if role.term.is_none()
            && cx.reads(&format!("roles.{name}.next"))
            && !groups.any(|group| group.roles.contains_key(name))
        {
            let message = phrase!(
                "`roles.{name}.next` is the same as `roles.{name}`: the role has no term",
                "`roles.{name}.next` 和 `roles.{name}` 一样：这个角色没有任期"
            );
            let help = phrase!(
                "write `{name}: {{ people: […], term: 10 weeks }}`",
                "写成 `{name}: {{ people: […], term: 10 weeks }}`"
            );
            out.push(found(&CODE, cx.span(&format!("roles.{name}")), message).help(help));
        }
    }
}
