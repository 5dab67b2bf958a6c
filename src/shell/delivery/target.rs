//! A target: a channel whose settings have been read, secrets included.
//!
//! The counterpart of [`crate::model::channel::Channel`], which only names where secrets are. Never serialized.

use super::secret::{Secret, censor};
use crate::{
    base::{hex::hex, time::Duration},
    courier::{
        RobotId, Route, Stop,
        route::{Bot, bot_rates},
    },
    model::channel::{ChannelKind, Rate},
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// Where apps and bots are spoken for unless a channel names a server of its own.
const fn home(kind: ChannelKind) -> Option<&'static str> {
    match kind {
        ChannelKind::Telegram => Some("https://api.telegram.org"),
        ChannelKind::Slack => Some("https://slack.com/api"),
        ChannelKind::Discord => Some("https://discord.com/api/v10"),
        ChannelKind::Feishu => Some("https://open.feishu.cn"),
        _ => None,
    }
}

/// A channel that is ready to be sent to.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What the lanes know of it; its robots are those below, in the same order.
    pub route: Arc<Route>,
    /// The robots that share the channel's messages; one unless a setting was a list. Never empty.
    pub robots: Vec<Robot>,
    /// How long one request may take.
    pub timeout: Duration,
    /// The folder in which pictures are looked for: the playbook's.
    pub folder: PathBuf,
    /// How its requests get there.
    pub way: Way,
}

/// How requests get to a server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Way {
    /// The only proxy that may be used.
    pub proxy: Option<Secret>,
    /// Certificates of authorities that are believed beside the machine's own, as PEM.
    pub ca: Option<Arc<str>>,
}

/// One address of a channel with what it needs: the unit that a platform's rate limit counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Robot {
    /// Equal for equal credentials on the same platform; a digest, safe to show.
    pub id: RobotId,
    /// Scheme, host and port: requests in flight are counted by it. Empty where nothing is sent over HTTP.
    pub host: String,
    /// The resolved settings by name.
    pub settings: BTreeMap<String, Secret>,
}

impl Robot {
    /// A robot with these settings.
    pub fn new(kind: ChannelKind, mut settings: BTreeMap<String, Secret>) -> Self {
        let is_app = ["token", "app"].iter().any(|name| settings.contains_key(*name));
        if let Some(home) = home(kind).filter(|_| is_app) {
            settings.entry("base_url".into()).or_insert_with(|| Secret::new(home));
        }
        let url = settings.get("url").or_else(|| settings.get("base_url")).map_or("", Secret::expose);
        let host = host_of(url);
        // What the platform counts: an account, whatever its room, group or topic, or one address.
        let counted: &[&str] = match kind {
            ChannelKind::Matrix | ChannelKind::Onebot => &["url", "token"],
            ChannelKind::Ntfy => &["token"],
            ChannelKind::Email => &["url", "from"],
            ChannelKind::Feishu if settings.contains_key("app") => &["url", "base_url", "app", "chat"],
            _ => &["url", "base_url", "token", "chat"],
        };
        let mut digest = Sha256::new();
        digest.update(kind.as_str());
        digest.update(&host);
        for name in counted {
            digest.update([0]);
            digest.update(settings.get(*name).map_or("", Secret::expose));
        }
        let id = hex(&digest.finalize()[..8]);
        Self { id: RobotId(id), host, settings }
    }

    /// What the lanes know of it.
    pub fn stop(&self) -> Stop {
        Stop { id: self.id.clone(), host: self.host.clone(), bot: None }
    }

    /// Whom the platform counts over all chats, where it counts so, and as what: of a channel that is allowed more by
    /// itself, its account is.
    pub fn bot(&self, kind: ChannelKind, own: Option<Rate>) -> Option<Bot> {
        let mut rates = bot_rates(kind);
        if rates.is_empty() {
            return None;
        }
        let url = self.settings.get("url").map(Secret::expose);
        let counted = match kind {
            ChannelKind::GoogleChat => url?.split('?').next()?.to_owned(),
            _ => ["token", "app"].iter().find_map(|name| self.settings.get(*name))?.expose().to_owned(),
        };
        let mut digest = Sha256::new();
        for part in [kind.as_str(), &self.host, &counted] {
            digest.update(part);
            digest.update([0]);
        }
        if let Some(own) = own {
            let faster = |rate: &Rate| {
                let times = |a: &Rate, b: &Rate| i128::from(a.count) * i128::from(b.per.as_millis());
                times(&own, rate) > times(rate, &own)
            };
            for rate in rates.iter_mut().filter(|rate| faster(rate)) {
                *rate = own;
            }
        }
        Some(Bot { id: hex(&digest.finalize()[..8]), rates })
    }

    /// A robot that stands for any: its addresses are placeholders, it has no secret. For previews.
    pub fn placeholder(kind: ChannelKind) -> Self {
        let needed = kind
            .settings()
            .iter()
            .filter(|(_, need, _)| *need == crate::model::channel::SettingNeed::Required);
        let settings = needed
            .map(|(name, ..)| {
                let value = match *name {
                    "url" => match kind {
                        ChannelKind::Wecom => "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY",
                        ChannelKind::Feishu => "https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN",
                        ChannelKind::Dingtalk => "https://oapi.dingtalk.com/robot/send?access_token=TOKEN",
                        ChannelKind::Matrix => "https://matrix.example.com",
                        ChannelKind::Onebot => "http://127.0.0.1:5700",
                        ChannelKind::Ntfy => "https://ntfy.sh/TOPIC",
                        ChannelKind::Email => "smtps://USER:PASSWORD@mail.example.org",
                        ChannelKind::Slack => "https://hooks.slack.com/services/T/B/TOKEN",
                        ChannelKind::Discord => "https://discord.com/api/v10/webhooks/ID/TOKEN",
                        ChannelKind::Mattermost => "https://mattermost.example.com/hooks/KEY",
                        ChannelKind::Teams => "https://example.logic.azure.com/workflows/ID?sig=SIG",
                        ChannelKind::GoogleChat => {
                            "https://chat.googleapis.com/v1/spaces/SPACE/messages?key=KEY&token=TOKEN"
                        }
                        _ => "https://example.com/URL",
                    },
                    "token" => "TOKEN",
                    "chat" => "CHAT",
                    "room" => "!ROOM",
                    "group" => "GROUP",
                    "from" => "FROM@example.org",
                    "to" => "TO@example.org",
                    _ => "VALUE",
                };
                ((*name).to_owned(), Secret::new(value))
            })
            .collect();
        Self::new(kind, settings)
    }

    /// Text from outside without what is secret about this robot: a platform may repeat what it was sent.
    pub fn censor(&self, text: &str) -> String {
        let secret = |name: &str| {
            matches!(name, "url" | "base_url" | "token" | "secret" | "app") || name.starts_with("headers.")
        };
        censor(text, self.settings.iter().filter(|(name, _)| secret(name)).map(|(_, value)| value))
    }

    /// A resolved setting as text, for a request that is about to be made.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(Secret::expose)
    }
}

fn host_of(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return String::new();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}").to_lowercase()
}
