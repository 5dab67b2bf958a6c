//! 钉钉 custom robot (DingTalk open platform, "自定义机器人发送群消息", 2026-07-14, and "自定义机器人安全设置", 2026-07-22).
//!
//! Plain words go as `text`, anything formatted as `markdown`, and with buttons the last part is an `actionCard`.
//! A card cannot call everybody or a phone number; then the buttons are links. The platform documents no way to
//! escape its markdown, so marks inside words are replaced by letters that look alike.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Own, Sorted, TEXT_ONLY},
};
use crate::{
    base::{
        phrase::phrase,
        time::{Duration, Timestamp},
    },
    model::{
        channel::ChannelKind,
        message::{Button, Message},
    },
    shell::delivery::{
        markup::{
            self, Block,
            escape::INVISIBLE,
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

/// The adapter of `type: dingtalk`.
pub struct Dingtalk;

/// "message too long, exceed 20000 bytes" is about the whole body.
const BODY_BYTES_MAX: usize = parts::longest(ChannelKind::Dingtalk);
/// The idempotency key, which is added afterwards.
const KEY_BYTES: usize = 80;
/// People whom one message may call.
const CALLED_MAX: usize = 50;
/// The title is only what a list of conversations shows.
const TITLE_CHARS_MAX: usize = 40;
/// A robot that was too fast is locked out for so long.
const LOCKOUT: Duration = Duration::MINUTE;
const LOCKOUT_MINUTES: i64 = 10;

const MARKDOWN: Dialect = Dialect {
    escape: escape_markdown,
    bold: "**",
    italic: "*",
    links: true,
    images: true,
    headings: true,
    list_indent: Some(4),
    // The documentation asks for spaces around a line end that is to be seen.
    line_break: "  \n",
    ..PLAIN
};

impl Adapter for Dingtalk {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let mut url = robot.setting("url").unwrap_or_default().to_owned();
        if let Some(secret) = robot.setting("secret") {
            url = signed(&url, secret, attempt.at);
        }
        let bodies = parts::bounded(bodies(message)?)?.into_iter().enumerate().map(|(index, mut body)| {
            body["msgUuid"] = json!(attempt.part_key(index));
            Request::post_json(&url, body.to_string())
        });
        Ok(bodies.collect())
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json();
        let field = |name: &str| body.as_ref().and_then(|body| body.get(name));
        let Some(code) = answer::code(field("errcode")) else {
            return throttled_at_the_gate(body.as_ref())
                .or_else(|| by_status(response))
                .unwrap_or_else(|| unclear("DingTalk", response));
        };
        let said = field("errmsg").and_then(Value::as_str).unwrap_or_default();
        let in_words = |what: &str| format!("{what} ({code}): {}", excerpt(said));
        let refused = |what| Receipt::Refused { reason: in_words(what) };
        match code {
            0 => Receipt::Accepted { note: String::new() },
            -1 | 660_026 => answer::retry(in_words("DingTalk is busy")),
            410_100 | 130_101 => Receipt::RetryLater {
                after: Some(response.retry_after().unwrap_or(LOCKOUT.times(LOCKOUT_MINUTES))),
                throttled: true,
                attempts_max: None,
                reason: in_words("the robot has sent more than 20 messages in a minute and is locked out"),
            },
            310_000 => refused(unsafe_because(said)),
            300_001 | 300_005 | 400_101 => refused("the URL's token is wrong, or the robot was deleted"),
            400_013 => refused("the group was dissolved"),
            400_102 => refused("the robot is switched off: switch it on in the group's settings"),
            400_106 => refused("the robot is not in the group any more"),
            40_035 => refused("DingTalk misses something in the request: is the whole URL there?"),
            460_101 => refused("the message is too long"),
            430_101..=430_104 => refused("DingTalk's content check refused a link, the text or an image"),
            _ if response.status >= 500 => answer::retry(in_words("DingTalk has a problem of its own")),
            _ => refused("DingTalk refused the message"),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let form = body["msgtype"].as_str().unwrap_or_default();
        let note = phrase!(
            "{form} · {} of {BODY_BYTES_MAX} bytes",
            "{form} · {} / {BODY_BYTES_MAX} 字节",
            request.body.len()
        );
        let mut text = match form {
            "text" => body["text"]["content"].as_str().unwrap_or_default().to_owned(),
            _ => PLAIN.write(&markup::parse(body[form]["text"].as_str().unwrap_or_default())),
        };
        if body["at"]["isAtAll"] == true {
            text.push_str("\n@所有人");
        }
        let card = &body["actionCard"];
        let single = card["singleTitle"].as_str().zip(card["singleURL"].as_str());
        let several = card["btns"].as_array().into_iter().flatten();
        let several = several.filter_map(|b| b["title"].as_str().zip(b["actionURL"].as_str()));
        for (title, url) in single.into_iter().chain(several) {
            let _ = write!(text, "\n[ {title} ] {url}");
        }
        ShownRequest { note, text: text.replace(INVISIBLE, "") }
    }
}

/// The documented signature, in the query; host and query stay as they are.
fn signed(url: &str, secret: &str, at: Timestamp) -> String {
    let timestamp = at.as_millis();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{timestamp}\n{secret}").as_bytes());
    let sign = STANDARD.encode(mac.finalize().into_bytes());
    let sign = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let url = url.split('#').next().unwrap_or_default();
    let between = if url.contains('?') { '&' } else { '?' };
    format!("{url}{between}timestamp={timestamp}&sign={sign}")
}

/// The gateway answers a flood with a body of its own, without `errcode`: `{"status":1111,"wait":5,…}`.
fn throttled_at_the_gate(body: Option<&Value>) -> Option<Receipt> {
    let body = body?;
    let wait = body.get("wait").and_then(Value::as_f64).filter(|wait| *wait >= 0.0);
    (wait.is_some() || body.get("punish").is_some()).then(|| Receipt::RetryLater {
        after: wait.map(|wait| Duration::from_millis((wait.min(3_600.0) * 1_000.0) as i64)),
        throttled: true,
        attempts_max: None,
        reason: "DingTalk's gateway takes no more requests from here for a while".into(),
    })
}

/// All security settings fail with one code; only the words tell them apart.
fn unsafe_because(said: &str) -> &'static str {
    let said = said.to_lowercase();
    if said.contains("keyword") {
        "the robot's keyword filter refused this: every message needs one of its keywords, each part of a long \
         one too"
    } else if said.contains("timestamp") {
        "the time of the signature is off by more than an hour: set this machine's clock"
    } else if said.contains("sign") {
        "the signature does not match: check `secret` (it begins with SEC)"
    } else if said.contains("ip") {
        "the robot only takes messages from listed addresses: add this machine's"
    } else {
        "the robot's security settings refused the message"
    }
}

fn bodies(message: &Message) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Dingtalk);
    let calls_elsewhere = mentions.all || mentions.known.iter().any(|(id, _)| is_mobile(id));
    let own = Own { buttons: if calls_elsewhere { 0 } else { usize::MAX }, ..TEXT_ONLY };
    let Sorted { blocks, buttons, .. } = parts::sort(message, &mentions, own)?;
    let is_text = buttons.is_empty() && blocks.iter().all(Block::is_plain);
    let mut called = mentions.known.chunks(CALLED_MAX);
    let first = called.next().unwrap_or_default();
    let names: String = mentions.unknown.iter().flat_map(|name| ["@", name, " "]).collect();
    let mut bodies = if is_text {
        let prefix = format!("{}{names}", tokens(first));
        text_parts(blocks, &prefix, first, mentions.all)
    } else {
        let prefix = format!("{}{}", tokens(first), escape_markdown(&names, false));
        markdown_parts(blocks, prefix.trim_end(), first, mentions.all, &buttons)
    };
    bodies.extend(called.flat_map(|more| text_parts(Vec::new(), &tokens(more), more, false)));
    Ok(bodies)
}

