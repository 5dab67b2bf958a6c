//! `no-weekly-interaction`: no fixed slot a week in which members do something.

use super::context::{Context, found};
use crate::base::phrase::pair;
use crate::{
    base::diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    model::{
        message::Label,
        play::Play,
        step::{Verb, WaitFor},
    },
};

pub(super) const CODE: Code = Code {
    slug: "no-weekly-interaction",
    severity: Severity::Warning,
    meaning: pair(
        "there is no fixed slot each week in which members do something together",
        "没有每周固定的互动时段",
    ),
    explanation: pair(
        "At least one fixed interaction slot a week keeps a group alive: a riddle, a question, a topic at the same \
             hour. Counted is a play that comes back at least weekly and asks, runs a script (a game), posts something \
             labelled `social`, or waits for a signal. Reported only for a file that describes a community: one with a charter, or with phases and \
             several plays.",
        "每周至少有一个固定的互动时段：猜谜、提问、话题讨论，时间固定。至少每周一次、且有 `ask`、脚本（游戏）、`social` 标签的消息或等待信号的玩法才算。只对描述整个社群的文件（有 `charter`，或有多个阶段和玩法）检查。",
    ),
    bad: Example::of(
        "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  \
         offers: [news]\n  sustain: members take turns\nplays:\n  news:\n    every: monday at 09:00\n    steps:\n      - post: News.\n",
    ),
    good: Example::of(
        "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  \
         offers: [news]\n  sustain: members take turns\nplays:\n  night:\n    every: friday at 20:00\n    steps:\n      \
         - ask: Which page are you on?\n        options: [before 100, after 100]\n        open_for: 2h\n",
    ),
    practices: &["P063"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if !cx.is_community() || cx.playbook.plays.iter().any(|play| interacts(play) && cx.is_weekly(play)) {
        return;
    }
    out.push(
        found(
            &CODE,
            cx.span("plays"),
            pair(
                "no play brings members together at a fixed time each week",
                "没有玩法每周在固定的时间把成员聚到一起",
            ),
        )
        .help(pair(
            "add one with `every: friday at 20:00` that asks something or runs a game",
            "加一个 `every: friday at 20:00` 的玩法，提个问题或玩个游戏",
        )),
    );
}

/// Whether members do something in a play.
fn interacts(play: &Play) -> bool {
    play.program.steps().any(|step| match &step.verb {
        Verb::Ask(_) | Verb::Run(_) => true,
        Verb::Post(post) => post.label.or(play.label) == Some(Label::Social),
        Verb::Wait(wait) => matches!(wait.target, WaitFor::Signal(_) | WaitFor::Binding(_)),
        _ => false,
    })
}
