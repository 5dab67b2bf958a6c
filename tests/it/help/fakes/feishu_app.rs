//! 飞书 as a company's app sees it: keys for two hours, messages that are answered and withdrawn by their id, and the long
//! connection, whose frames are protobuf, may be cut into pieces, and come again until they are acknowledged.

use super::{
    Reply, Seen,
    app::App,
    query,
    sockets::{Did, Say},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Mutex};

pub(crate) const APP: &str = "cli_fake";
pub(crate) const SECRET: &str = "fake-app-secret";
pub(crate) const CHAT: &str = "oc_1";
pub(crate) const SERVICE: u64 = 33_554_678;

/// What it knows.
#[derive(Default)]
pub(crate) struct Inner {
    port: u16,
    tickets: usize,
    keys: usize,
    open: BTreeMap<usize, Value>,
    events: usize,
    acknowledged: usize,
    pings: usize,
    /// What the next question for an address is answered with.
    code: Option<i64>,
    sent: Vec<Value>,
    deleted: Vec<String>,
    /// What was shown to those who pressed something.
    shown: Vec<Value>,
    /// The frames of clients, as they came.
    written: Vec<Vec<u8>>,
    /// What the chat's history has.
    history: Vec<Value>,
    /// The key that was given last is not taken any more.
    is_stale: bool,
    /// Its sockets are open and lead nowhere.
    is_deaf: bool,
}

/// An app of a company.
pub(crate) type LarkApp = App<Inner>;

impl LarkApp {
    pub(crate) async fn start() -> Self {
        Self::wired(at_socket, api, |inner, port| inner.port = port).await
    }

    /// Something happens; it is told in so many pieces, the last one first.
    pub(crate) fn happens(&self, kind: &str, event: &Value, pieces: usize) {
        let number = {
            let mut inner = self.inner.lock().unwrap();
            inner.events += 1;
            inner.events - 1
        };
        self.happens_as(number, kind, event, pieces);
    }

    /// The same with a number of its own, by which it is known when it comes again.
    pub(crate) fn happens_as(&self, number: usize, kind: &str, event: &Value, pieces: usize) {
        let mut inner = self.inner.lock().unwrap();
        let header =
            json!({ "event_id": format!("e{number}"), "event_type": kind, "create_time": "1800000000000" });
        let whole = json!({ "schema": "2.0", "header": header, "event": event });
        inner.open.insert(number, whole.clone());
        drop(inner);
        let bytes = whole.to_string().into_bytes();
        let length = bytes.len().div_ceil(pieces);
        for (place, piece) in bytes.chunks(length).enumerate().rev() {
            self.sockets.say_newest(Say::Bytes(data(number, pieces, place, piece)));
        }
    }

    /// Somebody writes; with `parent` in answer to a message.
    pub(crate) fn writes(&self, id: &str, user: &str, text: &str, parent: Option<&str>, pieces: usize) {
        self.happens("im.message.receive_v1", &written(id, user, text, parent), pieces);
    }

    /// The chat's history has this message.
    pub(crate) fn remembers(&self, id: &str, user: &str, text: &str) {
        let item = json!({
            "message_id": id, "chat_id": CHAT, "msg_type": "text", "create_time": "1800000002000", "deleted": false,
            "sender": { "id": user, "id_type": "open_id", "sender_type": "user" },
            "body": { "content": json!({ "text": text }).to_string() },
        });
        self.inner.lock().unwrap().history.push(item);
    }

    /// Somebody comes or goes.
    pub(crate) fn moves(&self, kind: &str, user: &str, name: &str) {
        let users = json!([{ "name": name, "user_id": { "open_id": user } }]);
        let event = json!({ "chat_id": CHAT, "operator_id": { "open_id": user }, "users": users });
        self.happens(&format!("im.chat.member.user.{kind}_v1"), &event, 1);
    }

    /// Somebody presses a button of a card.
    pub(crate) fn presses(&self, user: &str, message: &str, option: &str) {
        let event = json!({
            "operator": { "open_id": user }, "action": { "tag": "button", "value": { "option": option } },
            "host": "im_message", "context": { "open_message_id": message, "open_chat_id": CHAT },
        });
        self.happens("card.action.trigger", &event, 1);
    }

    /// The frames of clients, as they came.
    pub(crate) fn written(&self) -> Vec<Vec<u8>> {
        self.inner.lock().unwrap().written.clone()
    }

    /// What was shown to those who pressed something.
    pub(crate) fn shown(&self) -> Vec<Value> {
        self.inner.lock().unwrap().shown.clone()
    }

    /// What was not acknowledged comes again.
    pub(crate) fn repeats(&self) {
        let open = self.inner.lock().unwrap().open.clone();
        for (number, whole) in open {
            self.sockets.say_newest(Say::Bytes(data(number, 1, 0, whole.to_string().as_bytes())));
        }
    }

