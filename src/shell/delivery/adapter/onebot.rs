//! QQ group by OneBot v11 (botuniverse/onebot-11; bodies as go-cqhttp, `NapCat` and Lagrange give them).
//!
//! QQ shows no markup: text is flattened. A message is an array of segments, in which nothing is escaped and no
//! word can become a code. A picture that stands alone is a picture; the bot's account speaks, so its limits are
//! those of the account.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::Mentions,
    parts,
};
use crate::shell::dialled::DIALLED;
use crate::{
    base::phrase::phrase,
    model::{
        channel::ChannelKind,
        message::{Admission, Message, Restriction, Revising},
    },
    shell::delivery::{
        markup::{self, Block, split::split, write::PLAIN},
        picture::{self, Picture},
        target::Robot,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// The adapter of `type: onebot`.
pub struct Onebot;

/// OneBot says nothing about length; QQ cuts or refuses text of about 4500 characters.
const TEXT_CHARS_MAX: usize = parts::longest(ChannelKind::Onebot);
/// A failure that says nothing about its cause is tried so often.
const ATTEMPTS_OF_UNKNOWN: u32 = 3;
/// How long a mute may be, in seconds: QQ takes less than thirty days.
const LONGEST_BAN_S: i64 = 30 * 86_400 - 1;
/// What the note of an accepted message begins with; its number follows.
const NOTE: &str = "message ";

/// The request of an action. Over a WebSocket the action is named in what is sent, and the answer bears the key; without
/// an address it is the one by which the OneBot side has dialled us.
fn call(robot: &Robot, attempt: &Attempt<'_>, index: usize, action: &str, params: &Value) -> Request {
    let url = robot.setting("url").unwrap_or(DIALLED);
    let mut request = if url == DIALLED || url.starts_with("ws://") || url.starts_with("wss://") {
        let echo = attempt.part_key(index);
        Request::post_json(url, json!({ "action": action, "params": params, "echo": echo }).to_string())
    } else {
        Request::post_json(&parts::endpoint(url, &format!("/{action}")), params.to_string())
    };
    if let Some(token) = robot.setting("token") {
        request.headers.push(("authorization".into(), format!("Bearer {token}")));
    }
    request
}

impl Adapter for Onebot {
    fn check(&self, robot: &Robot) -> Result<(), (String, String)> {
        let group = robot.setting("group").unwrap_or_default();
        if group.parse::<u64>().is_ok() {
            return Ok(());
        }
        Err(("group".into(), format!("is {group:?}, expected a QQ group's number such as 123456789")))
    }

    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let group = robot.setting("group").unwrap_or_default();
        let group = group.parse::<u64>().map_or_else(|_| json!(group), |number| json!(number));
        let answered = attempt.reply_to.and_then(|note| note.strip_prefix(NOTE));
        let parts = parts::bounded(parts(message, attempt.picture)?)?.into_iter().enumerate().map(
            |(index, mut segments)| {
                if let Some(number) = answered.filter(|_| index == 0) {
                    segments.insert(0, segment("reply", "id", number));
                }
                let body = json!({ "group_id": group, "message": segments });
                call(robot, attempt, index, "send_group_msg", &body)
            },
        );
        Ok(parts.collect())
    }

    fn whisper(
        &self,
        message: &Message,
        member: &str,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let number = |text: &str| text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number));
        let group = number(robot.setting("group").unwrap_or_default());
        let parts = parts::bounded(parts(message, None)?)?.into_iter().enumerate();
        // With the group beside it, somebody who is no friend of the account's is written to as well.
        let parts = parts.map(|(index, segments)| {
            let body = json!({ "user_id": number(member), "group_id": group, "message": segments });
            call(robot, attempt, index, "send_private_msg", &body)
        });
        Ok(parts.collect())
    }

    fn restrict(
        &self,
        member: &str,
        restriction: &Restriction,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let number = |text: &str| text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number));
        if restriction.removes {
            let body = json!({
                "group_id": number(robot.setting("group").unwrap_or_default()),
                "user_id": number(member),
                "reject_add_request": false,
            });
            return Ok(vec![call(robot, attempt, 0, "set_group_kick", &body)]);
        }
        let length = restriction.until.map_or(0, |until| until.since(restriction.from).as_millis() / 1000);
        let body = json!({
            "group_id": number(robot.setting("group").unwrap_or_default()),
            "user_id": number(member),
            "duration": length.clamp(0, LONGEST_BAN_S),
        });
        Ok(vec![call(robot, attempt, 0, "set_group_ban", &body)])
    }

    fn admit(
        &self,
        _member: &str,
        answer: &Admission,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let flag = answer.request.as_deref();
        let flag = flag.ok_or_else(|| Refusal("QQ did not say which request it is".into()))?;
        let body = json!({ "flag": flag, "sub_type": "add", "approve": answer.yes });
        Ok(vec![call(robot, attempt, 0, "set_group_add_request", &body)])
    }

    fn note_of(&self, heard: &str) -> String {
        format!("{NOTE}{heard}")
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
            return Err(Refusal("QQ lets nobody change what was sent".into()));
        }
        let numbers = sent.iter().filter_map(|note| note.strip_prefix(NOTE)?.parse::<i64>().ok());
        // What stays at the top of a QQ group is an essence; not in the specification, but where OneBot is spoken.
        let (action, most) =
            if does == Revising::Pins { ("set_essence_msg", 1) } else { ("delete_msg", usize::MAX) };
        let ask = |(index, number)| call(robot, attempt, index, action, &json!({ "message_id": number }));
        let requests: Vec<Request> = numbers.take(most).enumerate().map(ask).collect();
        if requests.is_empty() { Err(Refusal(parts::UNKNOWN.into())) } else { Ok(requests) }
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let words = |what: &str| Receipt::Refused { reason: format!("{what} ({})", response.in_words()) };
        match response.status {
            401 => return words("the OneBot side wants a token: set `token`"),
            403 => return words("the OneBot side wants another token: check `token`"),
            404 => {
                return words("there is no send_group_msg at this address: `url` is that of the HTTP server");
            }
            _ => {}
        }
        let body = response.json().unwrap_or_default();
        let code = answer::code(body.get("retcode"));
        let status = body["status"].as_str();
        let said = ["wording", "message", "msg"].iter().filter_map(|key| body[*key].as_str());
        let said = excerpt(&said.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "));
        match (status, code) {
            (Some("async"), _) | (_, Some(1)) => Receipt::Accepted {
                note: "handed over; the OneBot side does not say whether QQ took it".into(),
            },
            (Some("ok"), Some(0) | None) => {
                let number = answer::code(body["data"].get("message_id"));
                Receipt::Accepted { note: number.map(|n| format!("{NOTE}{n}")).unwrap_or_default() }
            }
            (Some("failed"), code) | (None, code @ Some(_)) => failed(code.unwrap_or_default(), &said),
            _ => by_status(response).unwrap_or_else(|| unclear("OneBot", response)),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let sent = body.get("params").unwrap_or(&body);
        let mut text = String::new();
        for segment in sent["message"].as_array().into_iter().flatten() {
            let data = &segment["data"];
            let word = |name: &str| data[name].as_str().unwrap_or_default();
            match segment["type"].as_str() {
                Some("text") => text.push_str(word("text")),
                Some("at") if word("qq") == "all" => text.push_str("@全体成员"),
                Some("at") => text.push_str(&format!("@{}", word("qq"))),
                Some("image") => text.push_str(&format!("📷 {}\n", word("file"))),
                _ => {}
            }
        }
        let text = text.trim_end().to_owned();
        ShownRequest {
            note: phrase!(
                "{} of {TEXT_CHARS_MAX} characters",
                "{} / {TEXT_CHARS_MAX} 字",
                text.chars().count()
            ),
            text,
        }
    }
}

