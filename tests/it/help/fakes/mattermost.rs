//! A Mattermost server's incoming webhook: `ok`, errors as JSON, its own throttle headers.

use super::{Fake, Reply, Seen, window::Window};
use serde_json::{Value, json};
use std::time::Duration;

/// A server that takes `count` requests in any stretch of `window`; `/off` is one whose webhooks are turned off,
/// any other address is an unknown webhook.
pub(crate) async fn start(count: usize, window: Duration) -> Fake {
    let window = Window::new(count, window);
    Fake::start(move |seen, _| answer(seen, &window)).await
}

fn error(status: u16, id: &str, message: &str) -> Reply {
    let body = json!({ "id": id, "message": message, "detailed_error": "", "request_id": "r", "status_code": status });
    Reply::text(status, &body.to_string())
}

fn answer(seen: &Seen, window: &Window) -> Reply {
    if let Err(wait) = window.take(seen.at) {
        return Reply::text(429, "limit exceeded\n")
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", &wait.as_secs_f64().ceil().to_string());
    }
    match seen.path.split(['?', '/']).nth(1) {
        Some("off") => {
            return error(
                501,
                "web.incoming_webhook.disabled.app_error",
                "Incoming webhooks have been disabled.",
            );
        }
        Some("hook") => {}
        _ => return error(400, "web.incoming_webhook.invalid.app_error", "Invalid webhook."),
    }
    let Ok(body) = serde_json::from_str::<Value>(&seen.body) else {
        return error(400, "web.incoming_webhook.parse.app_error", "Unable to parse incoming data.");
    };
    if body["text"].as_str().is_none_or(str::is_empty) {
        return error(400, "web.incoming_webhook.text.app_error", "No text specified.");
    }
    Reply::text(200, "ok").with("content-type", "text/plain")
}