    /// The next question for an address is answered with this code.
    pub(crate) fn answers_next(&self, code: i64) {
        self.inner.lock().unwrap().code = Some(code);
    }

    /// The key that the app has ends before its time.
    pub(crate) fn ends_key(&self) {
        self.inner.lock().unwrap().is_stale = true;
    }

    /// How many keys were given.
    pub(crate) fn keys(&self) -> usize {
        self.inner.lock().unwrap().keys
    }

    pub(crate) fn waiting(&self) -> usize {
        self.inner.lock().unwrap().open.len()
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.inner.lock().unwrap().acknowledged
    }

    /// From now on pings are answered or not.
    pub(crate) fn is_deaf(&self, is_deaf: bool) {
        self.inner.lock().unwrap().is_deaf = is_deaf;
    }

    pub(crate) fn pings(&self) -> usize {
        self.inner.lock().unwrap().pings
    }

    /// What was sent; the n-th has the id `om_` and its number.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.inner.lock().unwrap().sent.clone()
    }

    pub(crate) fn deleted(&self) -> Vec<String> {
        self.inner.lock().unwrap().deleted.clone()
    }

    /// The id of what was sent with these words.
    pub(crate) fn id_of(&self, words: &str) -> Option<String> {
        let sent = self.sent();
        let at =
            sent.iter().position(|sent| sent["content"].as_str().is_some_and(|text| text.contains(words)))?;
        Some(format!("om_{at}"))
    }
}

/// Somebody writes; with `parent` in answer to a message.
pub(crate) fn written(id: &str, user: &str, text: &str, parent: Option<&str>) -> Value {
    let mut message = json!({
        "message_id": id, "chat_id": CHAT, "chat_type": "group", "message_type": "text",
        "create_time": "1800000001000", "content": json!({ "text": text }).to_string(),
    });
    if let Some(parent) = parent {
        message["parent_id"] = json!(parent);
    }
    let sender = json!({ "sender_type": "user", "sender_id": { "open_id": user } });
    json!({ "sender": sender, "message": message })
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = (value % 128) as u8;
        value /= 128;
        if value == 0 {
            return out.push(low);
        }
        out.push(low + 128);
    }
}

fn chunk(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}

/// A frame as the platform writes it.
fn frame(method: u8, headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x08, 1, 0x10, 0, 0x18];
    varint(&mut out, SERVICE);
    out.extend([0x20, method]);
    for (key, value) in headers {
        let mut pair = Vec::new();
        chunk(&mut pair, 0x0a, key.as_bytes());
        chunk(&mut pair, 0x12, value.as_bytes());
        chunk(&mut out, 0x2a, &pair);
    }
    chunk(&mut out, 0x42, payload);
    chunk(&mut out, 0x4a, b"log-1");
    out
}

fn data(number: usize, sum: usize, seq: usize, piece: &[u8]) -> Vec<u8> {
    let (id, sum, seq) = (format!("m{number}"), sum.to_string(), seq.to_string());
    frame(
        1,
        &[("type", "event"), ("message_id", &id), ("sum", &sum), ("seq", &seq), ("trace_id", "t")],
        piece,
    )
}

/// The method, the headers and the payload of a client's frame.
fn read(mut bytes: &[u8]) -> (u64, BTreeMap<String, String>, Vec<u8>) {
    let number = |bytes: &mut &[u8]| {
        let (mut value, mut factor) = (0, 1);
        loop {
            let (first, rest) = bytes.split_first().expect("a whole number");
            *bytes = rest;
            value += u64::from(first % 128) * factor;
            if *first < 128 {
                return value;
            }
            factor *= 128;
        }
    };
    let cut = |bytes: &mut &[u8]| {
        let length = number(bytes) as usize;
        let (field, rest) = bytes.split_at(length);
        *bytes = rest;
        field.to_vec()
    };
    let (mut method, mut service, mut headers, mut payload) = (9, 0, BTreeMap::new(), Vec::new());
    while !bytes.is_empty() {
        match number(&mut bytes) {
            0x08 | 0x10 => drop(number(&mut bytes)),
            0x18 => service = number(&mut bytes),
            0x20 => method = number(&mut bytes),
            0x2a => {
                let pair = cut(&mut bytes);
                let mut pair = &pair[..];
                assert_eq!(number(&mut pair), 0x0a);
                let key = String::from_utf8(cut(&mut pair)).unwrap();
                assert_eq!(number(&mut pair), 0x12);
                headers.insert(key, String::from_utf8(cut(&mut pair)).unwrap());
            }
            0x42 => payload = cut(&mut bytes),
            0x4a => assert_eq!(cut(&mut bytes), b"log-1"),
            other => panic!("tag {other}"),
        }
    }
    assert_eq!(service, SERVICE);
    (method, headers, payload)
}

