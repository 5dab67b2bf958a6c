//! `games-before-fifty`: a game for a group that is too small for it.

use super::{
    advice,
    context::{Context, found},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{pair, phrase},
        words::tick,
    },
    model::{step::Verb, trigger::Trigger},
};

pub(super) const CODE: Code = advice(
    "games-before-fifty",
    pair("a game is scheduled for a group of fewer than fifty", "不到五十人就安排互动游戏"),
    pair(
        "Below some fifty members a quiz finds nobody and the owner talks alone. Let games wait for a phase, or for `when: members.count >= 50`.",
        "不到五十人，游戏没人接，只剩群主一个人说话。让游戏等到某个阶段，或写 `when: members.count >= 50`。",
    ),
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nphases:\n  - { name: seed, until: members.count >= 60 }\n  - name: grow\nplays:\n  quiz:\n    every: wednesday at 20:00\n    steps:\n      - ask: What has keys and opens nothing?\n        options: [a piano, a door]\n        answer: a piano\n        points: 5\n        open_for: 2h\n",
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nphases:\n  - { name: seed, until: members.count >= 60 }\n  - name: grow\nplays:\n  quiz:\n    every: wednesday at 20:00\n    during: grow\n    steps:\n      - ask: What has keys and opens nothing?\n        options: [a piano, a door]\n        answer: a piano\n        points: 5\n        open_for: 2h\n",
    &["P037"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let grows = cx
        .playbook
        .phases
        .iter()
        .any(|phase| phase.until.as_ref().is_some_and(|until| until.source().contains("members.count")));
    if !grows {
        return;
    }
    for play in &cx.playbook.plays {
        let scheduled = matches!(play.trigger, Trigger::Schedule(_)) && play.during.is_empty();
        let counted = play.when.as_ref().is_some_and(|when| when.source().contains("members"));
        let game = play.program.steps().find(|step| {
            matches!(&step.verb, Verb::Ask(ask) if ask.answer.is_some() || ask.points.is_some())
                && step.when.is_none()
        });
        if let (true, false, Some(step)) = (scheduled, counted, game) {
            let name = tick(play.name.as_str());
            let message = phrase!(
                "the game {name} begins while the group is still small",
                "群还小，{name} 这个游戏就开始了"
            );
            out.push(found(&CODE, cx.step_span(play, step), message).help(pair(
                "write `during:` with a later phase, or `when: members.count >= 50`",
                "写 `during:` 指定靠后的阶段，或 `when: members.count >= 50`",
            )));
        }
    }
}
