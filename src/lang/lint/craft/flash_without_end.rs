//! `flash-without-end`: a group for one campaign that never ends.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
    words::tick,
};

pub(super) const CODE: Code = advice(
    "flash-without-end",
    pair("a flash group has no end", "快闪群没有结束"),
    pair(
        "A group that was made for one campaign is dissolved right after it. A group with `kind: flash` needs a `final` phase and a step that enters it.",
        "为一次活动建的快闪群，结束就解散。`kind: flash` 的群要有 `final: true` 的阶段，并有一步进入它。",
    ),
    "groups:\n  sale: { kind: flash }\nplays:\n  go:\n    on: group.created\n    steps:\n      - post: Three days of sale.\n",
    "groups:\n  sale: { kind: flash }\nphases:\n  - { name: open, timeout: 3d }\n  - { name: gone, final: true }\nplays:\n  go:\n    on: group.created\n    steps:\n      - post: Three days of sale.\n",
    &["P049", "P108"],
);

const FLASH: [&str; 2] = ["flash", "快闪"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if cx.playbook.phases.iter().any(|phase| phase.is_final) {
        return;
    }
    let flash = cx
        .playbook
        .groups
        .values()
        .find(|group| group.kind.as_deref().is_some_and(|kind| FLASH.contains(&kind)));
    let Some(flash) = flash else { return };
    let id = tick(flash.id.as_str());
    let message = phrase!(
        "the flash group {id} has no end: no phase is final",
        "快闪群 {id} 没有结束：没有 `final` 阶段"
    );
    out.push(found(&CODE, cx.span("groups"), message).help(pair(
        "add `- { name: gone, final: true }` to `phases`, and a `timeout` or a step `enter: gone`",
        "在 `phases` 里加 `- { name: gone, final: true }`，再用 `timeout` 或 `enter: gone` 走到那里",
    )));
}
