//! Google Chat webhook (Google Chat API, `spaces.messages.create`, 2026-11).
//!
//! `text` in Chat's own marks; an image and buttons make a card below it. Every message has a thread key made of its
//! effect, so that a later message can answer it, and a request id by which Chat knows a second attempt.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Ends, Own, Sorted},
};
use crate::{
    base::phrase::phrase,
    model::{
        channel::ChannelKind,
        message::{Button, Message},
    },
    shell::delivery::{
        markup::{
            escape::INVISIBLE,
            mrkdwn,
            write::{Dialect, Family, PLAIN},
        },
        target::Robot,
    },
};
use serde_json::{Value, json};

/// The adapter of `type: google_chat`.
pub struct GoogleChat;

/// A whole message, cards included, in bytes.
const BODY_BYTES_MAX: usize = parts::longest(ChannelKind::GoogleChat);
/// The thread key is added for the first part, or for all.
const THREAD_BYTES: usize = 80;

const TEXT: Dialect = Dialect {
    family: Family::Mrkdwn,
    escape: escape_text,
    verbatim: escape_code,
    bold: "*",
    italic: "_",
    strike: "~",
    code: true,
    links: true,
    bullet: "* ",
    quotes: 1,
    fences: true,
    ..PLAIN
};

impl Adapter for GoogleChat {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let url = robot.setting("url").unwrap_or_default();
        let mut bodies = bodies(message)?;
        // A thread of the operator's own choice is left alone.
        let thread = !parts::has_parameter(url, "threadKey");
        let key = match &message.reply_to {
            Some(effect) => Attempt { effect, ..*attempt }.key(),
            None => attempt.key(),
        };
        for (index, body) in bodies.iter_mut().enumerate() {
            // The first part begins a thread in which it can be answered; the others stand beside it, unless all are
            // an answer.
            if thread && (index == 0 || message.reply_to.is_some()) {
                body["thread"] = json!({ "threadKey": key });
            }
        }
        let mut requests = parts::posts(url, bodies)?;
        for (index, request) in requests.iter_mut().enumerate() {
            if !parts::has_parameter(url, "messageReplyOption") {
                let option = "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD";
                request.url = parts::with_parameter(&request.url, "messageReplyOption", option);
            }
            let id = attempt.part_key(index);
            request.url = parts::with_parameter(&request.url, "requestId", &id);
        }
        Ok(requests)
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json();
        if response.status == 200 {
            let name = body.as_ref().and_then(|body| body["name"].as_str());
            return match name.filter(|name| name.starts_with("spaces/")) {
                Some(name) => Receipt::Accepted { note: excerpt(name) },
                None => unclear("Google Chat", response),
            };
        }
        let error = body.as_ref().and_then(|body| body.get("error")).filter(|error| error.is_object());
        let Some(error) = error else {
            return by_status(response).unwrap_or_else(|| unclear("Google Chat", response));
        };
        let status = error["status"].as_str().unwrap_or_default();
        let said = error["message"].as_str().unwrap_or_default();
        let in_words =
            |what: &str| format!("{what} ({} {}): {}", response.status, excerpt(status), excerpt(said));
        let refused = |what| Receipt::Refused { reason: in_words(what) };
        match (response.status, status) {
            (429, _) | (_, "RESOURCE_EXHAUSTED") => Receipt::RetryLater {
                after: response.retry_after(),
                throttled: true,
                attempts_max: None,
                reason: in_words("the space takes one message a second from all its webhooks together"),
            },
            (_, "ALREADY_EXISTS") => Receipt::Accepted { note: "it was there already".into() },
            (404, _) => {
                refused("the webhook or its space was deleted: add a new webhook in the space's settings")
            }
            (401, _) => refused("the URL's key or token is wrong: copy the webhook's URL again"),
            (403, _) => refused("the webhook may not post: the administrator may have turned webhooks off"),
            (400, _) => refused("Google Chat does not take the message as it is"),
            (500.., _) => answer::retry(in_words("Google Chat has a problem of its own")),
            _ => by_status(response).unwrap_or_else(|| unclear("Google Chat", response)),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let note = phrase!(
            "text · {} of {BODY_BYTES_MAX} bytes",
            "text · {} / {BODY_BYTES_MAX} 字节",
            request.body.len()
        );
        let mut shown = vec![mrkdwn::read(body["text"].as_str().unwrap_or_default(), false)];
        let widgets = &body["cardsV2"][0]["card"]["sections"][0]["widgets"];
        for widget in widgets.as_array().into_iter().flatten() {
            shown.extend(widget["image"]["imageUrl"].as_str().map(str::to_owned));
            for button in widget["buttonList"]["buttons"].as_array().into_iter().flatten() {
                let url = button["onClick"]["openLink"]["url"].as_str().unwrap_or_default();
                shown.push(format!("[ {} ] {url}", button["text"].as_str().unwrap_or_default()));
            }
        }
        shown.retain(|part| !part.is_empty());
        ShownRequest { note, text: shown.join("\n\n") }
    }
}

