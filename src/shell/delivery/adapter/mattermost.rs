//! Mattermost, by an incoming webhook or as a bot (Mattermost developer documentation, 2026-08, its server's
//! `web/webhook.go`, and its API v4, `/posts`).
//!
//! `CommonMark` with tables. The server translates Slack's `<!channel>` and `<url|text>` of a webhook before it reads
//! Markdown, even in code, so that these are broken up wherever a text has them. A webhook cannot reply in a thread and is
//! told nothing of its posts; a bot is told the id of each, by which it is answered, changed, deleted and pinned.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Sorted},
};
use crate::{
    base::{phrase::phrase, time::Duration},
    model::{
        channel::ChannelKind,
        message::{Message, Restriction, Revising},
    },
    shell::delivery::{
        markup::{
            self,
            escape::{self, INVISIBLE},
            write::{Dialect, PLAIN},
        },
        target::Robot,
    },
};
use serde_json::{Value, json};

/// The adapter of `type: mattermost`.
pub struct Mattermost;

/// In code points; the server would cut a longer text into posts by itself, inside markup.
const TEXT_CHARS_MAX: usize = parts::longest(ChannelKind::Mattermost);
/// What the note of an accepted post begins with; its id follows.
const NOTE: &str = "post ";

const TEXT: Dialect = Dialect {
    escape: escape_text,
    verbatim: break_angles,
    bold: "**",
    italic: "*",
    strike: "~~",
    code: true,
    links: true,
    images: true,
    headings: true,
    list_indent: Some(4),
    fences: true,
    tables: true,
    rule: "---",
    ..PLAIN
};

impl Adapter for Mattermost {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let mentions = Mentions::of(message, ChannelKind::Mattermost);
        let Sorted { blocks, .. } = parts::sort(message, &mentions, parts::TEXT_ONLY)?;
        let prefix = prefix(&mentions);
        let bot = ChannelBot::of(robot);
        let words = if bot.is_some() { "message" } else { "text" };
        let fits = |body: &Value| body[words].as_str().unwrap_or_default().chars().count() <= TEXT_CHARS_MAX;
        let mut bodies = parts::bodies(blocks, &fits, &|part, ends| {
            let text = TEXT.write(part);
            json!({ words: if ends.first { parts::in_front(&prefix, &text, part) } else { text } })
        });
        let Some(bot) = bot else { return parts::posts(robot.setting("url").unwrap_or_default(), bodies) };
        let answered = attempt.reply_to.and_then(|note| note.strip_prefix(NOTE));
        for body in &mut bodies {
            body["channel_id"] = json!(bot.chat);
            if let Some(root) = answered {
                body["root_id"] = json!(root);
            }
        }
        let bodies = parts::bounded(bodies)?.into_iter();
        Ok(bodies.map(|body| bot.asks("POST", "/posts", &body.to_string())).collect())
    }

    fn note_of(&self, heard: &str) -> String {
        format!("{NOTE}{heard}")
    }

    fn revise(
        &self,
        does: Revising,
        message: &Message,
        sent: &[&str],
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let ids: Vec<&str> = sent.iter().filter_map(|note| note.strip_prefix(NOTE)).collect();
        let bot = ChannelBot::of(robot).filter(|_| !ids.is_empty());
        let bot = bot.ok_or_else(|| Refusal(parts::UNKNOWN.into()))?;
        let post = |id: &str| format!("/posts/{}", parts::segment(id));
        let delete = |id: &&str| bot.asks("DELETE", &post(id), "");
        match does {
            Revising::Pins => Ok(vec![bot.asks("POST", &format!("{}/pin", post(ids[0])), "")]),
            Revising::Deletes => Ok(ids.iter().map(delete).collect()),
            Revising::Edits => {
                let (pairs, rest) = parts::in_place(self.requests(message, robot, attempt)?, ids)?;
                let edits = pairs.into_iter().map(|(request, id)| {
                    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
                    let words = json!({ "message": body["message"] });
                    bot.asks("PUT", &format!("{}/patch", post(id)), &words.to_string())
                });
                Ok(edits.chain(rest.iter().map(delete)).collect())
            }
        }
    }

    fn restrict(
        &self,
        member: &str,
        restriction: &Restriction,
        robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let bot = ChannelBot::of(robot).filter(|_| restriction.removes);
        let bot = bot.ok_or_else(|| Refusal("Mattermost lets nobody but a person do that".into()))?;
        let path = format!("/channels/{}/members/{}", parts::segment(bot.chat), parts::segment(member));
        Ok(vec![bot.asks("DELETE", &path, "")])
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let said = String::from_utf8_lossy(&response.body);
        if response.status == 200 && said.trim() == "ok" {
            return Receipt::Accepted { note: String::new() };
        }
        let done = response.json().filter(|_| matches!(response.status, 200 | 201));
        if let Some(id) = done.as_ref().and_then(|done| done["id"].as_str()) {
            return Receipt::Accepted { note: format!("{NOTE}{}", excerpt(id)) };
        }
        // What is done to a post, or to a member, has no id.
        if done.is_some_and(|done| done["status"] == "OK") {
            return Receipt::Accepted { note: String::new() };
        }
        let error = response.json().filter(|body| body["id"].is_string() || body["status_code"].is_number());
        let id = error.as_ref().and_then(|error| error["id"].as_str()).unwrap_or_default();
        let words = error.as_ref().and_then(|error| error["message"].as_str()).map(excerpt);
        let in_words = |what: &str| match &words {
            Some(words) => format!("{what} ({} {}): {words}", response.status, excerpt(id)),
            None => format!("{what} ({})", response.in_words()),
        };
        let refused = |what| Receipt::Refused { reason: in_words(what) };
        match response.status {
            429 => {
                let reset = response.header("x-ratelimit-reset").and_then(|value| value.trim().parse().ok());
                let reset = reset.map(|seconds: i64| Duration::SECOND.times(seconds.clamp(0, 3_600)));
                Receipt::RetryLater {
                    after: response.retry_after().or(reset),
                    throttled: true,
                    attempts_max: None,
                    reason: in_words("this address has sent too much to the server"),
                }
            }
            401 => refused("Mattermost does not take `token`: copy the bot's access token again"),
            403 if id.contains("permissions") => refused(
                "the bot may not do that there: add it to the team and the channel, and give it the right (Manage Channel \
                 Members to remove somebody, Delete Others' Posts to delete what others wrote)",
            ),
            404 if id.contains("post") => refused("the post is gone"),
            501 => refused("incoming webhooks are turned off on this server: ask its administrator"),
            403 => refused(
                "the webhook may not post there: the channel is locked, archived or private to others",
            ),
            400 | 404 if id.contains("webhook") || id.contains("hook") => {
                refused("the webhook was deleted, or the URL is wrong: copy it again")
            }
            400 | 404 if id.contains("channel") => refused("the webhook's channel does not exist any more"),
            400 if error.is_some() => refused("Mattermost does not take the message as it is"),
            500.. if error.is_some() => answer::retry(in_words("the server has a problem of its own")),
            _ => by_status(response).unwrap_or_else(|| unclear("Mattermost", response)),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let text = body["text"].as_str().or_else(|| body["message"].as_str()).unwrap_or_default();
        let note = phrase!(
            "text · {} of {TEXT_CHARS_MAX} characters",
            "text · {} / {TEXT_CHARS_MAX} 字",
            text.chars().count()
        );
        ShownRequest { note, text: PLAIN.write(&markup::parse(text)).replace(INVISIBLE, "") }
    }
}

