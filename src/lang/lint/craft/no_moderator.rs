//! `no-moderator`: a session that nobody moderates.

use super::{
    advice,
    context::{Context, Due, due_steps, found},
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
    "no-moderator",
    pair("nobody is asked to keep order during a session", "分享过程中没有人场控"),
    pair(
        "Interjections and ads disturb a guest. Somebody is asked, when it begins, to keep order and to stop it where it is serious.",
        "插话和广告会打断嘉宾。开始时派一个人场控，严重时请嘉宾稍停。",
    ),
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: 0m\n        post: We begin, Jia has the floor.\n",
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: -3h\n        task: Pull in those who signed up\n        to: ann\n      - at: 0m\n        post: We begin.\n      - task: Keep order\n        to: ann\n      - at: +40m\n        post: Twenty minutes for questions.\n      - at: +60m\n        post: Thank you!\n      - at: +1d 18:00\n        task: Write it up\n        to: ann\n      - at: +2d 10:00\n        task: Look back\n        to: ann\n",
    &["P105"],
);

/// Whether a step is at the session itself.
fn is_there(due: &Due<'_>) -> bool {
    due.lead() <= Duration::HOUR && due.lead() >= -Duration::HOUR.times(4)
}

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for event in events(cx).into_iter().filter(EventPlay::is_talk) {
        let kept =
            due_steps(event.play).iter().any(|due| is_there(due) && matches!(&due.step.verb, Verb::Task(_)));
        if !kept {
            let name = tick(event.play.name.as_str());
            let message = phrase!("nobody keeps order while {name} is on", "{name} 进行时没有人场控");
            out.push(found(&CODE, cx.span(&format!("plays.{}", event.play.name)), message).help(pair(
                "add a task at `0m`: keep order, pause it where it is serious",
                "在 `0m` 加一个任务：场控，严重时暂停",
            )));
        }
    }
}
