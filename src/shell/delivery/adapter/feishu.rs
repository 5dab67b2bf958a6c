//! 飞书, by a custom bot or as an app (Feishu open platform, "Custom bot usage guide", "Rich text (Markdown)", JSON 2.0,
//! 2025-06, and "发送消息" of `im/v1/messages`).
//!
//! Plain words go as `text`, everything else as a card of JSON 2.0. A heading at the very beginning becomes the
//! card's own title. Pictures need an upload that a custom bot cannot do, so they are links. An app speaks with a key that
//! it is given for two hours, and is told which message a post became.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Own, Sorted, TEXT_ONLY},
};
use crate::{
    base::{phrase::phrase, time::Duration},
    model::{
        channel::ChannelKind,
        message::{Message, Revising},
    },
    shell::delivery::{
        markup::{
            self, Block,
            escape::{INVISIBLE, leading_mark},
            write::{Dialect, PLAIN},
        },
        target::Robot,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fmt::Write as _;

/// The adapter of `type: feishu`.
pub struct Feishu;

/// What the note of an accepted message begins with; its id follows.
const NOTE: &str = "message ";
/// The whole body may have 20 KB; the signature is added afterwards.
const BODY_BYTES_MAX: usize = parts::longest(ChannelKind::Feishu);
const SIGNATURE_BYTES: usize = 120;
const TABLES_PER_ELEMENT_MAX: usize = 4;
const TITLE_CHARS_MAX: usize = 200;
/// Options that are buttons, and the letters of one; beyond, a card is harder to read than its text.
const CHOICES_MAX: usize = 20;
const LABEL_CHARS_MAX: usize = 100;
const TEXT: Dialect = Dialect { escape: escape_text, ..PLAIN };

const CARD: Dialect = Dialect {
    escape: escape_card,
    bold: "**",
    italic: "*",
    strike: "~~",
    code: true,
    links: true,
    headings: true,
    list_indent: Some(4),
    quotes: 8,
    fences: true,
    tables: true,
    rule: "---",
    // A single line end may vanish.
    line_break: "<br>",
    ..PLAIN
};

impl Adapter for Feishu {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let mut bodies = parts::bounded(bodies(message, &choices(message, robot))?)?;
        if robot.setting("url").is_none() {
            let one = |(part, body): (usize, Value)| posted(robot, attempt, part, &body);
            return Ok(bodies.into_iter().enumerate().map(one).collect());
        }
        // Beside an app's id the secret is the app's.
        if let Some(secret) = robot.setting("secret").filter(|_| robot.setting("app").is_none()) {
            let timestamp = attempt.at.as_seconds();
            let sign = sign(secret, timestamp);
            for body in &mut bodies {
                body["timestamp"] = json!(timestamp.to_string());
                body["sign"] = json!(sign);
            }
        }
        parts::posts(robot.setting("url").unwrap_or_default(), bodies)
    }

    fn revise(
        &self,
        does: Revising,
        _message: &Message,
        sent: &[&str],
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        if does == Revising::Edits {
            return Err(Refusal("Feishu lets an app change cards only".into()));
        }
        let ids: Vec<&str> = sent.iter().filter_map(|note| note.strip_prefix(NOTE)).collect();
        if ids.is_empty() || robot.setting("url").is_some() {
            return Err(Refusal(parts::UNKNOWN.into()));
        }
        if does == Revising::Pins {
            return Ok(vec![by_app(
                robot,
                attempt,
                "/open-apis/im/v1/pins",
                &json!({ "message_id": ids[0] }),
            )]);
        }
        let delete = |id: &&str| {
            let path = format!("/open-apis/im/v1/messages/{}", parts::segment(id));
            let mut request = by_app(robot, attempt, &path, &json!({}));
            (request.method, request.body) = ("DELETE".into(), String::new());
            request
        };
        Ok(ids.iter().map(delete).collect())
    }

    fn sign_in(&self, robot: &Robot) -> Option<Request> {
        let app = robot.setting("app").filter(|_| robot.setting("url").is_none())?;
        let base = robot.setting("base_url").unwrap_or_default();
        let url = parts::endpoint(base, "/open-apis/auth/v3/tenant_access_token/internal");
        let body = json!({ "app_id": app, "app_secret": robot.setting("secret") });
        Some(Request::post_json(&url, body.to_string()))
    }

    fn signed_in(&self, response: &Response) -> Option<(String, Duration)> {
        let body = response.json()?;
        let key = body["tenant_access_token"].as_str().filter(|key| !key.is_empty())?;
        let seconds = body["expire"].as_i64().unwrap_or(0).clamp(0, 86_400);
        Some((key.to_owned(), Duration::SECOND.times(seconds)))
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json();
        let field = |name: &str| body.as_ref().and_then(|body| body.get(name));
        // Older proxies in front of the platform show only the legacy key.
        let Some(code) = answer::code(field("code")).or_else(|| answer::code(field("StatusCode"))) else {
            return by_status(response).unwrap_or_else(|| unclear("Feishu", response));
        };
        let said =
            field("msg").or_else(|| field("StatusMessage")).and_then(Value::as_str).unwrap_or_default();
        let in_words = |what: &str| format!("{what} ({code}): {}", excerpt(said));
        let refused = |what| Receipt::Refused { reason: in_words(what) };
        match code {
            0 => {
                let id = field("data").and_then(|data| data["message_id"].as_str());
                Receipt::Accepted { note: id.map(|id| format!("{NOTE}{}", excerpt(id))).unwrap_or_default() }
            }
            // The key has ended before its time: the next attempt has another one.
            99_991_661 | 99_991_663 | 99_991_664 | 99_991_668 => {
                answer::retry(in_words("Feishu wants the app to sign in again"))
            }
            10_003 | 10_012 | 10_014 => {
                refused("Feishu does not take `app` and `secret`: copy App ID and App Secret again")
            }
            230_002 => refused("the app's bot is not in the group: add it in the group's settings"),
            230_006 => refused("the app has no bot: switch it on under 添加应用能力, and publish a version"),
            99_991_672 => refused(
                "the app lacks a permission (im:message:send_as_bot to speak, im:message.pins:write_only to pin), or \
                     has no published version with it",
            ),
            230_026 | 230_027 => {
                refused("the bot may not do that: it deletes only what it has written itself")
            }
            11232 | 230_020 | 99_991_400 => {
                let reset =
                    response.header("x-ogw-ratelimit-reset").and_then(|value| value.trim().parse().ok());
                let reset = reset.map(|seconds: i64| Duration::SECOND.times(seconds.clamp(0, 3_600)));
                Receipt::RetryLater {
                    after: response.retry_after().or(reset),
                    throttled: true,
                    attempts_max: None,
                    reason: in_words("the bot has sent too many messages, or Feishu is under pressure"),
                }
            }
            9499 => refused("Feishu does not take the message as it is, or it is too long"),
            19001 => refused("the URL's token is wrong, or the bot was removed from the group"),
            19021 => refused("the signature does not match: check `secret`, and this machine's clock"),
            19022 => refused("the bot only takes messages from listed addresses: add this machine's"),
            19024 => refused("the bot's keyword filter refused this; add one of its keywords to the text"),
            230_025 => refused("the message is too long"),
            _ if response.status >= 500 => answer::retry(in_words("Feishu has a problem of its own")),
            _ => refused("Feishu refused the message"),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let form = body["msg_type"].as_str().unwrap_or_default();
        let note = phrase!(
            "{form} · {} of {BODY_BYTES_MAX} bytes",
            "{form} · {} / {BODY_BYTES_MAX} 字节",
            request.body.len()
        );
        // An app writes it as text in JSON.
        let content: Option<Value> =
            body["content"].as_str().and_then(|text| serde_json::from_str(text).ok());
        if form == "text" {
            let text = content.as_ref().unwrap_or(&body["content"])["text"].as_str().unwrap_or_default();
            return ShownRequest { note, text: read_tags(text).replace(INVISIBLE, "") };
        }
        let card = content.as_ref().unwrap_or(&body["card"]);
        let mut parts = Vec::new();
        if let Some(title) = card["header"]["title"]["content"].as_str() {
            parts.push(format!("【{title}】"));
        }
        for element in card["body"]["elements"].as_array().into_iter().flatten() {
            match element["tag"].as_str() {
                Some("markdown") => {
                    let content = read_tags(element["content"].as_str().unwrap_or_default());
                    parts.push(PLAIN.write(&markup::parse(&content)));
                }
                Some("button") => {
                    let text = element["text"]["content"].as_str().unwrap_or_default();
                    let url = element["behaviors"][0]["default_url"].as_str().unwrap_or_default();
                    parts.push(format!("[ {text} ] {url}").trim_end().to_owned());
                }
                _ => {}
            }
        }
        ShownRequest { note, text: parts.join("\n\n") }
    }
}

/// A request of the app itself.
fn by_app(robot: &Robot, attempt: &Attempt<'_>, path: &str, body: &Value) -> Request {
    let url = parts::endpoint(robot.setting("base_url").unwrap_or_default(), path);
    let mut request = Request::post_json(&url, body.to_string());
    let key = attempt.key.unwrap_or_default();
    request.headers.push(("authorization".into(), format!("Bearer {key}")));
    request
}

/// What the app posts: to the chat, or in answer to a message. `uuid` is the same in every attempt; Feishu takes one of
/// a kind within an hour.
fn posted(robot: &Robot, attempt: &Attempt<'_>, part: usize, body: &Value) -> Request {
    let content = if body["card"].is_null() { &body["content"] } else { &body["card"] };
    let mut post = json!({
        "msg_type": body["msg_type"], "content": content.to_string(), "uuid": attempt.part_key(part),
    });
    let answered = attempt.reply_to.and_then(|note| note.strip_prefix(NOTE)).filter(|_| part == 0);
    let path = if let Some(id) = answered {
        format!("/open-apis/im/v1/messages/{}/reply", parts::segment(id))
    } else {
        post["receive_id"] = json!(robot.setting("chat"));
        "/open-apis/im/v1/messages?receive_id_type=chat_id".to_owned()
    };
    by_app(robot, attempt, &path, &post)
}

/// `<at …>name</at>` as it is shown.
fn read_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<at ") {
        let Some((tag, after)) = rest[at..].split_once('>') else { break };
        let Some((name, tail)) = after.split_once("</at>") else { break };
        let id = tag.rsplit('=').next().unwrap_or_default().trim_matches('"');
        out.push_str(&rest[..at]);
        out.push('@');
        out.push_str(match (name, id) {
            ("", "all") => "所有人",
            ("", id) => id,
            (name, _) => name,
        });
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The documented signature: the text is the key and the message is empty.
fn sign(secret: &str, timestamp: i64) -> String {
    let key = format!("{timestamp}\n{secret}");
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The options that members press to answer; none where several may be chosen, where an option is longer than a button's
/// words, or where nothing is told of what is pressed. The text has them, too: a number in reply answers as well.
fn choices<'a>(message: &'a Message, robot: &Robot) -> Vec<&'a String> {
    let tells = robot.setting("url").is_none() && robot.setting("app").is_some();
    let poll = message.poll.as_ref().filter(|poll| tells && message.asks.is_none() && !poll.several);
    let options: Vec<&String> = poll.iter().flat_map(|poll| &poll.options).collect();
    let suits = |option: &&String| (1..=LABEL_CHARS_MAX).contains(&label(option).chars().count());
    let all = options.len() <= CHOICES_MAX && options.iter().all(suits);
    if all { options } else { Vec::new() }
}

/// What stands on the button of an option.
fn label(option: &str) -> String {
    PLAIN.write(&markup::parse(option)).replace('\n', " ").trim().to_owned()
}

fn bodies(message: &Message, choices: &[&String]) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Feishu);
    let Sorted { blocks, buttons, .. } =
        parts::sort(message, &mentions, Own { buttons: usize::MAX, ..TEXT_ONLY })?;
    if buttons.is_empty() && choices.is_empty() && blocks.iter().all(Block::is_plain) {
        return Ok(text_parts(blocks, &mentions));
    }
    let opens = buttons.iter().map(|button| {
        let leads = json!({ "type": "open_url", "default_url": button.url });
        pressed(&button.text, "primary", &leads)
    });
    let answers = choices.iter().map(|option| {
        pressed(&label(option), "default", &json!({ "type": "callback", "value": { "option": option } }))
    });
    let buttons: Vec<Value> = opens.chain(answers).collect();
    Ok(card_parts(blocks, &mentions, &buttons))
}