/// A bot and where it speaks.
struct ChannelBot<'a> {
    site: &'a str,
    token: &'a str,
    chat: &'a str,
}

impl<'a> ChannelBot<'a> {
    /// Of a channel that has one; beside the address of a webhook it only hears.
    fn of(robot: &'a Robot) -> Option<Self> {
        let site = robot.setting("url").or_else(|| robot.setting("base_url"))?;
        let (token, chat) = (robot.setting("token")?, robot.setting("chat")?);
        (!site.contains("/hooks/")).then_some(Self { site, token, chat })
    }

    fn asks(&self, method: &'static str, path: &str, body: &str) -> Request {
        let url = parts::endpoint(self.site, &format!("/api/v4{path}"));
        let mut request = Request::post_json(&url, body.to_owned());
        request.method = method.into();
        request.headers.push(("authorization".into(), format!("Bearer {}", self.token)));
        request
    }
}

fn prefix(mentions: &Mentions) -> String {
    let mut words: Vec<String> = mentions.all.then(|| "@channel".to_owned()).into_iter().collect();
    for (id, name) in &mentions.known {
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
        words.push(if id.is_empty() { escape_text(name, false) } else { format!("@{id}") });
    }
    words.extend(mentions.unknown.iter().map(|name| escape_text(&format!("@{name}"), false)));
    words.join(" ")
}

/// Backslashes, and something invisible in what would call somebody or be a link of Slack's.
fn escape_text(text: &str, at_start: bool) -> String {
    let escaped = escape::commonmark_without_tags(text, at_start, in_address);
    let mut out = String::with_capacity(escaped.len());
    let mut chars = escaped.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        out.push(c);
        // In the middle of a word it belongs to an address of e-mail.
        if c == '@'
            && !before.is_alphanumeric()
            && chars.peek().is_some_and(|next| next.is_alphanumeric() || "._-".contains(*next))
        {
            out.push(INVISIBLE);
        }
        before = c;
    }
    out
}

/// Not the marks that could do more than an address needs of them.
fn in_address(c: char) -> bool {
    c.is_ascii_graphic() && !"<>`|\"\\*[]~".contains(c)
}

fn break_angles(code: &str) -> String {
    ["!", "@", "http", "mailto:"].iter().fold(code.to_owned(), |code, begin| {
        code.replace(&format!("<{begin}"), &format!("<{INVISIBLE}{begin}"))
    })
}
