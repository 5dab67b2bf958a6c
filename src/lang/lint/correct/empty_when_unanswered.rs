//! `empty-when-unanswered`: a text that shows the winner of a question, or who has answered, which is nothing when nobody
//! answers.

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
        "The `winner` of a question is empty when nobody has answered, and `Most of you finished **${answer.winner}**.` is then posted with a hole. So is a list of those who chose something (`answer.who(\"Tank\")`), and the first of the answers is none. Ask for `answer.total > 0` first, in an `if` or in the step's `when`.",
        "没人回答时 `winner` 是空的，`大多数人读完了**${answer.winner}**` 就会缺一块；选了某一项的人（`answer.who(\"坦克\")`）也可能一个都没有，更没有第一个回答。先用 `if` 或这一步的 `when` 判断 `answer.total > 0`。",
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
                Verb::Ask(ask) => ask.binding.as_deref(),
                _ => None,
            }));
        });
        if asked.is_empty() {
            continue;
        }
        let mut hit = |step: &Arc<Step>, key: &str, name: &str, shown: &str| {
            let message = phrase!(
                "`{shown}` is empty when nobody answers, and this text shows it",
                "没人回答时 `{shown}` 是空的，而这段文字要显示它"
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
    hit: &mut impl FnMut(&Arc<Step>, &str, &str, &str),
) {
    let mut sure = sure.clone();
    let names = |source: &str| asked.iter().copied().filter(|name| uses(source, name)).collect::<Vec<_>>();
    for step in block {
        let mut here = sure.clone();
        here.extend(step.when.iter().flat_map(|when| names(when.source())));
        for (key, text) in texts(step) {
            let mut open = asked.iter().filter(|name| !here.contains(*name));
            if let Some((name, shown)) = open.find_map(|name| Some((name, shows(text, name)?))) {
                hit(step, key, name, shown);
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

/// The texts of a step that people read, those of its buttons and the address of its picture included.
fn texts(step: &Step) -> Vec<(&'static str, &Text)> {
    let mut texts = shown_texts(step);
    if let Verb::Post(post) = &step.verb {
        texts.extend(post.buttons.iter().flat_map(|(text, url)| [("buttons", text), ("buttons", url)]));
        texts.extend(post.image.iter().map(|image| ("image", image)));
    }
    texts
}

/// What a text shows of a name that is nothing when nobody answers, without an expression that chooses.
fn shows<'t>(text: &'t Text, name: &str) -> Option<&'t str> {
    text.parts.iter().find_map(|part| {
        let TextPart::Expr(expr) = part else { return None };
        let source = expr.source().trim();
        let of = source.strip_prefix(name)?.strip_prefix('.')?;
        let is_list = ["winner", "answers", "seated"].contains(&of) || is_call_of_who(of);
        let is_first = of.strip_prefix("answers").is_some_and(is_one);
        let of_winner = of.starts_with("counts[") && of.contains(".winner]");
        (is_list || is_first || of_winner).then_some(source)
    })
}

/// Whether it is those who chose something, or their names: `who("Tank")`, `who("Tank").names`.
fn is_call_of_who(of: &str) -> bool {
    let Some(rest) = of.strip_prefix("who(") else { return false };
    rest.split_once(')').is_some_and(|(_, behind)| matches!(behind, "" | ".names" | ".names()"))
}

/// Whether it takes one of a list: `[0].member.name`, `.first()`.
fn is_one(of: &str) -> bool {
    of.starts_with('[') || of.starts_with(".first") || of.starts_with(".last")
}

/// Whether an expression asks something of a name.
fn uses(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        let before = source[..at].chars().next_back();
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        !before.is_some_and(word) && source[at + name.len()..].starts_with('.')
    })
}
