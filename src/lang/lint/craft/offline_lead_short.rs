//! `offline-lead-short`: a meeting in a place that the group hears of less than thirty days before.

use super::{
    context::{Context, found},
    event::events,
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    time::Duration,
    words::tick,
};

pub(super) const CODE: Code = Code {
    slug: "offline-lead-short",
    severity: Severity::Warning,
    meaning: pair(
        "an offline event is announced less than thirty days before it",
        "线下活动的预告提前不足三十天",
    ),
    explanation: pair(
        "An offline event needs at least a month over six stages: publicity, sign-up, screening, travel, attending, \
             leaving. A dated play counts as one when its dates have a `place` (or `venue`, `address`, `location`, 地点, 场地).",
        "线下活动至少要一个月，分六步：宣传、报名、筛选、出行、到场、离场。日期里写了 `place`（或 `venue`、`address`、`location`、地点、场地）的 `dates` 玩法算作线下活动。",
    ),
    bad: Example::of(
        "plays:\n  meetup:\n    dates: [{ at: 2027-01-30 14:00, place: library }]\n    steps:\n      - at: -10d 10:00\n        \
         post: We meet at ${date.place}.\n",
    ),
    good: Example::of(
        "plays:\n  meetup:\n    dates: [{ at: 2027-01-30 14:00, place: library }]\n    steps:\n      - at: -35d 10:00\n        \
         post: We meet at ${date.place}.\n",
    ),
    practices: &["P109"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for event in events(cx).into_iter().filter(|event| event.offline) {
        let Some((step, lead)) = event.told else { continue };
        if lead < Duration::DAY.times(30) {
            let when: Phrase = if lead > Duration::ZERO {
                phrase!("{lead} before its date", "它之前 {lead}")
            } else {
                pair("when it begins", "开始时").into()
            };
            let message = {
                let name = tick(event.play.name.as_str());
                phrase!(
                    "the group hears of {name} only {when}; people who travel need thirty days",
                    "{name} 到{when}群里才知道；要出远门的人需要三十天"; when
                )
            };
            out.push(found(&CODE, cx.step_span(event.play, step), message).help(pair(
                "announce it with `at: -35d 10:00`, then ask who comes with `at: -30d 10:00`",
                "用 `at: -35d 10:00` 预告，再用 `at: -30d 10:00` 问谁来",
            )));
        }
    }
}
