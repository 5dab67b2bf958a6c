//! Discord as a bot sees it: the REST API that it speaks with, and a gateway that greets, wants heartbeats, numbers what
//! happens, resumes sessions or forgets them, and closes with codes.

use super::{
    Reply, Seen,
    app::App,
    query,
    sockets::{Did, Say},
};
use serde_json::{Value, json};
use std::sync::Mutex;

pub(crate) const TOKEN: &str = "MTIz.fake.token";
pub(crate) const CHAT: &str = "2000";
const GUILD: &str = "1000";
const ME: &str = "3000";
const INTERVAL_MS: u64 = 1_000;

/// What it knows.
#[derive(Default)]
pub(crate) struct Inner {
    port: u16,
    /// What happened in the session, in order; the n-th has the number n + 1, `READY` being the first.
    events: Vec<Value>,
    sessions: usize,
    is_open: bool,
    is_deaf: bool,
    /// With which code the next greeting is answered.
    closes: Option<u16>,
    remaining: Option<u64>,
    identified: Vec<Value>,
    resumed: Vec<Value>,
    heartbeats: usize,
    sent: Vec<Value>,
    revised: Vec<String>,
    /// What was done about members and pins: the method, and who or what.
    done: Vec<(String, String)>,
    history: Vec<Value>,
    /// Who is on the server; none where the bot may not ask.
    roster: Option<Vec<Value>>,
    flags: u64,
}

/// A server with one channel, and a bot in it.
pub(crate) type Gateway = App<Inner>;

impl Gateway {
    pub(crate) async fn start() -> Self {
        let knows = |inner: &mut Inner, port| (inner.port, inner.flags) = (port, 1 << 15 | 1 << 19);
        Self::wired(at_socket, api, knows).await
    }

    /// Something happens.
    pub(crate) fn happens(&self, kind: &str, event: &Value) {
        let mut inner = self.inner.lock().unwrap();
        let mut event = event.clone();
        event["guild_id"] = json!(GUILD);
        let seq = inner.events.len() + 2;
        let frame = json!({ "op": 0, "t": kind, "s": seq, "d": event });
        inner.events.push(frame.clone());
        drop(inner);
        self.sockets.say_newest(Say::Halves(frame.to_string()));
    }

    /// Somebody writes; with `under` in answer to a message.
    pub(crate) fn writes(&self, id: u64, user: &str, content: &str, under: Option<&str>) {
        self.happens("MESSAGE_CREATE", &message(id, user, content, under));
    }

    /// The last thing that happened is told once more.
    pub(crate) fn repeats(&self) {
        let last = self.inner.lock().unwrap().events.last().unwrap().to_string();
        self.sockets.say_newest(Say::Text(last));
    }

    /// The newest connection is told something without a number.
    pub(crate) fn says(&self, frame: &Value) {
        self.sockets.say_newest(Say::Text(frame.to_string()));
    }

    /// Something of a message that nobody was told.
    pub(crate) fn remembers(&self, id: u64, user: &str, content: &str) {
        self.inner.lock().unwrap().history.insert(0, message(id, user, content, None));
    }

    /// Who is on the server from now on: each with when they came.
    pub(crate) fn has(&self, members: &[(&str, &str)]) {
        let one = |(id, joined_at): &(&str, &str)| json!({ "user": { "id": id, "username": format!("u{id}") }, "nick": null, "joined_at": joined_at });
        self.inner.lock().unwrap().roster = Some(members.iter().map(one).collect());
    }

    /// The session is known no more.
    pub(crate) fn forgets(&self) {
        self.inner.lock().unwrap().is_open = false;
    }

    /// Heartbeats are acknowledged no more, or again.
    pub(crate) fn is_deaf(&self, deaf: bool) {
        self.inner.lock().unwrap().is_deaf = deaf;
    }

    /// Whoever says next who it is is thrown out with this code.
    pub(crate) fn closes_next(&self, code: u16) {
        self.inner.lock().unwrap().closes = Some(code);
    }

