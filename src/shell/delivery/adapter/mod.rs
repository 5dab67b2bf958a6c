//! Adapters: the pure translators, one file per platform.
//!
//! An adapter turns a message into requests and a response into a receipt. It has no clock, no socket and no
//! state; the sign time and the effect's id arrive with the [`Attempt`].

use super::target::{Robot, hex};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        limits::MESSAGE_PARTS_MAX,
        time::{Duration, Timestamp},
    },
    model::{
        channel::ChannelKind,
        message::{Label, Message},
    },
};
use std::{borrow::Cow, fmt::Write as _};

pub mod answer;
pub mod mention;
pub mod console;
pub mod manual;
pub mod webhook;
pub mod wecom;
pub mod feishu;
pub mod dingtalk;
pub mod telegram;
pub mod matrix;
pub mod onebot;
pub mod ntfy;

/// Translates for one platform. Pure: same arguments, same answer.
pub trait Adapter: Send + Sync {
    /// How its requests travel.
    fn carrier(&self) -> Carrier {
        Carrier::Http
    }

    /// Whether the resolved settings can be used: the setting and what is wrong with it.
    fn check(&self, _robot: &Robot) -> Result<(), (String, String)> {
        Ok(())
    }

    /// The requests that carry the message, in order: one, or one for each part of a message that is longer
    /// than the platform takes. The number of parts and their text do not depend on the attempt.
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal>;

    /// What the platform's answer means.
    fn receipt(&self, response: &Response) -> Receipt;

    /// How the platform will show a request's body, as plain text with a short note about its form.
    fn shown(&self, request: &Request) -> Shown;
}

/// How an adapter's requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// Printed on the terminal.
    Terminal,
    /// Copied out by a person; settled when the person says so.
    Person,
    /// Sent over HTTP.
    Http,
}

/// One try to deliver a message: what about it is not in the message itself.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The group that speaks.
    pub group: &'a GroupId,
    /// The channel it speaks on.
    pub channel: &'a ChannelName,
    /// The effect; with the group the idempotency key, constant across attempts.
    pub effect: &'a EffectId,
    /// The message's label.
    pub label: Option<Label>,
    /// When the request is signed.
    pub at: Timestamp,
    /// What the platform said when it accepted the message that this one answers, where that is known.
    pub reply_to: Option<&'a str>,
}

impl Attempt<'_> {
    /// The idempotency key that travels: `msg_` and 32 hex digits, equal for equal group and effect on every
    /// machine. A digest, because receivers forbid dots and header values must be ASCII.
    pub fn key(&self) -> String {
        use sha2::Digest as _;
        let mut digest = sha2::Sha256::new();
        digest.update((self.group.as_str().len() as u64).to_le_bytes());
        digest.update(self.group.as_str());
        digest.update(self.effect.as_str());
        format!("msg_{}", hex(&digest.finalize()[..16]))
    }

    /// The idempotency key of one part, where each part is a message of its own: letters, digits, `_` and `-`.
    pub fn part_key(&self, index: usize) -> String {
        format!("{}-{index}", self.key())
    }
}

/// One HTTP request, or what is printed or copied.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST`, `PUT`, …; `PRINT` for the terminal, `COPY` for a person.
    pub method: Cow<'static, str>,
    /// The address; may hold a key, so it is not in `Debug`.
    pub url: String,
    /// Header names in lower case, with values; may hold secrets.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// A POST of JSON text.
    pub fn post_json(url: &str, body: String) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { method: Cow::Borrowed("POST"), url: url.to_owned(), headers, body }
    }

    /// Nothing.
    pub fn empty() -> Self {
        Self { method: Cow::Borrowed(""), url: String::new(), headers: Vec::new(), body: String::new() }
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({} bytes)", self.method, super::secret::redact_url(&self.url), self.body.len())
    }
}

/// What came back over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with values.
    pub headers: Vec<(String, String)>,
    /// The body, at most `RESPONSE_BYTES_MAX` of it.
    pub body: Vec<u8>,
    /// When it arrived, for a `Retry-After` that is a date.
    pub at: Timestamp,
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The platform took it.
    Accepted {
        /// What it said that is worth keeping; often empty.
        note: String,
    },
    /// Not now.
    RetryLater {
        /// The earliest next attempt, where the platform says or its limit implies one.
        after: Option<Duration>,
        /// The robot as a whole is to wait, not only this message.
        throttled: bool,
        /// Attempts after which the platform advises to give up.
        attempts_max: Option<u32>,
        /// Why, in words.
        reason: String,
    },
    /// Never.
    Refused {
        /// Why, in words, with what to do.
        reason: String,
    },
    /// The answer does not tell whether the platform took it: the attempt is in doubt.
    Unclear {
        /// What came back.
        reason: String,
    },
}

impl Receipt {
    /// The same without what is secret of its request: a server may repeat an address or a token in its answer.
    pub fn hiding(self, request: &Request) -> Self {
        let hide = |text: String| super::secret::hide(text, &request.url, &request.headers);
        match self {
            Self::Accepted { note } => Self::Accepted { note: hide(note) },
            Self::RetryLater { after, throttled, attempts_max, reason } => {
                Self::RetryLater { after, throttled, attempts_max, reason: hide(reason) }
            }
            Self::Refused { reason } => Self::Refused { reason: hide(reason) },
            Self::Unclear { reason } => Self::Unclear { reason: hide(reason) },
        }
    }
}

