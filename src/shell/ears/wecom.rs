//! WeCom's AI bot over its long connection (developer.work.weixin.qq.com path 101463, 2026-04; frames as its node SDK
//! and several independent clients have them): whoever calls it in a group, buttons and votes of its cards.
//!
//! Pure. Keeps no history. A newer connection ends the older one, so it is never fought over; and as a connection may
//! stop telling without a word, it is opened anew after half an hour in which nothing came. A channel without a bot has
//! customer groups, which are looked at.

mod customers;

use super::ear::{Frame, Heard, Memory, Next, Settings, Socket};
use crate::{
    base::time::{Duration, Timestamp},
    model::channel::ChannelKind,
    shell::{delivery::adapter::answer::excerpt, hooks},
};
use serde_json::{Value, json};

/// How often it wants to hear that one is there.
const BEAT: Duration = Duration::from_millis(30_000);
/// After so long without a message the connection is opened anew.
const SILENT: Duration = Duration::from_millis(1_800_000);
const ADDRESS: &str = "wss://openws.work.weixin.qq.com";

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    if customers::are_looked_at(settings) {
        return customers::hear(settings, frame, memory);
    }
    match frame {
        Frame::Begin => Heard::nothing(open(settings)),
        Frame::Opened => {
            heard_now(memory);
            let body = json!({ "bot_id": settings.get("bot"), "secret": settings.get("secret") });
            say("aibot_subscribe", memory, Some(body))
        }
        Frame::Beat if is_silent(memory) => Heard::nothing(open(settings)),
        Frame::Beat => say("ping", memory, None),
        Frame::Shut(status) => Heard::nothing(Next::Again(format!("WeCom answered {status}"))),
        Frame::Closed(code) => {
            let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
            Heard::nothing(Next::Again(format!("WeCom closed the connection{code}")))
        }
        Frame::Answer(..) | Frame::Bytes(_) => Heard::nothing(Next::Listen),
        Frame::Text(text) => told(&serde_json::from_str(text).unwrap_or_default(), memory),
    }
}

fn open(settings: &Settings) -> Next {
    // Another server is named by its address over HTTP, as everywhere.
    let other = settings.get("base_url").strip_prefix("http").map(|rest| format!("ws{rest}"));
    let url = other.unwrap_or_else(|| ADDRESS.to_owned());
    Next::Open(Socket { url, headers: Vec::new(), beat: BEAT })
}

fn say(command: &str, memory: &Memory, body: Option<Value>) -> Heard {
    let mut frame =
        json!({ "cmd": command, "headers": { "req_id": format!("{command}_{}", memory.now.as_millis()) } });
    if let Some(body) = body {
        frame["body"] = body;
    }
    Heard { say: vec![frame.to_string()], ..Heard::nothing(Next::Listen) }
}

fn heard_now(memory: &mut Memory) {
    memory.words.insert("heard", memory.now.as_millis().to_string());
}

fn is_silent(memory: &Memory) -> bool {
    let last = memory.word("heard").parse().map(Timestamp::from_millis);
    last.is_ok_and(|last| memory.now.since(last) >= SILENT)
}

