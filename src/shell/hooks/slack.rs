//! Slack's Events API and its buttons: `X-Slack-Signature` over time and body, and a challenge when the address is
//! saved. Read from api.slack.com, "Verifying requests" and the event types, 2026-11.
//!
//! Pure. What an event tells is the same over HTTP and over a socket.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, form, key, text};
use crate::base::{hex, limits};
use serde_json::{Value, json};

/// Reads a request.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let secret = key(keys, "secret")?;
    let head = |name| (came.head)(name).unwrap_or_default();
    let at = head("x-slack-request-timestamp");
    let expected = crypt::hmac_sha256(secret.as_bytes(), &[b"v0:", at.as_bytes(), b":", came.body]);
    if !crypt::same(&format!("v0={}", hex::hex(&expected)), head("x-slack-signature")) {
        return Err(Wrong::Unsigned(
            "X-Slack-Signature was not made with `secret`, the app's Signing Secret",
        ));
    }
    if !at.parse().is_ok_and(|at| came.is_within(at, limits::SIGNATURE_SKEW_S_MAX)) {
        return Err(Wrong::Stale);
    }
    // Buttons come as a form with JSON in it.
    let body = std::str::from_utf8(came.body).unwrap_or_default();
    let outer = match form::value(body, "payload").filter(|_| !body.starts_with('{')) {
        Some(payload) => serde_json::from_str(&payload)
            .map_err(|error| Wrong::Unreadable(format!("the payload is no JSON: {error}")))?,
        None => came.json()?,
    };
    if outer["type"] == "url_verification" {
        return Ok(Meant::Asked(HookTold::text(text(&outer, "/challenge"))));
    }
    Ok(Meant::Happened(told(&outer), HookTold::nothing(200)))
}

/// What an envelope tells: an event, or a button that was pressed.
pub(super) fn told(outer: &Value) -> Vec<Value> {
    let (event, id) = (&outer["event"], text(outer, "/event_id"));
    let mut all: Vec<Value> = match text(outer, "/type") {
        "event_callback" if event["app_id"].is_null() || event["app_id"] != outer["api_app_id"] => {
            one(event).into_iter().collect()
        }
        "block_actions" => pressed(outer).into_iter().collect(),
        _ => Vec::new(),
    };
    for signal in &mut all {
        if signal["id"].is_null() {
            signal["id"] = json!(format!("slack:{id}"));
        }
        if signal["time"].is_null() {
            let at = event["event_ts"].as_str().map_or_else(|| outer["event_time"].clone(), |at| json!(at));
            signal["time"] = instant(&at);
        }
    }
    all
}

fn one(event: &Value) -> Option<Value> {
    let chat = &event["channel"];
    match text(event, "/type") {
        "message" => message(event),
        "member_joined_channel" => {
            let mut member = json!({ "id": event["user"] });
            if event["inviter"].is_string() {
                member["inviter"] = event["inviter"].clone();
            }
            Some(json!({ "type": "member.joined", "chat": chat, "member": member }))
        }
        // Slack does not say whether somebody left or was removed.
        "member_left_channel" => Some(json!({
            "type": "member.left", "chat": chat, "member": { "id": event["user"] }, "data": { "how": "unknown" },
        })),
        kind @ ("reaction_added" | "reaction_removed") if event["item"]["type"] == "message" => Some(json!({
            "type": "reaction", "chat": event["item"]["channel"], "member": { "id": event["user"] },
            "message": { "id": event["item"]["ts"] },
            "data": { "emoji": event["reaction"], "added": kind == "reaction_added" },
        })),
        "channel_rename" | "group_rename" => Some(json!({
            "type": "group.renamed", "chat": chat["id"], "data": { "title": chat["name"] },
        })),
        "channel_archive" | "channel_deleted" | "group_archive" | "group_deleted" => {
            Some(json!({ "type": "group.dissolved", "chat": chat }))
        }
        _ => None,
    }
}

