//! What is heard on a channel: which platforms have an ear, what it needs, what it hears, and how much of it is wanted.
//!
//! The one table from which `check`, `run`, `status` and the documentation say what is *deaf*. Hears nothing itself.

use super::{
    abilities::Abilities,
    channel::{Channel, ChannelKind, Hear, Setting},
};
use crate::base::{
    phrase::{Words, pair},
    time::Duration,
};

/// What an ear of a platform hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ear {
    /// The settings without which it hears nothing.
    pub needs: &'static [&'static str],
    /// Members who join or leave.
    pub joins: bool,
    /// Messages and reactions.
    pub messages: bool,
    /// Answers to questions.
    pub answers: bool,
}

/// What is heard of a customer group of WeCom, whose list an app of the company asks for.
const CUSTOMERS: Ear =
    Ear { needs: &["corp", "corp_secret", "chat"], joins: true, messages: false, answers: false };

impl ChannelKind {
    /// The ear of this platform; none where it hears nothing, however it is configured.
    pub const fn ear(self) -> Option<Ear> {
        match self {
            Self::Telegram => Some(Ear { needs: &["token"], joins: true, messages: true, answers: true }),
            Self::Onebot => Some(Ear { needs: &["url"], joins: true, messages: true, answers: true }),
            Self::Matrix => {
                Some(Ear { needs: &["url", "token"], joins: true, messages: true, answers: true })
            }
            Self::Discord => {
                Some(Ear { needs: &["token", "chat"], joins: true, messages: true, answers: true })
            }
            Self::Feishu => {
                Some(Ear { needs: &["app", "secret", "chat"], joins: true, messages: true, answers: true })
            }
            Self::Slack => {
                Some(Ear { needs: &["app", "token", "chat"], joins: true, messages: true, answers: true })
            }
            Self::Mattermost => {
                Some(Ear { needs: &["token", "chat"], joins: true, messages: true, answers: true })
            }
            Self::Dingtalk => Some(Ear {
                needs: &["app", "app_secret", "chat"],
                joins: true,
                messages: false,
                answers: true,
            }),
            Self::Wecom => {
                Some(Ear { needs: &["bot", "secret", "chat"], joins: false, messages: false, answers: true })
            }
            _ => None,
        }
    }
}

impl ChannelKind {
    /// By what the engine hears this platform when it opens the connection itself, in words.
    pub const fn hears_by(self) -> Words {
        match self {
            Self::Telegram => pair("long polling (getUpdates)", "长轮询（getUpdates）"),
            Self::Matrix => pair("long polling (/sync)", "长轮询（/sync）"),
            Self::Discord => pair("WebSocket (Gateway)", "WebSocket（Gateway）"),
            Self::Slack => pair("WebSocket (Socket Mode)", "WebSocket（Socket Mode）"),
            Self::Dingtalk => pair("WebSocket (Stream)", "WebSocket（Stream 模式）"),
            Self::Feishu => pair("WebSocket (long connection)", "WebSocket（长连接）"),
            Self::Wecom => pair("WebSocket (bot)", "WebSocket（智能机器人长连接）"),
            _ => pair("WebSocket", "WebSocket"),
        }
    }

    /// For how long this platform keeps for an ear what happens while nobody listens; none where it keeps nothing.
    pub const fn keeps_for_ear(self) -> Option<Duration> {
        match self {
            Self::Telegram => Some(Duration::DAY),
            // What was said stands in the chat; who came is repeated for some hours.
            Self::Feishu => Some(Duration::HOUR.times(6)),
            // The history of the room, or of the channel, has what was said.
            Self::Matrix | Self::Slack | Self::Discord | Self::Mattermost => Some(Duration::DAY.times(3_650)),
            _ => None,
        }
    }

    /// What this platform tells an address of ours, `/hooks/…`, as far as it can be configured; none where it tells
    /// nothing. What it says in answer to a robot's post is told only where the post's id is known.
    pub fn hook(self) -> Option<Ear> {
        let hears = |needs, joins, messages, answers| Some(Ear { needs, joins, messages, answers });
        match self {
            Self::Slack => hears(&["secret", "chat"], true, true, true),
            Self::Feishu => hears(&["encrypt_key", "chat"], true, true, true),
            Self::Mattermost => hears(&["secret", "chat"], false, true, false),
            Self::Discord => hears(&["public_key", "chat"], false, false, false),
            Self::Telegram => hears(&["secret_token", "chat"], true, true, true),
            Self::Onebot => hears(&["group"], true, true, true),
            // Whoever calls the robot answers the question that is open.
            Self::Wecom => hears(&["token", "aes_key", "chat"], true, false, true),
            Self::Dingtalk => hears(&["app_secret", "chat"], true, false, true),
            _ => None,
        }
    }
}

impl Channel {
    /// The ear that this channel has as it is configured: by a connection of the engine's, else by what the platform
    /// tells of itself.
    pub fn ear(&self) -> Option<Ear> {
        let ear = self.listens().or_else(|| self.hook())?;
        (self.hear != Some(Hear::Nothing)).then_some(ear)
    }

