//! What a message or a reaction tells beside its words: what it replies to, whether it asks something.
//!
//! Reads what was reported; keeps nothing.

use crate::base::{ids::MemberId, value::Value};

/// What a message tells beside its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Said<'a> {
    /// The platform's id of it.
    pub(in crate::engine) id: Option<&'a str>,
    /// What it replies to.
    pub(in crate::engine) reply: Option<Quoted<'a>>,
    /// Whether it asks something.
    pub(in crate::engine) asks: bool,
    /// Whether it is about what the group is for, where somebody judged it.
    pub(in crate::engine) on_topic: Option<bool>,
    /// In which of the group's channels it was said, where there are several.
    pub(in crate::engine) channel: Option<&'a str>,
}

/// To whom and to what somebody replies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Quoted<'a> {
    /// The message.
    pub(in crate::engine) id: Option<&'a str>,
    /// Whose it is.
    pub(in crate::engine) member: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Of what was reported with a message.
    pub(in crate::engine) fn of(data: &'a Value) -> Self {
        let message = data.get("message").filter(|message| message.as_map().is_some()).unwrap_or(data);
        let text = |key| message.get(key).and_then(Value::as_str);
        let reply = message.get("reply_to").filter(|reply| !reply.is_null()).map(|reply| {
            let part = |key| reply.get(key).and_then(Value::as_str);
            Quoted { id: part("id").or(reply.as_str()), member: part("member") }
        });
        let asks = match message.get("question").and_then(Value::as_bool) {
            Some(asks) => asks,
            None => text("text").is_some_and(|text| text.trim_end().ends_with(['?', '\u{ff1f}', '吗', '呢'])),
        };
        let on_topic = message.get("on_topic").and_then(Value::as_bool);
        Self { id: text("id"), reply, asks, on_topic, channel: text("channel") }
    }
}

/// Whose message a reaction is about, as far as is told, and whether it was added.
pub(in crate::engine) fn reaction(data: &Value) -> (Option<MemberId>, bool) {
    let to = data.get("message").and_then(|message| message.get("member"));
    let to = to.and_then(Value::as_str).map(MemberId::new);
    (to, data.get("added").and_then(Value::as_bool) != Some(false))
}