/// Something that was written, changed or taken away; none where a bot or Slack itself speaks.
fn message(event: &Value) -> Option<Value> {
    match text(event, "/subtype") {
        "" | "file_share" | "thread_broadcast" | "me_message" => {
            let mut signal = spoken(event)?;
            signal["type"] = json!("message");
            signal["chat"] = event["channel"].clone();
            // The channel's history has no event's id: a message is the same whichever way it is heard.
            signal["id"] = json!(format!("slack:{}:{}", text(event, "/channel"), text(event, "/ts")));
            signal["time"] = instant(&event["ts"]);
            Some(signal)
        }
        // A link that was unfolded is no edit.
        "message_changed" if event["message"]["edited"].is_object() => {
            let mut signal = spoken(&event["message"])?;
            signal["type"] = json!("message.edited");
            signal["chat"] = event["channel"].clone();
            signal["time"] = instant(&event["message"]["edited"]["ts"]);
            Some(signal)
        }
        "message_deleted" => Some(json!({
            "type": "message.deleted", "chat": event["channel"],
            "member": { "id": event["previous_message"]["user"].as_str()? },
            "message": { "id": event["deleted_ts"] },
        })),
        _ => None,
    }
}

fn spoken(message: &Value) -> Option<Value> {
    if message["bot_id"].is_string() {
        return None;
    }
    let (user, written) = (message["user"].as_str()?, text(message, "/text"));
    let mentions: Vec<&str> = marked(written).filter_map(|mark| mark.strip_prefix('@')).map(name).collect();
    let links = marked(written).filter(|mark| mark.starts_with("http")).count();
    let file = message["files"][0]["mimetype"].as_str().map(|kind| match kind.split('/').next() {
        Some("image") => "image",
        Some("audio") => "voice",
        _ => "file",
    });
    let kind = file.unwrap_or(if links > 0 { "link" } else { "text" });
    let mut told = json!({ "id": message["ts"], "kind": kind, "links": links });
    if !written.is_empty() {
        let plain = unescaped(written);
        told["question"] = json!(super::is_question(&plain));
        told["text"] = json!(plain);
    }
    if !mentions.is_empty() {
        told["mentions"] = json!(mentions);
    }
    if message["thread_ts"].is_string() && message["thread_ts"] != message["ts"] {
        told["reply_to"] = json!({ "id": message["thread_ts"] });
        if message["parent_user_id"].is_string() {
            told["reply_to"]["member"] = message["parent_user_id"].clone();
        }
    }
    Some(json!({ "member": { "id": user }, "message": told }))
}

/// A button under a message was pressed.
fn pressed(outer: &Value) -> Option<Value> {
    let action = &outer["actions"][0];
    let at = text(action, "/action_ts");
    let data = if let Some(ticked) = action["selected_options"].as_array() {
        let ticked: Vec<&Value> = ticked.iter().map(|one| &one["value"]).collect();
        if ticked.is_empty() { json!({ "withdraw": true }) } else { json!({ "option": ticked }) }
    } else {
        let option = [&action["value"], &action["selected_option"]["value"], &action["action_id"]];
        json!({ "option": option.into_iter().find(|value| value.is_string())? })
    };
    // A link under a post is opened, and answers nothing.
    if action["url"].is_string() {
        return None;
    }
    let (user, chat) = (&outer["user"], text(outer, "/container/channel_id"));
    let mut member = json!({ "id": user["id"].as_str()? });
    if let Some(name) = user["name"].as_str() {
        member["name"] = json!(name);
    }
    Some(json!({
        "id": format!("slack:{chat}:{}:{at}", text(outer, "/container/message_ts")),
        "type": "answer", "chat": chat, "time": instant(&action["action_ts"]), "member": member,
        "message": { "id": outer["container"]["message_ts"] }, "data": data,
    }))
}

/// What stands between `<` and `>`.
fn marked(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0))
}

/// `U1` of `U1|ann`.
fn name(mark: &str) -> &str {
    mark.split('|').next().unwrap_or(mark)
}

