//! Slack, by an incoming webhook or as an app (Slack's documentation: "Sending messages using incoming webhooks",
//! `chat.postMessage`, "Formatting text", "Blocks"; `channels.md` section 4).
//!
//! What is only text goes as `text`, as people type it; headings, rules, images and buttons make blocks, with a
//! short plain `text` for notifications. A webhook's URL fixes the channel, knows no threads and is told nothing of its
//! posts; an app is told the time of each, by which it is answered, changed and deleted.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Own, Sorted, utf16_length},
};
use crate::{
    base::phrase::phrase,
    model::{
        channel::ChannelKind,
        message::{Button, Message, Restriction, Revising},
    },
    shell::delivery::{
        markup::{
            self, Block, TextSpan, mrkdwn,
            split::split,
            write::{Dialect, Family, PLAIN},
        },
        target::Robot,
    },
};
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation as _;

/// The adapter of `type: slack`.
pub struct Slack;

/// Slack recommends this for `text`; it cuts what is above 40,000 in silence.
const TEXT_MAX: usize = 4_000;
const SECTION_MAX: usize = 3_000;
const HEADER_MAX: usize = 150;
/// Slack takes 50 blocks, and about 13,000 characters in all of them together.
const BLOCKS_MAX: usize = 50;
const BLOCKS_CHARS_MAX: usize = parts::longest(ChannelKind::Slack);
const BUTTONS_MAX: usize = 25;
const LABEL_MAX: usize = 75;
const URL_MAX: usize = 3_000;
/// Boxes of one group, and the letters of what a button tells.
const BOXES_MAX: usize = 10;
const VALUE_MAX: usize = 2_000;
/// What the note of an accepted message begins with; its time follows, which is its id.
const NOTE: &str = "message ";
/// What a notification shows of a message.
const NOTIFICATION_GRAPHEMES_MAX: usize = 150;

const MRKDWN: Dialect = Dialect {
    family: Family::Mrkdwn,
    escape: escape_text,
    verbatim: escape_code,
    bold: "*",
    italic: "_",
    strike: "~",
    code: true,
    links: true,
    quotes: 1,
    fences: true,
    ..PLAIN
};

