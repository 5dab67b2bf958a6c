//! A channel: a named destination on one platform, and what its adapter can hear and do.
//!
//! Names where a secret is; never holds one that was written as `env` or `file`.

use super::message::Mention;
use crate::base::{ids::ChannelName, limits::PICTURE_BYTES_MAX, picture::PictureFormat, time::Duration};
use std::{collections::BTreeMap, fmt};

/// The channel of the group itself: where posts go by default, and what budgets count.
pub const GROUP: &str = "group";
/// The channel that is told of failures, if there is one.
pub const ALERTS: &str = "alerts";
/// The channel that is told of tasks whose role has none, if there is one.
pub const STAFF: &str = "staff";

/// A named destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// The key under `channels`.
    pub name: ChannelName,
    /// The platform.
    pub kind: ChannelKind,
    /// `url`, `secret`, `token`, `chat`, `room`, `group`, `base_url`, `method`, `body`, `from`, `to`, `proxy`, `ca`,
    /// and one `headers.NAME` for each header. A list (several robots) has several settings.
    pub settings: BTreeMap<String, Vec<Setting>>,
    /// `rate: N per D`, instead of the platform's preset.
    pub rate: Option<Rate>,
    /// What to do when an attempt's outcome is unknown.
    pub in_doubt: InDoubt,
    /// How long one request may take.
    pub timeout: Option<Duration>,
    /// The channels that are told of its trouble, tried in order; none where the playbook's are.
    pub alerts: Vec<ChannelName>,
    /// `hear`; none where the file does not say.
    pub hear: Option<Hear>,
}

impl Channel {
    /// A channel to the terminal: what one is until its type and settings are known.
    pub fn console(name: ChannelName) -> Self {
        Self {
            name,
            kind: ChannelKind::Console,
            settings: BTreeMap::new(),
            rate: None,
            in_doubt: InDoubt::default(),
            timeout: None,
            alerts: Vec::new(),
            hear: None,
        }
    }

    /// Who pastes what is posted on a manual channel: a role, a person, or a channel that somebody reads.
    pub fn hands(&self) -> Option<&str> {
        let Some(Setting::Literal(to)) = self.settings.get("to").and_then(|to| to.first()) else {
            return None;
        };
        (self.kind == ChannelKind::Manual).then_some(to)
    }
}

/// A setting, or where it is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Written in the playbook.
    Literal(String),
    /// `{ env: NAME }`
    Env(String),
    /// `{ file: path }`
    File(String),
}

/// At most this many in this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many messages the rate allows.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

/// What a platform counts when it limits a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextUnit {
    /// Bytes of UTF-8.
    Bytes,
    /// Code points.
    Chars,
    /// UTF-16 units.
    Utf16,
}

