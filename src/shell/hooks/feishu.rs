//! Feishu's and Lark's events: encrypted with the Encrypt Key, signed by a digest of it, and a challenge when the
//! address is saved. Read from open.feishu.cn, "接收事件" and the event pages, 2025-06.
//!
//! Pure. What an event tells is the same over HTTP and over the long connection.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, key, text};
use crate::base::hex;
use serde_json::{Value, json};

/// Reads a request. Without an Encrypt Key nothing is heard: a token in the body is no proof of anything.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let secret = key(keys, "encrypt_key")?;
    let outer = came.json()?;
    let Some(sealed) = outer["encrypt"].as_str() else {
        return Err(Wrong::Unsigned(
            "the body is not encrypted: set an Encrypt Key under 事件与回调 → 加密策略",
        ));
    };
    let opened =
        crypt::open_feishu(secret, sealed).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(event) = opened else {
        return Err(Wrong::Unsigned("the body was not encrypted with `encrypt_key`"));
    };
    if event["type"] == "url_verification" {
        return Ok(Meant::Asked(HookTold::json(&json!({ "challenge": event["challenge"] }))));
    }
    let head = |name| (came.head)(name).unwrap_or_default();
    let (at, nonce) = (head("x-lark-request-timestamp"), head("x-lark-request-nonce"));
    let expected = crypt::sha256(&[at.as_bytes(), nonce.as_bytes(), secret.as_bytes(), came.body]);
    if !crypt::same(&hex::hex(&expected), head("x-lark-signature")) {
        return Err(Wrong::Unsigned("X-Lark-Signature was not made with `encrypt_key`"));
    }
    if !seconds(at).is_some_and(|at| came.is_remembered(at)) {
        return Err(Wrong::Stale);
    }
    let shown = shown(&event).unwrap_or_else(|| json!({}));
    Ok(Meant::Happened(told(&event), HookTold::json(&shown)))
}

/// What whoever has pressed a button is shown for a moment; none where nothing was pressed.
pub(super) fn shown(event: &Value) -> Option<Value> {
    let is_press = text(event, "/header/event_type") == "card.action.trigger";
    let option = event.pointer("/event/action/value/option").filter(|_| is_press)?;
    let words = option.as_str().map_or_else(|| option.to_string(), str::to_owned);
    Some(json!({ "toast": { "type": "success", "content": format!("✓ {words}") } }))
}

/// What an event tells.
pub(super) fn told(outer: &Value) -> Vec<Value> {
    let (event, id) = (&outer["event"], text(outer, "/header/event_id"));
    let mut all = match text(outer, "/header/event_type") {
        "im.message.receive_v1" => spoken(event).into_iter().collect(),
        "im.chat.member.user.added_v1" => members(event, "member.joined"),
        "im.chat.member.user.deleted_v1" | "im.chat.member.user.withdrawn_v1" => {
            members(event, "member.left")
        }
        "im.message.recalled_v1" => vec![json!({
            "type": "message.deleted", "chat": event["chat_id"], "message": { "id": event["message_id"] },
        })],
        "im.chat.updated_v1" if event["after_change"]["name"].is_string() => vec![json!({
            "type": "group.renamed", "chat": event["chat_id"], "data": { "title": event["after_change"]["name"] },
        })],
        "im.chat.disbanded_v1" => vec![json!({ "type": "group.dissolved", "chat": event["chat_id"] })],
        "card.action.trigger" => pressed(event).into_iter().collect(),
        _ => Vec::new(),
    };
    let several = all.len() > 1;
    for (place, signal) in all.iter_mut().enumerate() {
        // A message is the same whichever way it is heard: the chat's history knows no event.
        let message = signal["message"]["id"].as_str().filter(|_| signal["type"] == "message");
        let id = message.unwrap_or(id);
        signal["id"] = json!(if several { format!("feishu:{id}:{place}") } else { format!("feishu:{id}") });
        if signal["time"].is_null() {
            signal["time"] = instant(&outer["header"]["create_time"]);
        }
    }
    all
}

