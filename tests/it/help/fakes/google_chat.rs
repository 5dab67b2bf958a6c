//! A Google Chat space: knows a request by its id, keeps threads by their key, refuses what is too long.

use super::{Fake, Reply, Seen, window::Window};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What is in the space: the name of each message, with its thread.
pub(crate) type Messages = Arc<Mutex<Vec<(String, String)>>>;

/// A space that takes `count` messages in any stretch of `window`. Its first answer is lost on the way.
pub(crate) async fn start(count: usize, window: Duration) -> (Fake, Messages) {
    let window = Window::new(count, window);
    let messages: Messages = Arc::default();
    let (inside, known) = (Arc::clone(&messages), Mutex::<BTreeMap<String, String>>::default());
    let fake = Fake::start(move |seen, before| {
        let reply = answer(seen, &window, &inside, &known);
        if before == 0 { Reply::Drop } else { reply }
    })
    .await;
    (fake, messages)
}

fn error(code: u16, status: &str, message: &str) -> Reply {
    Reply::text(code, &json!({ "error": { "code": code, "message": message, "status": status } }).to_string())
}

fn answer(
    seen: &Seen,
    window: &Window,
    messages: &Messages,
    known: &Mutex<BTreeMap<String, String>>,
) -> Reply {
    let parameter = |name: &str| {
        let (_, query) = seen.path.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
    };
    if !seen.path.starts_with("/hook") || parameter("key").is_none() {
        return error(404, "NOT_FOUND", "Requested entity was not found.");
    }
    if window.take(seen.at).is_err() {
        return error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).");
    }
    let Ok(body) = serde_json::from_str::<Value>(&seen.body) else {
        return error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
    };
    if seen.body.len() > 32_000 {
        return error(400, "INVALID_ARGUMENT", "Message is too long.");
    }
    if body["text"].as_str().is_none_or(str::is_empty) && !body["cardsV2"].is_array() {
        return error(400, "INVALID_ARGUMENT", "Message cannot be empty.");
    }
    let mut messages = messages.lock().unwrap();
    let id = parameter("requestId").unwrap_or_else(|| messages.len().to_string());
    let mut known = known.lock().unwrap();
    let name = if let Some(name) = known.get(&id) {
        name.clone()
    } else {
        let name = format!("spaces/S/messages/{}", messages.len());
        // Without the option the thread is ignored and a new one begins.
        let key = parameter("messageReplyOption").and(body["thread"]["threadKey"].as_str()).unwrap_or(&name);
        messages.push((name.clone(), key.to_owned()));
        known.insert(id, name.clone());
        name
    };
    Reply::json(&json!({ "name": name, "text": body["text"] }))
}
