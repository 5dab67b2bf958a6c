//! The part of the handbook about how it is run: the command, what it needs, where it speaks and what it hears there.
//!
//! Names where secrets are, and no secret.

use super::handbook_words::Telling;
use crate::{
    base::{
        locale::Locale,
        phrase::{Phrase, phrase},
        words::tick,
    },
    model::channel::{Channel, Setting},
};
use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

/// How the program is started, looked at and stopped, and which channels it has.
pub(super) fn running(telling: Telling<'_>, file: &str) -> String {
    let Telling { playbook, locale } = telling;
    let mut lines = vec![phrase!(
        "`playbook run {file}` runs it, on one machine, until it is told to stop; started again it goes on where it was. What it remembers is in `.playbook/` beside the file",
        "`playbook run {file}` 让它跑起来，只在一台机器上，直到叫它停；再启动就接着来。它记得的都在文件旁边的 `.playbook/` 里"
    )];
    let own = playbook.groups.values().flat_map(|group| group.channels.values());
    let all: Vec<&Arc<Channel>> = playbook.channels.values().chain(own).collect();
    let settings = || all.iter().flat_map(|channel| channel.settings.values()).flatten();
    let needs: BTreeSet<&str> = settings()
        .filter_map(|setting| match setting {
            Setting::Env(name) | Setting::File(name) => Some(name.as_str()),
            Setting::Literal(_) => None,
        })
        .collect();
    if !needs.is_empty() {
        let names = Phrase::ticks(&needs.iter().copied().collect::<Vec<_>>(), "and");
        lines.push(phrase!(
            "It needs these from its environment, or as files: {names}. Whoever has them can write to the group",
            "它要从环境变量或文件里拿到：{names}。谁有这些，谁就能往群里发"; names
        ));
    }
    lines.extend(playbook.channels.values().map(|channel| place(channel)));
    lines.push(phrase!(
        "`playbook check {file}` before an edit is saved for good, `playbook plan {file}` for what comes; a saved edit takes effect without a restart, a broken one is refused",
        "改好之后先 `playbook check {file}`，`playbook plan {file}` 看接下来会发生什么；保存的修改不用重启就生效，写坏的会被拒绝"
    ));
    lines.push(phrase!(
        "`playbook open` opens the pages from which it is run day by day; `playbook backup FILE` makes a copy of all it remembers",
        "`playbook open` 打开日常操作的网页；`playbook backup 文件` 把它记得的全部备份一份"
    ));
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "- {}", line.of(locale));
    }
    text
}

/// Where a channel speaks, and what it hears there.
fn place(channel: &Channel) -> Phrase {
    let (name, kind) = (tick(channel.name.as_str()), channel.kind);
    let can = channel.abilities();
    let heard: [(bool, &str, &str); 3] = [
        (can.joins, "who joins", "谁进来"),
        (can.messages, "what is said", "谁说了话"),
        (can.answers, "answers", "回答"),
    ];
    let words = |locale: Locale| {
        let words =
            heard.iter().filter(|(hears, ..)| *hears).map(|(_, en, zh)| locale.pick(en, zh).to_owned());
        locale.join(&words.collect::<Vec<_>>())
    };
    let (en, zh) = (words(Locale::En), words(Locale::Zh));
    if en.is_empty() {
        return phrase!(
            "Channel {name}: {kind}; nothing is heard there",
            "频道 {name}：{kind}，那里什么都听不到"
        );
    }
    let heard = Phrase { en, zh };
    phrase!("Channel {name}: {kind}; heard there: {heard}", "频道 {name}：{kind}，听得到{heard}"; heard)
}