/// What has to stand in the text for those who are called.
fn tokens(known: &[(String, String)]) -> String {
    known.iter().flat_map(|(id, _)| ["@", id.trim(), " "]).collect()
}

/// Phone numbers and user ids are called in different fields: eleven digits from 1, or a number with its country.
fn is_mobile(id: &str) -> bool {
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    (digits && id.len() == 11 && id.starts_with('1')) || id.starts_with('+')
}

fn with_at(mut body: Value, known: &[(String, String)], all: bool) -> Value {
    if all || !known.is_empty() {
        let ids = known.iter().map(|(id, _)| id.trim());
        let (mobiles, users): (Vec<&str>, Vec<&str>) = ids.partition(|id| is_mobile(id));
        body["at"] = json!({ "atMobiles": mobiles, "atUserIds": users, "isAtAll": all });
    }
    body
}

fn is_small(body: &Value) -> bool {
    body.to_string().len() + KEY_BYTES <= BODY_BYTES_MAX
}

fn text_parts(blocks: Vec<Block>, prefix: &str, known: &[(String, String)], all: bool) -> Vec<Value> {
    let body = |content: String| json!({ "msgtype": "text", "text": { "content": content } });
    parts::bodies(blocks, &is_small, &|part, ends| {
        // A call without words: an empty text is refused.
        let text = if part.is_empty() { "👆".to_owned() } else { PLAIN.write(part) };
        if ends.first { with_at(body(format!("{prefix}{text}")), known, all) } else { body(text) }
    })
}

