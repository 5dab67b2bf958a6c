//! `remind-at-once`: a reminder comes at or before the moment the task is given.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::step::{By, Verb};

pub(super) const CODE: Code = Code {
    slug: "remind-at-once",
    severity: Severity::Warning,
    meaning: pair("a reminder comes at or before the moment the task is given", "提醒和派任务同时或更早"),
    explanation: pair(
        "`remind` is counted back from `due`. One that is not shorter than `due` reminds people of what they have just been asked.",
        "`remind` 从 `due` 往回数。它不比 `due` 短，就会在刚派任务时提醒。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Bring cake.\n        to: ann\n        due: 1d\n        remind: 2d\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Bring cake.\n        to: ann\n        due: 2d\n        remind: 1d\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Verb::Task(task) = &step.verb else { continue };
        if let (Some(By::After(due)), Some(&remind)) = (task.due, task.remind.iter().max())
            && remind >= due
        {
            let message = phrase!(
                "the reminder is {remind} before the task is due, and there are only {due}",
                "提醒定在截止前 {remind}，而总共只有 {due}"
            );
            let help = pair("write a `remind` shorter than `due`", "让 `remind` 比 `due` 短");
            out.push(found(&CODE, cx.key_span(play, step, "remind"), message).help(help));
        }
    }
}
