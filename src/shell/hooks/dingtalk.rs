//! DingTalk over HTTP: the outgoing robot, signed by HMAC over its time, and event pushes, sealed like WeCom's.
//! Read from open.dingtalk.com, "接收消息" (2025-12-29) and "回调事件消息体加解密" (2025-10-16).
//!
//! Pure. What is told is the same over HTTP and over the stream.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, key, text};
use crate::base::{hex, limits};
use serde_json::{Value, json};

/// Reads a request: an event push where its query is signed, else what the robot heard.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    if came.asked("signature").is_some() || came.asked("msg_signature").is_some() {
        return pushed(keys, came);
    }
    let secret = key(keys, "app_secret")?;
    let head = |name| (came.head)(name).unwrap_or_default();
    let at = head("timestamp");
    let expected = crypt::hmac_sha256(secret.as_bytes(), &[at.as_bytes(), b"\n", secret.as_bytes()]);
    if !crypt::same(&crypt::base64(&expected), head("sign")) {
        return Err(Wrong::Unsigned("`sign` was not made with `app_secret`, the app's Client Secret"));
    }
    // The body is not signed, so that the time is all that bounds a repeat by somebody else.
    if !at.parse::<i64>().is_ok_and(|ms| came.is_within(ms / 1_000, limits::DINGTALK_SKEW_S_MAX)) {
        return Err(Wrong::Stale);
    }
    let signals = spoken(&came.json()?).into_iter().collect();
    Ok(Meant::Happened(signals, HookTold::json(&json!({ "msgtype": "empty" }))))
}

/// An event that was pushed; the answer is sealed, too.
fn pushed(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let (token, aes_key) = (key(keys, "token")?, key(keys, "aes_key")?);
    let asked = |name| came.asked(name).unwrap_or_default();
    let body = came.json()?;
    let sealed = text(&body, "/encrypt");
    let (at, nonce) = (asked("timestamp"), asked("nonce"));
    let found = came.asked("signature").unwrap_or_else(|| asked("msg_signature"));
    if !crypt::same(&crypt::sorted_sha1([token, &at, &nonce, sealed]), &found) {
        return Err(Wrong::Unsigned("the signature was not made with `token`"));
    }
    if !at.parse::<i64>().is_ok_and(|ms| came.is_remembered(ms / 1_000)) {
        return Err(Wrong::Stale);
    }
    let Some(envelope) = crypt::Envelope::new(aes_key) else {
        return Err(Wrong::Unreadable("`aes_key` has 43 letters and digits".into()));
    };
    let Some((message, receiver)) = envelope.open(sealed) else {
        return Err(Wrong::Unsigned("the event was not sealed with `aes_key`"));
    };
    let corp = keys.get("corp").map_or("", |corp| corp.expose());
    if !corp.is_empty() && receiver != corp {
        return Err(Wrong::Unsigned("the event is for another company than `corp`"));
    }
    let event: Value = serde_json::from_slice(&message)
        .map_err(|error| Wrong::Unreadable(format!("the event is no JSON: {error}")))?;
    let encrypt = envelope.seal(b"success", &receiver, came.random);
    let signature = crypt::sorted_sha1([token, &at, &nonce, &encrypt]);
    let told = HookTold::json(&json!({
        "msg_signature": signature, "timeStamp": at, "nonce": nonce, "encrypt": encrypt,
    }));
    match text(&event, "/EventType") {
        "check_url" | "check_create_suite_url" | "check_update_suite_url" => Ok(Meant::Asked(told)),
        kind => {
            let id = [text(&event, "/eventId"), text(&event, "/BizId")].into_iter().find(|id| !id.is_empty());
            let id = id.map_or_else(|| hex::hex(&crypt::sha256(&[&message]))[..24].to_owned(), str::to_owned);
            Ok(Meant::Happened(happened(kind, &id, &event), told))
        }
    }
}