/// Why a message cannot be put into requests at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// A request as its platform will show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The form and how full it is: `markdown · 312 of 4096 bytes`.
    pub note: String,
    /// Plain text, lines parted by `\n`.
    pub text: String,
}

/// The adapter of a platform, or why there is none yet.
pub fn adapter(kind: ChannelKind) -> Result<&'static dyn Adapter, Unsupported> {
    match kind {
        ChannelKind::Console => Ok(&console::Console),
        ChannelKind::Manual => Ok(&manual::Manual),
        ChannelKind::Webhook => Ok(&webhook::Webhook),
        ChannelKind::Wecom => Ok(&wecom::Wecom),
        ChannelKind::Feishu => Ok(&feishu::Feishu),
        ChannelKind::Dingtalk => Ok(&dingtalk::Dingtalk),
        ChannelKind::Telegram => Ok(&telegram::Telegram),
        ChannelKind::Matrix => Ok(&matrix::Matrix),
        ChannelKind::Onebot => Ok(&onebot::Onebot),
        ChannelKind::Ntfy => Ok(&ntfy::Ntfy),
        ChannelKind::Slack
        | ChannelKind::Discord
        | ChannelKind::Teams
        | ChannelKind::GoogleChat
        | ChannelKind::Mattermost
        | ChannelKind::Email => Err(Unsupported { kind }),
    }
}

/// A platform that a playbook can name and that cannot be delivered to yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "type {kind} is not supported yet: supported are {}; use `type: webhook` where the platform takes plain JSON, or \
     `type: manual` to have a person post it",
    supported()
)]
pub struct Unsupported {
    /// Which.
    pub kind: ChannelKind,
}

fn supported() -> String {
    let supported = ChannelKind::ALL.iter().filter(|kind| adapter(**kind).is_ok());
    supported.map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// The parts of a message, unless they are more than are sent.
fn bounded<T>(parts: Vec<T>) -> Result<Vec<T>, Refusal> {
    if parts.len() <= MESSAGE_PARTS_MAX {
        return Ok(parts);
    }
    Err(Refusal(format!(
        "the message would be {} parts, at most {MESSAGE_PARTS_MAX} are sent: shorten it or put it in a document and \
         post the link",
        parts.len()
    )))
}

/// An address with a path added to its own; the query stays.
fn endpoint(url: &str, path: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (base, query) = url.split_at(end);
    let query = query.split('#').next().unwrap_or_default();
    format!("{}{path}{query}", base.trim_end_matches('/'))
}

/// Text as one segment of a path: everything but letters, digits and `-._~` is percent-encoded.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    //! What the tests of the adapters have in common.

    use super::*;
    use crate::{
        base::{ids::PersonId, person::Person},
        model::message::Mention,
        shell::delivery::{
            markup::{self, write::PLAIN},
            secret::Secret,
        },
    };
    use proptest::{prop_assert, test_runner::TestCaseError};

    /// A person who is mentioned, with the platform and the id there.
    pub(super) fn person(name: &str, handle: Option<(&str, &str)>) -> Mention {
        let handles = handle.map(|(platform, id)| (platform.to_owned(), id.to_owned()));
        let handles = handles.into_iter().collect();
        Mention::Person(Person { id: PersonId::new(name), name: name.into(), handles })
    }

    pub(super) fn robot_with(kind: ChannelKind, settings: &[(&str, &str)]) -> Robot {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(value)));
        Robot::new(kind, settings.collect())
    }

    pub(super) fn request_of(adapter: &dyn Adapter, message: &Message, robot: &Robot) -> Vec<Request> {
        request_with(adapter, message, robot, None)
    }

    /// The requests of a message that answers another one.
    pub(super) fn request_with(
        adapter: &dyn Adapter,
        message: &Message,
        robot: &Robot,
        reply_to: Option<&str>,
    ) -> Vec<Request> {
        let (group, channel, effect) = (GroupId::new("g"), ChannelName::new("c"), EffectId::new("e"));
        let at = Timestamp::default();
        let attempt =
            Attempt { group: &group, channel: &channel, effect: &effect, label: None, at, reply_to };
        adapter.requests(message, robot, &attempt).unwrap()
    }

    /// Any text is within the limit and keeps its letters and digits, in order; a table's header and a list's
    /// numbers may come again in a later part. `read` says whether a request is small enough, and its text.
    pub(super) fn check_any_text(
        adapter: &dyn Adapter,
        kind: ChannelKind,
        text: &str,
        read: impl Fn(&Request) -> (bool, String),
    ) -> Result<(), TestCaseError> {
        if markup::parse(text).is_empty() {
            return Ok(());
        }
        let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let mut seen = String::new();
        for request in request_of(adapter, &Message::text(text), &Robot::placeholder(kind)) {
            let (fits, shown) = read(&request);
            prop_assert!(fits, "too large: {}", request.body.len());
            prop_assert!(!shown.trim().is_empty());
            seen.push_str(&words(&shown));
        }
        let expected = words(&PLAIN.write(&markup::blocks(&Message::text(text))));
        let mut chars = seen.chars();
        for c in expected.chars() {
            prop_assert!(chars.any(|seen| seen == c), "lost {c:?} of {text:?}");
        }
        Ok(())
    }

    #[test]
    fn paths_are_added_before_the_query() {
        assert_eq!(endpoint("http://h:1/?a=b", "/x"), "http://h:1/x?a=b");
        assert_eq!(endpoint("http://h/base/#f", "/x"), "http://h/base/x");
        assert_eq!(percent_encoded("!a/b:h é"), "%21a%2Fb%3Ah%20%C3%A9");
    }
}
