//! A 企业微信 robot: errors come with HTTP 200, at most so many messages in a sliding window, limits in bytes.

use super::{Fake, Reply, Seen, is_picture, window::Window};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use std::time::Duration;

/// A robot that takes `count` messages in any stretch of `window`.
pub(crate) async fn start(count: usize, window: Duration) -> Fake {
    let window = Window::new(count, window);
    Fake::start(move |seen, _| answer(seen, &window)).await
}

fn answer(seen: &Seen, window: &Window) -> Reply {
    let error = |code: i64, text: &str| Reply::json(&json!({ "errcode": code, "errmsg": text }));
    if !seen.path.contains("key=k") {
        return error(93000, "invalid webhook url, hint: [1], from ip: 127.0.0.1");
    }
    let body: Value = match serde_json::from_str(&seen.body) {
        Ok(body) => body,
        Err(_) => return error(40035, "invalid json"),
    };
    let form = body["msgtype"].as_str().unwrap_or_default();
    if form == "image" {
        let text = |name: &str| body["image"][name].as_str().unwrap_or_default();
        let Ok(bytes) = STANDARD.decode(text("base64")) else {
            return error(40008, "invalid base64");
        };
        let digest: Vec<String> = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest.concat() != text("md5") {
            return error(40008, "md5 does not match");
        }
        if !is_picture(&bytes) || bytes.starts_with(b"GIF8") || bytes.len() > 2 << 20 {
            return error(40006, "invalid media size");
        }
        return if window.take(seen.at).is_err() {
            error(45009, "api freq out of limit")
        } else {
            error(0, "ok")
        };
    }
    let max = match form {
        "text" => 2_048,
        "markdown" | "markdown_v2" => 4_096,
        _ => return error(40008, "invalid message type"),
    };
    let content = body[form]["content"].as_str().unwrap_or_default();
    if content.is_empty() {
        return error(44004, "empty content");
    }
    if content.len() > max {
        return error(40058, &format!("{form}.content exceed max length {max}"));
    }
    if window.take(seen.at).is_err() { error(45009, "api freq out of limit") } else { error(0, "ok") }
}
