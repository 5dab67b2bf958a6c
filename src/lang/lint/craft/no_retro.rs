//! `no-retro`: an event that nobody looks back on.

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
    "no-retro",
    pair("nothing looks back on an event", "活动之后没有复盘"),
    pair(
        "After every operation: what went well, what did not, what can be used again, who does what next. A task behind the date, a day or two later, asks it.",
        "每次做完都要复盘：做得好的、不好的、还能用的、下一步谁做。日期之后一两天派一个任务。",
    ),
    "charter: { purpose: read, audience: [a, b], not_for: [c], tie: d, offers: [e], sustain: f }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00 }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday!\n      - at: 0m\n        post: We begin.\n",
    "people: { ann: { name: Ann } }\ncharter: { purpose: read, audience: [a, b], not_for: [c], tie: d, offers: [e], sustain: f }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00 }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday!\n      - at: 0m\n        post: We begin.\n      - at: +2d 10:00\n        task: What went well, what did not?\n        to: ann\n",
    &["P134"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if cx.playbook.charter.is_null() {
        return;
    }
    for event in events(cx) {
        let reviewed =
            event.play.program.steps().any(|step| matches!(&step.verb, Verb::Task(_)) && step.at.is_none())
                || due_steps(event.play).iter().any(|due| {
                    due.lead() <= -Duration::HOUR.times(2)
                        && matches!(&due.step.verb, Verb::Task(_) | Verb::Ask(_))
                });
        if !reviewed {
            let name = tick(event.play.name.as_str());
            let message = phrase!("nobody looks back on {name}", "{name} 之后没有复盘");
            out.push(found(&CODE, cx.span(&format!("plays.{}", event.play.name)), message).help(pair(
                "add a task at `+2d 10:00` with `list: { file: data/lists/retro.yaml }`",
                "在 `+2d 10:00` 加一个任务：`list: { file: data/lists/retro.yaml }`",
            )));
        }
    }
}
