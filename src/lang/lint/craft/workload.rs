//! `workload`: a day with more tasks than people.

use super::{
    advice,
    context::{Context, due_steps, found},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{pair, phrase},
        words::tick,
    },
    model::step::{Assignee, Verb},
};
use std::collections::BTreeMap;

pub(super) const CODE: Code = advice(
    "workload",
    pair("a day asks more of one person than a day has", "一天派给一个人的事太多"),
    pair(
        "Several groups need a plan of the day, and people have other work. Reported where the busiest day of ordinary weeks gives one role's only person more than eight tasks.",
        "运营的人还有别的事。平常几周里最忙的一天，给同一个人的任务超过八件时提示。",
    ),
    "people: { ann: { name: Ann } }\nplays:\n  t0:\n    every: monday at 10:00\n    steps:\n      - task: Do 0\n        to: ann\n  t1:\n    every: monday at 11:00\n    steps:\n      - task: Do 1\n        to: ann\n  t2:\n    every: monday at 12:00\n    steps:\n      - task: Do 2\n        to: ann\n  t3:\n    every: monday at 13:00\n    steps:\n      - task: Do 3\n        to: ann\n  t4:\n    every: monday at 14:00\n    steps:\n      - task: Do 4\n        to: ann\n  t5:\n    every: monday at 15:00\n    steps:\n      - task: Do 5\n        to: ann\n  t6:\n    every: monday at 16:00\n    steps:\n      - task: Do 6\n        to: ann\n  t7:\n    every: monday at 17:00\n    steps:\n      - task: Do 7\n        to: ann\n  t8:\n    every: monday at 18:00\n    steps:\n      - task: Do 8\n        to: ann\n",
    "people: { ann: { name: Ann } }\nplays:\n  t0:\n    every: monday at 10:00\n    steps:\n      - task: Do 0\n        to: ann\n  t1:\n    every: monday at 11:00\n    steps:\n      - task: Do 1\n        to: ann\n  t2:\n    every: monday at 12:00\n    steps:\n      - task: Do 2\n        to: ann\n  t3:\n    every: monday at 13:00\n    steps:\n      - task: Do 3\n        to: ann\n",
    &["P089"],
);

/// What one person can be asked in a day, beside their work.
const TASKS_MAX: u32 = 8;
const WEEKS: i64 = 8;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut days: BTreeMap<(String, jiff::civil::Date), u32> = BTreeMap::new();
    for play in &cx.playbook.plays {
        let dues = due_steps(play);
        for anchor in cx.anchors(play, WEEKS) {
            for due in &dues {
                let Verb::Task(task) = &due.step.verb else { continue };
                if due.step.when.is_some() || play.when.is_some() {
                    continue;
                }
                let Some(who) = task.to.as_ref().and_then(|to| only(cx, to)) else { continue };
                let day = cx.playbook.zone.civil(due.at(anchor, cx.playbook)).date();
                let count = days.entry((who, day)).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    let Some(((who, day), count)) = days.into_iter().max_by_key(|(_, count)| *count) else { return };
    if count > TASKS_MAX {
        let (who, day) = (tick(&who), day.strftime("%Y-%m-%d").to_string());
        let message = phrase!(
            "{who} is asked {count} things on a day such as {day}",
            "像 {day} 这样的一天，{who} 要做 {count} 件事"
        );
        out.push(found(&CODE, cx.span("plays"), message).help(pair(
            "give some to another role, or put them into one task with a `list`",
            "分给别的角色，或合成一个带 `list` 的任务",
        )));
    }
}

/// The one person whom a task is for.
fn only(cx: &Context<'_>, to: &Assignee) -> Option<String> {
    match to {
        Assignee::Person(person) => Some(person.to_string()),
        Assignee::Role(role) => match cx.playbook.roles.get(role)?.people.as_slice() {
            [person] => Some(person.id.to_string()),
            _ => None,
        },
        Assignee::Text(_) => None,
    }
}
