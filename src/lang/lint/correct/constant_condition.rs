//! `constant-condition`: a condition is always true, or never.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{step::Verb, trigger::Trigger};
use crate::script::expr::Expr;

pub(super) const CODE: Code = Code {
    slug: "constant-condition",
    severity: Severity::Warning,
    meaning: pair("a condition is always true, or never", "条件永远成立或永远不成立"),
    explanation: pair(
        "A condition without any name in it has the same answer every time. An always true one can go; a never true one switches its play or step off.",
        "条件里没有任何名字，每次的结果都一样。永远成立的可以删掉；永远不成立的等于关掉了这个玩法或步骤。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    when: 1 > 2\n    steps:\n      - post: Hello.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    when: members.count > 2\n    steps:\n      - post: Hello.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut see = |key: String, expr: Option<&Expr>| {
        if let Some(expr) = expr.filter(|expr| is_constant(expr.source())) {
            let message =
                phrase!("{} does not depend on anything", "{} 不取决于任何东西", tick(expr.source()));
            let help = pair(
                "compare something of the group, such as `members.count >= 60`, or remove it",
                "和群里的什么比较一下，例如 `members.count >= 60`，或删掉它",
            );
            out.push(found(&CODE, cx.span(&key), message).help(help));
        }
    };
    for phase in &cx.playbook.phases {
        see(format!("phases.{}.until", phase.name), phase.until.as_ref());
    }
    for play in
        cx.playbook.plays.iter().filter(|play| cx.origins.contains_key(&format!("plays.{}.steps", play.name)))
    {
        see(format!("plays.{}.when", play.name), play.when.as_ref());
        if let Trigger::Signal(on) = &play.trigger {
            see(format!("plays.{}.where", play.name), on.filter.as_ref());
        }
        for step in play.program.steps() {
            let at = |name: &str| format!("plays.{}.steps.{}.{name}", play.name, step.id);
            see(at("when"), step.when.as_ref());
            match &step.verb {
                Verb::If(branch) => see(at("if"), Some(&branch.cond)),
                Verb::Prune(prune) => {
                    see(at("prune"), Some(&prune.predicate));
                    see(at("protect"), prune.protect.as_ref());
                }
                Verb::Wait(wait) => see(at("where"), wait.filter.as_ref()),
                _ => {}
            }
        }
    }
}

/// Whether a source names nothing: no word but `true` and `false`, and nothing in quotes that could be one.
fn is_constant(source: &str) -> bool {
    !source.contains('`')
        && source.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).all(|word| {
            matches!(word, "" | "true" | "false")
                || word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        })
}