fn told(frame: &Value, memory: &mut Memory) -> Heard {
    let body = &frame["body"];
    match frame["cmd"].as_str() {
        Some("aibot_event_callback") if body["event"]["eventtype"] == "disconnected_event" => {
            Heard::nothing(Next::Elsewhere(
                "another program holds this connection: it signed in with the same bot; stop it, or give this engine a \
                 bot of its own"
                    .into(),
            ))
        }
        Some("aibot_msg_callback" | "aibot_event_callback") => {
            heard_now(memory);
            Heard { signals: hooks::happened(ChannelKind::Wecom, body), ..Heard::nothing(Next::Listen) }
        }
        // An answer to what was said bears its id and no command.
        _ => {
            let of = frame["headers"]["req_id"].as_str().unwrap_or_default();
            match frame["errcode"].as_i64() {
                Some(code) if code != 0 && of.starts_with("aibot_subscribe") => {
                    let why = excerpt(frame["errmsg"].as_str().unwrap_or_default());
                    Heard::nothing(Next::Refused(format!(
                        "WeCom does not take `bot` and `secret` ({code} {why}): copy both from 智能机器人 → API 模式 → 长连接"
                    )))
                }
                Some(code) if code != 0 => Heard::nothing(Next::Again(format!("WeCom answered {code}"))),
                _ => Heard::nothing(Next::Listen),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::delivery::secret::Secret;
    use std::collections::BTreeMap;

    fn settings() -> Settings {
        let values = [("bot", "aib1"), ("secret", "s3cret")];
        let values = values.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Settings { values: BTreeMap::from(values), chats: vec!["wrX".into()], text: true }
    }

    fn at(minutes: i64) -> Memory {
        let mut memory = Memory::default();
        memory.now = Timestamp::from_millis(minutes * 60_000);
        memory
    }

    #[test]
    fn it_signs_in_says_that_it_is_there_and_begins_anew_when_nothing_comes() {
        let (settings, mut memory) = (settings(), at(0));
        let Next::Open(socket) = hear(&settings, &Frame::Begin, &mut memory).next else { panic!() };
        assert_eq!((socket.url.as_str(), socket.headers.len()), (ADDRESS, 0));
        let opened = hear(&settings, &Frame::Opened, &mut memory);
        let said: Value = serde_json::from_str(&opened.say[0]).unwrap();
        assert_eq!(
            (&said["cmd"], &said["body"]),
            (&json!("aibot_subscribe"), &json!({ "bot_id": "aib1", "secret": "s3cret" }))
        );
        memory.now = Timestamp::from_millis(60_000);
        let beat = hear(&settings, &Frame::Beat, &mut memory);
        assert!(beat.say[0].contains("\"ping\"") && beat.next == Next::Listen, "{beat:?}");
        memory.now = Timestamp::from_millis(30 * 60_000);
        assert!(matches!(hear(&settings, &Frame::Beat, &mut memory).next, Next::Open(_)));
    }

    #[test]
    fn calls_and_cards_are_told_and_what_is_in_the_way_is_named() {
        let (settings, mut memory) = (settings(), at(0));
        let mut hear = |frame: Value| hear(&settings, &Frame::Text(&frame.to_string()), &mut memory);
        let said = hear(json!({ "cmd": "aibot_msg_callback", "headers": { "req_id": "r1" }, "body": {
            "msgid": "m1", "aibotid": "aib1", "chatid": "wrX", "chattype": "group", "from": { "userid": "zhu" },
            "msgtype": "text", "text": { "content": "@机器人 2" },
        } }));
        assert_eq!(
            (&said.signals[0]["type"], &said.signals[0]["message"]["text"], &said.signals[0]["chat"]),
            (&json!("message"), &json!("2"), &json!("wrX"))
        );
        let voted = hear(json!({ "cmd": "aibot_event_callback", "headers": { "req_id": "r2" }, "body": {
            "msgid": "m2", "chatid": "wrX", "chattype": "group", "from": { "userid": "zhu" }, "msgtype": "event",
            "event": { "eventtype": "template_card_event", "template_card_event": { "event_key": "a", "task_id": "t" } },
        } }));
        assert_eq!(voted.signals[0]["type"], "answer");
        let entered = hear(json!({ "cmd": "aibot_event_callback", "headers": { "req_id": "r3" }, "body": {
            "msgid": "m3", "from": { "userid": "zhu" }, "event": { "eventtype": "enter_chat" },
        } }));
        assert!(entered.signals.is_empty() && entered.next == Next::Listen);
        let fine = json!({ "headers": { "req_id": "aibot_subscribe_1" }, "errcode": 0, "errmsg": "ok" });
        assert_eq!(hear(fine).next, Next::Listen);
        let wrong =
            json!({ "headers": { "req_id": "aibot_subscribe_1" }, "errcode": 600_041, "errmsg": "no" });
        assert!(matches!(hear(wrong).next, Next::Refused(why) if why.contains("600041")));
        let kicked = json!({ "cmd": "aibot_event_callback", "body": { "event": { "eventtype": "disconnected_event" } } });
        assert!(matches!(hear(kicked).next, Next::Elsewhere(_)));
        assert_eq!(hear(json!("nonsense")).next, Next::Listen);
    }
}
