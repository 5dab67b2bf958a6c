//! `invite-before-rules`: people are invited before the rules have been told.

use super::{
    advice,
    context::{Context, found, shown_texts},
    said::{INVITES, says},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::pair,
    },
    model::{
        step::{Step, Verb},
        trigger::Trigger,
    },
};

pub(super) const CODE: Code = advice(
    "invite-before-rules",
    pair("people are invited before the group has its rules", "还没发群规就先拉人"),
    pair(
        "Rules are decided before the group exists, and they also screen who comes. In what happens when a group begins, the first post of the rules stands before the first task that invites.",
        "先有群规再拉人，规矩也是筛选。群刚建好时的步骤里，先发群规，再派拉人的任务。",
    ),
    "people: { ann: { name: Ann } }\nrules: { forbid: [ads] }\nplays:\n  begin:\n    on: group.created\n    steps:\n      - task: Invite twenty colleagues\n        to: ann\n      - post: \"Rules: ${rules.forbid}\"\n",
    "people: { ann: { name: Ann } }\nrules: { forbid: [ads] }\nplays:\n  begin:\n    on: group.created\n    steps:\n      - post: \"Rules: ${rules.forbid}\"\n      - task: Invite twenty colleagues\n        to: ann\n",
    &["P024"],
);

/// Whether a step tells the rules.
fn tells_rules(step: &Step) -> bool {
    match &step.verb {
        Verb::Post(post) => {
            let text = post.text.source();
            text.contains("rules.") || text.contains("群规") || text.to_lowercase().contains("rules")
        }
        Verb::Run(run) => run.script.contains("rules") || run.script.contains("welcome"),
        _ => false,
    }
}

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if cx.playbook.rules.is_null() {
        return;
    }
    let begins = |name: &str| name == "group.created";
    let first = cx
        .playbook
        .plays
        .iter()
        .filter(|play| matches!(&play.trigger, Trigger::Signal(on) if begins(&on.name)));
    let mut told = false;
    for play in first {
        for step in &play.steps {
            told |= tells_rules(step);
            let invites =
                shown_texts(step).iter().any(|(_, text)| says(&text.source().to_lowercase(), &INVITES));
            // Only where the rules come later in the same beginning: that is an order somebody has chosen.
            let later = play.steps.iter().any(|step| tells_rules(step));
            if invites && !told && later {
                let message =
                    pair("people are invited here before the rules are told", "这里先拉人，后面才发群规");
                out.push(found(&CODE, cx.step_span(play, step), message).help(pair(
                    "post the rules first: whoever does not want them does not come",
                    "先发群规：不认同的人自然不来",
                )));
                return;
            }
        }
    }
}
