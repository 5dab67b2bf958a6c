//! The ears that a playbook asks for: one a credential, with the groups and chats that it listens for.
//!
//! Pure: the settings were read before. Prints no secret.

use super::ear::{self, Settings};
use crate::{
    base::ids::{ChannelName, GroupId},
    model::{channel::ChannelKind, ear::Hear, playbook::Playbook},
    shell::delivery::{
        secret::Secret,
        target::{Robot, Target, Way},
    },
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

/// One connection to a platform. Equal while nothing about it has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownEar {
    /// Its platform.
    pub(super) kind: ChannelKind,
    /// The platform and whose connection it is; safe to show. The key of its cursor, and the source of what it reports.
    pub(super) name: Arc<str>,
    /// What it needs.
    pub(super) settings: Settings,
    /// How its requests travel.
    pub(super) way: Way,
    /// For whom it listens.
    pub(super) listeners: Vec<Listener>,
}

/// A group's channel that is listened to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listener {
    /// The chat, as the playbook writes it.
    pub(super) chat: String,
    /// The group.
    pub(super) group: GroupId,
    /// The channel.
    pub(super) channel: ChannelName,
    /// How much is heard.
    pub(super) hear: Hear,
}

/// Settings that say where on a platform, and not who speaks there.
const PLACES: [&str; 3] = ["chat", "room", "group"];

/// The ears of a playbook. Of several robots of one channel the first one hears.
pub fn known(
    playbook: &Playbook,
    target: &dyn Fn(&GroupId, &ChannelName) -> Option<Arc<Target>>,
) -> Vec<KnownEar> {
    let mut ears: BTreeMap<Arc<str>, KnownEar> = BTreeMap::new();
    for (id, group) in playbook.groups.iter().filter(|(_, group)| group.live) {
        let shared = playbook.channels.iter().filter(|(name, _)| !group.channels.contains_key(*name));
        for (name, channel) in group.channels.iter().chain(shared) {
            let hear = channel.heard(playbook.is_for_staff(group, name));
            // What nothing reads is not kept.
            let hear = if playbook.reads_text.is_none() { hear.min(Hear::Names) } else { hear };
            let Some(target) = target(id, name).filter(|_| hear > Hear::Nothing) else { continue };
            let (Some(robot), Some(_)) = (target.robots.first(), ear::hears(channel.kind)) else { continue };
            let place = PLACES.iter().find_map(|place| robot.setting(place)).unwrap_or_default().to_owned();
            let values = signing_in(robot);
            let whose = whose(channel.kind, &values);
            let ear = ears.entry(whose.clone()).or_insert_with(|| KnownEar {
                kind: channel.kind,
                name: whose,
                settings: Settings { values, chats: Vec::new() },
                way: target.way.clone(),
                listeners: Vec::new(),
            });
            let listener = Listener { chat: place, group: id.clone(), channel: name.clone(), hear };
            // Several channels of a group in one chat hear as much as the one that hears most.
            let same = |other: &&mut Listener| other.group == listener.group && other.chat == listener.chat;
            match ear.listeners.iter_mut().find(same) {
                Some(other) if other.hear < hear => *other = listener,
                Some(_) => {}
                None => ear.add(listener),
            }
        }
    }
    ears.into_values().collect()
}

/// What a robot signs in with, without the places where it speaks.
pub(super) fn signing_in(robot: &Robot) -> BTreeMap<String, Secret> {
    let mut values = robot.settings.clone();
    values.retain(|name, _| !PLACES.contains(&name.as_str()));
    values
}

impl KnownEar {
    fn add(&mut self, listener: Listener) {
        if !self.settings.chats.contains(&listener.chat) {
            self.settings.chats.push(listener.chat.clone());
        }
        self.listeners.push(listener);
    }

    /// The same connection for those of another playbook, too.
    pub(super) fn join(&mut self, other: &Self) {
        for listener in &other.listeners {
            self.add(listener.clone());
        }
    }

    /// Text from outside without what is secret.
    pub(super) fn censor(&self, text: &str) -> String {
        crate::shell::delivery::secret::censor(text, self.settings.values.values())
    }
}

/// Whose connection it is: a bot's number where the platform has one, else a digest of what signs in.
fn whose(kind: ChannelKind, values: &BTreeMap<String, Secret>) -> Arc<str> {
    let value = |name: &str| values.get(name).map_or("", Secret::expose);
    if kind == ChannelKind::Telegram
        && let Some((bot, _)) = value("token").split_once(':')
    {
        return format!("{kind}:{bot}").into();
    }
    let mut digest = Sha256::new();
    for name in ["url", "base_url", "app", "bot", "token", "secret"] {
        digest.update([0]);
        digest.update(value(name));
    }
    let hex = digest.finalize()[..6].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("{kind}:{hex}").into()
}
