//! Slack as an app sees it: a Web API that takes what is posted, and Socket Mode, which gives an address for one
//! connection, repeats envelopes that were not acknowledged, and moves connections about.

use super::{
    Reply, Seen,
    app::App,
    query,
    sockets::{Did, Say},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Mutex};

pub(crate) const APP: &str = "xapp-1-A1-fake";
pub(crate) const BOT: &str = "xoxb-1-fake";
pub(crate) const CHAT: &str = "C0123456789";
pub(crate) const ME: &str = "U0ME";

/// What it knows.
#[derive(Default)]
pub(crate) struct Inner {
    port: u16,
    tickets: Vec<String>,
    /// Envelopes that were not acknowledged, in order, with how often they were sent.
    open: BTreeMap<usize, (Value, usize)>,
    envelopes: usize,
    acknowledged: Vec<String>,
    /// What was posted, changed and deleted: the method and the body.
    posts: Vec<(String, Value)>,
    /// What the channel's history has.
    history: Vec<Value>,
    /// Who is in the channel.
    roster: Vec<String>,
    asked: Vec<String>,
    /// What else was asked for: the method and the body.
    done: Vec<(String, Value)>,
    instead: BTreeMap<String, Vec<Reply>>,
}

/// A workspace.
pub(crate) type Workspace = App<Inner>;

impl Workspace {
    pub(crate) async fn start() -> Self {
        Self::wired(at_socket, api, |inner, port| inner.port = port).await
    }

    /// Who is in the channel from now on.
    pub(crate) fn has(&self, members: &[&str]) {
        self.inner.lock().unwrap().roster = members.iter().map(|member| (*member).to_owned()).collect();
    }

    /// Something happens: an envelope goes to the newest connection, in two frames.
    pub(crate) fn happens(&self, event: &Value) {
        let mut inner = self.inner.lock().unwrap();
        let number = inner.envelopes;
        inner.envelopes += 1;
        let mut event = event.clone();
        if event["event_ts"].is_null() {
            event["event_ts"] = json!(format!("1800000000.{number:06}"));
        }
        let payload = json!({
            "type": "event_callback", "event_id": format!("Ev{number}"), "event_time": 1_800_000_000, "api_app_id": "A1",
            "event": event,
        });
        inner.open.insert(number, (payload, 0));
        let text = envelope(&mut inner, number);
        drop(inner);
        self.sockets.say_newest(Say::Halves(text));
    }

    /// Somebody writes; with `thread` under a message.
    pub(crate) fn writes(&self, ts: &str, user: &str, text: &str, thread: Option<&str>) {
        let mut event = json!({ "type": "message", "channel": CHAT, "user": user, "ts": ts, "event_ts": ts, "text": text });
        if let Some(thread) = thread {
            event["thread_ts"] = json!(thread);
        }
        self.happens(&event);
    }

    /// Somebody presses a button under a message, or ticks boxes there.
    pub(crate) fn presses(&self, user: &str, ts: &str, action: &Value) {
        let mut inner = self.inner.lock().unwrap();
        let number = inner.envelopes;
        inner.envelopes += 1;
        let mut action = action.clone();
        action["action_ts"] = json!(format!("1800000000.{number:06}"));
        let payload = json!({
            "type": "block_actions", "api_app_id": "A1", "trigger_id": "1.2.3", "user": { "id": user, "username": "ben.x", "name": "ben.x" },
            "container": { "type": "message", "message_ts": ts, "channel_id": CHAT, "is_ephemeral": false },
            "channel": { "id": CHAT, "name": "general" }, "actions": [action],
            "response_url": format!("http://127.0.0.1:{}/actions/T1/{number}", self.fake.port),
        });
        inner.open.insert(number, (payload, 0));
        let text = envelope(&mut inner, number);
        drop(inner);
        self.sockets.say_newest(Say::Text(text));
    }

    /// The bodies with which something was asked for by a method.
    pub(crate) fn done(&self, method: &str) -> Vec<Value> {
        let done = &self.inner.lock().unwrap().done;
        done.iter().filter(|(known, _)| known == method).map(|(_, body)| body.clone()).collect()
    }

    /// What was not acknowledged comes again, the newest first.
    pub(crate) fn repeats(&self) {
        let mut inner = self.inner.lock().unwrap();
        let open: Vec<usize> = inner.open.keys().rev().copied().collect();
        let texts: Vec<String> = open.into_iter().map(|number| envelope(&mut inner, number)).collect();
        drop(inner);
        for text in texts {
            self.sockets.say_newest(Say::Text(text));
        }
    }

    /// Says at the oldest or the newest connection that it ends.
    pub(crate) fn disconnects(&self, reason: &str) {
        self.sockets.say_newest(Say::Text(json!({ "type": "disconnect", "reason": reason }).to_string()));
    }

    /// What the history has from now on.
    pub(crate) fn remembers(&self, message: &Value) {
        self.inner.lock().unwrap().history.insert(0, message.clone());
    }

    /// The next call of a method is answered so.
    pub(crate) fn answers_next(&self, method: &str, reply: Reply) {
        self.inner.lock().unwrap().instead.entry(method.into()).or_default().push(reply);
    }

    pub(crate) fn acknowledged(&self) -> Vec<String> {
        self.inner.lock().unwrap().acknowledged.clone()
    }

    /// Envelopes that nobody has acknowledged.
    pub(crate) fn waiting(&self) -> usize {
        self.inner.lock().unwrap().open.len()
    }

    pub(crate) fn posts(&self) -> Vec<(String, Value)> {
        self.inner.lock().unwrap().posts.clone()
    }

