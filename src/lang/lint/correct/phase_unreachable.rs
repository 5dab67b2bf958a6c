//! `phase-unreachable`: no group ever comes to a phase.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::base::{ids::PhaseName, words::tick};
use crate::model::{phase::Phase, step::Verb};

pub(super) const CODE: Code = Code {
    slug: "phase-unreachable",
    severity: Severity::Warning,
    meaning: pair("no group ever comes to a phase", "没有群能到达这个阶段"),
    explanation: pair(
        "A group leaves a phase by its `until`, its `timeout`, or a step `enter`. Behind a phase that has none of these nothing is reached.",
        "群靠 `until`、`timeout` 或 `enter` 步骤离开一个阶段。这些都没有，后面的阶段就永远到不了。",
    ),
    bad: Example::of(
        "phases:\n  - name: seed\n  - name: grow\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    good: Example::of(
        "phases:\n  - name: seed\n    timeout: 30d\n  - name: grow\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let entered: Vec<&PhaseName> = cx
        .steps()
        .filter_map(|(_, _, step)| match &step.verb {
            Verb::Enter(phase) => Some(phase),
            _ => None,
        })
        .collect();
    let mut reached = true;
    for (index, phase) in cx.playbook.phases.iter().enumerate() {
        let way = index == 0 || reached && leads_on(&cx.playbook.phases[index - 1]);
        reached = way || entered.contains(&&phase.name);
        if !reached {
            let message = phrase!(
                "no group ever comes to the phase {}",
                "没有群能到达阶段 {}",
                tick(phase.name.as_str())
            );
            let help = pair(
                "give the phase before it an `until` or a `timeout`, or enter it with `enter:`",
                "给前一个阶段加上 `until` 或 `timeout`，或用 `enter:` 进入它",
            );
            out.push(found(&CODE, cx.span(&format!("phases.{}", phase.name)), message).help(help));
            return;
        }
    }
}

/// Whether a group goes on from a phase by itself.
fn leads_on(phase: &Phase) -> bool {
    !phase.is_final && (phase.until.is_some() || phase.timeout.is_some())
}
