//! `empty-when-unanswered`: a text that shows the winner of a question, which is nothing when nobody answers.

use super::context::{Context, each_block, found, shown_texts};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::{
    step::{Block, Step, Verb},
    text::{Text, TextPart},
};
use std::{collections::BTreeSet, sync::Arc};

pub(super) const CODE: Code = Code {
    slug: "empty-when-unanswered",
    severity: Severity::Warning,
    meaning: pair("a text that has a hole when nobody answers", "没人回答时，文字会缺一块"),
    explanation: pair(
        "The `winner` of a question is empty when nobody has answered, and `Most of you finished **${answer.winner}**.` is then posted with a hole. Ask for `answer.total > 0` first, in an `if` or in the step's `when`.",
        "没人回答时 `winner` 是空的，`大多数人读完了**${answer.winner}**` 就会缺一块。先用 `if` 或这一步的 `when` 判断 `answer.total > 0`。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Which one?\n        options: [a, b]\n        open_for: 1h\n        as: answer\n      - post: It is ${answer.winner}.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Which one?\n        options: [a, b]\n        open_for: 1h\n        as: answer\n      - if: answer.total > 0\n        then:\n          - post: It is ${answer.winner}.\n        else:\n          - post: Nobody has answered.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let mut asked = BTreeSet::new();
        each_block(&play.steps, &mut |block| {
            asked.extend(block.iter().filter_map(|step| match &step.verb {
                Verb::Ask(ask) if !ask.options.is_empty() => ask.binding.as_deref(),
                _ => None,
            }));
        });
        if asked.is_empty() {
            continue;
        }
        let mut hit = |step: &Arc<Step>, key: &str, name: &str| {
            let message = phrase!(
                "`{name}.winner` is empty when nobody answers, and this text shows it",
                "没人回答时 `{name}.winner` 是空的，而这段文字要显示它"
            );
            let help = phrase!(
                "put it into `if: {name}.total > 0`, and say something else in `else`",
                "放进 `if: {name}.total > 0`，在 `else` 里说点别的"
            );
            out.push(found(&CODE, cx.key_span(play, step, key), message).help(help));
        };
        walk(&play.steps, &asked, &BTreeSet::new(), &mut hit);
    }
}

/// Goes over the steps; `sure` are the names about which a condition around them has asked.
fn walk<'a>(
    block: &'a Block,
    asked: &BTreeSet<&'a str>,
    sure: &BTreeSet<&'a str>,
    hit: &mut impl FnMut(&Arc<Step>, &str, &str),
) {
    let mut sure = sure.clone();
    let names = |source: &str| asked.iter().copied().filter(|name| uses(source, name)).collect::<Vec<_>>();
    for step in block {
        let mut here = sure.clone();
        here.extend(step.when.iter().flat_map(|when| names(when.source())));
        for (key, text) in shown_texts(step) {
            if let Some(name) = asked.iter().find(|name| !here.contains(*name) && shows_winner(text, name)) {
                hit(step, key, name);
            }
        }
        match &step.verb {
            Verb::If(branch) => {
                here.extend(names(branch.cond.source()));
                walk(&branch.then, asked, &here, hit);
                walk(&branch.otherwise, asked, &here, hit);
                // `if: answer.total == 0` with a `stop` in it guards what follows.
                let stops = |block: &Block| block.iter().any(|step| matches!(step.verb, Verb::Stop(_)));
                if stops(&branch.then) || stops(&branch.otherwise) {
                    sure.extend(names(branch.cond.source()));
                }
            }
            Verb::Each(each) => walk(&each.steps, asked, &here, hit),
            Verb::Approve(approve) => approve.blocks().for_each(|block| walk(block, asked, &here, hit)),
            Verb::Wait(wait) => walk(&wait.otherwise, asked, &here, hit),
            _ => {}
        }
    }
}

/// Whether a text is nothing but the name's winner, or has it in it, without an expression that chooses.
fn shows_winner(text: &Text, name: &str) -> bool {
    text.parts.iter().any(|part| match part {
        TextPart::Literal(_) => false,
        TextPart::Expr(expr) => expr.source().trim() == format!("{name}.winner"),
    })
}

/// Whether an expression asks something of a name.
fn uses(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        let before = source[..at].chars().next_back();
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        !before.is_some_and(word) && source[at + name.len()..].starts_with('.')
    })
}