/// What happened to a group: an event of a push (`UserId`, `OpenConversationId`) or of the stream (`userId`).
pub(super) fn happened(kind: &str, id: &str, event: &Value) -> Vec<Value> {
    let any = |names: [&str; 2]| names.into_iter().map(|name| &event[name]).find(|value| !value.is_null());
    let chat = any(["openConversationId", "OpenConversationId"]).or_else(|| any(["chatId", "ChatId"]));
    let at = any(["eventBornTime", "EventTime"])
        .or_else(|| any(["timeStamp", "TimeStamp"]))
        .and_then(|at| at.as_i64().or_else(|| at.as_str()?.parse().ok()));
    let signal = |name: &str, n: usize| {
        let mut signal = json!({ "id": format!("dingtalk:{id}:{n}"), "type": name, "chat": chat });
        if let Some(at) = at {
            signal["time"] = super::instant(at / 1_000);
        }
        signal
    };
    let users = || any(["userId", "UserId"]).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let operator = any(["operator", "Operator"]).and_then(Value::as_str).unwrap_or_default();
    let members = |name: &str, how: Option<&str>| -> Vec<Value> {
        let all = users().iter().filter_map(Value::as_str).enumerate();
        all.map(|(n, user)| {
            let mut signal = signal(name, n);
            signal["member"] = json!({ "id": user });
            match how {
                Some(how) => signal["data"] = json!({ "how": how }),
                None if !operator.is_empty() && operator != user => {
                    signal["member"]["inviter"] = json!(operator);
                }
                None => {}
            }
            signal
        })
        .collect()
    };
    match kind {
        "chat_add_member" => members("member.joined", None),
        "chat_remove_member" => members("member.left", Some("removed")),
        "chat_quit" => members("member.left", Some("left")),
        "chat_update_title" => {
            let mut signal = signal("group.renamed", 0);
            signal["data"] = json!({ "title": any(["title", "Title"]) });
            vec![signal]
        }
        "chat_disband" => vec![signal("group.dissolved", 0)],
        _ => Vec::new(),
    }
}

