//! `broadcast-only`: a community that is talked to and never asked.

use super::context::{Context, found};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    model::step::Verb,
};

/// Fewer posts than this are no pattern.
const POSTS_MIN: usize = 5;
/// The share of one-way posts that is too much, in percent.
const SHARE_MAX: usize = 80;

pub(super) const CODE: Code = Code {
    slug: "broadcast-only",
    severity: Severity::Warning,
    meaning: pair("more than four steps in five are one-way posts", "五分之四以上的步骤是单向发布"),
    explanation: pair(
        "Morning and evening posts without an answer mean a dead group: a thousand groups with daily posts were cut to a \
             hundred that talked. Ask, play, give people tasks. Reported only for a file that describes a community.",
        "只有早报晚报、没人回应的群等于死群：一千多个每天发文的群，后来减到一百个能聊起来的。多提问、多玩、多给人事做。只对描述整个社群的文件检查。",
    ),
    bad: Example::of(
        "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  \
         offers: [news]\n  sustain: members take turns\nplays:\n  news:\n    every: monday at 09:00\n    steps:\n      - post: One.\n      - post: Two.\n      \
         - post: Three.\n      - post: Four.\n      - post: Five.\n",
    ),
    good: Example::of(
        "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  \
         offers: [news]\n  sustain: members take turns\nplays:\n  news:\n    every: monday at 09:00\n    steps:\n      - post: One.\n      \
         - ask: Which page are you on?\n        options: [before 100, after 100]\n        open_for: 2h\n      - post: Three.\n      - post: Four.\n",
    ),
    practices: &["P061", "P062"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if !cx.is_community() {
        return;
    }
    let (mut posts, mut all) = (0, 0);
    for (_, _, step) in cx.steps() {
        match &step.verb {
            Verb::Post(_) => posts += 1,
            Verb::If(_) | Verb::Each(_) | Verb::Set(_) | Verb::Mark(_) | Verb::Stop(_) => continue,
            _ => {}
        }
        all += 1;
    }
    if posts >= POSTS_MIN && posts * 100 > all * SHARE_MAX {
        let message = phrase!(
            "{posts} of {all} steps are one-way posts; members are talked to and not asked",
            "{all} 个步骤里有 {posts} 个是单向发文；只对成员说话，从不问他们"
        );
        out.push(found(&CODE, cx.span("plays"), message).help(pair(
            "ask a question, run a game, give somebody a task",
            "提个问题，玩个游戏，派人做件事",
        )));
    }
}
