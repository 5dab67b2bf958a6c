//! A Matrix homeserver with one room: transactions that happen once, limits with the time to wait.

use super::{Fake, Reply, Seen, decoded, is_picture};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

pub(crate) const TOKEN: &str = "syt_fake_token";
pub(crate) const ROOM: &str = "!room/1:hs.example";

/// What the room holds.
pub(crate) type Events = Arc<Mutex<Vec<Value>>>;

/// A homeserver that takes a message before it decides: `limited` requests are too many, and then `lost` are
/// taken while their answer is lost.
pub(crate) async fn start(limited: usize, lost: usize) -> (Fake, Events) {
    let events = Events::default();
    let kept = Arc::clone(&events);
    let transactions: Mutex<BTreeMap<String, String>> = Mutex::default();
    let fake = Fake::start(move |seen, before| {
        if before < limited {
            let body =
                json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 100 });
            return Reply::error(429, &body);
        }
        let reply = answer(seen, &transactions, &kept);
        if before < limited + lost { Reply::Drop } else { reply }
    })
    .await;
    (fake, events)
}

fn answer(seen: &Seen, transactions: &Mutex<BTreeMap<String, String>>, events: &Events) -> Reply {
    let error =
        |status, code: &str, text: &str| Reply::error(status, &json!({ "errcode": code, "error": text }));
    if seen.headers.get("authorization").map(String::as_str) != Some("Bearer syt_fake_token") {
        return error(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.");
    }
    if let Some(query) = seen.path.strip_prefix("/_matrix/media/v3/upload?filename=") {
        if seen.method != "POST" || !is_picture(&seen.bytes) || !seen.headers.contains_key("content-type") {
            return error(400, "M_UNKNOWN", "Upload request body could not be read");
        }
        return Reply::json(&json!({ "content_uri": format!("mxc://hs.example/{query}") }));
    }
    let path: Vec<&str> = seen.path.split('/').collect();
    let ["", "_matrix", "client", "v3", "rooms", room, "send", "m.room.message", _] = path[..] else {
        return error(404, "M_UNRECOGNIZED", "Unrecognized request");
    };
    if seen.method != "PUT" {
        return error(405, "M_UNRECOGNIZED", "Unrecognized request");
    }
    if decoded(room) != ROOM {
        return error(403, "M_FORBIDDEN", "User @bot:hs.example not in room");
    }
    let Ok(content) = serde_json::from_str::<Value>(&seen.body) else {
        return error(400, "M_NOT_JSON", "Content not JSON.");
    };
    if seen.body.len() > 64_000 {
        return error(413, "M_TOO_LARGE", "event too large");
    }
    if !content["body"].is_string() || !content["msgtype"].is_string() || !content["m.mentions"].is_object() {
        return error(400, "M_BAD_JSON", "no body");
    }
    if content["msgtype"] == "m.image"
        && !content["url"].as_str().is_some_and(|url| url.starts_with("mxc://hs.example/"))
    {
        return error(400, "M_BAD_JSON", "no url");
    }
    let mut transactions = transactions.lock().unwrap();
    let id = transactions.entry(seen.path.clone()).or_insert_with(|| {
        let mut events = events.lock().unwrap();
        events.push(content);
        format!("$event{}", events.len())
    });
    Reply::json(&json!({ "event_id": id }))
}
