//! `two-welcomes`: two plays greet whoever joins.

use super::context::{Context, found, meet};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        phrase::{pair, phrase},
    },
    model::{
        channel::GROUP,
        play::Play,
        step::{Step, Verb},
        trigger::Trigger,
    },
};
use std::sync::Arc;

pub(super) const CODE: Code = Code {
    slug: "two-welcomes",
    severity: Severity::Warning,
    meaning: pair("two plays greet whoever joins", "两个玩法都在欢迎新人"),
    explanation: pair(
        "Whoever comes is greeted twice, which reads like a machine. It happens where `use` brings two files that both have a welcome. Looked at are plays `on: member.joined` without `where` and `when` that post to the group before they wait for anything, and that run in the same phase and group. Keep one of them: say `enabled: false` in the other, `during` in both, or leave the file out whose welcome you do not want.",
        "新人会被欢迎两次，读起来像机器。常见的是 `use` 引入的两个文件各有一个欢迎。检查的是没有 `where` 和 `when`、在等待之前就往群里发消息、阶段和群也相同的 `on: member.joined` 玩法。留下一个：另一个写 `enabled: false`，或给两个写不同的 `during`，或不用那个文件。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    on: member.joined\n    steps:\n      - post: Welcome!\n  rules:\n    on: member.joined\n    batch: 2h\n    steps:\n      - post: Welcome, and here are the rules.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    on: member.joined\n    batch: 2h\n    steps:\n      - post: Welcome! Here are the rules.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let greeting = cx.playbook.plays.iter().filter_map(|play| Some((play, greets(play)?)));
    let greeting: Vec<(&Arc<Play>, &Arc<Step>)> = greeting.collect();
    for (index, (play, step)) in greeting.iter().enumerate() {
        let Some((other, _)) = greeting[..index].iter().find(|(other, _)| meet(other, play)) else {
            continue;
        };
        let message = phrase!(
            "`{}` and `{}` both greet whoever joins",
            "`{}` 和 `{}` 都在欢迎新人",
            other.name,
            play.name
        );
        let help = phrase!(
            "keep one: write `enabled: false` in the other, or the phases of each with `during`",
            "留一个：另一个写 `enabled: false`，或用 `during` 写明各自的阶段"
        );
        out.push(found(&CODE, cx.key_span(play, step, "post"), message).help(help));
    }
}

/// The post with which a play greets everybody who joins, before it waits for anything.
fn greets(play: &Play) -> Option<&Arc<Step>> {
    let Trigger::Signal(on) = &play.trigger else { return None };
    let all = &*on.name == "member.joined" && on.filter.is_none() && play.when.is_none() && play.enabled;
    let first = play
        .steps
        .iter()
        .take_while(|step| !matches!(step.verb, Verb::Wait(_) | Verb::Approve(_) | Verb::Ask(_)));
    first.filter(|_| all).find(|step| {
        let to_all = matches!(&step.verb, Verb::Post(post) if post.to.as_str() == GROUP);
        to_all && step.when.is_none()
    })
}