impl Adapter for Slack {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let mut bodies = bodies(message, choices(message, robot))?;
        if let Some(url) = robot.setting("url") {
            return parts::posts(url, bodies);
        }
        let thread = attempt.reply_to.and_then(|note| note.strip_prefix(NOTE));
        for body in &mut bodies {
            body["channel"] = json!(robot.setting("chat"));
            if let Some(thread) = thread {
                body["thread_ts"] = json!(thread);
            }
        }
        let bodies = parts::bounded(bodies)?.into_iter();
        Ok(bodies.map(|body| by_app(robot, "chat.postMessage", &body)).collect())
    }

    fn revise(
        &self,
        does: Revising,
        message: &Message,
        sent: &[&str],
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let sent: Vec<&str> = sent.iter().filter_map(|note| note.strip_prefix(NOTE)).collect();
        let delete =
            |ts: &&str| by_app(robot, "chat.delete", &json!({ "channel": robot.setting("chat"), "ts": ts }));
        if does == Revising::Pins {
            let first = sent.first().ok_or_else(|| Refusal(parts::UNKNOWN.into()))?;
            let body = json!({ "channel": robot.setting("chat"), "timestamp": first });
            return Ok(vec![by_app(robot, "pins.add", &body)]);
        }
        if does == Revising::Deletes {
            return if sent.is_empty() {
                Err(Refusal(parts::UNKNOWN.into()))
            } else {
                Ok(sent.iter().map(delete).collect())
            };
        }
        let (pairs, rest) = parts::in_place(self.requests(message, robot, attempt)?, sent)?;
        let edits = pairs.into_iter().map(|(request, ts)| {
            let mut body: Value = serde_json::from_str(&request.body).unwrap_or_default();
            if let Some(fields) = body.as_object_mut() {
                fields.shift_remove("thread_ts");
                // What a block said is gone where none takes its place.
                fields.entry("blocks").or_insert_with(|| json!([]));
            }
            body["ts"] = json!(ts);
            by_app(robot, "chat.update", &body)
        });
        Ok(edits.chain(rest.iter().map(delete)).collect())
    }

    fn restrict(
        &self,
        member: &str,
        restriction: &Restriction,
        robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        if !restriction.removes || robot.setting("url").is_some() {
            return Err(Refusal("Slack lets nobody but a person do that".into()));
        }
        let body = json!({ "channel": robot.setting("chat"), "user": member });
        Ok(vec![by_app(robot, "conversations.kick", &body)])
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let said = String::from_utf8_lossy(&response.body);
        let said = said.trim();
        if response.status == 200 && said == "ok" {
            return Receipt::Accepted { note: String::new() };
        }
        // What stands in front of Slack may answer as its Web API does.
        let json = response.json();
        if let Some(body) = json.as_ref().filter(|body| body["ok"] == true) {
            // What is done to a message, or to a member, has none.
            let ts = body["ts"].as_str().map(|ts| format!("{NOTE}{}", excerpt(ts)));
            return Receipt::Accepted { note: ts.unwrap_or_default() };
        }
        let word = json.as_ref().and_then(|body| body["error"].as_str()).unwrap_or(said);
        let in_words = |what: &str| format!("{what} ({} {})", response.status, excerpt(word));
        let refused = |what: &str| Receipt::Refused { reason: in_words(what) };
        match word {
            "ratelimited" | "rate_limited" => Receipt::RetryLater {
                after: response.retry_after(),
                throttled: true,
                attempts_max: None,
                reason: in_words("the channel has got more than about a message a second"),
            },
            "no_service" | "no_service_id" | "no_active_hooks" | "invalid_token" | "no_team" => {
                refused("the webhook was removed or the URL is wrong: add a new one in the app's settings")
            }
            "team_disabled" => refused("the workspace is turned off"),
            "channel_not_found" => refused(
                "there is no such channel: add a new webhook; as an app, check `chat` and invite the app with /invite",
            ),
            "not_in_channel" => refused("the app is not in the channel: invite it with /invite"),
            "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
                refused("Slack does not take `token`: copy the app's Bot User OAuth Token again")
            }
            "missing_scope" => {
                let needed = json.as_ref().and_then(|body| body["needed"].as_str());
                let needed = needed.map_or("chat:write".into(), excerpt);
                refused(&format!("the app lacks the scope `{needed}`: add it and install the app again"))
            }
            // It is as it was wanted.
            "already_pinned" => Receipt::Accepted { note: String::new() },
            "cant_kick_from_general" => refused("nobody can be removed from the workspace's general channel"),
            "message_not_found" | "cant_delete_message" | "cant_update_message" | "edit_window_closed" => {
                refused("the message is gone, or is none of the app's")
            }
            "channel_is_archived" | "is_archived" => {
                refused("the channel is archived: open it again, or use another webhook")
            }
            "user_not_found" => {
                refused("there is no such user any more; a webhook of theirs ends with them: add a new one")
            }
            "action_prohibited" | "restricted_action" => {
                refused("an administrator of the workspace forbids it: ask for the app to be allowed")
            }
            "posting_to_general_channel_denied" => {
                refused("the app may not post to the workspace's general channel: ask an administrator")
            }
            "invalid_payload"
            | "invalid_blocks"
            | "no_text"
            | "msg_too_long"
            | "msg_blocks_too_long"
            | "too_many_attachments" => refused("Slack does not take the message as it is"),
            "rollup_error" | "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => {
                answer::retry(in_words("Slack has a problem of its own"))
            }
            _ => by_status(response).unwrap_or_else(|| unclear("Slack", response)),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let text = body["text"].as_str().unwrap_or_default();
        let Some(blocks) = body["blocks"].as_array() else {
            let note = phrase!(
                "text · {} of {TEXT_MAX} characters",
                "text · {} / {TEXT_MAX} 字",
                utf16_length(text)
            );
            return ShownRequest { note, text: mrkdwn::read(text, true) };
        };
        let note = phrase!(
            "{} blocks · {} of {BLOCKS_CHARS_MAX} characters",
            "{} 块 · {} / {BLOCKS_CHARS_MAX} 字",
            blocks.len(),
            length(blocks)
        );
        let mut shown: Vec<String> = Vec::new();
        for block in blocks {
            let text = block["text"]["text"].as_str().unwrap_or_default();
            match block["type"].as_str().unwrap_or_default() {
                "header" => shown.push(format!("\u{3010}{text}\u{3011}")),
                "divider" => shown.push(PLAIN.rule.to_owned()),
                "image" => {
                    let field = |name: &str| block[name].as_str().unwrap_or_default();
                    shown.push(format!("{} {}", field("alt_text"), field("image_url")));
                }
                "actions" => {
                    for button in block["elements"].as_array().into_iter().flatten() {
                        let mut labels = vec![("[", "]", button)];
                        if let Some(boxes) = button["options"].as_array() {
                            labels = boxes.iter().map(|one| ("(", ")", one)).collect();
                        }
                        for (opens, closes, one) in labels {
                            let label = one["text"]["text"].as_str().unwrap_or_default();
                            let url = one["url"].as_str().unwrap_or_default();
                            shown.push(format!("{opens} {label} {closes} {url}").trim_end().to_owned());
                        }
                    }
                }
                _ => shown.push(mrkdwn::read(text, true)),
            }
        }
        ShownRequest { note, text: shown.join("\n\n") }
    }
}

