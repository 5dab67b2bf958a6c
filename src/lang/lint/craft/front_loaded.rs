//! `front-loaded`: everything in the first two weeks.

use super::{
    advice,
    context::{Context, found},
    mix::dated,
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
    time::Duration,
};

pub(super) const CODE: Code = advice(
    "front-loaded",
    pair("most of what is valuable comes in the first two weeks", "有价值的内容大多挤在前两周"),
    pair(
        "Output has to be steady. Whoever pours everything out in the first fortnight has nothing for the second month. Reported where more than 40% of the dated posts of eight weeks lie in the first two.",
        "输出要稳定。头两周倒光，第二个月就没东西了。八周的日期里超过四成排在前两周时提示。",
    ),
    "plays:\n  tips:\n    dates:\n      - { at: 2026-12-01 20:00 }\n      - { at: 2026-12-02 20:00 }\n      - { at: 2026-12-03 20:00 }\n      - { at: 2026-12-04 20:00 }\n      - { at: 2026-12-05 20:00 }\n      - { at: 2027-01-02 20:00 }\n      - { at: 2027-01-22 20:00 }\n    label: content\n    steps:\n      - post: A tip.\n",
    "plays:\n  tips:\n    dates:\n      - { at: 2026-12-01 20:00 }\n      - { at: 2026-12-09 20:00 }\n      - { at: 2026-12-17 20:00 }\n      - { at: 2026-12-25 20:00 }\n      - { at: 2027-01-02 20:00 }\n      - { at: 2027-01-10 20:00 }\n      - { at: 2027-01-18 20:00 }\n    label: content\n    steps:\n      - post: A tip.\n",
    &["P054"],
);

const SHARE_MAX: usize = 40;
const POSTS_MIN: usize = 6;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let posts = dated(cx);
    let Some(first) = posts.first() else { return };
    let weeks = |n: i64| first.at.plus(Duration::DAY.times(7 * n));
    let eight: Vec<_> = posts.iter().filter(|post| post.at < weeks(8)).collect();
    let early = eight.iter().filter(|post| post.at < weeks(2)).count();
    let longer = posts.last().is_some_and(|last| last.at >= weeks(4));
    if longer && eight.len() >= POSTS_MIN && early * 100 > eight.len() * SHARE_MAX {
        let message = phrase!(
            "{early} of the {} posts of eight weeks come in the first two",
            "八周的 {} 条里有 {early} 条挤在前两周",
            eight.len()
        );
        out.push(
            found(&CODE, cx.span(&format!("plays.{}", first.play.name)), message)
                .help(pair("spread them: one a week is remembered", "摊开来发：一周一条才记得住")),
        );
    }
}