    /// Whether something with these words was posted, and when.
    pub(crate) fn ts_of(&self, words: &str) -> Option<String> {
        let posts = self.posts();
        let at = posts.iter().position(|(method, body)| {
            method == "chat.postMessage" && body["text"].as_str().is_some_and(|text| text.contains(words))
        })?;
        Some(ts(at))
    }

    /// How often a method was called.
    pub(crate) fn asked(&self, method: &str) -> usize {
        self.inner.lock().unwrap().asked.iter().filter(|one| *one == method).count()
    }
}

/// When the n-th post was made.
fn ts(nth: usize) -> String {
    format!("1780000000.{nth:06}")
}

fn envelope(inner: &mut Inner, number: usize) -> String {
    let (payload, sent) = inner.open.get_mut(&number).unwrap();
    let kind = if payload["type"] == "block_actions" { "interactive" } else { "events_api" };
    let envelope = json!({
        "type": kind, "envelope_id": format!("e{number}"), "payload": payload, "accepts_response_payload": false,
        "retry_attempt": *sent, "retry_reason": if *sent > 0 { "timeout" } else { "" },
    });
    *sent += 1;
    envelope.to_string()
}

fn at_socket(inner: &Mutex<Inner>, did: Did<'_>) -> Vec<Say> {
    let mut inner = inner.lock().unwrap();
    match did {
        Did::Opened(path) => {
            // An address is good for one connection.
            let ticket = query(path, "ticket").unwrap_or_default();
            let Some(at) = inner.tickets.iter().position(|known| *known == ticket) else {
                return vec![Say::Shut(403)];
            };
            inner.tickets.remove(at);
            let hello =
                json!({ "type": "hello", "num_connections": 1, "connection_info": { "app_id": "A1" } });
            let open: Vec<usize> = inner.open.keys().copied().collect();
            let open = open.into_iter().map(|number| envelope(&mut inner, number));
            std::iter::once(hello.to_string()).chain(open).map(Say::Text).collect()
        }
        Did::Text(text) => {
            let acknowledged: Value = serde_json::from_str(text).unwrap();
            let id = acknowledged["envelope_id"].as_str().expect("an id").to_owned();
            if let Some(number) = id.strip_prefix('e').and_then(|number| number.parse().ok()) {
                inner.open.remove(&number);
            }
            inner.acknowledged.push(id);
            Vec::new()
        }
        Did::Bytes(_) | Did::Left => Vec::new(),
    }
}

fn api(inner: &Mutex<Inner>, seen: &Seen) -> Reply {
    let mut inner = inner.lock().unwrap();
    let method = seen.path.split('?').next().unwrap_or_default().trim_start_matches("/api/").to_owned();
    inner.asked.push(method.clone());
    if method.starts_with("/actions/") {
        inner.done.push(("response_url".into(), seen.json()));
        return Reply::text(200, "ok");
    }
    if let Some(replies) = inner.instead.get_mut(&method).filter(|replies| !replies.is_empty()) {
        return replies.remove(0);
    }
    let no = |error: &str| Reply::json(&json!({ "ok": false, "error": error }));
    let key = if method == "apps.connections.open" { APP } else { BOT };
    if seen.headers.get("authorization") != Some(&format!("Bearer {key}")) {
        return no("invalid_auth");
    }
    match method.as_str() {
        "auth.test" => Reply::json(&json!({ "ok": true, "user_id": ME, "bot_id": "B1", "team": "Club" }))
            .with(
                "x-oauth-scopes",
                "chat:write,channels:history,groups:history,channels:read,groups:read,users:read",
            ),
        "apps.connections.open" => {
            let ticket = format!("t{}", inner.asked.len());
            let url = format!("ws://127.0.0.1:{}/link/?ticket={ticket}&app_id=A1", inner.port);
            inner.tickets.push(ticket);
            Reply::json(&json!({ "ok": true, "url": url }))
        }
        "users.info" => {
            let user = query(&seen.path, "user").unwrap();
            let name = json!({ "id": user, "name": "ben.x", "real_name": "Ben", "is_bot": false, "profile": { "display_name": "" } });
            Reply::json(&json!({ "ok": true, "user": name }))
        }
        "conversations.history" => {
            assert_eq!(query(&seen.path, "channel").as_deref(), Some(CHAT));
            let oldest = query(&seen.path, "oldest").unwrap();
            let said = inner.history.iter().filter(|one| one["ts"].as_str().unwrap() > oldest.as_str());
            Reply::json(&json!({ "ok": true, "messages": said.collect::<Vec<_>>(), "has_more": false }))
        }
        "conversations.members" => {
            assert_eq!(query(&seen.path, "channel").as_deref(), Some(CHAT));
            let from = query(&seen.path, "cursor").map_or(0, |cursor| cursor.parse::<usize>().unwrap());
            // A page has one member, so that pages are read.
            let here = inner.roster.get(from..from + 1).unwrap_or_default();
            let next = if from + 1 < inner.roster.len() { (from + 1).to_string() } else { String::new() };
            Reply::json(&json!({ "ok": true, "members": here, "response_metadata": { "next_cursor": next } }))
        }
        "conversations.kick" | "pins.add" => {
            inner.done.push((method, seen.json()));
            Reply::json(&json!({ "ok": true }))
        }
        "chat.postMessage" | "chat.update" | "chat.delete" => {
            let body = seen.json();
            if body["channel"] != CHAT {
                return no("channel_not_found");
            }
            inner.posts.push((method, body));
            let ts = ts(inner.posts.len() - 1);
            Reply::json(&json!({ "ok": true, "channel": CHAT, "ts": ts, "message": {} }))
        }
        _ => no("unknown_method"),
    }
}