/// The text as people read it: `<@U1>` stays a name, `<https://a|b>` is its address, and three letters come back.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('<');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once('>') {
            Some((mark, rest)) => {
                out.push_str(name(mark));
                out.push_str(rest);
            }
            None => out.push_str(part),
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// `1531420618.000200` as an instant.
pub(super) fn instant(ts: &Value) -> Value {
    let seconds = ts.as_i64().or_else(|| ts.as_str()?.split('.').next()?.parse().ok());
    seconds.map_or(Value::Null, super::instant)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const AT: &str = "1531420618";
    const SIGNED: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    /// The request of Slack's own page on signatures.
    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    fn signed(body: &[u8], at: &str) -> String {
        let mac = crypt::hmac_sha256(SECRET.as_bytes(), &[b"v0:", at.as_bytes(), b":", body]);
        format!("v0={}", hex::hex(&mac))
    }

    fn hear(body: &[u8], at: &str, signature: &str, now: i64) -> Result<Meant, Wrong> {
        let head = [("x-slack-request-timestamp", at), ("x-slack-signature", signature)];
        read(&keys(&[("secret", SECRET)]), &came(&head, "", body, now))
    }

    #[test]
    fn slacks_vector_is_known_and_nothing_near_it() {
        let now = 1_531_420_618;
        // A form that is no button of ours is signed and not understood.
        assert!(matches!(hear(BODY, AT, SIGNED, now), Err(Wrong::Unreadable(_))));
        assert!(matches!(hear(b"{}", AT, SIGNED, now), Err(Wrong::Unsigned(_))));
        assert!(matches!(hear(BODY, "1531420619", SIGNED, now), Err(Wrong::Unsigned(_))));
        assert!(matches!(hear(BODY, AT, "", now), Err(Wrong::Unsigned(_))));
        for late in [now + 301, now - 301] {
            assert_eq!(hear(BODY, AT, SIGNED, late), Err(Wrong::Stale));
        }
        let none = read(&keys(&[]), &came(&[], "", BODY, now));
        assert_eq!(none, Err(Wrong::NoKey("secret")));
    }

    #[test]
    fn a_challenge_is_given_back() {
        let body = br#"{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}"#;
        let meant = hear(body, AT, &signed(body, AT), 1_531_420_618).unwrap();
        assert_eq!(meant, Meant::Asked(HookTold::text("3eZbrw1aB")));
    }

    fn event(event: &Value) -> Vec<Value> {
        told(&json!({
            "type": "event_callback", "event_id": "Ev1", "event_time": 1_531_420_700, "api_app_id": "A1", "event": event,
        }))
    }

    #[test]
    fn what_happens_in_a_channel_is_told() {
        let joined =
            event(&json!({ "type": "member_joined_channel", "user": "U1", "channel": "C1", "inviter": "U2",
            "event_ts": "1531420800.000100" }));
        assert_eq!(
            joined,
            [json!({ "type": "member.joined", "chat": "C1", "member": { "id": "U1", "inviter": "U2" },
            "id": "slack:Ev1", "time": "2018-07-12T18:40:00Z" })]
        );
        let left = event(&json!({ "type": "member_left_channel", "user": "U1", "channel": "C1" }));
        assert_eq!(
            (&left[0]["data"]["how"], &left[0]["time"]),
            (&json!("unknown"), &json!("2018-07-12T18:38:20Z"))
        );
        let spoken =
            event(&json!({ "type": "message", "channel": "C1", "user": "U1", "ts": "1531420900.000200",
            "thread_ts": "1531420800.000100", "parent_user_id": "U9",
            "text": "<@U2> is &lt;b&gt; in <https://a.example/x|here>?" }));
        assert_eq!(
            spoken,
            [json!({ "member": { "id": "U1" },
            "message": { "id": "1531420900.000200", "kind": "link", "links": 1, "question": true,
                "text": "@U2 is <b> in https://a.example/x?", "mentions": ["U2"],
                "reply_to": { "id": "1531420800.000100", "member": "U9" } },
            "type": "message", "chat": "C1", "time": "2018-07-12T18:41:40Z", "id": "slack:C1:1531420900.000200" })]
        );
        let edited = event(&json!({ "type": "message", "subtype": "message_changed", "channel": "C1",
            "message": { "user": "U1", "ts": "1531420900.000200", "text": "b", "edited": { "ts": "1531420950.000000" } } }));
        assert_eq!(
            (&edited[0]["type"], &edited[0]["message"]["text"]),
            (&json!("message.edited"), &json!("b"))
        );
        let gone = event(&json!({ "type": "message", "subtype": "message_deleted", "channel": "C1",
            "deleted_ts": "1.2", "previous_message": { "user": "U1" } }));
        assert_eq!((&gone[0]["type"], &gone[0]["message"]["id"]), (&json!("message.deleted"), &json!("1.2")));
        let liked = event(&json!({ "type": "reaction_added", "user": "U1", "reaction": "heart",
            "item": { "type": "message", "channel": "C1", "ts": "1.2" } }));
        assert_eq!(
            (&liked[0]["chat"], &liked[0]["data"]),
            (&json!("C1"), &json!({ "emoji": "heart", "added": true }))
        );
    }

    #[test]
    fn bots_and_what_slack_says_itself_are_not_heard() {
        for silent in [
            json!({ "type": "message", "channel": "C1", "bot_id": "B1", "user": "U1", "text": "x", "ts": "1.2" }),
            json!({ "type": "message", "channel": "C1", "app_id": "A1", "user": "U1", "text": "x", "ts": "1.2" }),
            json!({ "type": "message", "subtype": "channel_join", "channel": "C1", "user": "U1", "ts": "1.2" }),
            json!({ "type": "message", "subtype": "message_changed", "channel": "C1",
                "message": { "user": "U1", "text": "x", "ts": "1.2" } }),
            json!({ "type": "app_mention", "channel": "C1", "user": "U1", "text": "x", "ts": "1.2" }),
            json!({}),
        ] {
            assert!(event(&silent).is_empty(), "{silent}");
        }
    }

    #[test]
    fn a_button_is_an_answer() {
        let payload = json!({ "type": "block_actions", "user": { "id": "U1", "name": "ann" },
            "container": { "channel_id": "C1", "message_ts": "1.2" },
            "actions": [{ "action_id": "a", "value": "2", "action_ts": "1531420900.5" }] });
        let form = format!(
            "payload={}",
            percent_encoding::utf8_percent_encode(&payload.to_string(), percent_encoding::NON_ALPHANUMERIC)
        );
        let meant = hear(form.as_bytes(), AT, &signed(form.as_bytes(), AT), 1_531_420_618).unwrap();
        let Meant::Happened(signals, told) = meant else { panic!("{meant:?}") };
        assert_eq!(told, HookTold::nothing(200));
        assert_eq!(
            signals,
            [json!({ "id": "slack:C1:1.2:1531420900.5", "type": "answer", "chat": "C1",
            "time": "2018-07-12T18:41:40Z", "member": { "id": "U1", "name": "ann" },
            "message": { "id": "1.2" }, "data": { "option": "2" } })]
        );
    }
    #[test]
    fn a_press_is_an_answer_ticks_are_several_and_none_takes_it_back() {
        let press = |action: Value| {
            told(&json!({
                "type": "block_actions", "user": { "id": "U1", "name": "ben" }, "actions": [action],
                "container": { "message_ts": "1.1", "channel_id": "C1" },
            }))
        };
        let one = press(json!({ "type": "button", "value": "Emma", "action_ts": "2.2" }));
        assert_eq!(
            (&one[0]["message"]["id"], &one[0]["data"]),
            (&json!("1.1"), &json!({ "option": "Emma" }))
        );
        let ticks = |values: &[&str]| {
            let all: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
            press(json!({ "type": "checkboxes", "selected_options": all, "action_ts": "2.2" }))[0]["data"]
                .clone()
        };
        assert_eq!(ticks(&["a", "b"]), json!({ "option": ["a", "b"] }));
        assert_eq!(ticks(&[]), json!({ "withdraw": true }));
        let link = json!({ "type": "button", "value": "x", "url": "https://a.example", "action_ts": "2.2" });
        assert!(press(link).is_empty(), "a link answers nothing");
    }
}