impl TextUnit {
    /// How long a text is.
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Chars => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// What to do when the outcome of an attempt is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InDoubt {
    /// Send it again: a second copy is possible.
    #[default]
    Resend,
    /// Wait for a person.
    Hold,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $word:literal)*) => {
        /// The platforms that have an adapter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ChannelKind { $($(#[$doc])* $variant),* }

        impl ChannelKind {
    /// Whether its groups are entered by a code that ends after some days.
    pub const fn has_code(self) -> bool {
        matches!(self, Self::Manual | Self::Wecom)
    }

            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As written under `type`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

kinds! {
    /// The terminal.
    Console "console"
    /// A person who copies the text.
    Manual "manual"
    /// Generic JSON.
    Webhook "webhook"
    /// 企业微信 group robot.
    Wecom "wecom"
    /// 飞书 custom bot.
    Feishu "feishu"
    /// 钉钉 custom robot.
    Dingtalk "dingtalk"
    /// Slack incoming webhook.
    Slack "slack"
    /// Discord webhook.
    Discord "discord"
    /// Telegram bot.
    Telegram "telegram"
    /// Microsoft Teams workflow.
    Teams "teams"
    /// Google Chat webhook.
    GoogleChat "google_chat"
    /// Mattermost incoming webhook.
    Mattermost "mattermost"
    /// Matrix room.
    Matrix "matrix"
    /// QQ group by OneBot v11.
    Onebot "onebot"
    /// ntfy topic.
    Ntfy "ntfy"
    /// E-mail by SMTP.
    Email "email"
}

impl ChannelKind {
    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// Whether a text can only be the id of somebody on this platform: its ids look like nothing else.
    pub fn owns(self, id: &str) -> bool {
        let digits =
            |text: &str, least: usize| text.len() >= least && text.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Discord => digits(id, 17),
            Self::Telegram | Self::Onebot => digits(id, 5),
            Self::Slack => {
                id.len() >= 9
                    && id.starts_with(['U', 'W'])
                    && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            }
            Self::Matrix => id.starts_with('@') && id.contains(':'),
            Self::Feishu => id.starts_with("ou_") || id.starts_with("on_"),
            Self::Email => id.contains('@') && !id.contains(char::is_whitespace),
            Self::Console
            | Self::Manual
            | Self::Webhook
            | Self::Wecom
            | Self::Dingtalk
            | Self::Teams
            | Self::GoogleChat
            | Self::Mattermost
            | Self::Ntfy => false,
        }
    }

    /// The settings that this type takes beside `type`, `rate`, `in_doubt`, `timeout`, `proxy` and `alerts`:
    /// name, whether it is required, whether it is secret.
    pub const fn settings(self) -> &'static [(&'static str, SettingNeed, bool)] {
        use SettingNeed::{Optional, Required};
        match self {
            Self::Console => &[],
            Self::Manual => &[("to", Optional, false)],
            Self::Webhook => &[
                ("url", Required, true),
                ("method", Optional, false),
                ("headers", Optional, true),
                ("body", Optional, false),
                ("secret", Optional, true),
            ],
            Self::Teams | Self::GoogleChat => &[("url", Required, true)],
            Self::Slack => &[
                ("url", Required, true),
                ("secret", Optional, true),
                ("app", Optional, true),
                ("token", Optional, true),
                ("chat", Optional, false),
                ("base_url", Optional, false),
            ],
            Self::Mattermost => &[
                ("url", Required, true),
                ("token", Optional, true),
                ("secret", Optional, true),
                ("chat", Optional, false),
                ("base_url", Optional, false),
            ],
            Self::Discord => &[
                ("url", Required, true),
                ("public_key", Optional, false),
                ("token", Optional, true),
                ("chat", Optional, false),
                ("guild", Optional, false),
                ("base_url", Optional, false),
            ],
            Self::Wecom => &[
                ("url", Required, true),
                ("token", Optional, true),
                ("aes_key", Optional, true),
                ("corp", Optional, false),
                ("corp_secret", Optional, true),
                ("bot", Optional, true),
                ("secret", Optional, true),
                ("chat", Optional, false),
                ("base_url", Optional, false),
            ],
            Self::Feishu => &[
                ("url", Required, true),
                ("secret", Optional, true),
                ("encrypt_key", Optional, true),
                ("app", Optional, false),
                ("chat", Optional, false),
                ("base_url", Optional, false),
            ],
            Self::Dingtalk => &[
                ("url", Required, true),
                ("secret", Optional, true),
                ("app", Optional, true),
                ("app_secret", Optional, true),
                ("token", Optional, true),
                ("aes_key", Optional, true),
                ("corp", Optional, false),
                ("chat", Optional, false),
                ("base_url", Optional, false),
            ],
            Self::Telegram => &[
                ("token", Required, true),
                ("chat", Required, false),
                ("secret_token", Optional, true),
                ("base_url", Optional, false),
            ],
            Self::Matrix => &[("url", Required, false), ("token", Required, true), ("room", Required, false)],
            Self::Onebot => &[
                ("url", Required, false),
                ("token", Optional, true),
                ("secret", Optional, true),
                ("group", Required, false),
            ],
            Self::Ntfy => &[("url", Required, true), ("token", Optional, true)],
            Self::Email => &[("url", Required, true), ("from", Required, false), ("to", Required, false)],
        }
    }

    /// The settings that together stand for `url`: where the platform lets an app speak, too.
    pub const fn instead_of_url(self) -> &'static [&'static str] {
        match self {
            Self::Slack | Self::Discord => &["token", "chat"],
            // There is no server that is everybody's.
            Self::Mattermost => &["token", "chat", "base_url"],
            Self::Feishu => &["app", "secret", "chat"],
            // Customer groups take no robot: who is in them is heard, and nothing said.
            Self::Wecom => &["corp_secret", "corp", "chat"],
            // The OneBot side dials us, and takes over that connection what is sent.
            Self::Onebot => &["token", "group"],
            _ => &[],
        }
    }

    /// The settings without which a channel of this kind cannot speak, of those that it does not have: each with whether
    /// it is secret. A channel that has some of an app's settings lacks the others, and not the address of a robot.
    pub fn lacks(self, has: impl Fn(&str) -> bool) -> Vec<(&'static str, bool)> {
        let app = self.instead_of_url();
        // What a robot may have, too, says nothing: its secret, the chat of which it is told.
        let by_app = !has("url") && app.first().is_some_and(|first| has(first));
        let needs = |name: &str, need: SettingNeed| match need {
            _ if by_app => app.contains(&name),
            need => need == SettingNeed::Required,
        };
        let own = self.settings().iter().filter(|(name, need, _)| needs(name, *need) && !has(name));
        own.map(|(name, _, secret)| (*name, *secret)).collect()
    }

    /// Where a request carries the idempotency key by which the platform recognises a second copy; none where it
    /// recognises none. The sources are in `channels.md`, section 0.4. A mail's `Message-ID` is no promise.
    pub const fn idempotency(self) -> Option<&'static str> {
        match self {
            Self::Webhook => Some("header `webhook-id`"),
            Self::Dingtalk => Some("`msgUuid` in the body"),
            Self::GoogleChat => Some("`requestId` in the query"),
            Self::Matrix => Some("`txnId` in the path"),
            Self::Ntfy => Some("`sequence_id` in the body"),
            Self::Console
            | Self::Manual
            | Self::Wecom
            | Self::Feishu
            | Self::Slack
            | Self::Discord
            | Self::Telegram
            | Self::Teams
            | Self::Mattermost
            | Self::Onebot
            | Self::Email => None,
        }
    }

    /// The most that one message's text may be, in the platform's own unit; what is longer goes in parts. None where
    /// no limit is known. The sources are in `channels.md`, section 0.3.
    pub const fn longest(self) -> Option<(usize, TextUnit)> {
        Some(match self {
            Self::Wecom | Self::Ntfy => (4_096, TextUnit::Bytes),
            Self::Feishu | Self::Dingtalk => (20_000, TextUnit::Bytes),
            Self::Slack => (12_000, TextUnit::Utf16),
            Self::Discord => (2_000, TextUnit::Utf16),
            Self::Telegram => (4_096, TextUnit::Chars),
            // 28 KB after the platform has written every other letter as `\uXXXX`.
            Self::Teams => (21_000, TextUnit::Bytes),
            Self::GoogleChat => (32_000, TextUnit::Bytes),
            Self::Mattermost => (16_383, TextUnit::Chars),
            // An event has 65,536 bytes as servers pass it on, with ids, hashes and signatures.
            Self::Matrix => (60_000, TextUnit::Bytes),
            // OneBot says nothing about length; QQ cuts or refuses text of about 4500 characters.
            Self::Onebot => (4_000, TextUnit::Chars),
            Self::Console | Self::Manual | Self::Webhook | Self::Email => return None,
        })
    }

    /// What becomes of a picture that is a file. The sources are in `channels.md`, section 0.2.
    pub const fn pictures(self) -> Pictures {
        use PictureFormat::{Jpeg, Png};
        match self {
            Self::Wecom => Pictures::Uploaded(2 * 1024 * 1024, &[Png, Jpeg]),
            Self::Telegram | Self::Discord | Self::Matrix | Self::Onebot | Self::Ntfy | Self::Email => {
                Pictures::Uploaded(PICTURE_BYTES_MAX, &PictureFormat::ALL)
            }
            Self::Console | Self::Manual | Self::Webhook => Pictures::Named,
            Self::Feishu
            | Self::Dingtalk
            | Self::Slack
            | Self::Teams
            | Self::GoogleChat
            | Self::Mattermost => Pictures::Addressed,
        }
    }

    /// Whether somebody is notified by a mention there: where the platform can, and of a person knows the id.
    pub fn notifies(self, mention: &Mention) -> bool {
        match mention {
            Mention::All => self.abilities().mention_all,
            // People copy out what a console shows, and pick who is meant.
            Mention::Person(_) if matches!(self, Self::Console | Self::Manual) => true,
            Mention::Person(person) => {
                self.abilities().mentions && person.handles.contains_key(self.as_str())
            }
        }
    }

    /// Whether the platform takes away what members wrote, where our account may: an administrator's robot, not a webhook.
    pub const fn deletes_of_others(self) -> bool {
        matches!(self, Self::Telegram | Self::Matrix | Self::Onebot)
    }

    /// Whether a mute ends by itself there; else it has to be taken away.
    pub const fn ends_mutes(self) -> bool {
        !matches!(self, Self::Matrix)
    }

    /// Whether a robot can write to one member alone.
    pub const fn whispers(self) -> bool {
        matches!(self, Self::Telegram | Self::Onebot)
    }
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What becomes of a picture that is a file beside the playbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// It is uploaded: at most so many bytes, in one of these forms.
    Uploaded(usize, &'static [PictureFormat]),
    /// Whoever gets the message sees its path: a person, or a program of one's own.
    Named,
    /// Only pictures that have an address are shown.
    Addressed,
}

/// Whether a setting has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingNeed {
    /// An error when it is missing.
    Required,
    /// May be missing.
    Optional,
}

/// How much of what happens on a channel is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hear {
    /// Nothing.
    Nothing,
    /// Who and when, never what was said.
    Names,
    /// What was said, too.
    All,
}

impl Hear {
    /// Each with its word.
    pub const WORDS: [(&str, Self); 3] =
        [("all", Self::All), ("names", Self::Names), ("nothing", Self::Nothing)];
}
