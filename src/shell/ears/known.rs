//! The ears that a playbook asks for: one a credential, with the groups and chats that it listens for.
//!
//! Pure: the settings were read before. Prints no secret.

use super::{ear::Settings, which};
use crate::{
    base::{
        ids::{ChannelName, GroupId},
        time::Duration,
    },
    model::{
        channel::{Channel, ChannelKind, Hear},
        playbook::Playbook,
    },
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
    /// The platform that the ear listens to.
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
    /// Whether messages or reactions are wanted there one by one.
    pub(super) each: bool,
    /// The ids on the platform of those who look after the group: who calls one of them asks something.
    pub(super) hosts: Vec<String>,
}

/// Settings that say where on a platform, and not who speaks there.
const PLACES: [&str; 3] = ["chat", "room", "group"];

/// Gives a channel of a group with its settings read.
type Targets<'a> = dyn Fn(&GroupId, &ChannelName) -> Option<Arc<Target>> + 'a;

/// The ears of a playbook. Of several robots of one channel the first one hears.
pub fn known(playbook: &Playbook, target: &Targets<'_>) -> Vec<KnownEar> {
    let mut ears: BTreeMap<Arc<str>, KnownEar> = BTreeMap::new();
    each(playbook, target, |channel, target, listener, values| {
        if which::hears(channel.kind).is_some() && channel.listens().is_some() {
            let whose = whose(channel.kind, &values);
            let ear = ears.entry(whose.clone());
            ear.or_insert_with(|| KnownEar::new(channel.kind, whose, values, target)).listen(listener);
        }
    });
    ears.into_values().collect()
}

/// What a platform is to tell `/hooks/…`: of a channel, for the groups that have the same keys there.
pub fn hooks(playbook: &Playbook, target: &Targets<'_>) -> Vec<KnownHook> {
    let mut hooks: Vec<KnownHook> = Vec::new();
    each(playbook, target, |channel, target, listener, values| {
        if channel.hook().is_none() {
            return;
        }
        let same = |hook: &&mut KnownHook| hook.channel == channel.name && hook.ear.settings.values == values;
        if let Some(hook) = hooks.iter_mut().find(same) {
            return hook.ear.listen(listener);
        }
        let name = format!("hook/{}/{}", playbook.name, channel.name).into();
        let mut ear = KnownEar::new(channel.kind, name, values, target);
        ear.listen(listener);
        hooks.push(KnownHook { channel: channel.name.clone(), ear });
    });
    hooks
}

/// Goes through the channels that are listened to.
fn each(
    playbook: &Playbook,
    target: &Targets<'_>,
    mut found: impl FnMut(&Channel, &Target, Listener, BTreeMap<String, Secret>),
) {
    let each = playbook.wants_each("message") || playbook.wants_each("reaction");
    for (id, group) in playbook.groups.iter().filter(|(_, group)| group.live) {
        let shared = playbook.channels.iter().filter(|(name, _)| !group.channels.contains_key(*name));
        for (name, channel) in group.channels.iter().chain(shared) {
            let hear = channel.heard(playbook.is_for_staff(group, name));
            // What nothing reads is not kept.
            let hear = if playbook.reads_text.is_none() { hear.min(Hear::Names) } else { hear };
            let Some(target) = target(id, name).filter(|_| hear > Hear::Nothing) else { continue };
            let Some(robot) = target.robots.first() else { continue };
            let hosts = playbook.host_role(group).and_then(|role| playbook.role(group, role));
            let hosts = hosts.iter().flat_map(|role| &role.people);
            let hosts =
                hosts.filter_map(|person| person.handles.get(channel.kind.as_str()).cloned()).collect();
            let chat = PLACES.iter().find_map(|place| robot.setting(place)).unwrap_or_default().to_owned();
            found(
                channel,
                &target,
                Listener { chat, group: id.clone(), channel: name.clone(), hear, each, hosts },
                signing_in(robot),
            );
        }
    }
}

/// A channel of which a platform tells `/hooks/…`.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownHook {
    /// The channel.
    pub channel: ChannelName,
    /// Whom it tells, and the keys.
    pub(super) ear: KnownEar,
}

impl KnownHook {
    /// The platform.
    pub fn kind(&self) -> ChannelKind {
        self.ear.kind
    }

    /// The settings, keys included.
    pub fn keys(&self) -> &BTreeMap<String, Secret> {
        &self.ear.settings.values
    }

    /// The chats of which it tells.
    pub fn chats(&self) -> &[String] {
        &self.ear.settings.chats
    }

    /// The source of what it tells.
    pub fn source(&self) -> &Arc<str> {
        &self.ear.name
    }
}

/// What a robot signs in with, without the places where it speaks.
pub(super) fn signing_in(robot: &Robot) -> BTreeMap<String, Secret> {
    let mut values = robot.settings.clone();
    values.retain(|name, _| !PLACES.contains(&name.as_str()));
    values
}

impl KnownEar {
    fn new(kind: ChannelKind, name: Arc<str>, values: BTreeMap<String, Secret>, target: &Target) -> Self {
        let settings = Settings { values, chats: Vec::new(), text: false };
        Self { kind, name, settings, way: target.way.clone(), listeners: Vec::new() }
    }

    /// Several channels of a group in one chat hear as much as the one that hears most.
    fn listen(&mut self, listener: Listener) {
        let same = |other: &&mut Listener| other.group == listener.group && other.chat == listener.chat;
        match self.listeners.iter_mut().find(same) {
            Some(other) if other.hear < listener.hear => {
                self.settings.text |= listener.hear == Hear::All;
                *other = listener;
            }
            Some(_) => {}
            None => self.add(listener),
        }
    }

    fn add(&mut self, listener: Listener) {
        self.settings.text |= listener.hear == Hear::All;
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

    /// For how long what happens is told later. Who is in a customer group is looked at, however long nobody did.
    pub(super) fn keeps(&self) -> Option<Duration> {
        let looks = self.kind == ChannelKind::Wecom && self.settings.get("bot").is_empty();
        if looks { Some(Duration::DAY.times(3_650)) } else { self.kind.keeps_for_ear() }
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
    // Robots that speak may be many; who hears is the app, or the bot, whose ids are no secrets.
    let id = match kind {
        ChannelKind::Dingtalk => value("app"),
        ChannelKind::Wecom if value("bot").is_empty() => value("corp"),
        ChannelKind::Wecom => value("bot"),
        _ => "",
    };
    if !id.is_empty() {
        return format!("{kind}:{id}").into();
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
