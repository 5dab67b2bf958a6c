//! `playbook handbook --members`: what members have to know of who runs the group and what is kept of them, from the file
//! itself, as Markdown that can be posted or linked.
//!
//! Text only, in the group's language.

use super::kept;
use crate::{
    base::{locale::Locale, value::Value},
    model::playbook::Playbook,
};
use std::fmt::Write as _;

/// The notice.
pub(super) fn notice(playbook: &Playbook) -> String {
    let locale = playbook.locale;
    let mut text = format!("# {}\n", playbook.title);
    let mut section = |title: &str, body: &str| {
        if !body.trim().is_empty() {
            let _ = writeln!(text, "\n## {title}\n\n{}", body.trim_end());
        }
    };
    section(locale.pick("Who runs this group", "谁在运营这个群"), &runners(playbook));
    section(locale.pick("A program helps", "有程序帮忙"), &helper(locale));
    section(locale.pick("What is kept of you, and why", "保存了什么，为什么"), &keeps(playbook));
    section(locale.pick("What you can ask for", "你可以要求什么"), &rights(locale));
    text
}

fn runners(playbook: &Playbook) -> String {
    let mut text = String::new();
    let nobody = playbook.roles.values().all(|role| role.people.is_empty());
    if nobody && playbook.charter.get("owner").is_none() {
        // A notice that names nobody says whom to ask all the same.
        return playbook.locale.pick("Whoever made the group.", "建群的人。").to_owned();
    }
    if let Some(owner) = playbook.charter.get("owner").and_then(Value::as_str) {
        let _ = writeln!(text, "{owner}\n");
    }
    for role in playbook.roles.values().filter(|role| !role.people.is_empty()) {
        let names: Vec<String> = role.people.iter().map(|person| person.name.clone()).collect();
        let _ = writeln!(text, "- {}: {}", role.name, playbook.locale.join(&names));
    }
    text
}

fn helper(locale: Locale) -> String {
    locale
        .pick(
            "Posts, questions and reminders are sent by a program, `playbook`, after a file that the people above have \
             written. It decides by the rules of that file and not by what it makes of anybody; nobody is removed \
             without a person's yes.",
            "消息、提问和提醒由程序 `playbook` 按上面这些人写好的文件发出。它只按文件里的规则办事，不揣测任何人；移出任何人都要有人点头。",
        )
        .to_owned()
}

fn keeps(playbook: &Playbook) -> String {
    let locale = playbook.locale;
    let mut text = String::new();
    let heard = kept::lines(playbook, locale);
    if heard.is_empty() {
        let nothing = locale.pick(
            "Nothing that you write is heard. What somebody of the team enters is kept: who is a member, and what you \
             have answered.",
            "你写的东西程序听不到。运营的人录入的会保存：谁是成员、你回答了什么。",
        );
        let _ = writeln!(text, "- {nothing}");
    }
    for line in heard {
        let _ = writeln!(text, "- {line}");
    }
    if let Some(purpose) = &playbook.keeping.purpose {
        let _ = writeln!(text, "- {}{purpose}", locale.pick("What it is for: ", "用途："));
    }
    for (name, field) in playbook.keeping.fields.iter().flatten() {
        let purpose = field.purpose.as_deref().map(|purpose| locale.pick(": ", "：").to_owned() + purpose);
        let until = || locale.pick(" (until the decision that it is for)", "（作出决定后就删）").to_owned();
        let long = field.retention.map(|length| match locale {
            Locale::En => format!(" (for {})", locale.duration(length)),
            Locale::Zh => format!("（保存{}）", locale.duration(length)),
        });
        let long = long.or_else(|| field.decided.then(until));
        let _ = writeln!(text, "- `{name}`{}{}", purpose.unwrap_or_default(), long.unwrap_or_default());
    }
    let left = locale.pick(
        "Whoever leaves is no member any more at once. Their fields, what they wrote and \
         what they filled in leave the record after 30 days; so do those of whoever asked to come in and did not.",
        "退群的人马上就不再是成员；资料、写过的话和填过的表 30 天后从记录里删去；申请了没进群的人也一样。",
    );
    let _ = writeln!(text, "- {left}");
    text
}

fn rights(locale: Locale) -> String {
    locale
        .pick(
            "Ask one of the people above. They give you everything that is kept of you (`playbook members export --member \
             ID`) and have you forgotten, in everything that was recorded, too (`playbook members forget ID`). Nobody is \
             quoted or named in a summary without having agreed.",
            "找上面任何一位。他们会把保存的关于你的一切交给你（`playbook members export --member ID`），也会让程序彻底忘掉你，连记录里的也删掉\
             （`playbook members forget ID`）。没有本人同意，任何总结都不点名、不引用。",
        )
        .to_owned()
}
