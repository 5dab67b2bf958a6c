//! `announcement-lead-short`: a session that the group hears of less than a week before.

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
    slug: "announcement-lead-short",
    severity: Severity::Warning,
    meaning: pair("a session is announced less than a week before it", "分享的预告提前不足一周"),
    explanation: pair(
        "A session is announced about a week ahead, so that members can keep the evening free and bring a friend. \
             A dated play counts as a session when something in it is due before its date and its dates are more than a \
             week apart; what counts is its first `post`, `ask` or script.",
        "分享要提前一周左右预告，成员才能留出时间、转告朋友。日期之前有步骤、且各日期相隔一周以上的 `dates` 玩法算作一次分享；看它第一条 `post`、`ask` 或脚本。",
    ),
    bad: Example::of(
        "plays:\n  session:\n    dates: [{ id: jia, at: 2026-12-11 20:00 }]\n    steps:\n      - at: -1d 12:00\n        \
         post: Tomorrow at eight!\n      - at: 0m\n        post: We begin.\n",
    ),
    good: Example::of(
        "plays:\n  session:\n    dates: [{ id: jia, at: 2026-12-11 20:00 }]\n    steps:\n      - at: -7d 12:00\n        \
         post: Next Friday at eight!\n      - at: 0m\n        post: We begin.\n",
    ),
    practices: &["P101"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for event in events(cx).into_iter().filter(|event| !event.offline) {
        let Some((step, lead)) = event.told else { continue };
        if lead < Duration::DAY.times(7) {
            let when: Phrase = if lead > Duration::ZERO {
                phrase!("{lead} before its date", "它之前 {lead}")
            } else {
                pair("when it begins", "开始时").into()
            };
            let message = {
                let name = tick(event.play.name.as_str());
                phrase!(
                    "the group hears of {name} only {when}; a session is announced a week ahead",
                    "{name} 到{when}群里才知道；分享应提前一周预告"; when
                )
            };
            out.push(found(&CODE, cx.step_span(event.play, step), message).help(pair(
                "add a post with `at: -7d 12:00` before it",
                "在它前面加一条 `at: -7d 12:00` 的 `post`",
            )));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_weekly_series_and_a_daily_topic_are_no_sessions() {
        let series = "plays:\n  club:\n    dates: [{ at: 2026-12-04 20:00 }, { at: 2026-12-11 20:00 }]\n    steps:\n      \
                      - at: -1d 12:00\n        post: Tomorrow!\n";
        assert_eq!(messages(&CODE, series), [""; 0]);
        let topic = "plays:\n  topic:\n    dates: [{ at: 2026-12-04 12:30 }]\n    steps:\n      - post: Today's topic.\n";
        assert_eq!(messages(&CODE, topic), [""; 0]);
    }

    #[test]
    fn a_session_that_only_staff_prepares_is_heard_of_when_it_begins() {
        let silent = "people: { ann: { name: Ann } }\nplays:\n  talk:\n    dates: [{ at: 2026-12-04 20:00 }]\n    steps:\n      \
                      - at: -3d 12:00\n        task: Prepare.\n        to: ann\n      - at: 0m\n        post: We begin.\n";
        assert_eq!(
            messages(&CODE, silent),
            ["the group hears of `talk` only when it begins; a session is announced a week ahead"]
        );
    }
}
