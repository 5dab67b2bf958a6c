//! `created-unknown`: a group that had a life before, whose age is asked, and no word of when it began.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::budget::Budgets;

pub(super) const CODE: Code = Code {
    slug: "created-unknown",
    severity: Severity::Warning,
    meaning: pair(
        "a group that had a life before does not say when it began",
        "群早就有了，却没写是什么时候建的",
    ),
    explanation: pair(
        "A group begins when the engine first sees it, unless it says `created`. One that brings members in had a life before: where its age decides something (`group.age`, `group.created`, `promo.not_before`), it would count as new today.",
        "群不写 `created`，就从引擎第一次见到它算起。带着成员进来的群早就有了：凡是看群龄的地方（`group.age`、`group.created`、`promo.not_before`）都会把它当成今天才建的新群。",
    ),
    bad: Example {
        files: &[("old.csv", "id,name\nli,Li\n")],
        ..Example::of(
            "groups:\n  readers: { members: old.csv }\nplays:\n  birthday:\n    every: day at 09:00\n    when: group.age > days(365)\n    steps:\n      - post: A year together!\n",
        )
    },
    good: Example {
        files: &[("old.csv", "id,name\nli,Li\n")],
        ..Example::of(
            "groups:\n  readers: { members: old.csv, created: 2025-03-01 }\nplays:\n  birthday:\n    every: day at 09:00\n    when: group.age > days(365)\n    steps:\n      - post: A year together!\n",
        )
    },
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let budgets = &cx.playbook.budgets;
    let waits = |one: &Budgets| one.promo.as_ref().is_some_and(|promo| promo.not_before.is_some());
    let by_budget = waits(budgets) || budgets.channels.values().any(waits);
    let asked = ["group.age", "group.created"].into_iter().find(|words| reads_age(cx, words));
    let Some(asked) = asked.or_else(|| by_budget.then_some("promo.not_before")) else { return };
    let group =
        cx.playbook.groups.values().find(|group| group.created.is_none() && !group.members.is_empty());
    let Some(group) = group else { return };
    let id = &group.id;
    let span = cx.span(&format!("groups.{id}"));
    let message = phrase!(
        "`{id}` has members already and does not say when it began, and `{asked}` asks its age",
        "`{id}` 已经有成员，却没写是什么时候建的，而 `{asked}` 要看群龄"
    );
    let help = phrase!(
        "write `groups: {{ {id}: {{ created: 2025-03-01 }} }}` with the day on which it began; else it is new today",
        "写上建群的日子：`groups: {{ {id}: {{ created: 2025-03-01 }} }}`；不写就当今天新建"
    );
    out.push(found(&CODE, span, message).help(help));
}

/// Whether an expression or a script asks; the signal `group.created` is no question.
fn reads_age(cx: &Context<'_>, words: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    cx.texts().any(|text| {
        text.match_indices(words).any(|(at, _)| {
            let before = text[..at].trim_end();
            let signal =
                before.ends_with("on:") || before.ends_with(['"', '\'']) || before.ends_with("wait:");
            ends(&text[at + words.len()..]) && !signal
        })
    })
}