fn markdown_parts(
    blocks: Vec<Block>,
    prefix: &str,
    known: &[(String, String)],
    all: bool,
    buttons: &[Button],
) -> Vec<Value> {
    let title = title(&blocks);
    let written = |part: &[Block], is_first: bool| {
        let text = MARKDOWN.write(part);
        match (is_first && !prefix.is_empty(), text.is_empty()) {
            (true, false) => format!("{prefix}\n\n{text}"),
            (true, true) => prefix.to_owned(),
            (false, true) => title.clone(),
            (false, false) => text,
        }
    };
    let markdown =
        |text: String| json!({ "msgtype": "markdown", "markdown": { "title": title, "text": text } });
    // One that is measured as a card may come to be the first of several, which has `at` instead.
    let fits = |body: &Value| is_small(&with_at(body.clone(), known, all));
    parts::bodies(blocks, &fits, &|part, ends| {
        let text = written(part, ends.first);
        match (ends.last && !buttons.is_empty(), ends.first) {
            // In a card it is the `@id` in the text that calls.
            (true, _) => card(&title, text, buttons),
            (false, true) => with_at(markdown(text), known, all),
            (false, false) => markdown(text),
        }
    })
}

fn card(title: &str, text: String, buttons: &[Button]) -> Value {
    let mut card = json!({ "title": title, "text": text, "btnOrientation": "0" });
    if let [button] = buttons {
        card["singleTitle"] = json!(button.text);
        card["singleURL"] = json!(button.url);
    } else {
        let buttons: Vec<Value> =
            buttons.iter().map(|b| json!({ "title": b.text, "actionURL": b.url })).collect();
        card["btns"] = json!(buttons);
    }
    json!({ "msgtype": "actionCard", "actionCard": card })
}

/// The first line, for the list of conversations; never empty.
fn title(blocks: &[Block]) -> String {
    let text = PLAIN.write(blocks.get(..1).unwrap_or_default());
    let line: String = text.lines().next().unwrap_or_default().chars().take(TITLE_CHARS_MAX).collect();
    if line.trim().is_empty() { "👆".into() } else { line }
}

