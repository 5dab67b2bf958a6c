//! Discord, by a webhook or as a bot (Discord's API documentation, "Webhook" and "Message", 2026-08).
//!
//! Plain `content` in Discord's Markdown; an image is an embed, links become buttons and a question a poll.
//! `allowed_mentions` names exactly who is called, so that no text can call anybody. `wait=true` makes Discord tell
//! whether a webhook's message was saved; a bot's message carries a number by which Discord knows a second copy of the
//! last minutes.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::{Mentions, unbracket},
    parts::{self, Own, Sorted, utf16_length},
};
use crate::{
    base::time::{Duration, Timestamp},
    base::{
        markdown::{TIME_LINK, with_own_links},
        phrase::phrase,
    },
    model::{
        channel::ChannelKind,
        message::{Button, Message, Poll, Restriction, Revising},
    },
    shell::delivery::{
        markup::{
            self,
            escape::{self, INVISIBLE},
            mrkdwn::break_fences,
            write::{Dialect, PLAIN},
        },
        picture::Picture,
        target::Robot,
    },
};
use serde_json::{Value, json};

/// The adapter of `type: discord`.
pub struct Discord;

const CONTENT_MAX: usize = parts::longest(ChannelKind::Discord);
const LABEL_MAX: usize = 80;
const BUTTON_URL_MAX: usize = 512;
const BUTTONS_PER_ROW: usize = 5;
const BUTTONS_MAX: usize = 25;
const POLL_QUESTION_MAX: usize = 300;
const POLL_OPTIONS_MAX: usize = 10;
const POLL_OPTION_MAX: usize = 55;
/// How long a poll is open that has no end.
const POLL_HOURS: i64 = 168;
/// The longest that Discord keeps one open.
const POLL_HOURS_MAX: i64 = 768;
/// What the note of an accepted message begins with; its id follows.
const NOTE: &str = "message ";
/// Ids that `allowed_mentions` takes.
const MENTIONS_MAX: usize = 100;
/// Discord asks for this form; others may meet a wall in front of it.
pub(crate) const USER_AGENT: &str = concat!("DiscordBot (playbook, ", env!("CARGO_PKG_VERSION"), ")");

const CONTENT: Dialect = Dialect {
    escape: escape_text,
    verbatim: break_fences,
    bold: "**",
    italic: "*",
    strike: "~~",
    code: true,
    links: true,
    headings: true,
    heading_levels: 3,
    list_indent: Some(2),
    quotes: 1,
    blank_quote: "> ",
    fences: true,
    ..PLAIN
};

/// What stands for `<` and `>` of an instant or a channel until the text around them is escaped; of private use, and
/// taken out of texts before.
const OPENS: char = '\u{e000}';
const CLOSES: char = '\u{e001}';

/// The message with instants and channels as Discord writes them.
fn with_tokens(message: &Message) -> Message {
    let own = |kind: &str, to: &str| {
        let inside = if kind == TIME_LINK { format!("t:{to}:F") } else { format!("#{to}") };
        format!("{OPENS}{inside}{CLOSES}")
    };
    let plain = |text: &str| text.replace([OPENS, CLOSES], "");
    Message { text: with_own_links(&plain(&message.text), own), ..message.clone() }
}

