//! `offline-lead-short`: a meeting in a place that the group hears of less than thirty days before.

use super::{
    context::{Context, found},
    event::events,
};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example, Words},
    },
    time::Duration,
    words::tick,
};

pub(super) const CODE: Code = Code {
    slug: "offline-lead-short",
    severity: Severity::Warning,
    meaning: Words {
        en: "an offline event is announced less than thirty days before it",
        zh: "线下活动的预告提前不足三十天",
    },
    explanation: Words {
        en: "An offline event needs at least a month over six stages: publicity, sign-up, screening, travel, attending, \
             leaving. A dated play counts as one when its dates have a `place` (or `venue`, `address`, `location`, 地点, 场地).",
        zh: "线下活动至少要一个月,分六步:宣传、报名、筛选、出行、到场、离场。日期里写了 `place`(或 `venue`、`address`、\
             `location`、地点、场地)的 `dates` 玩法算作线下活动。",
    },
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
            let when = if lead > Duration::ZERO {
                format!("{lead} before its date")
            } else {
                "when it begins".into()
            };
            let message = format!(
                "the group hears of {} only {when}; people who travel need thirty days",
                tick(event.play.name.as_str())
            );
            out.push(
                found(&CODE, cx.step_span(event.play, step), message)
                    .help("announce it with `at: -35d 10:00`, then ask who comes with `at: -30d 10:00`"),
            );
        }
    }
}
