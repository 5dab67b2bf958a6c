//! A 钉钉 robot: signed queries, keywords, a sliding window with a lockout behind it, errors with HTTP 200.

use super::{Fake, Reply, Seen, query};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How a robot is set up, and what its group has seen.
#[derive(Clone, Default)]
pub(crate) struct Robot {
    pub(crate) secret: Option<&'static str>,
    pub(crate) keyword: Option<&'static str>,
    /// The first requests meet the gateway, which answers in its own form.
    pub(crate) gated: usize,
    /// Messages of a minute; then a lockout of ten.
    pub(crate) per_minute: Option<usize>,
    pub(crate) posts: Arc<Mutex<Vec<Value>>>,
    pub(crate) state: Arc<Mutex<State>>,
}

/// What it remembers.
#[derive(Default)]
pub(crate) struct State {
    taken: VecDeque<Instant>,
    locked_until: Option<Instant>,
    keys: BTreeSet<String>,
}

impl Robot {
    pub(crate) async fn start(&self) -> Fake {
        let robot = self.clone();
        Fake::start(move |seen, before| robot.answer(seen, before)).await
    }

    fn answer(&self, seen: &Seen, before: usize) -> Reply {
        let error = |code: i64, text: &str| Reply::json(&json!({ "errcode": code, "errmsg": text }));
        if before < self.gated {
            let body = json!({ "status": 1111, "wait": 0.2, "source": "x5", "punish": "deny", "uuid": "u" });
            return Reply::json(&body);
        }
        if !seen.headers.get("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            return error(43_004, "invalid content-type");
        }
        if query(&seen.path, "access_token").as_deref() != Some("k") {
            return error(300_005, "token is not exist");
        }
        if let Some(problem) = self.secret.and_then(|secret| unsigned(&seen.path, secret)) {
            return error(310_000, problem);
        }
        if seen.body.len() > 20_000 {
            return error(460_101, "message too long, exceed 20000 bytes");
        }
        let Ok(body) = serde_json::from_str::<Value>(&seen.body) else {
            return error(40_035, "invalid json");
        };
        let form = body["msgtype"].as_str().unwrap_or_default();
        let text = match form {
            "text" => &body["text"]["content"],
            "markdown" if body["markdown"]["title"].is_string() => &body["markdown"]["text"],
            "actionCard" if has_buttons(&body["actionCard"]) => &body["actionCard"]["text"],
            _ => return error(400_105, "unsupported msgtype"),
        };
        let Some(text) = text.as_str().filter(|text| !text.is_empty()) else {
            return error(40_035, "missing parameter content");
        };
        if self.keyword.is_some_and(|keyword| !text.contains(keyword)) {
            return error(310_000, "keywords not in content, more: [https://ding-doc.example]");
        }
        self.count(seen.at, body.clone())
    }

    fn count(&self, at: Instant, body: Value) -> Reply {
        let mut state = self.state.lock().unwrap();
        while state.taken.front().is_some_and(|taken| at.duration_since(*taken) >= Duration::from_mins(1)) {
            state.taken.pop_front();
        }
        state.taken.push_back(at);
        if self.per_minute.is_some_and(|most| state.taken.len() > most) {
            state.locked_until = Some(at + Duration::from_mins(10));
        }
        if state.locked_until.is_some_and(|until| at < until) {
            let text = "send too fast, exceed 20 times per minute";
            return Reply::json(&json!({ "errcode": 130_101, "errmsg": text }));
        }
        // The same key again is the same message.
        if state.keys.insert(body["msgUuid"].as_str().unwrap_or_default().to_owned()) {
            self.posts.lock().unwrap().push(body);
        }
        Reply::json(&json!({ "errcode": 0, "errmsg": "ok" }))
    }
}

fn has_buttons(card: &Value) -> bool {
    let single = card["singleTitle"].is_string() && card["singleURL"].is_string();
    single
        || card["btns"].as_array().is_some_and(|buttons| buttons.iter().all(|b| b["actionURL"].is_string()))
}

/// What is wrong with the signature.
fn unsigned(path: &str, secret: &str) -> Option<&'static str> {
    let timestamp = query(path, "timestamp").and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64;
    if (now - timestamp).abs() > 3_600_000 {
        return Some("invalid timestamp");
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(format!("{timestamp}\n{secret}").as_bytes());
    let expected = STANDARD.encode(mac.finalize().into_bytes());
    (query(path, "sign") != Some(expected)).then_some("sign not match")
}