fn text_parts(blocks: Vec<Block>, mentions: &Mentions) -> Vec<Value> {
    let mut prefix = String::new();
    if mentions.all {
        prefix.push_str("<at user_id=\"all\">所有人</at> ");
    }
    for (id, name) in &mentions.known {
        let name = name.replace(['<', '>'], "");
        let _ = write!(prefix, "<at user_id=\"{}\">{name}</at> ", id_only(id));
    }
    for name in &mentions.unknown {
        prefix.push_str(&escape_text(&format!("@{name} "), true));
    }
    parts::bodies(blocks, &is_small, &|part, ends| {
        let prefix = if ends.first { prefix.as_str() } else { "" };
        json!({ "msg_type": "text", "content": { "text": format!("{prefix}{}", TEXT.write(part)) } })
    })
}

/// A button and what it does.
fn pressed(text: &str, look: &str, does: &Value) -> Value {
    json!({
        "tag": "button", "text": { "tag": "plain_text", "content": text }, "type": look, "behaviors": [does],
    })
}

fn card_parts(mut blocks: Vec<Block>, mentions: &Mentions, buttons: &[Value]) -> Vec<Value> {
    let title = markup::take_title(&mut blocks, |title| title.chars().count() <= TITLE_CHARS_MAX);
    let mut prefix: Vec<String> = Vec::new();
    if mentions.all {
        prefix.push("<at id=all></at>".into());
    }
    prefix.extend(mentions.known.iter().map(|(id, _)| format!("<at id={}></at>", id_only(id))));
    prefix.extend(mentions.unknown.iter().map(|name| escape_card(&format!("@{name}"), false)));
    let prefix = prefix.join(" ");
    parts::bodies(blocks, &is_small, &|part, ends| {
        let (title, prefix) = if ends.first { (title.as_deref(), prefix.as_str()) } else { (None, "") };
        card(title, prefix, part, if ends.last { buttons } else { &[] })
    })
}

