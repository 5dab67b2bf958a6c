//! `timeout-of-nothing`: a `timeout` on a step that is over at once.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{Words, pair, phrase},
};
use crate::model::{
    channel::ChannelKind,
    step::{Step, Verb},
};

pub(super) const CODE: Code = Code {
    slug: "timeout-of-nothing",
    severity: Severity::Warning,
    meaning: pair("a `timeout` on a step that takes no time", "不花时间的步骤写了 `timeout`"),
    explanation: pair(
        "`timeout` bounds how long a step waits: for answers, for an approval, for a script, for whoever pastes. A `post` is over when it is decided, a `task` when it is asked, a `set` at once; there `timeout` does nothing. How late a message may go out is `expires`, until when a task is to be done is `due`.",
        "`timeout`限制一步最多等多久：等回答、等审批、等脚本、等人粘贴。`post` 决定了就算完，`task` 问出去就算完，`set` 立刻就完，在那里 `timeout` 不起作用。消息最晚什么时候发是 `expires`，任务什么时候要做完是 `due`。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Good morning.\n        timeout: 10m\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Good morning.\n        expires: 10m\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        if step.timeout.is_none() {
            continue;
        }
        let Some(instead) = over_at_once(cx, step) else { continue };
        let verb = step.verb.as_str();
        let message = phrase!(
            "`{verb}` takes no time, so `timeout` does nothing here",
            "`{verb}` 不花时间，`timeout` 在这里不起作用"
        );
        out.push(found(&CODE, cx.key_span(play, step, "timeout"), message).help(instead));
    }
}

/// What may have been meant where a step waits for nothing.
fn over_at_once(cx: &Context<'_>, step: &Step) -> Option<Words> {
    match &step.verb {
        // Whoever pastes is waited for.
        Verb::Post(post) if cx.kinds(&post.to).contains(&ChannelKind::Manual) => None,
        Verb::Post(_) => {
            Some(pair("how late a message may go out is `expires`", "消息最晚什么时候发，写 `expires`"))
        }
        Verb::Task(_) => Some(pair("until when it is to be done is `due`", "什么时候要做完，写 `due`")),
        Verb::If(_) | Verb::Each(_) => {
            Some(pair("write it at the step that waits, inside", "写到里面那个要等的步骤上"))
        }
        Verb::Mark(_)
        | Verb::Set(_)
        | Verb::Signal { .. }
        | Verb::Start { .. }
        | Verb::Enter(_)
        | Verb::Stop(_) => Some(pair("leave it out", "去掉它")),
        Verb::Run(_) | Verb::Approve(_) | Verb::Ask(_) | Verb::Wait(_) | Verb::Prune(_) => None,
    }
}
