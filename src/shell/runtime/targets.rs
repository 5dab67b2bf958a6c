//! Where the messages of a playbook go: its channels with what the environment and files say of them.
//!
//! Read whole whenever a version takes effect, so that a missing secret refuses the version. Sends nothing.

use crate::{
    base::{
        ids::{ChannelName, GroupId},
        phrase::{Phrase, phrase},
    },
    model::playbook::Playbook,
    shell::delivery::{resolve::resolve, target::Target},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// Where the settings of channels are read from.
pub(super) struct SettingsFrom<'a> {
    /// The folder of the playbook.
    pub(super) root: &'a Path,
    /// A variable of the environment.
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
    /// A file of the folder.
    pub(super) file: &'a dyn Fn(&str) -> std::io::Result<String>,
}

/// Where the messages of a playbook go: by channel, and by group for those of a group's own.
#[derive(Debug, Default, PartialEq)]
pub struct Outlets {
    shared: BTreeMap<ChannelName, Arc<Target>>,
    own: BTreeMap<(GroupId, ChannelName), Arc<Target>>,
}

impl Outlets {
    /// In a rehearsal: nowhere, or everything to the one channel that it names.
    pub(super) fn rehearsed(
        playbook: &Playbook,
        from: &SettingsFrom<'_>,
        to: Option<&ChannelName>,
    ) -> Result<Self, Vec<Phrase>> {
        let mut targets = Self::default();
        let Some(to) = to else { return Ok(targets) };
        let all = Self::read(playbook, from, &|name| name == to)?;
        for (id, group) in &playbook.groups {
            let Some(target) = all.get(id, to) else { continue };
            for name in playbook.channels.keys().chain(group.channels.keys()) {
                targets.own.insert((id.clone(), name.clone()), target.clone());
            }
        }
        Ok(targets)
    }

    /// Reads every secret; all problems are named.
    pub(super) fn resolve(playbook: &Playbook, from: &SettingsFrom<'_>) -> Result<Self, Vec<Phrase>> {
        Self::read(playbook, from, &|_| true)
    }

    /// Reads the secrets of some channels; all problems are named.
    fn read(
        playbook: &Playbook,
        from: &SettingsFrom<'_>,
        meant: &dyn Fn(&ChannelName) -> bool,
    ) -> Result<Self, Vec<Phrase>> {
        let mut targets = Self::default();
        let mut problems = BTreeSet::new();
        let SettingsFrom { root, env, file } = from;
        for (name, channel) in playbook.channels.iter().filter(|(name, _)| meant(name)) {
            match resolve(channel, env, file).map(|target| Target { folder: (*root).into(), ..target }) {
                Ok(target) => drop(targets.shared.insert(name.clone(), Arc::new(target))),
                Err(error) => drop(problems.insert(error.in_words())),
            }
        }
        for (id, group) in &playbook.groups {
            for (name, channel) in group.channels.iter().filter(|(name, _)| group.live && meant(name)) {
                match resolve(channel, env, file).map(|target| Target { folder: (*root).into(), ..target }) {
                    Ok(target) => drop(targets.own.insert((id.clone(), name.clone()), Arc::new(target))),
                    Err(error) => {
                        let error = error.in_words();
                        problems.insert(phrase!("group `{id}`, {error}", "群 `{id}`，{error}"; error));
                    }
                }
            }
        }
        if problems.is_empty() { Ok(targets) } else { Err(problems.into_iter().collect()) }
    }

    /// Where a group's messages to a channel go.
    pub fn get(&self, group: &GroupId, channel: &ChannelName) -> Option<&Arc<Target>> {
        self.own.get(&(group.clone(), channel.clone())).or_else(|| self.shared.get(channel))
    }
}