/// Return codes are the implementation's; only those of the specification and of the best known ones are certain.
fn failed(code: i64, said: &str) -> Receipt {
    let in_words = |what: &str| format!("{what} ({code}): {said}");
    let lower = said.to_lowercase();
    match code {
        // The message was on its way to QQ when the OneBot side lost patience.
        _ if lower.contains("timeout") || lower.contains("超时") => {
            Receipt::Unclear { reason: in_words("the OneBot side did not hear from QQ in time") }
        }
        _ if lower.contains("禁言") || lower.contains("mute") => {
            Receipt::Refused { reason: in_words("the account is muted in the group, or the group is") }
        }
        _ if ["not_manageable", "admin", "permission", "权限", "管理员"]
            .iter()
            .any(|word| lower.contains(word)) =>
        {
            Receipt::Refused {
                reason: in_words("the account may not do that in the group: make it an administrator"),
            }
        }
        1400 => Receipt::Refused { reason: in_words("the OneBot side does not understand the request") },
        1401 | 1403 => Receipt::Refused { reason: in_words("the token is not right: check `token`") },
        1404 => Receipt::Refused { reason: in_words("this OneBot side cannot send to groups") },
        _ => Receipt::RetryLater {
            after: None,
            throttled: false,
            attempts_max: Some(ATTEMPTS_OF_UNKNOWN),
            reason: in_words(
                "QQ did not take the message: the account may be offline, muted, not in the group, or held back by \
                 QQ's risk control",
            ),
        },
    }
}