    /// The switches of the application.
    pub(crate) fn switches(&self, flags: u64) {
        self.inner.lock().unwrap().flags = flags;
    }

    /// How many sessions may be begun today.
    pub(crate) fn leaves(&self, remaining: u64) {
        self.inner.lock().unwrap().remaining = Some(remaining);
    }

    pub(crate) fn identified(&self) -> Vec<Value> {
        self.inner.lock().unwrap().identified.clone()
    }

    pub(crate) fn resumed(&self) -> Vec<Value> {
        self.inner.lock().unwrap().resumed.clone()
    }

    pub(crate) fn heartbeats(&self) -> usize {
        self.inner.lock().unwrap().heartbeats
    }

    /// What was sent; the n-th has the id 5000 + n.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.inner.lock().unwrap().sent.clone()
    }

    /// The id of what was sent with these words.
    pub(crate) fn id_of(&self, words: &str) -> Option<String> {
        let at = self.sent().iter().position(|sent| sent.to_string().contains(words))?;
        Some((5_000 + at).to_string())
    }

    /// Who was removed or muted, and what was pinned: by the method of the request.
    pub(crate) fn done(&self, method: &str) -> Vec<String> {
        let done = &self.inner.lock().unwrap().done;
        done.iter().filter(|(known, _)| known == method).map(|(_, what)| what.clone()).collect()
    }

    /// Methods by which messages were changed or deleted.
    pub(crate) fn revised(&self) -> Vec<String> {
        self.inner.lock().unwrap().revised.clone()
    }
}

fn message(id: u64, user: &str, content: &str, under: Option<&str>) -> Value {
    let mut message = json!({
        "id": id.to_string(), "channel_id": CHAT, "type": 0, "content": content, "mentions": [], "attachments": [],
        "timestamp": "2027-01-15T08:00:00.123000+00:00", "edited_timestamp": null,
        "author": { "id": user, "username": "ben.x", "global_name": "Ben", "bot": false }, "member": { "nick": null },
    });
    if let Some(under) = under {
        message["type"] = json!(19);
        message["message_reference"] = json!({ "message_id": under, "channel_id": CHAT });
        message["referenced_message"] = json!({ "author": { "id": ME } });
    }
    message
}

fn at_socket(inner: &Mutex<Inner>, did: Did<'_>) -> Vec<Say> {
    let mut inner = inner.lock().unwrap();
    let say = |frame: &Value| Say::Text(frame.to_string());
    match did {
        Did::Opened(path) => {
            assert_eq!(
                (query(path, "v").as_deref(), query(path, "encoding").as_deref()),
                (Some("10"), Some("json"))
            );
            vec![say(&json!({ "op": 10, "d": { "heartbeat_interval": INTERVAL_MS } }))]
        }
        Did::Text(text) => {
            let frame: Value = serde_json::from_str(text).unwrap();
            let told = &frame["d"];
            if frame["op"] == 1 {
                inner.heartbeats += 1;
                return if inner.is_deaf { Vec::new() } else { vec![say(&json!({ "op": 11 }))] };
            }
            if told["token"] != TOKEN {
                return vec![Say::Close(4004)];
            }
            if let Some(code) = inner.closes.take() {
                return vec![Say::Close(code)];
            }
            match frame["op"].as_i64() {
                Some(2) => {
                    inner.identified.push(told.clone());
                    (inner.is_open, inner.sessions) = (true, inner.sessions + 1);
                    inner.events.clear();
                    let ready = json!({
                        "v": 10, "session_id": format!("s{}", inner.sessions), "user": { "id": ME }, "guilds": [],
                        "resume_gateway_url": format!("ws://127.0.0.1:{}", inner.port),
                    });
                    vec![say(&json!({ "op": 0, "t": "READY", "s": 1, "d": ready }))]
                }
                Some(6) => {
                    inner.resumed.push(told.clone());
                    if !inner.is_open || told["session_id"] != format!("s{}", inner.sessions) {
                        return vec![say(&json!({ "op": 9, "d": false }))];
                    }
                    let from = told["seq"].as_u64().unwrap() as usize;
                    let missed = inner.events.iter().skip(from - 1).map(say);
                    missed
                        .chain([say(
                            &json!({ "op": 0, "t": "RESUMED", "s": inner.events.len() + 1, "d": {} }),
                        )])
                        .collect()
                }
                other => panic!("{other:?}"),
            }
        }
        Did::Bytes(_) | Did::Left => Vec::new(),
    }
}

