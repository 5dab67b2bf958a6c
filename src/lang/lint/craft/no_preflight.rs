//! `no-preflight`: an event without its questions before it.

use super::{
    advice,
    context::{Context, due_steps, found},
    event::events,
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
    "no-preflight",
    pair("an event has no checklist before it", "活动之前没有清单"),
    pair(
        "Before a guest, a discount or a campaign the same questions are answered each time: whom is it for, what do they need, what comes after. A task with a `list` before the date makes them a gate (`as`, `wait`). The shelf has three lists in `data/lists/`.",
        "嘉宾、优惠、活动之前要答的问题每次都一样：适合谁、要什么、之后做什么。日期之前派一个带 `list` 的任务，用 `as` 和 `wait` 卡住。书架的 `data/lists/` 里有三份。",
    ),
    "charter: { purpose: read, audience: [a, b], not_for: [c], tie: d, offers: [e], sustain: f }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00 }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday!\n      - at: 0m\n        post: We begin.\n",
    "people: { ann: { name: Ann } }\ncharter: { purpose: read, audience: [a, b], not_for: [c], tie: d, offers: [e], sustain: f }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00 }]\n    steps:\n      - at: -10d 10:00\n        task: Before the evening\n        to: ann\n        list: [Whom is it for?, What do they need?]\n      - at: -7d 12:00\n        post: Next Friday!\n      - at: 0m\n        post: We begin.\n      - at: +2d 10:00\n        task: What went well, what did not?\n        to: ann\n",
    &["P047"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if cx.playbook.charter.is_null() {
        return;
    }
    for event in events(cx) {
        let asked = due_steps(event.play).iter().any(|due| {
            due.lead() >= Duration::HOUR
                && matches!(&due.step.verb, Verb::Task(task) if !task.list.is_empty())
        });
        if !asked {
            let name = tick(event.play.name.as_str());
            let message = phrase!("nothing is asked before {name} happens", "{name} 之前没有要回答的清单");
            out.push(found(&CODE, cx.span(&format!("plays.{}", event.play.name)), message).help(pair(
                "add a task with `list: { file: data/lists/expert-share.yaml }` before the announcement",
                "在预告之前加一个任务：`list: { file: data/lists/expert-share.yaml }`",
            )));
        }
    }
}
