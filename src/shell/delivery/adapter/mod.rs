//! Adapters: the pure translators, one file per platform.
//!
//! An adapter turns a message into requests and a response into a receipt. It has no clock, no socket and no
//! state; the sign time and the effect's id arrive with the [`Attempt`].

use super::{
    picture::{self, Picture},
    target::Robot,
};
use crate::{
    base::{
        hex::hex,
        ids::{ChannelName, EffectId, GroupId},
        phrase::Phrase,
        time::{Duration, Timestamp},
    },
    model::{
        channel::ChannelKind,
        message::{Admission, Label, Message, Restriction, Revising},
    },
};
use bytes::Bytes;
use std::borrow::Cow;

pub use crate::courier::Receipt;

pub mod answer;
pub mod mention;
pub mod parts;
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
pub mod email;
pub mod slack;
pub mod discord;
pub mod mattermost;
pub mod teams;
pub mod google_chat;

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

    /// The requests that delete what was sent, or change its words, by what the platform said of each of its parts.
    fn revise(
        &self,
        _does: Revising,
        _message: &Message,
        _sent: &[&str],
        _robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        Err(Refusal("the platform lets nobody but a person change what was sent".into()))
    }

    /// The request by which an app is given the key with which it speaks for a while; none where its settings are
    /// enough.
    fn sign_in(&self, _robot: &Robot) -> Option<Request> {
        None
    }

    /// The key in the platform's answer, and for how long it is good; none where it gave none.
    fn signed_in(&self, _response: &Response) -> Option<(String, Duration)> {
        None
    }

    /// What the platform would have said of a message of this id, had it been one of ours.
    fn note_of(&self, heard: &str) -> String {
        heard.to_owned()
    }

    /// The requests that tell one member alone, by their id on the platform.
    fn whisper(
        &self,
        _message: &Message,
        _member: &str,
        _robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        Err(Refusal("the platform lets no robot write to a member alone".into()))
    }

    /// The requests that keep a member from writing for a while, let them write again, or remove them.
    fn restrict(
        &self,
        _member: &str,
        restriction: &Restriction,
        _robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let refused = if restriction.removes {
            "the platform lets nobody but a person remove members"
        } else {
            "the platform lets nobody but a person mute members"
        };
        Err(Refusal(refused.into()))
    }

    /// The requests that let in a member who has asked to come in, or turn them away.
    fn admit(
        &self,
        _member: &str,
        _answer: &Admission,
        _robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        Err(Refusal("the platform lets nobody but a person answer who asks to come in".into()))
    }

    /// The request that reads what has to be known before something is done that changes a part of it; none where
    /// nothing has.
    fn looks_up(&self, _message: &Message, _robot: &Robot) -> Option<Request> {
        None
    }

    /// What was read, as the requests want it; none where it was not given.
    fn looked_up(&self, _response: &Response) -> Option<String> {
        None
    }

    /// The request that brings a picture to the platform before the last request can show it; none where the picture
    /// travels with its message.
    fn upload(&self, _picture: &Picture, _robot: &Robot) -> Option<Request> {
        None
    }

    /// What the platform calls a picture that was uploaded; none where it did not take it.
    fn uploaded(&self, _response: &Response) -> Option<String> {
        None
    }

    /// What the platform's answer means.
    fn receipt(&self, response: &Response) -> Receipt;

    /// How the platform will show a request's body, as plain text with a short note about its form.
    fn shown(&self, request: &Request) -> ShownRequest;
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
    /// Handed to a mail server.
    Mail,
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
    /// The message's picture where it is a file; none in a preview.
    pub picture: Option<&'a Picture>,
    /// What the platform calls the picture, once it was uploaded.
    pub uploaded: Option<&'a str>,
    /// What was read before, where something had to be.
    pub known: Option<&'a str>,
    /// The key with which the app speaks for now, where it needs one; none in a preview.
    pub key: Option<&'a str>,
}

impl<'a> Attempt<'a> {
    /// Of a message that has no label, answers nothing and shows no file.
    pub fn of(group: &'a GroupId, channel: &'a ChannelName, effect: &'a EffectId, at: Timestamp) -> Self {
        Self {
            group,
            channel,
            effect,
            label: None,
            at,
            reply_to: None,
            picture: None,
            uploaded: None,
            known: None,
            key: None,
        }
    }
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

    /// The key of one part (from 0) of a message that is sent in several: a platform that drops a second copy
    /// must not take the second part for one.
    pub fn part_key(&self, part: usize) -> String {
        if part == 0 { self.key() } else { format!("{}_{}", self.key(), part + 1) }
    }
}

/// One HTTP request, one mail, or what is printed or copied.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST`, `PUT`, …; `MAIL` for a mail server, `PRINT` for the terminal, `COPY` for a person.
    pub method: Cow<'static, str>,
    /// The address; may hold a key, so it is not in `Debug`.
    pub url: String,
    /// Header names in lower case, with values; may hold secrets.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// What is sent in the body's place: a form with a picture, of which `body` has the words.
    pub raw: Option<Bytes>,
}

impl Request {
    /// A POST of JSON text.
    pub fn post_json(url: &str, body: String) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { method: Cow::Borrowed("POST"), url: url.to_owned(), headers, body, raw: None }
    }

    /// A picture by itself.
    pub fn of_picture(method: &'static str, url: String, picture: &Picture) -> Self {
        let headers = vec![("content-type".to_owned(), picture.format.media().to_owned())];
        let raw = Some(picture.bytes.clone());
        Self { method: Cow::Borrowed(method), url, headers, body: String::new(), raw }
    }

    /// Nothing.
    pub fn empty() -> Self {
        let (method, url, headers) = (Cow::Borrowed(""), String::new(), Vec::new());
        Self { method, url, headers, body: String::new(), raw: None }
    }

    /// From now on a form with these fields and the picture as `field`.
    pub fn with_picture(&mut self, key: &str, fields: &[(String, String)], field: &str, picture: &Picture) {
        let (media, form) = picture::form(key, fields, field, picture);
        self.headers.retain(|(name, _)| name != "content-type");
        self.headers.push(("content-type".to_owned(), media));
        self.raw = Some(form);
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

/// Why a message cannot be put into requests at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// A request as its platform will show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRequest {
    /// The form and how full it is: `markdown · 312 of 4096 bytes`.
    pub note: Phrase,
    /// Plain text, lines parted by `\n`.
    pub text: String,
}

/// The adapter of a platform.
pub fn adapter(kind: ChannelKind) -> &'static dyn Adapter {
    match kind {
        ChannelKind::Console => &console::Console,
        ChannelKind::Manual => &manual::Manual,
        ChannelKind::Webhook => &webhook::Webhook,
        ChannelKind::Wecom => &wecom::Wecom,
        ChannelKind::Dingtalk => &dingtalk::Dingtalk,
        ChannelKind::Feishu => &feishu::Feishu,
        ChannelKind::Slack => &slack::Slack,
        ChannelKind::Discord => &discord::Discord,
        ChannelKind::Telegram => &telegram::Telegram,
        ChannelKind::Teams => &teams::Teams,
        ChannelKind::GoogleChat => &google_chat::GoogleChat,
        ChannelKind::Mattermost => &mattermost::Mattermost,
        ChannelKind::Matrix => &matrix::Matrix,
        ChannelKind::Onebot => &onebot::Onebot,
        ChannelKind::Ntfy => &ntfy::Ntfy,
        ChannelKind::Email => &email::Email,
    }
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
        let attempt = Attempt { reply_to, ..Attempt::of(&group, &channel, &effect, at) };
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
        if markup::blocks(&Message::text(text)).is_empty() {
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
}