impl Adapter for Discord {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let mut bodies = bodies(&with_tokens(message), attempt.at)?;
        let url = if let Some(url) = robot.setting("url") {
            parts::with_parameter(url, "wait", "true")
        } else {
            for (part, body) in bodies.iter_mut().enumerate() {
                body["nonce"] = json!(nonce(attempt, part));
                body["enforce_nonce"] = json!(true);
            }
            if let Some(answered) = attempt.reply_to.and_then(|note| note.strip_prefix(NOTE)) {
                // A message that is gone by now is no reason to say nothing.
                bodies[0]["message_reference"] =
                    json!({ "message_id": answered, "fail_if_not_exists": false });
            }
            parts::endpoint(&place(robot), "/messages")
        };
        let mut requests = parts::posts(&url, bodies)?;
        for request in &mut requests {
            sign(request, robot);
            request.body = request.body.replace(OPENS, "<").replace(CLOSES, ">");
            if request.body.contains("\"components\":") {
                // Without it a webhook's buttons are left out in silence.
                request.url = parts::with_parameter(&request.url, "with_components", "true");
            }
        }
        if let (Some(picture), Some(last)) = (attempt.picture, requests.last_mut()) {
            attach(last, picture, attempt);
        }
        Ok(requests)
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
        let place = place(robot);
        let of = |mut request: Request, method: &'static str, id: &str| {
            request.url = parts::endpoint(&place, &format!("/messages/{}", parts::segment(id)));
            request.method = method.into();
            request
        };
        let delete = |id: &&str| {
            let mut request = of(Request::empty(), "DELETE", id);
            sign(&mut request, robot);
            request
        };
        if does == Revising::Pins {
            let first = sent.first().filter(|_| robot.setting("url").is_none());
            let first = first.ok_or_else(|| Refusal(parts::UNKNOWN.into()))?;
            let mut request = Request::empty();
            request.method = "PUT".into();
            request.url = parts::endpoint(&place, &format!("/messages/pins/{}", parts::segment(first)));
            sign(&mut request, robot);
            return Ok(vec![request]);
        }
        if does == Revising::Deletes {
            return if sent.is_empty() {
                Err(Refusal(parts::UNKNOWN.into()))
            } else {
                Ok(sent.iter().map(delete).collect())
            };
        }
        if message.poll.is_some() {
            return Err(Refusal("a question cannot be changed".into()));
        }
        let (pairs, rest) = parts::in_place(self.requests(message, robot, attempt)?, sent)?;
        let edits = pairs.into_iter().map(|(request, id)| of(request, "PATCH", id));
        Ok(edits.chain(rest.iter().map(delete)).collect())
    }

    fn restrict(
        &self,
        member: &str,
        restriction: &Restriction,
        robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let server = robot.setting("guild").filter(|_| robot.setting("url").is_none());
        let server = server.ok_or_else(|| Refusal("`guild`, the server's id, is not set".into()))?;
        let path = format!("/guilds/{}/members/{}", parts::segment(server), parts::segment(member));
        let mut request = Request::empty();
        request.method = "DELETE".into();
        request.url = parts::endpoint(robot.setting("base_url").unwrap_or_default(), &path);
        if !restriction.removes {
            let until = restriction.until.map(Timestamp::to_utc);
            let body = json!({ "communication_disabled_until": until });
            request = Request::post_json(&request.url, body.to_string());
            request.method = "PATCH".into();
        }
        sign(&mut request, robot);
        Ok(vec![request])
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json().filter(Value::is_object);
        match response.status {
            204 => return Receipt::Accepted { note: String::new() },
            200 => {
                let id = body.as_ref().and_then(|body| body["id"].as_str());
                return match id {
                    Some(id) => Receipt::Accepted { note: format!("{NOTE}{}", excerpt(id)) },
                    None => unclear("Discord", response),
                };
            }
            _ => {}
        }
        let Some(body) = body else {
            return by_status(response).unwrap_or_else(|| unclear("Discord", response));
        };
        let code = answer::code(body.get("code")).unwrap_or(0);
        let said = body["message"].as_str().unwrap_or_default();
        let leaf = leaf(&body["errors"], String::new())
            .map(|leaf| format!("; {}", excerpt(&leaf)))
            .unwrap_or_default();
        let in_words = |what: &str| format!("{what} ({code}): {}{leaf}", excerpt(said));
        let refused = |what| Receipt::Refused { reason: in_words(what) };
        match (response.status, code) {
            (429, _) => throttled(response, &body, &in_words),
            (_, 20016 | 20028 | 20029 | 40062) => throttled(response, &body, &in_words),
            (_, 40004 | 130_000) => answer::retry(in_words("Discord has turned this off for the moment")),
            (_, 10015) => refused(
                "the webhook was deleted: make a new one in the channel's settings under Integrations",
            ),
            (_, 50027) => refused("the URL's token is wrong: copy the webhook's URL again"),
            (401, _) => refused("Discord does not know `token`: copy the bot's token again"),
            (_, 50001) => refused("the bot does not see the channel: give it View Channel there"),
            (_, 50013) => refused(
                "the bot lacks a right: Send Messages to speak, Pin Messages to pin, Manage Messages to delete what \
                 others wrote, Kick Members to remove and Moderate Members to mute, with a role above the member's",
            ),
            // Whoever is gone is not to be removed any more.
            (404, 10007) => Receipt::Accepted { note: String::new() },
            (_, 10008) => refused("the message is gone"),
            (_, 10003) => refused("the channel or thread does not exist any more"),
            (_, 50006) => refused("the message is empty"),
            (_, 40005) => refused("the picture is larger than Discord takes"),
            (_, 50035) => refused("Discord does not take the message as it is"),
            (_, 160_005) => refused("the thread is locked: unlock it, or write another one into `thread_id`"),
            (_, 200_000) => {
                refused("a rule of AutoMod blocked it: change the text or exempt the webhook's channel")
            }
            (_, 240_000) => refused("the link filter blocked it: take the link out or allow its site"),
            (_, 220_001) => {
                refused("the channel is a forum: add `thread_id=…` of one of its posts to the URL's query")
            }
            (_, 220_002) => refused("the channel is a forum: `thread_id` in the URL names no post of it"),
            (500.., _) => answer::retry(in_words("Discord has a problem of its own")),
            (408 | 425, _) => answer::retry(in_words("Discord did not get to it")),
            _ => refused("Discord refused the message"),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let content = body["content"].as_str().unwrap_or_default();
        let note = phrase!(
            "content · {} of {CONTENT_MAX} characters",
            "content · {} / {CONTENT_MAX} 字",
            utf16_length(content)
        );
        let text = unbracket(content);
        let mut shown = vec![PLAIN.write(&markup::parse(&text)).replace(INVISIBLE, "")];
        if let Some(url) = body["embeds"][0]["image"]["url"].as_str() {
            shown.push(url.to_owned());
        }
        if let Some(poll) = body.get("poll") {
            let text = |value: &Value| value["text"].as_str().unwrap_or_default().to_owned();
            let answers = poll["answers"].as_array().into_iter().flatten();
            let answers = answers.map(|answer| format!("( ) {}", text(&answer["poll_media"])));
            shown
                .push(std::iter::once(text(&poll["question"])).chain(answers).collect::<Vec<_>>().join("\n"));
        }
        for row in body["components"].as_array().into_iter().flatten() {
            for button in row["components"].as_array().into_iter().flatten() {
                let field = |name: &str| button[name].as_str().unwrap_or_default();
                shown.push(format!("[ {} ] {}", field("label"), field("url")));
            }
        }
        shown.retain(|part| !part.is_empty());
        ShownRequest { note, text: shown.join("\n\n") }
    }
}

