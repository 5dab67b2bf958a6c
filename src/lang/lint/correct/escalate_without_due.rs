//! `escalate-without-due`: a task is never overdue, so nobody is ever told.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::pair,
};
use crate::model::step::Verb;

pub(super) const CODE: Code = Code {
    slug: "escalate-without-due",
    severity: Severity::Warning,
    meaning: pair("a task is never overdue, so nobody is ever told", "任务永远不会逾期，也就不会上报"),
    explanation: pair(
        "`escalate` says who is told when a task is overdue. Without `due` it never is.",
        "`escalate` 写的是逾期后告诉谁。没有 `due` 就永远不会逾期。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Bring cake.\n        to: ann\n        escalate: bob\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Bring cake.\n        to: ann\n        due: 1d\n        escalate: bob\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Verb::Task(task) = &step.verb else { continue };
        if task.escalate.is_some() && task.due.is_none() {
            let message =
                pair("this task is never overdue: it has no `due`", "这个任务没有 `due`，永远不会逾期");
            out.push(
                found(&CODE, cx.key_span(play, step, "escalate"), message)
                    .help(pair("add `due: 1d`", "加上 `due: 1d`")),
            );
        }
    }
}