fn segment(kind: &str, name: &str, value: &str) -> Value {
    json!({ "type": kind, "data": { name: value } })
}

fn parts(message: &Message, picture: Option<&Picture>) -> Result<Vec<Vec<Value>>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Onebot);
    let file = picture::path(message);
    let blocks = markup::blocks(&parts::without_file(message));
    if blocks.is_empty() && mentions.is_silent() && file.is_none() {
        return Err(Refusal("the message is empty".into()));
    }
    let names: String = mentions.unknown.iter().flat_map(|name| ["@", name, " "]).collect();
    let called = mentions.all.then_some("all").into_iter();
    let called = called.chain(mentions.known.iter().map(|(id, _)| id.trim()));
    let mut calls: Vec<Value> = Vec::new();
    for id in called {
        calls.push(segment("at", "qq", id));
        // Without a space the next word sticks to the name.
        calls.push(segment("text", "text", " "));
    }
    if !names.is_empty() {
        calls.push(segment("text", "text", &names));
    }
    let room = calls.len() * 24 + names.chars().count();
    let fits = |part: &[Block]| PLAIN.write(part).chars().count() + room <= TEXT_CHARS_MAX;
    let mut parts: Vec<Vec<Value>> = split(blocks, &fits).iter().map(|part| segments(part)).collect();
    match parts.first_mut() {
        Some(first) => drop(first.splice(0..0, calls)),
        None => parts.push(calls),
    }
    if let (Some(path), Some(last)) = (file, parts.last_mut()) {
        let file = picture.map_or_else(
            || path.to_owned(),
            |picture| format!("base64://{}", STANDARD.encode(&picture.bytes)),
        );
        last.push(segment("image", "file", &file));
    }
    Ok(parts)
}

/// Runs of text, and the pictures between them.
fn segments(blocks: &[Block]) -> Vec<Value> {
    let mut segments = Vec::new();
    let mut run: Vec<Block> = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let picture = picture(block);
        if picture.is_none() {
            run.push(block.clone());
        }
        let ends = picture.is_some() || index + 1 == blocks.len();
        if ends && !run.is_empty() {
            let after = if picture.is_some() { "\n" } else { "" };
            segments.push(segment("text", "text", &format!("{}{after}", PLAIN.write(&run))));
            run.clear();
        }
        segments.extend(picture.map(|url| segment("image", "file", url)));
    }
    segments
}

