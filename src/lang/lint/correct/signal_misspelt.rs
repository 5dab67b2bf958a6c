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
use crate::model::{
    step::{Verb, WaitFor},
    trigger::{Trigger, meant_signal},
};

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

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let sent: Vec<&str> = cx
        .steps()
        .filter_map(|(_, _, step)| match &step.verb {
            Verb::Signal { name, .. } => name.as_literal(),
            _ => None,
        })
        .collect();
    let starts = cx.playbook.plays.iter().filter_map(|play| match &play.trigger {
        Trigger::Signal(on) => Some((&*on.name, "on", cx.span(&format!("plays.{}.trigger", play.name)))),
        Trigger::Schedule(_)
        | Trigger::Dates(_)
        | Trigger::Members(_)
        | Trigger::Whenever(_)
        | Trigger::Command => None,
    });
    let waits = cx.steps().filter_map(|(play, _, step)| match &step.verb {
        Verb::Wait(wait) => match &wait.target {
            WaitFor::Signal(name) => Some((&**name, "wait", cx.key_span(play, step, "wait"))),
            WaitFor::For(_) | WaitFor::Until(_) | WaitFor::Binding(_) => None,
        },
        _ => None,
    });
    for (name, key, span) in starts.chain(waits) {
        if sent.contains(&name) || SIGNALS.contains(&name) || cx.in_scripts(name) {
            continue;
        }
        if let Some(near) = meant_signal(name).filter(|_| nearest(name, sent.iter().copied()).is_none()) {
            let message = phrase!(
                "nothing sends {}; what every group has is called {}",
                "没有谁会发出 {}；每个群都有的叫 {}",
                tick(name),
                tick(near)
            );
            let help = phrase!(
                "write `{key}: {near}`, if that is meant; a signal of your own comes by `playbook signal {name}`",
                "如果就是它，写成 `{key}: {near}`；自己的信号用 `playbook signal {name}` 发出"
            );
            out.push(found(&CODE, span, message).help(help));
            continue;
        }
        let Some(near) = nearest(name, sent.iter().copied()) else { continue };
        let message = phrase!(
            "nothing in the file sends {}, and something sends {}",
            "文件里没有发出 {}，却发出了 {}",
            tick(name),
            tick(near)
        );
        let help = phrase!("write `{key}: {near}`, if that is meant", "如果就是它，写成 `{key}: {near}`");
        out.push(found(&CODE, span, message).help(help));
    }
}
