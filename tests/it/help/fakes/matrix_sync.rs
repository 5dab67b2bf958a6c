//! The other side of a homeserver with one bot in one room: what happens waits for whoever asks with `since`.

use super::{Fake, Reply, Seen, decoded, query};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

pub(crate) const TOKEN: &str = "syt_fake_token";
pub(crate) const ROOM: &str = "!room:hs";
const ME: &str = "@club:hs";

#[derive(Default)]
struct Inner {
    /// What happened, in order; the n-th is before the batch `n + 1`.
    events: Vec<Value>,
    /// Where each question began.
    since: Vec<Option<String>>,
    instead: Vec<Reply>,
    sent: Vec<Value>,
    /// The bot is invited and has not joined.
    invites: bool,
    /// What was done about members: the verb of the path and the body.
    done: Vec<(String, Value)>,
    /// Parts of the room's state that were asked for or set, by their kind.
    parts: std::collections::BTreeMap<String, Value>,
    /// The state of the room that whoever has just joined is told.
    state: Vec<Value>,
}

/// The homeserver.
#[derive(Clone, Default)]
pub(crate) struct Homeserver(Arc<Mutex<Inner>>);

impl Homeserver {
    pub(crate) async fn start() -> (Self, Fake) {
        let server = Self::default();
        let behave = server.clone();
        let fake = Fake::start(move |seen, nth| behave.reply(seen, nth == usize::MAX)).await;
        (server, fake)
    }

    /// Something happens in the room.
    pub(crate) fn happens(&self, kind: &str, sender: &str, content: &Value, more: &Value) {
        let mut inner = self.0.lock().unwrap();
        let id = format!("$h{}", inner.events.len());
        let mut event = json!({
            "type": kind, "sender": sender, "event_id": id, "origin_server_ts": 1_800_000_000_000_i64, "content": content,
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            event[key] = value.clone();
        }
        inner.events.push(event);
    }

    /// The bot is invited to the room, which is encrypted.
    pub(crate) fn invites(&self) {
        let mut inner = self.0.lock().unwrap();
        inner.invites = true;
        inner.state =
            vec![json!({ "type": "m.room.encryption", "content": { "algorithm": "m.megolm.v1.aes-sha2" } })];
    }

    /// The next question is answered so.
    pub(crate) fn answers_next(&self, reply: Reply) {
        self.0.lock().unwrap().instead.push(reply);
    }

    /// Where each question began.
    pub(crate) fn since(&self) -> Vec<Option<String>> {
        self.0.lock().unwrap().since.clone()
    }

    /// What was done about members: `kick`, `invite`.
    pub(crate) fn done(&self, what: &str) -> Vec<Value> {
        let inner = self.0.lock().unwrap();
        inner.done.iter().filter(|(known, _)| known == what).map(|(_, body)| body.clone()).collect()
    }

    /// A part of the room's state.
    pub(crate) fn part(&self, kind: &str) -> Value {
        self.0.lock().unwrap().parts.get(kind).cloned().unwrap_or_default()
    }

    /// A part of the room's state is this from now on.
    pub(crate) fn sets(&self, kind: &str, content: &Value) {
        self.0.lock().unwrap().parts.insert(kind.to_owned(), content.clone());
    }

    /// The event of what was sent with these words.
    pub(crate) fn event_of(&self, words: &str) -> Option<String> {
        let at = self.sent().iter().position(|sent| sent.to_string().contains(words))?;
        Some(format!("$s{}", at + 1))
    }

    /// What was sent to the room; the n-th has the event `$s` and its number.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.0.lock().unwrap().sent.clone()
    }

    fn reply(&self, seen: &Seen, again: bool) -> Reply {
        if seen.path == "/_matrix/client/v3/login" {
            let body: Value = serde_json::from_str(&seen.body).unwrap();
            assert_eq!(
                (&body["type"], &body["identifier"]["user"]),
                (&json!("m.login.password"), &json!("club"))
            );
            return if body["password"] == "p4ss word" {
                Reply::json(&json!({ "access_token": TOKEN, "user_id": ME, "device_id": "D" }))
            } else {
                Reply::error(
                    403,
                    &json!({ "errcode": "M_FORBIDDEN", "error": "Invalid username or password" }),
                )
            };
        }
        if seen.headers.get("authorization") != Some(&format!("Bearer {TOKEN}")) {
            let body = json!({ "errcode": "M_UNKNOWN_TOKEN", "error": "Unknown token" });
            return Reply::error(401, &body);
        }
        let mut inner = self.0.lock().unwrap();
        let path = seen.path.split('?').next().unwrap_or_default();
        if path.ends_with("/whoami") {
            return Reply::json(&json!({ "user_id": ME }));
        }
        if decoded(path).ends_with(&format!("/join/{ROOM}")) {
            assert_eq!(seen.method, "POST");
            inner.invites = false;
            return Reply::json(&json!({ "room_id": ROOM }));
        }
        if path.ends_with("/sync") {
            let since = query(&seen.path, "since");
            if !again {
                inner.since.push(since.clone());
                if !inner.instead.is_empty() {
                    return inner.instead.remove(0);
                }
            }
            let filter: Value = serde_json::from_str(&query(&seen.path, "filter").unwrap()).unwrap();
            // Whoever tries a channel asks for all rooms.
            assert!(filter["room"]["rooms"].is_null() || filter["room"]["rooms"] == json!([ROOM]));
            let from = since.as_ref().map_or(0, |since| since.parse().unwrap());
            let next = inner.events.len();
            if inner.invites {
                let rooms = json!({ "invite": { ROOM: { "invite_state": { "events": [] } } } });
                return Reply::json(&json!({ "next_batch": next.to_string(), "rooms": rooms }));
            }
            if since.is_some() && from == next && inner.state.is_empty() {
                return Reply::Later;
            }
            let state = std::mem::take(&mut inner.state);
            let events = json!({ "state": { "events": state }, "timeline": { "events": inner.events[from..], "limited": false } });
            return Reply::json(
                &json!({ "next_batch": next.to_string(), "rooms": { "join": { ROOM: events } } }),
            );
        }
        let whole = decoded(path);
        let at = whole.split_once(&format!("/rooms/{ROOM}/")).map_or("", |(_, at)| at);
        if let Some(kind) = at.strip_prefix("state/") {
            let kind = kind.trim_end_matches('/').to_owned();
            if seen.method == "PUT" {
                inner.parts.insert(kind, serde_json::from_str(&seen.body).unwrap());
                return Reply::json(&json!({ "event_id": "$state" }));
            }
            let missing =
                || Reply::error(404, &json!({ "errcode": "M_NOT_FOUND", "error": "Event not found." }));
            return inner.parts.get(&kind).map_or_else(missing, Reply::json);
        }
        if matches!(at, "kick" | "invite") {
            let body = serde_json::from_str(&seen.body).unwrap();
            inner.done.push((at.to_owned(), body));
            return Reply::json(&json!({}));
        }
        if at.starts_with("send/m.room.message/") || at.starts_with("send/org.matrix.msc3381.poll.start/") {
            inner.sent.push(serde_json::from_str(&seen.body).unwrap());
            return Reply::json(&json!({ "event_id": format!("$s{}", inner.sent.len()) }));
        }
        Reply::error(404, &json!({ "errcode": "M_UNRECOGNIZED", "error": "Unrecognized request" }))
    }
}
