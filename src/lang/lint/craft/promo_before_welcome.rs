//! `promo-before-welcome`: an ad that a newcomer reads before the welcome.

use super::{
    advice,
    context::{Context, found},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{pair, phrase},
        time::Duration,
        words::tick,
    },
    model::{
        message::Label,
        trigger::{Batch, Trigger},
    },
};

pub(super) const CODE: Code = advice(
    "promo-before-welcome",
    pair("advertising can reach a newcomer before the welcome does", "广告可能先于欢迎词到达新人"),
    pair(
        "Whoever is pulled in unexplained and then shown an ad asks \"what is this?\" and leaves. A welcome that waits for hours (`batch`) leaves that time open; promo plays need `when: members.newest(1)…` or a welcome within ten minutes.",
        "没人解释就看到广告的人会问「这是什么群」然后退出。欢迎词攒了几个小时才发，这段时间就空着；有推广的群，欢迎要在十分钟内。",
    ),
    "budgets: { promo: { max: 20% per 30d, not_before: 14d } }\nplays:\n  welcome:\n    on: member.joined\n    batch: until 20:00\n    steps:\n      - post: Welcome!\n  sale:\n    every: monday at 10:00\n    label: promo\n    steps:\n      - post: Half price.\n",
    "budgets: { promo: { max: 20% per 30d, not_before: 14d } }\nplays:\n  welcome:\n    on: member.joined\n    batch: 10m\n    steps:\n      - post: Welcome!\n  sale:\n    every: monday at 10:00\n    label: promo\n    steps:\n      - post: Half price.\n",
    &["P028"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let promo = cx.posts().find(|(play, _, _, post)| post.label.or(play.label) == Some(Label::Promo));
    let Some((promo, _, _, _)) = promo else { return };
    let slow = |on: &crate::model::trigger::OnSignal| match on.batch {
        Some(Batch::For(length)) => length > Duration::HOUR,
        Some(Batch::Until(_)) => true,
        None => false,
    };
    let welcomes: Vec<_> = cx.playbook.plays.iter().filter(|play| {
        matches!(&play.trigger, Trigger::Signal(on) if &*on.name == "member.joined" && !on.per_member)
    }).collect();
    let all_slow = welcomes.iter().all(|play| matches!(&play.trigger, Trigger::Signal(on) if slow(on)));
    if let (Some(welcome), true) = (welcomes.first(), all_slow) {
        let (sale, name) = (tick(promo.name.as_str()), tick(welcome.name.as_str()));
        let message = phrase!(
            "a newcomer can read {sale} hours before {name} welcomes them",
            "新人可能先看到 {sale}，几个小时后才等到 {name} 的欢迎"
        );
        let span = cx.span(&format!("plays.{}.batch", welcome.name));
        out.push(
            found(&CODE, span, message)
                .help(pair("welcome within minutes: `batch: 20m`", "几分钟内就欢迎：`batch: 20m`")),
        );
    }
}
