//! The honest channel for a platform without robots: a person copies the text.
//!
//! Nothing is sent; the row is settled when the person says so (`playbook done`).

use super::{
    Adapter, Attempt, Carrier, Receipt, Refusal, Request, Response, ShownRequest, console::plain_text,
};
use crate::{
    base::phrase::pair,
    model::{channel::ChannelKind, message::Message},
    shell::delivery::target::Robot,
};
use std::borrow::Cow;

/// The adapter of `type: manual`.
pub struct Manual;

impl Adapter for Manual {
    fn carrier(&self) -> Carrier {
        Carrier::Person
    }

    /// One `COPY` with the text ready to paste.
    fn requests(&self, message: &Message, _: &Robot, _: &Attempt<'_>) -> Result<Vec<Request>, Refusal> {
        let body = plain_text(message, ChannelKind::Manual);
        Ok(vec![Request {
            method: Cow::Borrowed("COPY"),
            url: "manual:".into(),
            headers: Vec::new(),
            body,
            raw: None,
        }])
    }

    fn receipt(&self, _: &Response) -> Receipt {
        Receipt::Accepted { note: String::new() }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        ShownRequest {
            note: pair("to be copied by a person", "由人复制出去").into(),
            text: request.body.clone(),
        }
    }
}
