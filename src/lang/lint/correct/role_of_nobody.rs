//! `role-of-nobody`: a task goes to a role that nobody has.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{
    group::Group,
    step::{Assignee, Verb},
};

pub(super) const CODE: Code = Code {
    slug: "role-of-nobody",
    severity: Severity::Warning,
    meaning: pair("a task goes to a role that nobody has", "任务派给了没有人的角色"),
    explanation: pair(
        "A role without people gets its tasks in nobody's name, and nobody is told.",
        "角色里没有人，任务就没有人接，也没有人知道。",
    ),
    bad: Example::of(
        "roles: { host: { people: [] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann } }\nroles: { host: { people: [ann] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let to = match &step.verb {
            Verb::Task(task) => task.to.as_ref(),
            Verb::Approve(approve) => approve.to.as_ref(),
            Verb::Prune(prune) => prune.to.as_ref(),
            _ => None,
        };
        let Some(Assignee::Role(name)) = to else { continue };
        let nobody = |group: &Group| cx.playbook.role(group, name).is_some_and(|role| role.people.is_empty());
        if cx.playbook.groups.values().any(|group| nobody(group)) {
            let message = phrase!("nobody has the role {}", "没有人担任角色 {}", tick(name.as_str()));
            let help = phrase!(
                "write who has it: `{name}: {{ people: [ann] }}` under `roles`",
                "写明由谁担任：在 `roles` 下面写 `{name}: {{ people: [ann] }}`"
            );
            out.push(found(&CODE, cx.key_span(play, step, "to"), message).help(help));
        }
    }
}
