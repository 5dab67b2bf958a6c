//! What platforms send to `/hooks`: who sent it, what it means, and what they want to hear back.
//!
//! ```text
//!   head, body, instant ─▶ key ─▶ [`Meant`]: a question of the platform itself, or facts in the one shape
//! ```
//!
//! Pure: one file a platform, over bytes. Nothing here has a clock, a socket or a store, and nothing says a key.

mod crypt;
mod dingtalk;
mod discord;
mod feishu;
mod form;
mod mattermost;
mod onebot;
mod slack;
mod telegram;
mod wecom;

use crate::{
    base::{limits, time::Timestamp},
    model::channel::ChannelKind,
    shell::delivery::secret::Secret,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// A request of a platform.
#[derive(Clone, Copy)]
pub struct Came<'a> {
    /// Whether it only asks (`GET`).
    pub asks: bool,
    /// What stands behind `?`.
    pub query: &'a str,
    /// A line of its head.
    pub head: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The body of the request.
    pub body: &'a [u8],
    /// When it came.
    pub now: Timestamp,
    /// What nobody can guess, for an answer that is sealed.
    pub random: [u8; 16],
    /// The chats of the channel, as the playbook writes them.
    pub chats: &'a [String],
}

impl Came<'_> {
    /// Whether an instant in seconds is so near.
    fn is_within(&self, at_s: i64, skew_s: u64) -> bool {
        at_s.saturating_sub(self.now.as_seconds()).unsigned_abs() <= skew_s
    }

    /// Whether an instant in seconds is one of which a repeat would still be known.
    fn is_remembered(&self, at_s: i64) -> bool {
        self.is_within(at_s, limits::HOOK_AGE_S_MAX)
    }

    fn json(&self) -> Result<Value, Wrong> {
        serde_json::from_slice(self.body)
            .map_err(|error| Wrong::Unreadable(format!("the body is no JSON: {error}")))
    }

    /// A parameter of the query.
    fn asked(&self, name: &str) -> Option<String> {
        form::value(self.query, name)
    }
}

/// What the platform hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookTold {
    /// The status.
    pub status: u16,
    /// The type of the body.
    pub kind: &'static str,
    /// The body.
    pub body: String,
}

impl HookTold {
    fn text(body: impl Into<String>) -> Self {
        Self { status: 200, kind: "text/plain; charset=utf-8", body: body.into() }
    }

    fn json(body: &Value) -> Self {
        Self { status: 200, kind: "application/json", body: body.to_string() }
    }

    fn nothing(status: u16) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: String::new() }
    }
}

/// What a request means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meant {
    /// The platform asks whether we are who we say.
    Asked(HookTold),
    /// Something happened: each in the one shape that `POST /signals` takes, and what is said once it is recorded.
    Happened(Vec<Value>, HookTold),
}

/// Why a request is not heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The channel has no key by which such a request could be known.
    NoKey(&'static str),
    /// It was not signed with the channel's key.
    Unsigned(&'static str),
    /// It was signed too long ago, or by a clock that is far ahead.
    Stale,
    /// It is signed and cannot be understood.
    Unreadable(String),
}

/// The settings of a channel, by name.
pub type HookSettings<'a> = &'a BTreeMap<String, Secret>;

type Reads = fn(HookSettings<'_>, &Came<'_>) -> Result<Meant, Wrong>;

/// How the requests of a platform are read, and the settings without which they cannot be known; none where it sends
/// none.
pub fn reads(kind: ChannelKind) -> Option<(Reads, &'static [&'static str])> {
    match kind {
        ChannelKind::Slack => Some((slack::read, &["secret"])),
        ChannelKind::Feishu => Some((feishu::read, &["encrypt_key"])),
        ChannelKind::Wecom => Some((wecom::read, &["token", "aes_key"])),
        ChannelKind::Dingtalk => Some((dingtalk::read, &["app_secret", "token", "aes_key"])),
        ChannelKind::Discord => Some((discord::read, &["public_key"])),
        ChannelKind::Mattermost => Some((mattermost::read, &["secret"])),
        ChannelKind::Onebot => Some((onebot::read, &["secret"])),
        ChannelKind::Telegram => Some((telegram::read, &["secret_token"])),
        _ => None,
    }
}

/// What an event tells, in the one shape: the same whichever way it came.
pub fn happened(kind: ChannelKind, event: &Value) -> Vec<Value> {
    match kind {
        ChannelKind::Slack => slack::told(event),
        ChannelKind::Feishu => feishu::told(event),
        ChannelKind::Wecom => wecom::told(event).into_iter().collect(),
        ChannelKind::Dingtalk => dingtalk::spoken(event).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What Feishu shows whoever has pressed a button of a card; none where nothing was pressed.
pub fn feishu_shown(event: &Value) -> Option<Value> {
    feishu::shown(event)
}

/// An instant as Slack writes it.
pub fn slack_instant(ts: &str) -> Value {
    slack::instant(&Value::from(ts))
}

/// What an event of DingTalk tells, however it came.
pub fn dingtalk_event(kind: &str, id: &str, event: &Value) -> Vec<Value> {
    dingtalk::happened(kind, id, event)
}

/// The first value of a name in a query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    form::value(query, name)
}

/// A key of the channel.
fn key<'a>(keys: HookSettings<'a>, name: &'static str) -> Result<&'a str, Wrong> {
    let found = keys.get(name).map(Secret::expose).filter(|text| !text.is_empty());
    found.ok_or(Wrong::NoKey(name))
}

/// A text in JSON, empty where there is none.
fn text<'a>(json: &'a Value, at: &str) -> &'a str {
    json.pointer(at).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a text asks something, as far as its end tells.
fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '吗', '呢'])
}

/// Seconds as an instant in a signal.
fn instant(seconds: i64) -> Value {
    Value::String(Timestamp::from_millis(seconds.saturating_mul(1_000)).to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn keys(all: &[(&str, &str)]) -> BTreeMap<String, Secret> {
        all.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect()
    }

    pub(super) fn came<'a>(
        head: &'a [(&str, &'a str)],
        query: &'a str,
        body: &'a [u8],
        now_s: i64,
    ) -> Came<'a> {
        let find = |name: &str| head.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let now = Timestamp::from_millis(now_s * 1_000);
        Came { asks: false, query, head: Box::leak(Box::new(find)), body, now, random: [3; 16], chats: &[] }
    }

    #[test]
    fn a_channel_without_a_key_hears_nobody() {
        for kind in ChannelKind::ALL {
            let Some((reads, needs)) = reads(*kind) else { continue };
            let heard = reads(&keys(&[]), &came(&[], "", b"{}", 0));
            assert!(matches!(heard, Err(Wrong::NoKey(name)) if needs.contains(&name)), "{kind}: {heard:?}");
        }
    }
}
