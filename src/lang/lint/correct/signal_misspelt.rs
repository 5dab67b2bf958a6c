//! `signal-misspelt`: a play hears a signal whose name is nearly one that the file sends.

use super::context::{Context, found};
use crate::base::{diagnostic::suggest::nearest, words::tick};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::lang::compile::SIGNALS;
use crate::model::{step::Verb, trigger::Trigger};

pub(super) const CODE: Code = Code {
    slug: "signal-misspelt",
    severity: Severity::Warning,
    meaning: pair(
        "a play hears a signal whose name is nearly one that the file sends",
        "玩法听的信号和文件里发出的信号只差一点",
    ),
    explanation: pair(
        "A signal of your own may come from outside (`playbook signal`), so hearing one that the file does not send is no mistake. A name that differs from a sent one by a letter is.",
        "自定义信号可以来自外部（`playbook signal`），所以听一个文件里没有发出的信号并不是错。但名字和发出的信号只差一个字母，多半是写错了。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - signal: game.won\n  cheer:\n    on: game.wom\n    steps:\n      - post: Bravo!\n  end:\n    on: game.won\n    steps:\n      - post: That was it.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - signal: game.won\n  cheer:\n    on: game.won\n    steps:\n      - post: Bravo!\n",
    ),
    practices: &[],
};

/// What people call the signals that every group has.
const MEANT: [(&str, &[&str]); 7] = [
    ("group.created", &["created", "start", "建群", "群创建"]),
    ("member.joined", &["join", "joined", "newcomer", "welcome", "新人入群", "新人", "入群", "进群", "加入"]),
    ("member.left", &["leave", "left", "退群", "离开"]),
    ("message", &["messages", "msg", "message.posted", "消息", "发言"]),
    ("reaction", &["reactions", "react", "emoji", "表情", "点赞"]),
    ("answer", &["answers", "answered", "vote", "回答", "投票", "接龙"]),
    ("task.done", &["task", "done", "任务完成", "完成任务"]),
];

/// The signal of every group that somebody means by this name.
fn meant(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    MEANT.iter().find(|(_, words)| words.contains(&lower.as_str())).map(|(signal, _)| *signal)
}

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let sent: Vec<&str> = cx
        .steps()
        .filter_map(|(_, _, step)| match &step.verb {
            Verb::Signal { name, .. } => name.as_literal(),
            _ => None,
        })
        .collect();
    for play in &cx.playbook.plays {
        let Trigger::Signal(on) = &play.trigger else { continue };
        let name = &*on.name;
        if sent.contains(&name) || SIGNALS.contains(&name) || cx.in_scripts(name) {
            continue;
        }
        if let Some(near) = meant(name).filter(|_| nearest(name, sent.iter().copied()).is_none()) {
            let message = phrase!(
                "nothing sends {}; what every group has is called {}",
                "没有谁会发出 {}；每个群都有的叫 {}",
                tick(name),
                tick(near)
            );
            let help = phrase!(
                "write `on: {near}`, if that is meant; a signal of your own comes by `playbook signal {name}`",
                "如果就是它，写成 `on: {near}`；自己的信号用 `playbook signal {name}` 发出"
            );
            out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
            continue;
        }
        let Some(near) = nearest(name, sent.iter().copied()) else { continue };
        let message = phrase!(
            "nothing in the file sends {}, and something sends {}",
            "文件里没有发出 {}，却发出了 {}",
            tick(name),
            tick(near)
        );
        let help = phrase!("write `on: {near}`, if that is meant", "如果就是它，写成 `on: {near}`");
        out.push(found(&CODE, cx.span(&format!("plays.{}.trigger", play.name)), message).help(help));
    }
}