/// Marks inside words become letters that look alike, or are broken up by a character that shows nothing; inside
/// a web address they are percent-encoded, which leaves it the same address.
fn escape_markdown(text: &str, at_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    if at_start && leads(&chars) {
        out.push(INVISIBLE);
    }
    let mut in_address = false;
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map_or(' ', |i| chars[i]);
        let after = chars.get(index + 1).copied().unwrap_or(' ');
        in_address = (in_address && c.is_ascii() && !c.is_whitespace()) || begins_address(&chars[index..]);
        let is_mark = match c {
            '*' => !(before.is_whitespace() && after.is_whitespace()),
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            '`' => true,
            _ => false,
        };
        match c {
            '*' | '_' | '`' if is_mark && in_address => {
                let _ = write!(out, "%{:02X}", u32::from(c));
            }
            '*' if is_mark => out.push('\u{2217}'),
            '_' if is_mark => out.push('\u{02CD}'),
            '`' if is_mark => out.push('\u{02CB}'),
            _ => {
                let is_pair = matches!((before, c), ('~', '~') | (']', '('));
                let is_begun = before == '<' && (c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
                    || before == '&' && !in_address && (c.is_ascii_alphabetic() || c == '#')
                    || before == '\\' && c.is_ascii_punctuation();
                if is_pair || is_begun {
                    out.push(INVISIBLE);
                }
                out.push(c);
            }
        }
    }
    out
}

fn begins_address(chars: &[char]) -> bool {
    let begins = |with: &str| with.chars().enumerate().all(|(i, c)| chars.get(i) == Some(&c));
    begins("http://") || begins("https://")
}

