//! QQ groups by OneBot v11, forward WebSocket (botuniverse/onebot-11; frames as go-cqhttp, `NapCat` and Lagrange send them).
//!
//! Pure. Keeps no history: what happens while nobody listens is not heard. Nothing is confirmed to it.

use super::ear::{Frame, Heard, Memory, Next, Settings, Socket, instant, is_question};
use crate::base::time::Duration;
use serde_json::{Map, Value, json};

/// How often a sign of life is asked for.
const BEAT: Duration = Duration::from_millis(30_000);

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, _memory: &mut Memory) -> Heard {
    match frame {
        Frame::Begin => Heard::nothing(begin(settings)),
        Frame::Shut(401 | 403) => {
            let why =
                "the OneBot side does not take the token: `token` is what its WebSocket server asks for";
            Heard::nothing(Next::Refused(why.into()))
        }
        Frame::Shut(404) => {
            let why =
                "there is no WebSocket at this address: `url` is that of the OneBot side's WebSocket server";
            Heard::nothing(Next::Refused(why.into()))
        }
        Frame::Shut(status) => Heard::nothing(Next::Again(format!("the OneBot side answered {status}"))),
        Frame::Closed(code) => {
            let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
            Heard::nothing(Next::Again(format!("the OneBot side closed the connection{code}")))
        }
        Frame::Opened | Frame::Beat | Frame::Bytes(_) | Frame::Answer(..) => Heard::nothing(Next::Listen),
        Frame::Text(text) => {
            let event: Value = serde_json::from_str(text).unwrap_or_default();
            let signals = happened(&event).into_iter().collect();
            Heard { signals, ..Heard::nothing(Next::Listen) }
        }
    }
}

fn begin(settings: &Settings) -> Next {
    let url = settings.get("url");
    if !(url.starts_with("ws://") || url.starts_with("wss://")) {
        let why = "`url` is that of an HTTP server, which tells nothing: write the address of the OneBot side's \
                   WebSocket server, such as ws://127.0.0.1:3001; it takes what is sent, too";
        return Next::Refused(why.into());
    }
    let token = settings.get("token");
    let headers = Some(("authorization".to_owned(), format!("Bearer {token}"))).filter(|_| !token.is_empty());
    Next::Open(Socket { url: url.to_owned(), headers: headers.into_iter().collect(), beat: BEAT })
}

/// What an event tells; an event of another kind, or of the bot itself, tells nothing.
pub(super) fn happened(event: &Value) -> Option<Value> {
    if event["group_id"].is_null() || event["user_id"] == event["self_id"] {
        return None;
    }
    match (event["post_type"].as_str()?, kind(event)) {
        ("message", _) if event["message_type"] == "group" => message(event),
        ("notice", "group_increase") => {
            let invited = event["sub_type"] == "invite" && event["operator_id"] != event["user_id"];
            let mut who = Map::from_iter([("id".to_owned(), json!(id(&event["user_id"])?))]);
            who.extend(
                id(&event["operator_id"]).filter(|_| invited).map(|id| ("inviter".to_owned(), json!(id))),
            );
            Some(signal(event, "member.joined", Some(who)))
        }
        ("notice", "group_decrease") => {
            let left = event["sub_type"] == "leave";
            let mut told = about(event, "member.left")?;
            told["data"] = json!({ "how": if left { "left" } else { "removed" } });
            if !left && let Some(actor) = id(&event["operator_id"]) {
                told["actor"] = json!({ "id": actor });
            }
            Some(told)
        }
        ("notice", "group_recall") => {
            let mut told = about(event, "message.deleted")?;
            told["message"] = json!({ "id": id(&event["message_id"])? });
            if let Some(actor) = id(&event["operator_id"]) {
                told["actor"] = json!({ "id": actor });
            }
            Some(told)
        }
        ("notice", "group_admin") => {
            let mut told = about(event, "member.role")?;
            told["member"]["role"] = json!(if event["sub_type"] == "set" { "admin" } else { "" });
            Some(told)
        }
        ("notice", "group_card") => {
            let mut told = about(event, "member.renamed")?;
            told["member"]["name"] = json!(event["card_new"].as_str().filter(|name| !name.is_empty())?);
            Some(told)
        }
        // Whoever drew most from a red packet.
        ("notice", "notify") if event["sub_type"] == "lucky_king" => {
            let luckiest = Map::from_iter([("id".to_owned(), json!(id(&event["target_id"])?))]);
            let mut told = signal(event, "red_packet.luckiest", Some(luckiest));
            told["actor"] = json!({ "id": id(&event["user_id"])? });
            Some(told)
        }
        ("request", "group") if event["sub_type"] == "add" => {
            let mut told = about(event, "member.requested")?;
            // By this the request is answered.
            told["data"] = json!({ "request": id(&event["flag"]) });
            if let Some(words) = event["comment"].as_str().filter(|words| !words.is_empty()) {
                told["data"]["comment"] = json!(words);
            }
            Some(told)
        }
        _ => None,
    }
}