fn api(inner: &Mutex<Inner>, seen: &Seen) -> Reply {
    let mut inner = inner.lock().unwrap();
    if !seen.headers.get("user-agent").is_some_and(|agent| agent.starts_with("DiscordBot (")) {
        return Reply::text(403, "<html>error code: 1010</html>");
    }
    if seen.headers.get("authorization") != Some(&format!("Bot {TOKEN}")) {
        return Reply::error(401, &json!({ "message": "401: Unauthorized", "code": 0 }));
    }
    let path = seen.path.split('?').next().unwrap_or_default();
    let messages = format!("/channels/{CHAT}/messages");
    match (seen.method.as_str(), path) {
        ("GET", "/applications/@me") => {
            Reply::json(&json!({ "id": "9", "flags": inner.flags, "bot": { "id": ME } }))
        }
        ("GET", "/gateway/bot") => {
            let limit = json!({
                "total": 1_000, "remaining": inner.remaining.unwrap_or(999), "reset_after": 3_600_000, "max_concurrency": 1,
            });
            let url = format!("ws://127.0.0.1:{}", inner.port);
            Reply::json(&json!({ "url": url, "shards": 1, "session_start_limit": limit }))
        }
        ("GET", path) if path == format!("/channels/{CHAT}") => {
            Reply::json(&json!({ "id": CHAT, "guild_id": GUILD }))
        }
        ("GET", path) if path == messages => {
            let after: u64 = query(&seen.path, "after").unwrap().parse().unwrap();
            let id = |message: &Value| message["id"].as_str().unwrap().parse::<u64>().unwrap();
            Reply::json(&json!(
                inner.history.iter().filter(|message| id(message) > after).collect::<Vec<_>>()
            ))
        }
        ("GET", path) if path == format!("/guilds/{GUILD}/members") => match &inner.roster {
            Some(roster) => Reply::json(&json!(roster)),
            None => Reply::error(403, &json!({ "message": "Missing Access", "code": 50001 })),
        },
        ("POST", path) if path == messages => {
            let body = seen.json();
            // The same nonce a moment later is the same message.
            let nonce = body["nonce"].as_str().expect("a nonce");
            assert!(nonce.len() <= 25 && body["enforce_nonce"] == true, "{body}");
            let known = inner.sent.iter().position(|sent| sent["nonce"] == nonce);
            let at = known.unwrap_or_else(|| {
                inner.sent.push(body.clone());
                inner.sent.len() - 1
            });
            Reply::json(&json!({ "id": (5_000 + at).to_string(), "content": body["content"] }))
        }
        (method @ ("PATCH" | "DELETE" | "PUT"), path)
            if path.starts_with(&format!("/guilds/{GUILD}/members/"))
                || path.starts_with(&format!("{messages}/pins/")) =>
        {
            let what = path.rsplit('/').next().unwrap_or_default().to_owned();
            inner.done.push((method.to_owned(), what));
            Reply::status(204)
        }
        (method @ ("PATCH" | "DELETE"), path) if path.starts_with(&format!("{messages}/5")) => {
            inner.revised.push(method.to_owned());
            Reply::status(204)
        }
        _ => Reply::error(404, &json!({ "message": "Unknown Channel", "code": 10003 })),
    }
}