/// Whether a line would become a heading, a quotation, a list or a rule.
fn leads(chars: &[char]) -> bool {
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    match chars.first() {
        Some('#' | '>' | '-' | '+' | '=') => true,
        _ => digits > 0 && matches!(chars.get(digits), Some('.' | ')')),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{check_any_text, person, request_of, robot_with},
        answer::tests::answer,
        *,
    };
    use crate::model::message::Mention;
    use proptest::prelude::*;

    fn requests(message: &Message, settings: &[(&str, &str)]) -> Vec<Request> {
        request_of(&Dingtalk, message, &robot_with(ChannelKind::Dingtalk, settings))
    }

    fn bodies(message: &Message) -> Vec<Value> {
        requests(message, &[("url", "https://x.example")])
            .iter()
            .map(|request| {
                let mut body: Value = serde_json::from_str(&request.body).unwrap();
                assert!(body["msgUuid"].as_str().unwrap().starts_with("msg_"));
                body.as_object_mut().unwrap().remove("msgUuid");
                body
            })
            .collect()
    }

    #[test]
    fn signs_the_published_vector_and_keeps_the_query() {
        let at = Timestamp::from_millis(1_577_262_236_757);
        assert_eq!(
            signed("https://h.example/robot/send?access_token=a%20b&x=1", "this is secret", at),
            "https://h.example/robot/send?access_token=a%20b&x=1&timestamp=1577262236757\
             &sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"
        );
        assert!(signed("https://h.example/send", "s", at).starts_with("https://h.example/send?timestamp="));
    }

    #[test]
    fn plain_words_are_text_and_those_called_stand_in_it() {
        let lin = person("小林", Some(("dingtalk", "manager7")));
        let mobile = person("小何", Some(("dingtalk", "13800000000")));
        let message = Message { mentions: vec![lin, mobile, person("Ann", None)], ..Message::text("在吗") };
        let content = "@manager7 @13800000000 @Ann 在吗";
        assert_eq!(
            bodies(&message),
            [json!({
                "msgtype": "text",
                "text": { "content": content },
                "at": { "atMobiles": ["13800000000"], "atUserIds": ["manager7"], "isAtAll": false },
            })]
        );
    }

    #[test]
    fn marks_are_markdown_and_what_it_lacks_is_text() {
        let text =
            "## 预告\n第一行\n第二行 ~~x~~ `c`\n\n|a|b|\n|-|-|\n|1|2|\n\n![图](https://x.example/p.png)";
        let message = Message { mentions: vec![Mention::All], ..Message::text(text) };
        let expected = "## 预告\n\n第一行  \n第二行 x c\n\na | b  \n1 | 2\n\n![图](https://x.example/p.png)";
        assert_eq!(
            bodies(&message),
            [json!({
                "msgtype": "markdown",
                "markdown": { "title": "预告", "text": expected },
                "at": { "atMobiles": [], "atUserIds": [], "isAtAll": true },
            })]
        );
    }

    #[test]
    fn buttons_are_a_card_unless_everybody_is_called() {
        let button = |n: u32| Button { text: format!("b{n}"), url: format!("https://x.example/{n}") };
        let message = Message { buttons: vec![button(1)], ..Message::text("**来**") };
        assert_eq!(
            bodies(&message),
            [json!({ "msgtype": "actionCard", "actionCard": {
                "title": "来", "text": "**来**", "btnOrientation": "0",
                "singleTitle": "b1", "singleURL": "https://x.example/1",
            }})]
        );
        let two = Message { buttons: vec![button(1), button(2)], ..message.clone() };
        assert_eq!(bodies(&two)[0]["actionCard"]["btns"][1]["actionURL"], "https://x.example/2");
        let all = Message { mentions: vec![Mention::All], ..message };
        assert_eq!(bodies(&all)[0]["markdown"]["text"], "**来**\n\n[b1](https://x.example/1)");
    }

    #[test]
    fn more_people_than_one_message_calls_are_called_by_further_ones() {
        let mentions =
            (0..51).map(|n| person(&format!("p{n}"), Some(("dingtalk", &format!("u{n}"))))).collect();
        let bodies = bodies(&Message { mentions, ..Message::text("hi") });
        assert_eq!(bodies.len(), 2);
        assert_eq!(bodies[0]["at"]["atUserIds"].as_array().unwrap().len(), 50);
        assert_eq!(bodies[1]["text"]["content"], "@u50 👆");
    }

    #[test]
    fn text_cannot_become_markup() {
        let escape = |text: &str| escape_markdown(text, true);
        assert_eq!(escape("2 * 3 *x* _y_ a_b `c`"), "2 * 3 ∗x∗ ˍyˍ a_b ˋcˋ");
        assert_eq!(escape("# x"), "\u{200B}# x");
        assert_eq!(escape("[a](b) <font> &lt;"), "[a]\u{200B}(b) <\u{200B}font> &\u{200B}lt;");
        assert_eq!(escape("https://x.example/_a_?b=*&c=d 完"), "https://x.example/%5Fa%5F?b=%2A&c=d 完");
    }

    #[test]
    fn answers_are_told_apart_by_their_body() {
        let receipt = |body: &str| Dingtalk.receipt(&answer(200, body));
        let accepted = Receipt::Accepted { note: String::new() };
        assert_eq!(receipt(r#"{"errcode":0,"errmsg":"ok"}"#), accepted);
        assert_eq!(receipt(r#"{"errcode":"0","errmsg":"ok"}"#), accepted);
        let after = |body: &str| match receipt(body) {
            Receipt::RetryLater { after, throttled: true, .. } => after.map(Duration::as_millis),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            after(r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}"#),
            Some(5_000)
        );
        assert_eq!(
            after(r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#),
            Some(600_000)
        );
        let reason = |said: &str| match receipt(&json!({ "errcode": 310_000, "errmsg": said }).to_string()) {
            Receipt::Refused { reason } => reason,
            other => panic!("{other:?}"),
        };
        assert!(reason("keywords not in content, more: [x]").starts_with("the robot's keyword filter"));
        assert!(reason("invalid timestamp").contains("clock"));
        assert!(reason("sign not match").contains("`secret`"));
        assert!(reason("ip 1.2.3.4 not in whitelist").contains("listed addresses"));
        assert!(matches!(receipt("{}"), Receipt::Unclear { .. }));
        assert!(matches!(Dingtalk.receipt(&answer(502, "bad")), Receipt::RetryLater { .. }));
    }

    proptest! {
        #[test]
        fn any_text_fits_and_keeps_its_words(
            text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é]{0,40}|[字词]{900,4000}\n?){1,10}",
        ) {
            check_any_text(&Dingtalk, ChannelKind::Dingtalk, &text, |request| {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                let form = body["msgtype"].as_str().unwrap();
                let text = body[form].get("text").or(body[form].get("content")).unwrap();
                (request.body.len() <= BODY_BYTES_MAX, text.as_str().unwrap().to_owned())
            })?;
        }
    }
}