fn card(title: Option<&str>, prefix: &str, blocks: &[Block], buttons: &[Value]) -> Value {
    let mut elements: Vec<Value> = Vec::new();
    let mut markdown = |content: String| elements.push(json!({ "tag": "markdown", "content": content }));
    let mut from = 0;
    let mut prefix = prefix;
    while from < blocks.len() || !prefix.is_empty() {
        let to = from + without_too_many_tables(&blocks[from..]);
        let text = CARD.write(&blocks[from..to]);
        let between = if prefix.is_empty() || text.is_empty() { "" } else { "\n\n" };
        markdown(format!("{prefix}{between}{text}"));
        (from, prefix) = (to, "");
    }
    elements.extend_from_slice(buttons);
    let mut card = json!({ "schema": "2.0" });
    if let Some(title) = title {
        card["header"] = json!({ "title": { "tag": "plain_text", "content": title }, "template": "blue" });
    }
    card["body"] = json!({ "elements": elements });
    json!({ "msg_type": "interactive", "card": card })
}

/// How many of the blocks one element may hold.
fn without_too_many_tables(blocks: &[Block]) -> usize {
    let mut tables = 0;
    let fitting = blocks.iter().take_while(|block| {
        block.each_block(&mut |block| tables += usize::from(matches!(block, Block::Table { .. })));
        tables <= TABLES_PER_ELEMENT_MAX
    });
    // A single block with more tables stands alone; there is no better.
    fitting.count().max(1).min(blocks.len())
}

