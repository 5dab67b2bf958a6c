//! A 飞书 custom bot: signed requests, a limit on the whole body, errors with HTTP 200.

use super::{Fake, Reply, Seen};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

/// A bot that wants this secret, if any; the first `pressed` requests meet a platform under pressure.
pub(crate) async fn start(secret: Option<&'static str>, pressed: usize) -> Fake {
    Fake::start(move |seen, before| answer(seen, secret, before < pressed)).await
}

fn answer(seen: &Seen, secret: Option<&str>, pressed: bool) -> Reply {
    let error = |code: i64, text: &str| Reply::json(&json!({ "code": code, "data": {}, "msg": text }));
    if seen.body.len() > 20 * 1024 {
        return error(9499, "Bad Request");
    }
    let body: Value = match serde_json::from_str(&seen.body) {
        Ok(body) => body,
        Err(_) => return error(9499, "Bad Request"),
    };
    if let Some(secret) = secret
        && !is_signed(&body, secret)
    {
        return error(19021, "sign match fail or timestamp is not within one hour from current time");
    }
    if pressed {
        return error(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]");
    }
    let is_whole = match body["msg_type"].as_str() {
        Some("text") => body["content"]["text"].is_string(),
        Some("interactive") => body["card"]["body"]["elements"].is_array() && body["card"]["schema"] == "2.0",
        _ => false,
    };
    if is_whole {
        Reply::json(
            &json!({ "StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success" }),
        )
    } else {
        error(9499, "Bad Request")
    }
}

fn is_signed(body: &Value, secret: &str) -> bool {
    let Some(timestamp) = body["timestamp"].as_str().and_then(|text| text.parse::<i64>().ok()) else {
        return false;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() as i64;
    let mac = Hmac::<Sha256>::new_from_slice(format!("{timestamp}\n{secret}").as_bytes()).expect("any key");
    let expected = STANDARD.encode(mac.finalize().into_bytes());
    (now - timestamp).abs() <= 3_600 && body["sign"].as_str() == Some(&expected)
}