    /// The settings without which nothing signs in to hear there; empty where nothing is missing. The chat is no
    /// credential: it is known once something was heard.
    pub fn cannot_sign_in(&self) -> Vec<&'static str> {
        let ear = if self.looks_at_customers() { Some(CUSTOMERS) } else { self.kind.ear() };
        let needs = ear.map_or(&[][..], |ear| ear.needs);
        let lacks = |name: &&&str| **name != "chat" && !self.settings.contains_key(**name);
        needs.iter().filter(lacks).copied().collect()
    }

    /// What is heard by a connection that the engine opens.
    pub fn listens(&self) -> Option<Ear> {
        // An HTTP server of OneBot takes what is sent and tells nothing; its WebSocket does both.
        let mute = self.kind == ChannelKind::Onebot && self.is_http();
        // Telegram tells either a webhook or whoever asks.
        let told = self.settings.contains_key("secret_token");
        let able = |ear: &Ear| ear.needs.iter().all(|name| self.settings.contains_key(*name));
        let own = if self.looks_at_customers() { Some(CUSTOMERS) } else { self.kind.ear() };
        let ear = own.filter(|ear| !mute && !told && able(ear))?;
        Some(Ear { answers: ear.answers && self.knows_posts(), ..ear })
    }

    /// Whether it is of an app of WeCom that looks at customer groups, where no bot is.
    fn looks_at_customers(&self) -> bool {
        self.kind == ChannelKind::Wecom
            && self.settings.contains_key("corp_secret")
            && !self.settings.contains_key("bot")
    }

    /// Whether it hears and cannot speak.
    pub fn only_hears(&self) -> bool {
        self.looks_at_customers() && !self.settings.contains_key("url")
    }

    /// Whether it is told which message a post became: webhooks of Slack and Mattermost and robots of Feishu are not, so
    /// that nobody knows what a reply answers.
    fn knows_posts(&self) -> bool {
        match self.kind {
            ChannelKind::Slack | ChannelKind::Feishu => !self.settings.contains_key("url"),
            ChannelKind::Mattermost => self.is_mattermost_bot(),
            _ => true,
        }
    }

    /// Whether a bot of Mattermost speaks: its address is the server's, and not that of a webhook.
    fn is_mattermost_bot(&self) -> bool {
        let site = |setting: &Setting| matches!(setting, Setting::Literal(url) if !url.contains("/hooks/"));
        let by_site = self.settings.get("url").is_none_or(|urls| urls.iter().all(site));
        by_site && self.settings.contains_key("token") && self.settings.contains_key("chat")
    }

    /// Whether what it signs in with may do something about members: a bot or an app, where it has been told all that it
    /// needs.
    fn governs(&self) -> bool {
        match self.kind {
            ChannelKind::Slack => !self.settings.contains_key("url"),
            ChannelKind::Mattermost => self.is_mattermost_bot(),
            ChannelKind::Discord => !self.settings.contains_key("url") && self.settings.contains_key("guild"),
            _ => true,
        }
    }

    /// Whether its address is that of an HTTP server.
    fn is_http(&self) -> bool {
        let http = |setting: &Setting| matches!(setting, Setting::Literal(url) if url.starts_with("http"));
        self.settings.get("url").is_some_and(|urls| urls.iter().any(http))
    }

    /// What the platform tells `/hooks/…` as this channel is configured.
    pub fn hook(&self) -> Option<Ear> {
        let hook = self.kind.hook()?;
        let has = |name: &&str| self.settings.contains_key(*name);
        // Whoever connects or reports to us is known by the token or the secret. Over a WebSocket of theirs everything
        // is heard already.
        let dials = !has(&"url") && has(&"token");
        let calls = has(&"secret") || has(&"token") && self.hear.is_some();
        if self.kind == ChannelKind::Onebot && !(dials || self.is_http() && calls) {
            return None;
        }
        let joins = match self.kind {
            // An app of a company is told of its customer groups, an AI bot of nobody who comes.
            ChannelKind::Wecom => has(&"corp"),
            // Events are pushed under a key of their own.
            ChannelKind::Dingtalk => has(&"aes_key"),
            _ => hook.joins,
        };
        let answers = hook.answers && self.knows_posts();
        hook.needs.iter().all(has).then_some(Ear { joins, answers, ..hook })
    }

    /// What it hears and does as it is configured.
    pub fn abilities(&self) -> Abilities {
        let ear = self.ear();
        let hears = |what: fn(Ear) -> bool| ear.is_some_and(what);
        let all = self.kind.abilities();
        let revises = self.knows_posts();
        Abilities {
            joins: hears(|ear| ear.joins),
            messages: hears(|ear| ear.messages),
            answers: hears(|ear| ear.answers),
            removals: all.removals && self.governs(),
            mutes: all.mutes && self.governs(),
            admits: all.admits && self.governs(),
            polls: all.polls && hears(|ear| ear.answers),
            buttons: all.buttons && hears(|ear| ear.answers),
            deletes: all.deletes && revises,
            edits: all.edits && revises,
            pins: all.pins && revises,
            ..all
        }
    }

    /// How much is heard on it: what the file says, else names where members are, and nothing where staff is.
    pub fn heard(&self, for_staff: bool) -> Hear {
        match (self.ear(), self.hear) {
            (None, _) => Hear::Nothing,
            (Some(_), Some(hear)) => hear,
            (Some(_), None) if for_staff => Hear::Nothing,
            (Some(_), None) => Hear::Names,
        }
    }
}