fn is_small(body: &Value) -> bool {
    body.to_string().len() + SIGNATURE_BYTES <= BODY_BYTES_MAX
}

/// An id cannot leave its tag.
fn id_only(id: &str) -> String {
    id.chars().filter(|c| !matches!(c, '<' | '>' | '"' | '\'' | ' ' | '\n')).collect()
}

/// `text` reads `<at …>` and nothing else.
fn escape_text(text: &str, _at_start: bool) -> String {
    text.replace("<at", &format!("<{INVISIBLE}at")).replace("</at", &format!("<{INVISIBLE}/at"))
}

/// Special characters are written as HTML entities, as the platform documents; only where they would be marks.
fn escape_card(text: &str, at_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let leads = if at_start { leading_mark(&chars) } else { None };
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map_or(' ', |i| chars[i]);
        let after = chars.get(index + 1).copied().unwrap_or(' ');
        let is_mark = match c {
            '*' => !(before.is_whitespace() && after.is_whitespace()),
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            // At an edge it may come to stand beside a mark.
            '~' => before == '~' || after == '~' || index == 0 || index + 1 == chars.len(),
            '`' | '<' => true,
            '\\' => after.is_ascii_punctuation(),
            '&' => after.is_ascii_alphabetic() || after == '#',
            '[' => chars[index..].windows(2).any(|pair| pair == [']', '(']),
            _ => false,
        };
        if is_mark || leads == Some(index) {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{answer::tests::answer, *};
    use crate::{
        base::{
            ids::{ChannelName, EffectId, GroupId},
            time::Timestamp,
        },
        model::message::{Button, Mention},
        shell::delivery::secret::Secret,
    };
    use proptest::prelude::*;

    fn requests(message: &Message, secret: Option<&str>) -> Vec<Value> {
        let (group, channel, effect) = (GroupId::new("g"), ChannelName::new("c"), EffectId::new("e"));
        let at = Timestamp::from_millis(100_500);
        let attempt = Attempt::of(&group, &channel, &effect, at);
        let mut robot = Robot::placeholder(ChannelKind::Feishu);
        if let Some(secret) = secret {
            robot.settings.insert("secret".into(), Secret::new(secret));
        }
        let requests = Feishu.requests(message, &robot, &attempt).unwrap();
        requests.iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
    }

    #[test]
    fn signs_the_published_vector() {
        assert_eq!(sign("demo", 100), "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg=");
        let body = requests(&Message::text("hi"), Some("demo")).remove(0);
        assert_eq!(
            body,
            json!({
                "msg_type": "text",
                "content": { "text": "hi" },
                "timestamp": "100",
                "sign": "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg=",
            })
        );
    }

    #[test]
    fn plain_words_go_as_text_and_markup_as_a_card() {
        let all = Message { mentions: vec![Mention::All], ..Message::text(r"开始了 \<at user_id=x>") };
        let text = "<at user_id=\"all\">所有人</at> 开始了 <\u{200B}at user_id=x>";
        assert_eq!(requests(&all, None), [json!({ "msg_type": "text", "content": { "text": text } })]);

        let rich = Message {
            mentions: vec![Mention::All],
            buttons: vec![Button { text: "报名".into(), url: "https://x.example".into() }],
            ..Message::text("# 预告\n第一行\n**第二行** a\\*b\n\n- x\n  - y\n\n|a|\n|-|\n|1|")
        };
        let content =
            "<at id=all></at>\n\n第一行<br>**第二行** a&#42;b\n\n- x\n    - y\n\n| a |\n| --- |\n| 1 |";
        let expected = json!({
            "msg_type": "interactive",
            "card": {
                "schema": "2.0",
                "header": { "title": { "tag": "plain_text", "content": "预告" }, "template": "blue" },
                "body": { "elements": [
                    { "tag": "markdown", "content": content },
                    {
                        "tag": "button",
                        "text": { "tag": "plain_text", "content": "报名" },
                        "type": "primary",
                        "behaviors": [{ "type": "open_url", "default_url": "https://x.example" }],
                    },
                ] },
            },
        });
        assert_eq!(requests(&rich, None), std::slice::from_ref(&expected));
        let shown = Feishu.shown(&Request::post_json("u", expected.to_string()));
        assert!(shown.text.starts_with("【预告】\n\n@所有人\n\n第一行\n第二行 a*b\n\n• x"), "{}", shown.text);
        assert!(shown.text.ends_with("[ 报名 ] https://x.example"), "{}", shown.text);
    }

    #[test]
    fn an_element_holds_four_tables_at_most() {
        let text = "|a|\n|-|\n|1|\n\n".repeat(9);
        let body = requests(&Message::text(text), None).remove(0);
        assert_eq!(body["card"]["body"]["elements"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn answers_are_told_apart_by_their_body() {
        let receipt = |body: &str| Feishu.receipt(&answer(200, body));
        let accepted = Receipt::Accepted { note: String::new() };
        assert_eq!(receipt(r#"{"code":0,"data":{},"msg":"success","StatusCode":0}"#), accepted);
        assert_eq!(receipt(r#"{"StatusCode":0,"StatusMessage":"success"}"#), accepted);
        assert!(matches!(
            receipt(r#"{"code":11232,"data":{}}"#),
            Receipt::RetryLater { throttled: true, .. }
        ));
        let Receipt::Refused { reason } = receipt(r#"{"code":19021,"msg":"sign match fail"}"#) else {
            panic!("not refused");
        };
        assert_eq!(
            reason,
            "the signature does not match: check `secret`, and this machine's clock (19021): sign match fail"
        );
        assert!(matches!(receipt("{}"), Receipt::Unclear { .. }));
        assert!(matches!(receipt(r#"{"code":9499}"#), Receipt::Refused { .. }));
    }

    proptest! {
        #[test]
        fn any_text_fits_and_keeps_its_words(
            text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é]{0,40}|[字词]{900,4000}\n?){1,10}",
        ) {
            prop_assume!(!markup::blocks(&Message::text(&*text)).is_empty());
            let bodies = requests(&Message::text(&*text), Some("demo"));
            let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let mut seen = String::new();
            for body in &bodies {
                let text = body.to_string();
                prop_assert!(text.len() <= BODY_BYTES_MAX, "{}", text.len());
                seen.push_str(&words(&text));
            }
            let expected = words(&PLAIN.write(&markup::blocks(&Message::text(&*text))));
            let mut chars = seen.chars();
            for c in expected.chars() {
                prop_assert!(chars.any(|seen| seen == c), "lost {c:?} of {text:?}");
            }
        }
    }
}
