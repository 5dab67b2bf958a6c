//! The console: a post is printed as plain text.

use super::{
    Adapter, Attempt, Carrier, Receipt, Refusal, Request, Response, ShownRequest, mention::Mentions,
};
use crate::{
    base::phrase::pair,
    model::{channel::ChannelKind, message::Message},
    shell::delivery::{
        markup::{self, write::PLAIN},
        target::Robot,
    },
};
use std::borrow::Cow;

/// The adapter of `type: console`.
pub struct Console;

impl Adapter for Console {
    fn carrier(&self) -> Carrier {
        Carrier::Terminal
    }

    fn requests(&self, message: &Message, _: &Robot, _: &Attempt<'_>) -> Result<Vec<Request>, Refusal> {
        let body = plain_text(message, ChannelKind::Console);
        Ok(vec![Request {
            method: Cow::Borrowed("PRINT"),
            url: "console:".into(),
            headers: Vec::new(),
            body,
            raw: None,
        }])
    }

    fn receipt(&self, _: &Response) -> Receipt {
        Receipt::Accepted { note: String::new() }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        ShownRequest { note: pair("text", "文字").into(), text: request.body.clone() }
    }
}

/// The message as plain text, those whom it mentions first.
pub(super) fn plain_text(message: &Message, kind: ChannelKind) -> String {
    let mentions = Mentions::of(message, kind).in_words();
    let text = PLAIN.write(&markup::blocks(message));
    if mentions.is_empty() { text } else { format!("{mentions}\n{text}") }
}