/// Where messages are: at the webhook, or in the bot's channel.
fn place(robot: &Robot) -> String {
    robot.setting("url").map_or_else(
        || {
            let chat = parts::segment(robot.setting("chat").unwrap_or_default()).to_string();
            parts::endpoint(robot.setting("base_url").unwrap_or_default(), &format!("/channels/{chat}"))
        },
        str::to_owned,
    )
}

/// Who asks: a bot says its token, a webhook has it in its address.
fn sign(request: &mut Request, robot: &Robot) {
    request.headers.push(("user-agent".into(), USER_AGENT.into()));
    if let Some(token) = robot.setting("token").filter(|_| robot.setting("url").is_none()) {
        request.headers.push(("authorization".into(), format!("Bot {token}")));
    }
}

/// A number of one part, the same in every attempt; Discord takes 25 letters.
fn nonce(attempt: &Attempt<'_>, part: usize) -> String {
    let key = attempt.key();
    format!("{}-{part}", &key[key.len() - 20..])
}

fn bodies(message: &Message, at: Timestamp) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Discord);
    let poll = message.poll.as_ref().filter(|poll| is_native(poll));
    let suits = |button: &Button| {
        utf16_length(&button.text) <= LABEL_MAX
            && !button.text.is_empty()
            && utf16_length(&button.url) <= BUTTON_URL_MAX
    };
    let own = Own { buttons: BUTTONS_MAX, button: &suits, image: true, file: true, poll: poll.is_some() };
    let Sorted { blocks, buttons, image } = parts::sort(message, &mentions, own)?;
    let prefix = prefix(&mentions);
    let fits = |body: &Value| utf16_length(body["content"].as_str().unwrap_or_default()) <= CONTENT_MAX;
    Ok(parts::bodies(blocks, &fits, &|part, ends| {
        let text = CONTENT.write(part);
        let content = if ends.first { parts::in_front(&prefix, &text, part) } else { text };
        let mut body = json!({});
        if !content.is_empty() {
            body["content"] = json!(content);
        }
        body["allowed_mentions"] = if ends.first { allowed(&mentions) } else { json!({ "parse": [] }) };
        if ends.last {
            if let Some(url) = &image {
                body["embeds"] = json!([{ "image": { "url": url } }]);
            }
            if let Some(poll) = poll {
                body["poll"] = native(poll, at);
            }
            if !buttons.is_empty() {
                body["components"] = json!(buttons.chunks(BUTTONS_PER_ROW).map(row).collect::<Vec<_>>());
            }
        }
        body
    }))
}

/// The picture goes with the message that shows it.
fn attach(request: &mut Request, picture: &Picture, attempt: &Attempt<'_>) {
    let mut body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    body["embeds"] = json!([{ "image": { "url": format!("attachment://{}", picture.name) } }]);
    body["attachments"] = json!([{ "id": 0, "filename": picture.name }]);
    request.body = body.to_string();
    let fields = [("payload_json".to_owned(), request.body.clone())];
    request.with_picture(&attempt.key(), &fields, "files[0]", picture);
}

fn row(buttons: &[Button]) -> Value {
    let button = |button: &Button| json!({ "type": 2, "style": 5, "label": button.text, "url": button.url });
    json!({ "type": 1, "components": buttons.iter().map(button).collect::<Vec<_>>() })
}

