//! People whom a template came with, and who are nobody: named until the file has people of its own.
//!
//! Compares names; reads no file.

use super::templates::TEMPLATES;
use crate::{
    base::{
        person::Person,
        phrase::{Phrase, phrase},
    },
    model::{
        channel::{ChannelKind, GROUP},
        playbook::Playbook,
    },
};

/// That people of the template are still in place, of a playbook that speaks to a real group.
pub(super) fn in_place(playbook: &Playbook) -> Option<Phrase> {
    let groups = playbook.groups.values().filter_map(|group| group.channels.get(GROUP));
    let mut channels = playbook.channels.get(GROUP).into_iter().chain(groups);
    let is_real = channels.any(|channel| channel.kind != ChannelKind::Console);
    said(playbook).filter(|_| is_real)
}

/// The people of the template, whatever the channel.
pub(super) fn said(playbook: &Playbook) -> Option<Phrase> {
    let name = format!("name: {}\n", playbook.name);
    let texts =
        TEMPLATES.iter().flat_map(|template| template.zh.iter().chain(template.en).map(|(_, text)| *text));
    let mine: Vec<&str> = texts.filter(|text| text.contains(&name)).collect();
    let is_made_up = |person: &Person| {
        let line = format!("{}: {{ name: {}", person.id, person.name);
        let own = |text: &&str| person.handles.values().all(|handle| text.contains(handle.as_str()));
        mine.iter().any(|text| text.contains(&line) && own(text))
    };
    let made_up = playbook.people.values().filter(|person| is_made_up(person));
    let names = made_up.map(|person| Phrase::same(format!("{} ({})", person.id, person.name)));
    let names = Phrase::list(names);
    (!names.en.is_empty()).then(|| {
        phrase!(
            "made up, as the template has them: {names}; put people of your own into `people`",
            "模板里编的人还在：{names}；请在 `people` 里换成你们的人";
            names
        )
    })
}