/// A request of the app itself.
fn by_app(robot: &Robot, method: &str, body: &Value) -> Request {
    let url = parts::endpoint(robot.setting("base_url").unwrap_or_default(), &format!("/{method}"));
    let mut request = Request::post_json(&url, body.to_string());
    let token = robot.setting("token").unwrap_or_default();
    request.headers.push(("authorization".into(), format!("Bearer {token}")));
    request
}

/// What members press to answer: a button an option, boxes to tick where several may be chosen; none where an option is
/// longer than a button's words, or where nothing is told of what is pressed. The text has the options, too, so that a
/// number in reply answers as well.
fn choices(message: &Message, robot: &Robot) -> Option<Value> {
    let tells = robot.setting("url").is_none()
        && (robot.setting("app").is_some() || robot.setting("secret").is_some());
    let poll = message.poll.as_ref().filter(|_| tells && message.asks.is_none())?;
    let words = |option: &String| PLAIN.write(&markup::parse(option)).replace('\n', " ").trim().to_owned();
    let most = if poll.several { BOXES_MAX } else { BUTTONS_MAX };
    let suits = |option: &String| {
        (1..=LABEL_MAX).contains(&utf16_length(&words(option)))
            && option.chars().count() <= if poll.several { LABEL_MAX } else { VALUE_MAX }
    };
    if !(1..=most).contains(&poll.options.len()) || !poll.options.iter().all(suits) {
        return None;
    }
    let text = |option: &String| json!({ "type": "plain_text", "text": words(option), "emoji": true });
    let elements: Vec<Value> = if poll.several {
        let boxes: Vec<Value> =
            poll.options.iter().map(|option| json!({ "text": text(option), "value": option })).collect();
        vec![json!({ "type": "checkboxes", "action_id": "options", "options": boxes })]
    } else {
        let button = |(nth, option): (usize, &String)| json!({ "type": "button", "action_id": format!("option-{nth}"), "text": text(option), "value": option });
        poll.options.iter().enumerate().map(button).collect()
    };
    Some(json!({ "type": "actions", "elements": elements }))
}

fn bodies(message: &Message, choices: Option<Value>) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Slack);
    let suits = |button: &Button| {
        (1..=LABEL_MAX).contains(&utf16_length(&button.text)) && utf16_length(&button.url) <= URL_MAX
    };
    let Sorted { blocks, buttons, image } = parts::sort(
        message,
        &mentions,
        Own { buttons: BUTTONS_MAX, button: &suits, image: true, file: false, poll: false },
    )?;
    let prefix = prefix(&mentions);
    if buttons.is_empty() && choices.is_none() && image.is_none() && blocks.iter().all(is_text) {
        let fits = |body: &Value| utf16_length(body["text"].as_str().unwrap_or_default()) <= TEXT_MAX;
        return Ok(parts::bodies(blocks, &fits, &|part, ends| {
            let text = MRKDWN.write(part);
            json!({ "text": if ends.first { parts::in_front(&prefix, &text, part) } else { text } })
        }));
    }
    let fits = |body: &Value| {
        let blocks = body["blocks"].as_array().map_or(&[][..], Vec::as_slice);
        blocks.len() <= BLOCKS_MAX && length(blocks) <= BLOCKS_CHARS_MAX
    };
    Ok(parts::bodies(blocks, &fits, &|part, ends| {
        let mut slack = Vec::new();
        if ends.first && !prefix.is_empty() {
            slack.push(section(&prefix));
        }
        slack.extend(slack_blocks(part));
        if ends.last {
            slack.extend(image.iter().map(|url| picture(url, "")));
            if !buttons.is_empty() {
                slack.push(actions(&buttons));
            }
            slack.extend(choices.clone());
        }
        let words = if ends.first { mentions.in_words() } else { String::new() };
        let words = parts::in_front(&words, &PLAIN.write(part), part);
        json!({ "text": notification(&words, &buttons), "blocks": slack })
    }))
}

