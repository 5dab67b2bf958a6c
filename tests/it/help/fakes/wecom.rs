//! A 企业微信 robot: errors come with HTTP 200, at most so many messages in a sliding window, limits in bytes.

use super::{Fake, Reply, Seen, is_picture, window::Window};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

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

/// A company with one customer group, `wrX`: its app asks who is in it.
pub(crate) struct Company {
    inner: Arc<Mutex<Inside>>,
    fake: Fake,
}

#[derive(Default)]
struct Inside {
    members: Vec<Value>,
    trusts: bool,
    /// How many keys were given; the last one is good, unless it has ended.
    keys: usize,
    good: bool,
    asked: usize,
}

impl Company {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Mutex::new(Inside { trusts: true, ..Inside::default() }));
        let kept = inner.clone();
        let fake = Fake::start(move |seen, _| company(&mut kept.lock().unwrap(), seen)).await;
        Self { inner, fake }
    }

    pub(crate) fn port(&self) -> u16 {
        self.fake.port
    }

    pub(crate) fn joins(&self, user: &str, name: &str, at: i64) {
        let member = json!({
            "userid": user, "type": 2, "join_time": at, "join_scene": 3, "name": name, "invitor": { "userid": "li" },
        });
        self.inner.lock().unwrap().members.push(member);
    }

    pub(crate) fn leaves(&self, user: &str) {
        self.inner.lock().unwrap().members.retain(|member| member["userid"] != user);
    }

    /// Whether the address of whoever asks is one of 企业可信IP.
    pub(crate) fn trusts(&self, trusts: bool) {
        self.inner.lock().unwrap().trusts = trusts;
    }

    pub(crate) fn ends_keys(&self) {
        self.inner.lock().unwrap().good = false;
    }

    pub(crate) fn keys_given(&self) -> usize {
        self.inner.lock().unwrap().keys
    }

    pub(crate) fn now_s() -> i64 {
        jiff::Timestamp::now().as_second()
    }

    /// How often the list was shown.
    pub(crate) fn asked(&self) -> usize {
        self.inner.lock().unwrap().asked
    }
}

fn company(inner: &mut Inside, seen: &Seen) -> Reply {
    let error = |code: i64, text: &str| Reply::json(&json!({ "errcode": code, "errmsg": text }));
    if seen.path.starts_with("/cgi-bin/gettoken") {
        if seen.path.contains("corpid=ww1&corpsecret=app%2Dsecret") {
            inner.keys += 1;
            inner.good = true;
            let key = format!("key{}", inner.keys);
            return Reply::json(
                &json!({ "errcode": 0, "errmsg": "ok", "access_token": key, "expires_in": 7200 }),
            );
        }
        return error(40001, "invalid credential, hint: [1], from ip: 127.0.0.1");
    }
    if !inner.trusts {
        return error(60020, "not allow to access from your ip, from ip: 127.0.0.1");
    }
    if !inner.good || !seen.path.contains(&format!("access_token=key{}", inner.keys)) {
        return error(42001, "access_token expired");
    }
    let asked: Value = serde_json::from_str(&seen.body).unwrap_or_default();
    if !seen.path.starts_with("/cgi-bin/externalcontact/groupchat/get") || asked["chat_id"] != "wrX" {
        return error(40050, "chat id is invalid");
    }
    inner.asked += 1;
    let mut members = inner.members.clone();
    if asked["need_name"] != 1 {
        for member in &mut members {
            member["name"] = Value::Null;
        }
    }
    let group = json!({ "chat_id": "wrX", "name": "长安共读", "owner": "li", "member_list": members });
    Reply::json(&json!({ "errcode": 0, "errmsg": "ok", "group_chat": group }))
}
