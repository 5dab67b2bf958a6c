//! `signal-unheard`: a play sends a signal that nothing hears.

use super::context::{Context, found};
use crate::base::{diagnostic::suggest::nearest, words::tick};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::step::Verb;

pub(super) const CODE: Code = Code {
    slug: "signal-unheard",
    severity: Severity::Warning,
    meaning: pair("a play sends a signal that nothing hears", "玩法发出的信号没有人听"),
    explanation: pair(
        "A signal only starts plays that have it in `on`, and ends waits for it. One that nobody hears does nothing. A name that is computed (`${…}`) is not looked at.",
        "信号只会启动 `on` 里写着它的玩法，或结束对它的等待。没有人听的信号什么也不做。名字是算出来的（`${…}`）不检查。",
    ),
    bad: Example::of("plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - signal: game.won\n"),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - signal: game.won\n  cheer:\n    on: game.won\n    steps:\n      - post: Bravo!\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let heard = cx.playbook.hears();
    for (play, _, step) in cx.steps() {
        let Verb::Signal { name, .. } = &step.verb else { continue };
        let Some(name) = name.as_literal().filter(|name| !heard.contains(name)) else { continue };
        let near = nearest(name, heard.iter().copied());
        let help = match near {
            Some(near) => phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"),
            None => phrase!(
                "add a play with `on: {name}`, or remove this step",
                "加一个 `on: {name}` 的玩法，或删掉这一步"
            ),
        };
        let message = phrase!("nothing hears the signal {}", "没有任何玩法或等待会听到信号 {}", tick(name));
        out.push(found(&CODE, cx.key_span(play, step, "signal"), message).help(help));
    }
}