/// Nothing in it needs a block of its own.
fn is_text(block: &Block) -> bool {
    !matches!(block, Block::Heading(1 | 2, _) | Block::Rule) && picture_of(block).is_none()
}

/// The characters of all blocks, as Slack is seen to count them.
fn length(blocks: &[Value]) -> usize {
    let of = |block: &Value| {
        let buttons = block["elements"].as_array().into_iter().flatten();
        let labels: usize =
            buttons.map(|b| utf16_length(b["text"]["text"].as_str().unwrap_or_default())).sum();
        labels + utf16_length(block["text"]["text"].as_str().unwrap_or_default())
    };
    blocks.iter().map(of).sum()
}

fn slack_blocks(blocks: &[Block]) -> Vec<Value> {
    let mut out = Vec::new();
    let mut text: Vec<Block> = Vec::new();
    for block in blocks {
        let own = match block {
            Block::Rule => Some(json!({ "type": "divider" })),
            Block::Heading(1 | 2, spans) => header(spans),
            block => picture_of(block).map(|(url, alt)| picture(url, alt)),
        };
        match own {
            Some(own) => {
                out.extend(sections(std::mem::take(&mut text)));
                out.push(own);
            }
            None => text.push(block.clone()),
        }
    }
    out.extend(sections(text));
    out
}

fn sections(blocks: Vec<Block>) -> Vec<Value> {
    let parts = split(blocks, &|part| utf16_length(&MRKDWN.write(part)) <= SECTION_MAX);
    parts.iter().map(|part| section(&MRKDWN.write(part))).collect()
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

/// A header shows plain text only; one with a link in it stays text.
fn header(spans: &[TextSpan]) -> Option<Value> {
    let text = PLAIN.write(&[Block::Paragraph(spans.to_vec())]).replace('\n', " ");
    let suits = (1..=HEADER_MAX).contains(&utf16_length(&text))
        && spans.iter().all(|span| span.link.is_none() && span.image.is_none());
    suits.then(|| json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": true } }))
}

/// The address and description of a paragraph that is a picture and nothing else.
fn picture_of(block: &Block) -> Option<(&str, &str)> {
    let Block::Paragraph(spans) = block else { return None };
    let [span] = spans.as_slice() else { return None };
    let url = span.image.as_deref().filter(|url| markup::is_http(url) && utf16_length(url) <= URL_MAX)?;
    Some((url, span.text.as_str()))
}

fn picture(url: &str, alt: &str) -> Value {
    let alt = if alt.trim().is_empty() { "image" } else { alt };
    json!({ "type": "image", "image_url": url, "alt_text": alt.chars().take(1_000).collect::<String>() })
}

fn actions(buttons: &[Button]) -> Value {
    let button = |button: &Button| {
        let text = json!({ "type": "plain_text", "text": button.text, "emoji": true });
        json!({ "type": "button", "text": text, "url": button.url })
    };
    json!({ "type": "actions", "elements": buttons.iter().map(button).collect::<Vec<_>>() })
}

/// What a notification shows: plain, short, never empty.
fn notification(text: &str, buttons: &[Button]) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = if words.is_empty() {
        buttons.first().map_or("…", |button| &button.text).to_owned()
    } else {
        words
    };
    let mut short: String = words.graphemes(true).take(NOTIFICATION_GRAPHEMES_MAX).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    // A character of combining marks without end is cut all the same.
    escape_text(&short.chars().take(TEXT_MAX / 8).collect::<String>(), true)
}

fn prefix(mentions: &Mentions) -> String {
    let mut words: Vec<String> = mentions.all.then(|| "<!channel>".to_owned()).into_iter().collect();
    for (id, name) in &mentions.known {
        let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
        words.push(match id.chars().next() {
            None => escape_text(&format!("@{name}"), false),
            // Ids of user groups begin with S.
            Some('S') => format!("<!subteam^{id}>"),
            Some(_) => format!("<@{id}>"),
        });
    }
    words.extend(mentions.unknown.iter().map(|name| escape_text(&format!("@{name}"), false)));
    words.join(" ")
}

fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Three characters are written as entities; marks are broken up.
fn escape_text(text: &str, at_start: bool) -> String {
    entities(&mrkdwn::break_marks(text, at_start, false))
}

fn escape_code(code: &str) -> String {
    entities(&mrkdwn::break_fences(code))
}