fn bodies(message: &Message) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::GoogleChat);
    let suits = |button: &Button| !button.text.trim().is_empty();
    let Sorted { blocks, buttons, image } = parts::sort(
        message,
        &mentions,
        Own { buttons: usize::MAX, button: &suits, image: true, file: false, poll: false },
    )?;
    let prefix = prefix(&mentions);
    let fits = |body: &Value| body.to_string().len() + THREAD_BYTES <= BODY_BYTES_MAX;
    Ok(parts::bodies(blocks, &fits, &|part, Ends { first, last }| {
        let text = TEXT.write(part);
        let text = if first { parts::in_front(&prefix, &text, part) } else { text };
        let mut body = json!({});
        if !text.is_empty() {
            body["text"] = json!(text);
        }
        if last && (image.is_some() || !buttons.is_empty()) {
            body["cardsV2"] = json!([{ "cardId": "more", "card": card(image.as_deref(), &buttons) }]);
        }
        body
    }))
}

fn card(image: Option<&str>, buttons: &[Button]) -> Value {
    let mut widgets: Vec<Value> = Vec::new();
    widgets.extend(
        image.map(|url| json!({ "image": { "imageUrl": url, "onClick": { "openLink": { "url": url } } } })),
    );
    if !buttons.is_empty() {
        let button = |button: &Button| json!({ "text": button.text, "onClick": { "openLink": { "url": button.url } } });
        widgets.push(json!({ "buttonList": { "buttons": buttons.iter().map(button).collect::<Vec<_>>() } }));
    }
    json!({ "sections": [{ "widgets": widgets }] })
}

fn prefix(mentions: &Mentions) -> String {
    let mut words: Vec<String> = mentions.all.then(|| "<users/all>".to_owned()).into_iter().collect();
    for (id, name) in &mentions.known {
        let id = id.strip_prefix("users/").unwrap_or(id);
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || "._-@".contains(*c)).collect();
        words.push(if id.is_empty() { escape_text(name, false) } else { format!("<users/{id}>") });
    }
    words.extend(mentions.unknown.iter().map(|name| escape_text(&format!("@{name}"), false)));
    words.join(" ")
}

/// Marks, and the `<` of links and mentions, are broken up.
fn escape_text(text: &str, at_start: bool) -> String {
    break_angles(&mrkdwn::break_marks(text, at_start, true))
}

fn escape_code(code: &str) -> String {
    break_angles(&mrkdwn::break_fences(code))
}

fn break_angles(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if out.ends_with('<') && !c.is_whitespace() && c != INVISIBLE {
            out.push(INVISIBLE);
        }
        out.push(c);
    }
    // What follows is another stretch of text, which may begin without white space.
    if out.ends_with('<') {
        out.push(INVISIBLE);
    }
    out
}