fn kind(event: &Value) -> &str {
    let named = event["notice_type"].as_str().or_else(|| event["request_type"].as_str());
    named.unwrap_or_default()
}

/// A number, which some write as text.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn about(event: &Value, name: &str) -> Option<Value> {
    let who = Map::from_iter([("id".to_owned(), json!(id(&event["user_id"])?))]);
    Some(signal(event, name, Some(who)))
}

/// A signal of a group. Notices have no id: what they say makes one.
fn signal(event: &Value, name: &str, member: Option<Map<String, Value>>) -> Value {
    let word = |key: &str| id(&event[key]).unwrap_or_default();
    let which = [word("group_id"), word("user_id"), word("message_id"), word("time")].join(":");
    let mut told = json!({ "id": format!("onebot:{name}:{which}"), "type": name, "chat": word("group_id") });
    if let Some(at) = event["time"].as_i64() {
        told["time"] = instant(at);
    }
    if let Some(member) = member {
        told["member"] = Value::Object(member);
    }
    told
}

fn message(event: &Value) -> Option<Value> {
    // Whoever speaks without a name, and what the group's service says, is nobody.
    if event["sub_type"].as_str().is_some_and(|sub| sub != "normal") {
        return None;
    }
    let (sender, user) = (&event["sender"], id(&event["user_id"])?);
    let mut who = Map::from_iter([("id".to_owned(), json!(user))]);
    let name = [&sender["card"], &sender["nickname"]].into_iter().filter_map(Value::as_str);
    who.extend(
        name.into_iter().find(|name| !name.trim().is_empty()).map(|name| ("name".to_owned(), json!(name))),
    );
    if let Some(role) = sender["role"].as_str().filter(|role| *role != "member") {
        who.insert("role".into(), json!(role));
    }
    let segments = match &event["message"] {
        Value::Array(segments) => segments.clone(),
        Value::String(text) => codes(text),
        _ => return None,
    };
    let of = |kind: &'static str| segments.iter().filter(move |segment| segment["type"] == kind);
    let text: String = of("text").filter_map(|segment| segment["data"]["text"].as_str()).collect();
    let links = text.matches("https://").count() + text.matches("http://").count() + of("share").count();
    let kind = sort(&segments, links);
    let mut message = json!({ "id": id(&event["message_id"])?, "kind": kind, "links": links });
    if !text.trim().is_empty() {
        message["text"] = json!(text.trim());
        message["question"] = json!(is_question(&text));
    }
    let mentions: Vec<String> =
        of("at").filter_map(|segment| id(&segment["data"]["qq"])).filter(|qq| qq != "all").collect();
    if !mentions.is_empty() {
        message["mentions"] = json!(mentions);
    }
    if let Some(answered) = of("reply").find_map(|segment| id(&segment["data"]["id"])) {
        message["reply_to"] = json!({ "id": answered });
    }
    let mut told = signal(event, "message", Some(who));
    told["message"] = message;
    Some(told)
}

/// What kind of message segments make: the first that is no text.
fn sort(segments: &[Value], links: usize) -> &'static str {
    let kind = |segment: &Value| match segment["type"].as_str() {
        Some("image") => Some("image"),
        Some("face" | "mface" | "dice" | "rps") => Some("sticker"),
        Some("record") => Some("voice"),
        Some("video" | "file") => Some("file"),
        Some("share" | "music") => Some("link"),
        Some("json" | "xml") => Some("miniapp"),
        Some("redbag") => Some("red_packet"),
        Some("text" | "at" | "reply") => None,
        _ => Some("other"),
    };
    segments.iter().find_map(kind).unwrap_or(if links > 0 { "link" } else { "text" })
}

