//! A OneBot v11 HTTP server with one QQ group: a token, arrays of segments, failures with HTTP 200.

use super::{Fake, Reply, Seen};
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "onebot-token";
pub(crate) const GROUP: &str = "123456789";

/// A server of which the first answers are these.
pub(crate) async fn start(first: Vec<Value>) -> Fake {
    Fake::start(move |seen, before| match refused(seen) {
        Some(status) => Reply::status(status),
        None => Reply::json(&first.get(before).cloned().unwrap_or_else(|| answer(seen, before))),
    })
    .await
}

fn refused(seen: &Seen) -> Option<u16> {
    match seen.headers.get("authorization").map(String::as_str) {
        None => return Some(401),
        Some(given) if given != format!("Bearer {TOKEN}") => return Some(403),
        Some(_) => {}
    }
    let action = seen.path.split('?').next().unwrap_or_default();
    match (action, seen.headers.get("content-type").is_some_and(|kind| kind.starts_with("application/json")))
    {
        ("/send_group_msg", true) => None,
        ("/send_group_msg", false) => Some(406),
        _ => Some(404),
    }
}

fn answer(seen: &Seen, before: usize) -> Value {
    let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
    let word =
        |segment: &Value, name: &str| segment["data"][name].as_str().is_some_and(|text| !text.is_empty());
    let is_right = |segment: &Value| match segment["type"].as_str() {
        Some("text") => word(segment, "text"),
        Some("at") => word(segment, "qq"),
        Some("image") => word(segment, "file"),
        Some("reply") => word(segment, "id"),
        _ => false,
    };
    if !body["message"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is_right)) {
        return json!({ "status": "failed", "retcode": 1400, "data": null, "message": "bad message" });
    }
    if body["group_id"].as_u64().map(|number| number.to_string()).as_deref() != Some(GROUP) {
        return json!({ "status": "failed", "retcode": 100, "data": null, "msg": "GROUP_NOT_FOUND", "wording": "群聊不存在" });
    }
    json!({ "status": "ok", "retcode": 0, "data": { "message_id": -100 - before as i64 }, "message": "" })
}