fn spoken(event: &Value) -> Option<Value> {
    let message = &event["message"];
    if event["sender"]["sender_type"] != "user" || message["chat_type"] == "p2p" {
        return None;
    }
    let user = event["sender"]["sender_id"]["open_id"].as_str()?;
    let content: Value = serde_json::from_str(text(message, "/content")).unwrap_or_default();
    let kind = match text(message, "/message_type") {
        "text" | "post" => "text",
        "image" => "image",
        "sticker" => "sticker",
        "audio" => "voice",
        "file" | "media" | "folder" => "file",
        "hongbao" => "red_packet",
        "vote" => "poll",
        _ => "other",
    };
    let mentions = message["mentions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut told = json!({ "id": message["message_id"], "kind": kind });
    if let Some(written) = words(&content) {
        let named = |text: String, one: &Value| {
            text.replace(self::text(one, "/key"), &format!("@{}", self::text(one, "/name")))
        };
        let plain = mentions.iter().fold(written, named);
        let links = plain.matches("http://").count() + plain.matches("https://").count();
        if links > 0 {
            told["kind"] = json!("link");
        }
        told["links"] = json!(links);
        told["question"] = json!(super::is_question(&plain));
        told["text"] = json!(plain);
    }
    let called: Vec<&str> = mentions.iter().filter_map(|one| one["id"]["open_id"].as_str()).collect();
    if !called.is_empty() {
        told["mentions"] = json!(called);
    }
    if let Some(parent) = message["parent_id"].as_str().filter(|id| !id.is_empty()) {
        told["reply_to"] = json!({ "id": parent });
    }
    Some(json!({
        "type": "message", "chat": message["chat_id"], "time": instant(&message["create_time"]),
        "member": { "id": user }, "message": told,
    }))
}

/// The words of a text, or of the lines of a post.
fn words(content: &Value) -> Option<String> {
    if let Some(text) = content["text"].as_str() {
        return Some(text.to_owned());
    }
    let lines = content["content"].as_array()?;
    let node = |node: &Value| match text(node, "/tag") {
        "a" => format!("{} {}", text(node, "/text"), text(node, "/href")),
        "at" => text(node, "/user_id").to_owned(),
        _ => text(node, "/text").to_owned(),
    };
    let line = |line: &Value| line.as_array().map(|nodes| nodes.iter().map(node).collect::<String>());
    let title = Some(text(content, "/title").to_owned()).filter(|title| !title.is_empty());
    let all: Vec<String> = title.into_iter().chain(lines.iter().filter_map(line)).collect();
    Some(all.join("\n"))
}

fn members(event: &Value, name: &str) -> Vec<Value> {
    let operator = text(event, "/operator_id/open_id");
    let users = event["users"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |user: &Value| {
        let id = user["user_id"]["open_id"].as_str()?;
        let mut signal = json!({ "type": name, "chat": event["chat_id"], "member": { "id": id } });
        if let Some(known) = user["name"].as_str().filter(|known| !known.is_empty()) {
            signal["member"]["name"] = json!(known);
        }
        if name == "member.left" {
            signal["data"] = json!({ "how": if operator == id { "left" } else { "removed" } });
        } else if !operator.is_empty() && operator != id {
            signal["member"]["inviter"] = json!(operator);
        }
        Some(signal)
    };
    users.iter().filter_map(one).collect()
}

/// A button of a card was pressed.
fn pressed(event: &Value) -> Option<Value> {
    let (user, value) = (event["operator"]["open_id"].as_str()?, &event["action"]["value"]);
    let option = if value["option"].is_null() { value } else { &value["option"] };
    Some(json!({
        "type": "answer", "chat": event["context"]["open_chat_id"], "member": { "id": user },
        "message": { "id": event["context"]["open_message_id"] }, "data": { "option": option },
    }))
}

/// Seconds, where some of Feishu's servers write them with a zone behind them.
fn seconds(at: &str) -> Option<i64> {
    at.split_whitespace().next()?.parse().ok()
}

/// Milliseconds (events) or microseconds (some callbacks) as an instant.
fn instant(at: &Value) -> Value {
    let number = at.as_i64().or_else(|| at.as_str()?.parse().ok());
    let Some(number) = number else { return Value::Null };
    super::instant(if number > 100_000_000_000_000 { number / 1_000_000 } else { number / 1_000 })
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};
    use aes::Aes256;
    use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};

    /// Encrypts as Feishu does.
    fn sealed(key: &str, plain: &[u8]) -> String {
        let key: [u8; 32] = crypt::sha256(&[key.as_bytes()]).try_into().unwrap();
        let iv = [9_u8; 16];
        let mut buffer = plain.to_vec();
        buffer.resize(plain.len() + 16, 0);
        let cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
        let body = cipher.encrypt_padded::<Pkcs7>(&mut buffer, plain.len()).unwrap();
        crypt::base64(&[&iv, body].concat())
    }

    fn hear(event: &Value, at: &str, now: i64, by: &str) -> Result<Meant, Wrong> {
        let body = json!({ "encrypt": sealed("kudryavka", event.to_string().as_bytes()) }).to_string();
        let signature = hex::hex(&crypt::sha256(&[at.as_bytes(), b"n", by.as_bytes(), body.as_bytes()]));
        let head = [
            ("x-lark-request-timestamp", at),
            ("x-lark-request-nonce", "n"),
            ("x-lark-signature", signature.as_str()),
        ];
        read(&keys(&[("encrypt_key", "kudryavka")]), &came(&head, "", body.as_bytes(), now))
    }

    #[test]
    fn a_challenge_is_given_back_and_only_what_is_signed_lately_is_heard() {
        let asked = json!({ "type": "url_verification", "challenge": "ajls384kdjx98XX", "token": "t" });
        let told = HookTold::json(&json!({ "challenge": "ajls384kdjx98XX" }));
        assert_eq!(hear(&asked, "", 0, ""), Ok(Meant::Asked(told)));
        let event = json!({ "schema": "2.0", "header": { "event_type": "x" }, "event": {} });
        let (at, now) = ("1700000000", 1_700_000_000);
        assert_eq!(
            hear(&event, at, now, "kudryavka"),
            Ok(Meant::Happened(Vec::new(), HookTold::json(&json!({}))))
        );
        assert!(matches!(hear(&event, at, now, "another"), Err(Wrong::Unsigned(_))));
        assert_eq!(hear(&event, at, now + 8 * 86_400, "kudryavka"), Err(Wrong::Stale));
        assert_eq!(hear(&event, "", now, "kudryavka"), Err(Wrong::Stale));
        let open = came(&[], "", br#"{"type":"url_verification","challenge":"x"}"#, now);
        assert!(matches!(read(&keys(&[("encrypt_key", "k")]), &open), Err(Wrong::Unsigned(_))));
        let other = came(&[], "", br#"{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}"#, now);
        assert!(matches!(read(&keys(&[("encrypt_key", "k")]), &other), Err(Wrong::Unsigned(_))));
        assert_eq!(read(&keys(&[]), &other), Err(Wrong::NoKey("encrypt_key")));
    }

    fn event(kind: &str, event: &Value) -> Vec<Value> {
        told(&json!({ "schema": "2.0", "event": event,
            "header": { "event_id": "e1", "event_type": kind, "create_time": "1700000000123" } }))
    }

    #[test]
    fn what_happens_in_a_chat_is_told() {
        let joined = event(
            "im.chat.member.user.added_v1",
            &json!({ "chat_id": "oc_1",
            "operator_id": { "open_id": "ou_9" },
            "users": [{ "name": "小何", "user_id": { "open_id": "ou_1" } }, { "name": "", "user_id": { "open_id": "ou_9" } }] }),
        );
        assert_eq!(
            joined,
            [
                json!({ "type": "member.joined", "chat": "oc_1", "member": { "id": "ou_1", "name": "小何", "inviter": "ou_9" },
                "id": "feishu:e1:0", "time": "2023-11-14T22:13:20Z" }),
                json!({ "type": "member.joined", "chat": "oc_1", "member": { "id": "ou_9" },
                "id": "feishu:e1:1", "time": "2023-11-14T22:13:20Z" }),
            ]
        );
        let left = event(
            "im.chat.member.user.deleted_v1",
            &json!({ "chat_id": "oc_1",
            "operator_id": { "open_id": "ou_1" }, "users": [{ "name": "小何", "user_id": { "open_id": "ou_1" } }] }),
        );
        assert_eq!(left[0]["data"], json!({ "how": "left" }));
        let spoken = event(
            "im.message.receive_v1",
            &json!({
            "sender": { "sender_type": "user", "sender_id": { "open_id": "ou_1" } },
            "message": { "message_id": "om_2", "parent_id": "om_1", "chat_id": "oc_1", "chat_type": "group",
                "create_time": "1700000001000", "message_type": "text",
                "content": "{\"text\":\"@_user_1 第几章呢\"}",
                "mentions": [{ "key": "@_user_1", "name": "小林", "id": { "open_id": "ou_2" } }] } }),
        );
        assert_eq!(
            spoken,
            [json!({ "type": "message", "chat": "oc_1", "time": "2023-11-14T22:13:21Z",
            "member": { "id": "ou_1" }, "id": "feishu:om_2",
            "message": { "id": "om_2", "kind": "text", "links": 0, "question": true, "text": "@小林 第几章呢",
                "mentions": ["ou_2"], "reply_to": { "id": "om_1" } } })]
        );
        let post = event(
            "im.message.receive_v1",
            &json!({
            "sender": { "sender_type": "user", "sender_id": { "open_id": "ou_1" } },
            "message": { "message_id": "om_2", "chat_id": "oc_1", "chat_type": "group", "message_type": "post",
                "content": "{\"title\":\"书\",\"content\":[[{\"tag\":\"text\",\"text\":\"看 \"},{\"tag\":\"a\",\"text\":\"这里\",\"href\":\"https://a.example\"}]]}" } }),
        );
        assert_eq!(
            (&post[0]["message"]["text"], &post[0]["message"]["kind"]),
            (&json!("书\n看 这里 https://a.example"), &json!("link"))
        );
        let pressed = event(
            "card.action.trigger",
            &json!({ "operator": { "open_id": "ou_1" },
            "action": { "value": { "option": 2 } }, "context": { "open_chat_id": "oc_1", "open_message_id": "om_1" } }),
        );
        assert_eq!((&pressed[0]["type"], &pressed[0]["data"]), (&json!("answer"), &json!({ "option": 2 })));
        for silent in [
            json!({ "sender": { "sender_type": "app" }, "message": { "chat_id": "oc_1" } }),
            json!({ "sender": { "sender_type": "user", "sender_id": { "open_id": "ou_1" } }, "message": { "chat_type": "p2p" } }),
        ] {
            assert!(event("im.message.receive_v1", &silent).is_empty());
        }
    }
}
