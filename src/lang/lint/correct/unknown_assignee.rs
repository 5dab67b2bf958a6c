//! `unknown-assignee`: a date names somebody to ask who is not in the file.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
        suggest::nearest,
    },
    ids::{PersonId, RoleName},
    phrase::{pair, phrase},
    value::Value,
    words::tick,
};
use crate::model::{
    step::{Assignee, Verb},
    text::{Text, TextPart},
    trigger::Trigger,
};

pub(super) const CODE: Code = Code {
    slug: "unknown-assignee",
    severity: Severity::Warning,
    meaning: pair("a date names a person or role who does not exist", "日期表里写了一个不存在的人或角色"),
    explanation: pair(
        "A step with `to: ${date.host}` asks whoever that column names: one of `people`, by id, or a role. With any other word the step fails when its time comes.",
        "写了 `to: ${date.host}` 的步骤，会找那一列里写的人：`people` 里的 id，或者角色名。写成别的，到时候这一步就会失败。",
    ),
    bad: Example {
        files: &[("talks.csv", "id,date,host\na,2026-12-11,ann\nb,2026-12-18,ben\n")],
        ..Example::of(
            "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: { file: talks.csv, at: \"${row.date} 20:00\" }\n    steps:\n      - at: -1d 10:00\n        task: You host tomorrow.\n        to: ${date.host}\n      - at: 0m\n        post: We begin.\n",
        )
    },
    good: Example {
        files: &[("talks.csv", "id,date,host\na,2026-12-11,ann\nb,2026-12-18,ben\n")],
        ..Example::of(
            "people: { ann: { name: Ann }, ben: { name: Ben } }\nplays:\n  talk:\n    dates: { file: talks.csv, at: \"${row.date} 20:00\" }\n    steps:\n      - at: -1d 10:00\n        task: You host tomorrow.\n        to: ${date.host}\n      - at: 0m\n        post: We begin.\n",
        )
    },
    practices: &[],
};

/// The column of `date` that a text is, and nothing else.
fn column(text: &Text) -> Option<&str> {
    let [TextPart::Expr(expr)] = text.parts.as_slice() else { return None };
    let name = expr.source().trim().strip_prefix("date.")?;
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let playbook = cx.playbook;
    let own = playbook.groups.values().flat_map(|group| group.roles.keys());
    let roles: Vec<&str> = playbook.roles.keys().chain(own).map(RoleName::as_str).collect();
    let known = |word: &str| playbook.people.contains_key(word) || roles.contains(&word);
    for (play, _, step) in cx.steps() {
        let to = match &step.verb {
            Verb::Task(task) => task.to.as_ref(),
            Verb::Approve(approve) => approve.to.as_ref(),
            Verb::Prune(prune) => prune.to.as_ref(),
            _ => None,
        };
        let (Some(Assignee::Text(text)), Trigger::Dates(dates)) = (to, &play.trigger) else { continue };
        let Some(column) = column(text) else { continue };
        for date in dates {
            let Some(word) = date.values.get(column).and_then(Value::as_str).filter(|word| !known(word))
            else {
                continue;
            };
            let key = format!("plays.{}.dates.{}", play.name, date.id);
            let span = cx.origins.get(&key).copied().unwrap_or_else(|| cx.key_span(play, step, "to"));
            let (id, word) = (tick(&*date.id), word.trim());
            let message = phrase!(
                "the date {id} names `{word}` as `{column}`, who is neither one of `people` nor a role",
                "日期 {id} 的 `{column}` 写的是 `{word}`，`people` 里没有，也不是角色"
            );
            let near =
                nearest(word, playbook.people.keys().map(PersonId::as_str).chain(roles.iter().copied()));
            let help = match near {
                Some(near) => phrase!("did you mean `{near}`?", "是不是 `{near}`？"),
                None => {
                    pair("add them under `people`, or correct the cell", "加到 `people` 里，或改正这一格")
                        .into()
                }
            };
            out.push(found(&CODE, span, message).help(help));
        }
    }
}
