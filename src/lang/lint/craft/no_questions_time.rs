//! `no-questions-time`: a session without time for questions.

use super::{
    advice,
    context::{Context, Due, due_steps, found, shown_texts},
    event::{EventPlay, events},
    said::says,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{pair, phrase},
        time::Duration,
        words::tick,
    },
    model::step::Verb,
};

pub(super) const CODE: Code = advice(
    "no-questions-time",
    pair("a session has no time for questions", "分享没有留提问时间"),
    pair(
        "About twenty minutes at the end belong to the listeners; fewer than fifteen are none.",
        "结尾留二十分钟给听众提问；少于十五分钟等于没有。",
    ),
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: 0m\n        post: We begin.\n      - task: Keep order\n        to: ann\n",
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: -3h\n        task: Pull in those who signed up\n        to: ann\n      - at: 0m\n        post: We begin.\n      - task: Keep order\n        to: ann\n      - at: +40m\n        post: Twenty minutes for questions.\n      - at: +60m\n        post: Thank you!\n      - at: +1d 18:00\n        task: Write it up\n        to: ann\n      - at: +2d 10:00\n        task: Look back\n        to: ann\n",
    &["P106"],
);

/// Whether a step is at the session itself.
fn is_there(due: &Due<'_>) -> bool {
    due.lead() <= Duration::HOUR && due.lead() >= -Duration::HOUR.times(4)
}

const QUESTIONS: [&str; 7] = ["question", "q&a", "ask jia", "提问", "问答", "答疑", "请问"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for event in events(cx).into_iter().filter(EventPlay::is_talk) {
        let dues: Vec<_> = due_steps(event.play).into_iter().filter(is_there).collect();
        let asks = |due: &&Due<'_>| {
            shown_texts(due.step).iter().any(|(_, text)| says(&text.source().to_lowercase(), &QUESTIONS))
                && !matches!(&due.step.verb, Verb::Task(_))
        };
        let opens = dues.iter().filter(asks).map(|due| -due.lead()).filter(|at| *at > Duration::ZERO).min();
        let ends = dues.iter().map(|due| -due.lead()).max();
        let short = match (opens, ends) {
            (None, _) => true,
            (Some(opens), Some(ends)) => ends > opens && ends + -opens < Duration::MINUTE.times(15),
            (Some(_), None) => false,
        };
        if short {
            let name = tick(event.play.name.as_str());
            let message =
                phrase!("{name} has no quarter of an hour for questions", "{name} 没有留出十五分钟提问");
            out.push(found(&CODE, cx.span(&format!("plays.{}", event.play.name)), message).help(pair(
                "add a post at `+40m` that opens the questions, and the thanks at `+60m`",
                "在 `+40m` 加一条开放提问的 `post`，`+60m` 再致谢",
            )));
        }
    }
}