fn at_socket(inner: &Mutex<Inner>, did: Did<'_>) -> Vec<Say> {
    let mut inner = inner.lock().unwrap();
    match did {
        Did::Opened(path) => {
            let ticket = query(path, "ticket").unwrap_or_default();
            if ticket == inner.tickets.to_string() { Vec::new() } else { vec![Say::Shut(403)] }
        }
        Did::Bytes(bytes) => {
            inner.written.push(bytes.to_vec());
            let (method, headers, payload) = read(bytes);
            if method == 0 {
                assert_eq!(headers["type"], "ping");
                inner.pings += 1;
                if inner.is_deaf {
                    return Vec::new();
                }
                return vec![Say::Bytes(frame(0, &[("type", "pong")], br#"{"PingInterval":1}"#))];
            }
            let payload: Value = serde_json::from_slice(&payload).unwrap();
            assert_eq!((payload["code"].as_i64(), headers["type"].as_str()), (Some(200), "event"));
            if let Some(data) = payload["data"].as_str() {
                use base64::Engine as _;
                let data = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
                inner.shown.push(serde_json::from_slice(&data).unwrap());
            }
            let number: usize = headers["message_id"].trim_start_matches('m').parse().unwrap();
            inner.open.remove(&number);
            inner.acknowledged += 1;
            Vec::new()
        }
        Did::Text(text) => panic!("no text is expected: {text}"),
        Did::Left => Vec::new(),
    }
}

fn api(inner: &Mutex<Inner>, seen: &Seen) -> Reply {
    let mut inner = inner.lock().unwrap();
    let no = |code: i64, msg: &str| Reply::json(&json!({ "code": code, "msg": msg, "data": {} }));
    let path = seen.path.split('?').next().unwrap_or_default();
    match path {
        "/callback/ws/endpoint" => {
            let body = seen.json();
            if let Some(code) = inner.code.take() {
                return no(code, "exceed conn limit");
            }
            if body["AppID"] != APP || body["AppSecret"] != SECRET {
                return no(514, "auth failed");
            }
            inner.tickets += 1;
            let (port, ticket) = (inner.port, inner.tickets);
            let url = format!("ws://127.0.0.1:{port}/ws/v2?device_id=1&service_id={SERVICE}&ticket={ticket}");
            let config = json!({ "ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 1 });
            return Reply::json(
                &json!({ "code": 0, "msg": "ok", "data": { "URL": url, "ClientConfig": config } }),
            );
        }
        "/open-apis/auth/v3/tenant_access_token/internal" => {
            let body = seen.json();
            if body["app_id"] != APP || body["app_secret"] != SECRET {
                return no(10_014, "app secret invalid");
            }
            inner.keys += 1;
            inner.is_stale = false;
            let key = format!("t-{}", inner.keys);
            return Reply::json(
                &json!({ "code": 0, "msg": "ok", "tenant_access_token": key, "expire": 7_200 }),
            );
        }
        _ => {}
    }
    if inner.is_stale || seen.headers.get("authorization") != Some(&format!("Bearer t-{}", inner.keys)) {
        return no(99_991_663, "Invalid access token for authorization");
    }
    let messages = "/open-apis/im/v1/messages";
    if seen.method == "GET" && path == messages {
        assert_eq!(
            (query(&seen.path, "container_id").as_deref(), query(&seen.path, "sort_type").as_deref()),
            (Some(CHAT), Some("ByCreateTimeAsc"))
        );
        // A page has one message.
        let at = query(&seen.path, "page_token").map_or(0, |token| token.parse::<usize>().unwrap());
        let more = at + 1 < inner.history.len();
        let items: Vec<&Value> = inner.history.get(at).into_iter().collect();
        return Reply::json(&json!({ "code": 0, "msg": "success", "data": {
            "has_more": more, "page_token": (at + 1).to_string(), "items": items,
        } }));
    }
    if seen.method == "DELETE" {
        inner.deleted.push(path.trim_start_matches(messages).trim_start_matches('/').to_owned());
        return no(0, "success");
    }
    let mut body = seen.json();
    if path == messages && body["receive_id"] != CHAT {
        return no(230_002, "Bot/User can NOT be out of the chat.");
    }
    if let Some(parent) = path.strip_suffix("/reply") {
        body["parent"] = json!(parent.rsplit('/').next());
    }
    assert!(body["uuid"].as_str().is_some_and(|uuid| uuid.len() <= 50), "{body}");
    let known = inner.sent.iter().position(|sent| sent["uuid"] == body["uuid"]);
    let at = known.unwrap_or_else(|| {
        inner.sent.push(body);
        inner.sent.len() - 1
    });
    Reply::json(
        &json!({ "code": 0, "msg": "success", "data": { "message_id": format!("om_{at}"), "chat_id": CHAT } }),
    )
}