/// The segments of a message that is written as text with codes.
fn codes(text: &str) -> Vec<Value> {
    let plain = |text: &str| text.replace("&#91;", "[").replace("&#93;", "]").replace("&amp;", "&");
    let words = |text: &str| json!({ "type": "text", "data": { "text": plain(text) } });
    let (mut segments, mut rest) = (Vec::new(), text);
    while let Some(begin) = rest.find("[CQ:") {
        let Some(end) = rest[begin..].find(']').map(|end| begin + end) else { break };
        if begin > 0 {
            segments.push(words(&rest[..begin]));
        }
        let mut parts = rest[begin + 4..end].split(',');
        let kind = parts.next().unwrap_or_default();
        let data = parts.filter_map(|part| part.split_once('='));
        let data: Map<String, Value> =
            data.map(|(key, value)| (key.to_owned(), json!(plain(&value.replace("&#44;", ","))))).collect();
        segments.push(json!({ "type": kind, "data": data }));
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        segments.push(words(rest));
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn told(event: Value) -> Vec<Value> {
        let settings = Settings { values: BTreeMap::new(), chats: vec!["10".into()], text: false };
        hear(&settings, &Frame::Text(&event.to_string()), &mut Memory::default()).signals
    }

    /// A group message as the specification and `NapCat` have it.
    fn said(message: Value) -> Value {
        json!({
            "time": 1_800_000_000, "self_id": 1, "post_type": "message", "message_type": "group", "sub_type": "normal",
            "message_id": -77, "group_id": 10, "user_id": 42, "message": message, "raw_message": "", "font": 0,
            "sender": { "user_id": 42, "nickname": "ben", "card": "小本", "role": "admin" },
        })
    }

    #[test]
    fn a_message_is_the_same_as_segments_and_as_codes() {
        let segments = said(json!([
            { "type": "reply", "data": { "id": "991" } },
            { "type": "at", "data": { "qq": "9" } },
            { "type": "text", "data": { "text": " 第几章[1]&？" } },
        ]));
        let expected = json!({
            "id": "onebot:message:10:42:-77:1800000000", "type": "message", "chat": "10", "time": "2027-01-15T08:00:00Z",
            "member": { "id": "42", "name": "小本", "role": "admin" },
            "message": {
                "id": "-77", "kind": "text", "links": 0, "text": "第几章[1]&？", "question": true,
                "mentions": ["9"], "reply_to": { "id": "991" },
            },
        });
        assert_eq!(told(segments), std::slice::from_ref(&expected));
        let codes = said(json!("[CQ:reply,id=991][CQ:at,qq=9] 第几章&#91;1&#93;&amp;？"));
        assert_eq!(told(codes), [expected]);
        let all = said(json!("[CQ:at,qq=all][CQ:image,file=a&#44;b.png]"));
        let told = told(all);
        assert_eq!(
            (&told[0]["message"]["kind"], &told[0]["message"]["mentions"]),
            (&json!("image"), &Value::Null)
        );
    }

    #[test]
    fn notices_and_requests_are_told_and_the_bot_itself_is_not() {
        let notice = |kind: &str, sub: &str, user: i64| {
            told(json!({
                "time": 1, "self_id": 1, "post_type": "notice", "notice_type": kind, "sub_type": sub, "group_id": 10,
                "user_id": user, "operator_id": 7, "message_id": 5, "card_new": "小新",
            }))
        };
        let joined = notice("group_increase", "invite", 42);
        assert_eq!(
            (&joined[0]["type"], &joined[0]["member"]["inviter"]),
            (&json!("member.joined"), &json!("7"))
        );
        assert_eq!(notice("group_increase", "approve", 42)[0]["member"], json!({ "id": "42" }));
        assert_eq!(notice("group_decrease", "leave", 42)[0]["data"]["how"], "left");
        assert_eq!(notice("group_decrease", "kick", 42)[0]["actor"]["id"], "7");
        assert_eq!(notice("group_recall", "", 42)[0]["message"]["id"], "5");
        assert_eq!(notice("group_card", "", 42)[0]["member"]["name"], "小新");
        assert!(notice("group_decrease", "kick_me", 1).is_empty() && notice("essence", "add", 42).is_empty());
        let asked = told(json!({
            "time": 1, "self_id": 1, "post_type": "request", "request_type": "group", "sub_type": "add", "group_id": 10,
            "user_id": 42, "comment": "answer: tea", "flag": "x",
        }));
        assert_eq!(
            (&asked[0]["type"], &asked[0]["data"]["comment"]),
            (&json!("member.requested"), &json!("answer: tea"))
        );
        assert!(
            told(json!({ "post_type": "meta_event", "meta_event_type": "heartbeat", "self_id": 1 }))
                .is_empty()
        );
    }
}