/// The address of a picture that is a paragraph of its own.
fn picture(block: &Block) -> Option<&str> {
    let Block::Paragraph(spans) = block else { return None };
    let [span] = spans.as_slice() else { return None };
    span.image.as_deref().filter(|url| url.starts_with("http://") || url.starts_with("https://"))
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{check_any_text, person, request_with, robot_with},
        answer::tests::answer,
        *,
    };
    use crate::model::message::Mention;
    use proptest::prelude::*;

    const SETTINGS: [(&str, &str); 3] =
        [("url", "http://127.0.0.1:5700/?x=1"), ("token", "tok"), ("group", "123456789")];

    fn requests(message: &Message, reply_to: Option<&str>) -> Vec<Request> {
        request_with(&Onebot, message, &robot_with(ChannelKind::Onebot, &SETTINGS), reply_to)
    }

    #[test]
    fn a_message_is_an_array_of_segments() {
        let mentions = vec![Mention::All, person("小林", Some(("onebot", "10001"))), person("Ann", None)];
        let message = Message {
            mentions,
            image: Some("https://x.example/p.png".into()),
            ..Message::text("**a** [CQ:at,qq=all] &amp;")
        };
        let request = requests(&message, Some("message -77")).remove(0);
        assert_eq!(request.url, "http://127.0.0.1:5700/send_group_msg?x=1");
        assert!(request.headers.contains(&("authorization".into(), "Bearer tok".into())));
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let expected = json!({ "group_id": 123_456_789, "message": [
            { "type": "reply", "data": { "id": "-77" } },
            { "type": "at", "data": { "qq": "all" } },
            { "type": "text", "data": { "text": " " } },
            { "type": "at", "data": { "qq": "10001" } },
            { "type": "text", "data": { "text": " " } },
            { "type": "text", "data": { "text": "@Ann " } },
            { "type": "text", "data": { "text": "a [CQ:at,qq=all] &\n" } },
            { "type": "image", "data": { "file": "https://x.example/p.png" } },
        ]});
        assert_eq!(body, expected);
        let shown = Onebot.shown(&request).text;
        assert_eq!(shown, "@全体成员 @10001 @Ann a [CQ:at,qq=all] &\n📷 https://x.example/p.png");
    }

    #[test]
    fn answers_are_told_apart_by_their_body() {
        let receipt = |body: &str| Onebot.receipt(&answer(200, body));
        let accepted = receipt(r#"{"status":"ok","retcode":0,"data":{"message_id":-77}}"#);
        assert_eq!(accepted, Receipt::Accepted { note: "message -77".into() });
        let Receipt::Accepted { note } = receipt(r#"{"status":"async","retcode":1,"data":null}"#) else {
            panic!("not accepted");
        };
        assert!(note.starts_with("handed over"), "{note}");
        let risk = receipt(r#"{"status":"failed","retcode":100,"msg":"SEND_MSG_API_ERROR","wording":"x"}"#);
        let Receipt::RetryLater { attempts_max: Some(3), reason, .. } = risk else { panic!("{risk:?}") };
        assert!(
            reason.contains("risk control (100): x, SEND_MSG_API_ERROR") || reason.contains("risk control"),
            "{reason}"
        );
        assert!(matches!(
            receipt(r#"{"status":"failed","retcode":1200,"message":"Timeout: NTEvent"}"#),
            Receipt::Unclear { .. }
        ));
        assert!(matches!(receipt(r#"{"status":"failed","retcode":1400}"#), Receipt::Refused { .. }));
        assert!(matches!(receipt("{}"), Receipt::Unclear { .. }));
        assert!(matches!(receipt("null"), Receipt::Unclear { .. }));
        let reason = |status| match Onebot.receipt(&answer(status, "")) {
            Receipt::Refused { reason } => reason,
            other => panic!("{other:?}"),
        };
        assert!(reason(401).contains("wants a token"));
        assert!(reason(403).contains("another token"));
        assert!(reason(404).contains("send_group_msg"));
    }

    #[test]
    fn a_group_is_a_number() {
        let wrong = robot_with(ChannelKind::Onebot, &[("url", "http://x"), ("group", "读书会")]);
        assert_eq!(Onebot.check(&wrong).unwrap_err().0, "group");
    }

    proptest! {
        #[test]
        fn any_text_fits_and_keeps_its_words(
            text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é]{0,40}|[字词]{900,4000}\n?){1,8}",
        ) {
            check_any_text(&Onebot, ChannelKind::Onebot, &text, |request| {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                let segments = body["message"].as_array().unwrap();
                let text: String =
                    segments.iter().filter_map(|s| s["data"]["text"].as_str()).collect();
                (text.chars().count() <= TEXT_CHARS_MAX, text)
            })?;
        }
    }
}
