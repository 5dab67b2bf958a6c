//! What a playbook that hears keeps of what members do: what, of whom, why, how long. Said by `check`.
//!
//! Text only.

use crate::{
    base::{limits, locale::Locale},
    model::{channel::Hear, playbook::Playbook},
};
use std::{collections::BTreeMap, path::Path};

/// What an operator does about it: the notice to members, where what they write is read.
pub(super) fn advice(playbook: &Playbook, file: &Path, locale: Locale) -> Option<String> {
    let reads = playbook.reads_text.is_some() && !lines(playbook, locale).is_empty();
    let path = file.display();
    reads.then(|| match locale {
        Locale::En => format!(
            "tell the members: `playbook handbook {path} --members` prints their notice; put it where they can read it, \
             and say in the welcome where"
        ),
        Locale::Zh => format!(
            "请告诉成员：`playbook handbook {path} --members` 打印《成员须知》；放在他们看得到的地方，并在欢迎语里说在哪里"
        ),
    })
}

/// The lines; none where nothing is heard.
pub(super) fn lines(playbook: &Playbook, locale: Locale) -> Vec<String> {
    let mut heard: BTreeMap<String, Hear> = BTreeMap::new();
    for group in playbook.groups.values() {
        let shared = playbook.channels.iter().filter(|(name, _)| !group.channels.contains_key(*name));
        for (name, channel) in group.channels.iter().chain(shared) {
            let hear = channel.heard(playbook.is_for_staff(group, name));
            if hear > Hear::Nothing {
                let known = heard.entry(name.to_string()).or_insert(hear);
                *known = hear.max(*known);
            }
        }
    }
    // What another program reports is heard as what a channel hears.
    for (name, sender) in &playbook.inbound {
        if sender.may.contains("message") {
            let _ = heard.insert(name.to_string(), Hear::All);
        }
    }
    let Some(most) = heard.values().max().copied() else { return Vec::new() };
    let names: Vec<&str> = heard.keys().map(String::as_str).collect();
    let names = names.join(locale.pick(", ", "、"));
    let only_rules = playbook.keeps_text.is_none();
    let text = match (&playbook.reads_text, most, locale) {
        (Some(place), Hear::All, Locale::En) if only_rules => format!(
            "this playbook reads what members write, because {place} does, and keeps no message text but the first {} \
             characters of one that breaks a rule: for its writer and the judge, until 30 days after they have left",
            limits::BREACH_CHARS_MAX
        ),
        (Some(place), Hear::All, Locale::Zh) if only_rules => format!(
            "{place} 会看成员的发言，但不保存；只有违反规则的消息会留下前 {} 个字，给本人和裁定的人看，到本人退群 30 \
             天为止",
            limits::BREACH_CHARS_MAX
        ),
        (None, _, Locale::En) => "this playbook keeps no message text".to_owned(),
        (None, _, Locale::Zh) => {
            "这个剧本不保存任何发言内容（this playbook keeps no message text）".to_owned()
        }
        (Some(place), Hear::All, Locale::En) => format!(
            "this playbook keeps what members write, because {place} reads it: up to 4096 bytes of a message, in the \
             journal, until 30 days after its writer has left"
        ),
        (Some(place), Hear::All, Locale::Zh) => format!(
            "这个剧本会保存成员的发言，因为 {place} 要读：每条最多 4096 字节，存在日志里，到本人退群 30 天为止"
        ),
        (Some(place), _, Locale::En) => format!(
            "this playbook keeps no message text, and {place} reads it: write `hear: all` at the channel to have it \
             heard, and tell the members"
        ),
        (Some(place), _, Locale::Zh) => {
            format!(
                "这个剧本不保存任何发言内容，而 {place} 要读：想让它听到，就在频道上写 `hear: all`，并告诉成员"
            )
        }
    };
    let kept = match locale {
        Locale::En => format!(
            "heard on {names}: of every member who joins, leaves, writes, reacts or answers their id, name and role \
             there, when, and the answer, so that plays can go by it; until `playbook members forget`"
        ),
        Locale::Zh => format!(
            "在 {names} 上听到的：入群、退群、发言、表情和回答的成员在那里的 id、名字、角色、时间和回答的内容，供玩法使用；直到 \
             `playbook members forget`"
        ),
    };
    vec![text, kept]
}