/// Whether Discord's own polls can ask it: they show who voted for what.
fn is_native(poll: &Poll) -> bool {
    let fits = |text: &str, max: usize| (1..=max).contains(&utf16_length(&plain(text)));
    !poll.anonymous
        && (1..=POLL_OPTIONS_MAX).contains(&poll.options.len())
        && fits(&poll.question, POLL_QUESTION_MAX)
        && poll.options.iter().all(|option| fits(option, POLL_OPTION_MAX))
}

fn native(poll: &Poll, at: Timestamp) -> Value {
    // Whole hours, so that it is open at least as long as the text says.
    let left = |closes: Timestamp| (closes.since(at).as_millis() + 3_599_999) / 3_600_000;
    let hours = poll.closes.map_or(POLL_HOURS, left).clamp(1, POLL_HOURS_MAX);
    let answer = |option: &String| json!({ "poll_media": { "text": plain(option) } });
    json!({
        "question": { "text": plain(&poll.question) },
        "answers": poll.options.iter().map(answer).collect::<Vec<_>>(),
        "duration": hours,
        "allow_multiselect": poll.several,
    })
}

fn plain(text: &str) -> String {
    PLAIN.write(&markup::parse(text)).replace('\n', " ")
}

/// An id that can be mentioned: a member's, or a role's, which begins with `&`.
fn id_only(id: &str) -> (bool, String) {
    (id.starts_with('&') || id.starts_with("@&"), id.chars().filter(char::is_ascii_digit).collect())
}

fn prefix(mentions: &Mentions) -> String {
    let mut words: Vec<String> = mentions.all.then(|| "@everyone".to_owned()).into_iter().collect();
    for (id, name) in &mentions.known {
        words.push(match id_only(id) {
            (_, id) if id.is_empty() => escape_text(&format!("@{name}"), false),
            (true, id) => format!("<@&{id}>"),
            (false, id) => format!("<@{id}>"),
        });
    }
    words.extend(mentions.unknown.iter().map(|name| escape_text(&format!("@{name}"), false)));
    words.join(" ")
}

/// Who may be called: nobody but those who were meant.
fn allowed(mentions: &Mentions) -> Value {
    let ids = |wanted: bool| {
        let ids = mentions
            .known
            .iter()
            .map(|(id, _)| id_only(id))
            .filter(|(role, id)| *role == wanted && !id.is_empty());
        ids.map(|(_, id)| id).take(MENTIONS_MAX).collect::<Vec<_>>()
    };
    let mut allowed = json!({ "parse": if mentions.all { vec!["everyone"] } else { Vec::new() } });
    for (key, ids) in [("users", ids(false)), ("roles", ids(true))] {
        if !ids.is_empty() {
            allowed[key] = json!(ids);
        }
    }
    allowed
}

/// A wait in fractions of a second in the body, in whole seconds in a header, or until the bucket is filled again.
fn throttled(response: &Response, body: &Value, in_words: &dyn Fn(&str) -> String) -> Receipt {
    let seconds = |value: Option<f64>| {
        let value = value.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)?;
        Some(Duration::from_millis((value * 1_000.0).ceil().min(1e12) as i64))
    };
    let reset = response.header("x-ratelimit-reset-after").and_then(|value| value.trim().parse().ok());
    let after =
        seconds(body["retry_after"].as_f64()).or_else(|| response.retry_after()).or_else(|| seconds(reset));
    let what = if body["global"] == true {
        "this address has sent too much to Discord altogether"
    } else {
        "the webhook or its channel has got too many messages"
    };
    Receipt::RetryLater { after, throttled: true, attempts_max: None, reason: in_words(what) }
}

/// The first problem of a form, with where it is: `content: Must be 2000 or fewer in length.`
fn leaf(errors: &Value, path: String) -> Option<String> {
    if let Some(problem) = errors["_errors"][0]["message"].as_str() {
        return Some(format!("{}: {problem}", path.trim_start_matches('.')));
    }
    errors.as_object()?.iter().take(16).find_map(|(key, inner)| leaf(inner, format!("{path}.{key}")))
}

/// Backslashes, and something invisible in what would call everybody.
fn escape_text(text: &str, at_start: bool) -> String {
    let is_subtext = at_start && text.starts_with("-#");
    let escaped = escape::commonmark(text, at_start, |c| !c.is_whitespace() && c != '<');
    let escaped = if is_subtext { format!("\\{escaped}") } else { escaped };
    ["everyone", "here"]
        .iter()
        .fold(escaped, |text, word| text.replace(&format!("@{word}"), &format!("@{INVISIBLE}{word}")))
}
