//! `pull-in-too-early`: people who are pulled in more than a day before a session.

use super::{
    advice,
    context::{Context, due_steps, found, shown_texts},
    event::events,
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
    "pull-in-too-early",
    pair("members are pulled in more than a day before the session", "分享前一天以上就拉人进群"),
    pair(
        "People are pulled in in batches a few hours before the start, when there is something to do. Who sits a day in a silent group leaves it.",
        "开始前几小时、人最多的时候分批拉人。提前一天就拉进来，群里没事可做，人就走了。",
    ),
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: -2d 12:00\n        task: Pull in those who signed up\n        to: ann\n      - at: 0m\n        post: We begin.\n",
    "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ id: jia, at: 2026-12-11 20:00, guest: Jia }]\n    steps:\n      - at: -7d 12:00\n        post: Next Friday a guest speaks.\n      - at: -3h\n        task: Pull in those who signed up\n        to: ann\n      - at: 0m\n        post: We begin.\n      - task: Keep order\n        to: ann\n      - at: +40m\n        post: Twenty minutes for questions.\n      - at: +60m\n        post: Thank you!\n      - at: +1d 18:00\n        task: Write it up\n        to: ann\n      - at: +2d 10:00\n        task: Look back\n        to: ann\n",
    &["P103"],
);

const PULLS: [&str; 7] =
    ["pull in", "bring in those", "add those who signed", "拉报名", "拉人", "批量拉", "拉进群"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for event in events(cx).into_iter().filter(|event| !event.offline) {
        for due in due_steps(event.play) {
            let pulls = matches!(&due.step.verb, Verb::Task(_))
                && shown_texts(due.step).iter().any(|(_, text)| says(&text.source().to_lowercase(), &PULLS));
            if pulls && due.lead() > Duration::DAY {
                let (name, lead) = (tick(event.play.name.as_str()), due.lead());
                let message =
                    phrase!("people are pulled in {lead} before {name}", "{name} 开始前 {lead} 就拉人");
                out.push(
                    found(&CODE, cx.step_span(event.play, due.step), message).help(pair(
                        "pull them in a few hours before: `at: -3h`",
                        "改到开始前几小时：`at: -3h`",
                    )),
                );
            }
        }
    }
}
