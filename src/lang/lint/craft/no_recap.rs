//! `no-recap`: a session that is not written up while it is hot.

use super::{
    advice,
    context::{Context, due_steps, found},
    event::{EventPlay, events},
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
    "no-recap",
    pair("nothing is written up after a session", "分享之后没有整理成文"),
    pair(
        "The talk becomes an article within a day, with volunteers, and the link goes to those who were not there.",
        "趁热在一天内把分享整理成文章，找愿意的人一起写，链接发给没来的人。",
    ),
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: 0m\n        post: We begin.\n      - task: Keep order\n        to: ann\n      - at: +40m\n        post: Questions, please.\n",
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: -3h\n        task: Pull in those who signed up\n        to: ann\n      - at: 0m\n        post: We begin.\n      - task: Keep order\n        to: ann\n      - at: +40m\n        post: Twenty minutes for questions.\n      - at: +60m\n        post: Thank you!\n      - at: +1d 18:00\n        task: Write it up\n        to: ann\n      - at: +2d 10:00\n        task: Look back\n        to: ann\n",
    &["P107"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for event in events(cx).into_iter().filter(EventPlay::is_talk) {
        let written = due_steps(event.play).iter().any(|due| {
            let after = -due.lead();
            let soon = after >= Duration::HOUR && after <= Duration::DAY.times(2);
            soon && matches!(&due.step.verb, Verb::Task(_) | Verb::Post(_) | Verb::Run(_))
        });
        if !written {
            let name = tick(event.play.name.as_str());
            let message = phrase!("nobody writes {name} up the day after", "{name} 第二天没有人整理成文");
            out.push(found(&CODE, cx.span(&format!("plays.{}", event.play.name)), message).help(pair(
                "add a task at `+1d 18:00`: write it up and send it to those who were not there",
                "在 `+1d 18:00` 加一个任务：整理成文，发给没来的人",
            )));
        }
    }
}
