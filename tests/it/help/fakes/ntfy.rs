//! An ntfy server: JSON at the root is a message, JSON at a topic is only text, and what is too long becomes a file.

use super::{Fake, Reply, Seen};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

pub(crate) const TOKEN: &str = "tk_fake";

/// What subscribers see.
pub(crate) type Shown = Arc<Mutex<Vec<Value>>>;

/// A server whose first `limited` requests are too many.
pub(crate) async fn start(limited: usize) -> (Fake, Shown) {
    let shown = Shown::default();
    let kept = Arc::clone(&shown);
    let fake = Fake::start(move |seen, before| {
        if before < limited {
            let text = "limit reached: too many requests";
            return Reply::error(429, &json!({ "code": 42_901, "http": 429, "error": text }))
                .with("retry-after", "0");
        }
        answer(seen, &kept)
    })
    .await;
    (fake, shown)
}

fn answer(seen: &Seen, shown: &Shown) -> Reply {
    let error = |code: u32, text: &str| {
        Reply::error((code / 100) as u16, &json!({ "code": code, "http": code / 100, "error": text }))
    };
    if seen.headers.get("authorization").map(String::as_str) != Some("Bearer tk_fake") {
        return error(40_301, "forbidden");
    }
    let path = seen.path.split('?').next().unwrap_or_default();
    let mut message = if path == "/" {
        if seen.body.len() > 2 * 4_096 {
            return error(41_303, "JSON body too large");
        }
        match serde_json::from_str::<Value>(&seen.body) {
            Ok(body) if body["topic"].is_string() => body,
            _ => return error(40_017, "invalid request: request body must be message JSON"),
        }
    } else if let Some(name) = seen.headers.get("filename") {
        // A body with a file's name is a file.
        let sequence = seen.headers.get("x-sequence-id");
        json!({
            "topic": path.trim_start_matches('/'), "message": format!("You received a file: {name}"),
            "attachment": { "name": name, "size": seen.bytes.len() }, "sequence_id": sequence,
        })
    } else {
        json!({ "topic": path.trim_start_matches('/'), "message": seen.body })
    };
    if message["actions"].as_array().is_some_and(|actions| actions.len() > 3) {
        return error(40_018, "invalid request: actions invalid; too many actions");
    }
    let text = message["message"].as_str().unwrap_or_default().to_owned();
    if text.len() > 4_096 {
        message["attachment"] = json!({ "name": "attachment.txt", "size": text.len() });
        message["message"] = json!("You received a file: attachment.txt");
    }
    let mut shown = shown.lock().unwrap();
    // The same sequence again changes what is there.
    let sequence = &message["sequence_id"];
    match shown.iter_mut().find(|there| sequence.is_string() && there["sequence_id"] == *sequence) {
        Some(there) => *there = message.clone(),
        None => shown.push(message.clone()),
    }
    message["id"] = json!("abcdefghijkl");
    message["event"] = json!("message");
    Reply::json(&message)
}
