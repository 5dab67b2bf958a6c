//! A Slack incoming webhook: bare words as answers, limits of blocks, a window of messages answered with 429.

use super::{Fake, Reply, Seen, window::Window};
use serde_json::Value;
use std::time::Duration;

/// A webhook that takes `count` messages in any stretch of `window`; any other address is not known.
pub(crate) async fn start(count: usize, window: Duration) -> Fake {
    let window = Window::new(count, window);
    Fake::start(move |seen, _| answer(seen, &window)).await
}

fn answer(seen: &Seen, window: &Window) -> Reply {
    if seen.path == "/archived" {
        return Reply::text(410, "channel_is_archived");
    }
    if !seen.path.starts_with("/hook") {
        return Reply::text(404, "no_service");
    }
    if let Err(wait) = window.take(seen.at) {
        return Reply::text(429, "rate_limited").with("retry-after", &wait.as_secs_f64().ceil().to_string());
    }
    let Ok(body) = serde_json::from_str::<Value>(&seen.body) else {
        return Reply::text(400, "invalid_payload");
    };
    let blocks = body["blocks"].as_array();
    if body["text"].as_str().is_none_or(str::is_empty) && blocks.is_none() {
        return Reply::text(400, "no_text");
    }
    if let Some(blocks) = blocks {
        if blocks.is_empty() || blocks.len() > 50 || !blocks.iter().all(is_block) {
            return Reply::text(400, "invalid_blocks");
        }
        if blocks.iter().map(|block| length(&block["text"]["text"])).sum::<usize>() > 13_000 {
            return Reply::text(400, "msg_blocks_too_long");
        }
    }
    Reply::text(200, "ok")
}

fn length(text: &Value) -> usize {
    text.as_str().unwrap_or_default().encode_utf16().count()
}

fn is_block(block: &Value) -> bool {
    let text = |kind: &str, max: usize| {
        block["text"]["type"] == kind && (1..=max).contains(&length(&block["text"]["text"]))
    };
    let is_web = |url: &Value| url.as_str().is_some_and(|url| url.starts_with("http") && url.len() <= 3_000);
    match block["type"].as_str() {
        Some("section") => text("mrkdwn", 3_000),
        Some("header") => text("plain_text", 150),
        Some("divider") => true,
        Some("image") => is_web(&block["image_url"]) && (1..=2_000).contains(&length(&block["alt_text"])),
        Some("actions") => block["elements"].as_array().is_some_and(|elements| {
            let is_button = |button: &Value| {
                button["type"] == "button"
                    && button["text"]["type"] == "plain_text"
                    && (1..=75).contains(&length(&button["text"]["text"]))
                    && is_web(&button["url"])
            };
            (1..=25).contains(&elements.len()) && elements.iter().all(is_button)
        }),
        _ => false,
    }
}