/// What somebody said to the robot in a group.
pub(super) fn spoken(message: &Value) -> Option<Value> {
    if text(message, "/conversationType") != "2"
        || message["errorCode"].as_i64().is_some_and(|code| code != 0)
    {
        return None;
    }
    // Whoever is not of the company has no staff id.
    let user = [text(message, "/senderStaffId"), text(message, "/senderId")]
        .into_iter()
        .find(|id| !id.is_empty())?;
    let kind = match text(message, "/msgtype") {
        "text" | "richText" => "text",
        "picture" => "image",
        "audio" => "voice",
        "file" | "video" => "file",
        _ => "other",
    };
    let rich = message["content"]["richText"].as_array().map(Vec::as_slice).unwrap_or_default();
    let written = match message["text"]["content"].as_str() {
        Some(written) => Some(written.trim().to_owned()),
        None if rich.is_empty() => message["content"]["recognition"].as_str().map(str::to_owned),
        None => Some(rich.iter().map(|part| text(part, "/text")).collect::<String>().trim().to_owned()),
    };
    let mut told = json!({ "id": message["msgId"], "kind": kind });
    if let Some(plain) = written {
        told["question"] = json!(super::is_question(&plain));
        told["text"] = json!(plain);
    }
    let mut member = json!({ "id": user });
    if let Some(name) = message["senderNick"].as_str() {
        member["name"] = json!(name);
    }
    let mut signal = json!({
        "id": format!("dingtalk:{}", text(message, "/msgId")), "type": "message",
        "chat": message["conversationId"], "member": member, "message": told, "data": { "called": true },
    });
    if let Some(at) = message["createAt"].as_i64() {
        signal["time"] = super::instant(at / 1_000);
    }
    Some(signal)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    const SECRET: &str = "this is a secret";
    const AT: &str = "1577262236757";
    const SIGN: &str = "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=";
    const NOW: i64 = 1_577_262_236;

    fn robot(at: &str, sign: &str, body: &[u8], now: i64) -> Result<Meant, Wrong> {
        let head = [("timestamp", at), ("sign", sign)];
        read(&keys(&[("app_secret", SECRET)]), &came(&head, "", body, now))
    }

    #[test]
    fn the_robots_vector_is_known_within_an_hour() {
        let body = br#"{"conversationType":"1"}"#;
        let empty = HookTold::json(&json!({ "msgtype": "empty" }));
        assert_eq!(robot(AT, SIGN, body, NOW), Ok(Meant::Happened(Vec::new(), empty)));
        assert!(matches!(robot("1577262236758", SIGN, body, NOW), Err(Wrong::Unsigned(_))));
        for now in [NOW + 3_601, NOW - 3_601] {
            assert_eq!(robot(AT, SIGN, body, now), Err(Wrong::Stale));
        }
    }

    #[test]
    fn what_is_said_to_the_robot_is_told() {
        let body = json!({ "msgId": "m1", "msgtype": "text", "text": { "content": " 1" }, "conversationId": "cid1",
            "conversationType": "2", "senderId": "$:x", "senderStaffId": "lin", "senderNick": "小林",
            "createAt": 1_577_262_236_000_i64, "isInAtList": true });
        let Ok(Meant::Happened(signals, _)) = robot(AT, SIGN, body.to_string().as_bytes(), NOW) else {
            panic!()
        };
        assert_eq!(
            signals,
            [json!({ "id": "dingtalk:m1", "type": "message", "chat": "cid1",
            "member": { "id": "lin", "name": "小林" },
            "message": { "id": "m1", "kind": "text", "question": false, "text": "1" }, "data": { "called": true },
            "time": "2019-12-25T08:23:56Z" })]
        );
        let over =
            json!({ "msgId": "m1", "conversationType": "2", "senderStaffId": "lin", "errorCode": 20001 });
        assert_eq!(spoken(&over), None);
    }

    const SEALED: &str = "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==";

    #[test]
    fn the_vector_of_event_pushes_is_answered_with_a_sealed_success() {
        let all = [
            ("token", "123456"),
            ("aes_key", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij"),
            ("corp", "suite4xxxxxxxxxxxxxxx"),
        ];
        let query =
            "signature=5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0&timestamp=1445827045067&nonce=nEXhMP4r";
        let body = json!({ "encrypt": SEALED }).to_string();
        let at = |now| came(&[], query, body.as_bytes(), now);
        let Ok(Meant::Asked(told)) = read(&keys(&all), &at(1_445_827_045)) else { panic!() };
        let answer: Value = serde_json::from_str(&told.body).unwrap();
        let encrypt = text(&answer, "/encrypt");
        assert_eq!(
            crypt::sorted_sha1(["123456", "1445827045067", "nEXhMP4r", encrypt]),
            text(&answer, "/msg_signature")
        );
        let envelope = crypt::Envelope::new(all[1].1).unwrap();
        assert_eq!(envelope.open(encrypt).unwrap(), (b"success".to_vec(), all[2].1.to_owned()));
        assert_eq!(read(&keys(&all), &at(1_446_827_045)), Err(Wrong::Stale));
        assert!(matches!(
            read(&keys(&[("token", "x"), all[1]]), &at(1_445_827_045)),
            Err(Wrong::Unsigned(_))
        ));
        let other = [all[0], all[1], ("corp", "another")];
        assert!(matches!(read(&keys(&other), &at(1_445_827_045)), Err(Wrong::Unsigned(_))));
    }

    #[test]
    fn events_of_a_group_are_told_in_either_spelling() {
        let stream = json!({ "openConversationId": "cid1", "userId": ["a", "b"], "operator": "a",
            "eventBornTime": "1577262236757" });
        let joined = happened("chat_add_member", "e1", &stream);
        assert_eq!(
            joined[1],
            json!({ "id": "dingtalk:e1:1", "type": "member.joined", "chat": "cid1",
            "time": "2019-12-25T08:23:56Z", "member": { "id": "b", "inviter": "a" } })
        );
        let push = json!({ "ChatId": "chat1", "UserId": ["a"], "Operator": "z", "EventTime": 1_577_262_236_757_i64 });
        let left = happened("chat_remove_member", "e2", &push);
        assert_eq!((&left[0]["chat"], &left[0]["data"]), (&json!("chat1"), &json!({ "how": "removed" })));
        assert!(happened("bpms_task_change", "e3", &push).is_empty());
    }
}
