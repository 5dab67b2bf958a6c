//! Feishu and Lark by the long connection (open.feishu.cn, "使用长连接接收事件", and the frames of its SDK for Go, `ws/`):
//! binary frames over a WebSocket whose address is asked for, each acknowledged within three seconds.
//!
//! Pure. What an event tells is read as over HTTP. A frame is protobuf, of which so little is used that it is read and
//! written here. Feishu repeats for some hours what was not acknowledged; of longer gaps the messages are asked for from
//! the chat's history. The cursor is the time of the newest message, in milliseconds.

use super::ear::{Call, Frame, Heard, Memory, Next, Settings, Socket};
use crate::{
    base::{limits, time::Duration},
    model::channel::ChannelKind,
    shell::{
        delivery::adapter::{
            Request, Response,
            answer::{code, excerpt},
            parts,
        },
        hooks,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

mod meanwhile;

/// How often is said that one is there where Feishu does not say how often.
const BEAT: Duration = Duration::from_millis(120_000);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(10_000);
/// What a frame is for: to keep the connection, or to bring an event.
const CONTROL: u64 = 0;
const DATA: u64 = 1;

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    match frame {
        Frame::Begin => {
            memory.pieces.clear();
            let url = parts::endpoint(settings.get("base_url"), "/callback/ws/endpoint");
            let body = json!({ "AppID": settings.get("app"), "AppSecret": settings.get("secret") });
            let mut request = Request::post_json(&url, body.to_string());
            request.headers.push(("locale".into(), "zh".into()));
            Heard::nothing(Next::Call(Call { what: "endpoint", request, patience: PATIENCE, listens: false }))
        }
        Frame::Answer("endpoint", response) => Heard::nothing(endpoint(response, memory)),
        Frame::Answer(what, response) => meanwhile::answered(settings, what, response, memory),
        Frame::Opened | Frame::Beat => {
            let ping = Envelope::ping(memory.word("service").parse().unwrap_or_default());
            let begun = matches!(frame, Frame::Opened).then(|| meanwhile::begun(settings, memory));
            let heard = begun.unwrap_or_else(|| Heard::nothing(Next::Listen));
            Heard { say_bytes: vec![ping.written()], ..heard }
        }
        Frame::Bytes(bytes) => match Envelope::read(bytes) {
            Some(envelope) => came(envelope, memory),
            None => Heard::nothing(Next::Listen),
        },
        Frame::Text(_) => Heard::nothing(Next::Listen),
        Frame::Shut(status) => {
            Heard::nothing(Next::Again(format!("Feishu opens no WebSocket: it answered {status}")))
        }
        Frame::Closed(_) => Heard::nothing(Next::Again("Feishu closed the connection".into())),
    }
}

/// Where to listen, and as whom.
fn endpoint(response: &Response, memory: &mut Memory) -> Next {
    let body = response.json().unwrap_or_default();
    let said = excerpt(body["msg"].as_str().unwrap_or_default());
    match code(body.get("code")) {
        Some(0) => {
            let url = body["data"]["URL"].as_str().unwrap_or_default().to_owned();
            let query = url.split_once('?').map_or("", |(_, query)| query);
            let service = query.split('&').find_map(|pair| pair.strip_prefix("service_id="));
            memory.words.insert("service", service.unwrap_or_default().to_owned());
            let seconds = body["data"]["ClientConfig"]["PingInterval"].as_i64();
            memory.words.extend(seconds.map(|seconds| ("pace", seconds.clamp(1, 3_600).to_string())));
            let beat = seconds.map_or(BEAT, |seconds| Duration::SECOND.times(seconds.clamp(1, 3_600)));
            Next::Open(Socket { url, headers: Vec::new(), beat })
        }
        Some(1_000_040_350) => Next::Elsewhere(format!(
            "other programs hold all connections that the app may have, and each event goes to one of them ({said})"
        )),
        Some(403 | 514 | 10_003 | 10_012 | 10_014) => Next::Refused(format!(
            "Feishu does not take `app` and `secret`: copy App ID and App Secret again (凭证与基础信息), of an app of your \
             own company ({said})"
        )),
        _ => Next::Again(format!("Feishu answered {}", response.in_words())),
    }
}

fn came(mut envelope: Envelope, memory: &mut Memory) -> Heard {
    if envelope.method == CONTROL {
        let settings: Value = serde_json::from_slice(&envelope.payload).unwrap_or_default();
        let seconds = settings["PingInterval"].as_i64().map(|seconds| seconds.clamp(1, 3_600).to_string());
        // Feishu may ask for another pace, and says the same one again and again.
        let news = seconds.filter(|seconds| memory.word("pace") != seconds);
        let beat = news
            .as_ref()
            .filter(|_| !memory.word("pace").is_empty())
            .and_then(|seconds| seconds.parse().ok());
        memory.words.extend(news.map(|seconds| ("pace", seconds)));
        let beat = beat.map(|seconds| Duration::SECOND.times(seconds));
        return Heard { beat, ..Heard::nothing(Next::Listen) };
    }
    let Some(event) = whole(&envelope, memory) else { return Heard::nothing(Next::Listen) };
    let event: Value = serde_json::from_slice(&event).unwrap_or_default();
    let signals = hooks::happened(ChannelKind::Feishu, &event);
    let cursor = meanwhile::reached(&event["event"]["message"], memory);
    let mut answer = json!({ "code": 200 });
    if let Some(shown) = hooks::feishu_shown(&event) {
        answer["data"] = json!(STANDARD.encode(shown.to_string()));
    }
    envelope.payload = answer.to_string().into_bytes();
    Heard { signals, cursor, say_bytes: vec![envelope.written()], ..Heard::nothing(Next::Listen) }
}

/// An event, once all its pieces are there; they may come in any order.
fn whole(envelope: &Envelope, memory: &mut Memory) -> Option<Vec<u8>> {
    let count: usize = envelope.header("sum").parse().unwrap_or(1);
    if count <= 1 {
        return Some(envelope.payload.clone());
    }
    if count > limits::EAR_PIECES_MAX {
        return None;
    }
    let key = |place: usize| format!("{}/{place:04}", envelope.header("message_id"));
    let place: usize = envelope.header("seq").parse().ok().filter(|place| *place < count)?;
    // What never became whole comes again; it is not kept for that.
    if memory.pieces.len() >= limits::EAR_PIECES_MAX {
        memory.pieces.clear();
    }
    memory.pieces.insert(key(place), envelope.payload.clone());
    let all: Option<Vec<&Vec<u8>>> = (0..count).map(|place| memory.pieces.get(&key(place))).collect();
    let event = all?.into_iter().flatten().copied().collect();
    (0..count).for_each(|place| drop(memory.pieces.remove(&key(place))));
    Some(event)
}

/// A frame (`pbbp2.Frame`): what is used of it, and the rest as it came.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Envelope {
    service: u64,
    method: u64,
    headers: Vec<(String, String)>,
    payload: Vec<u8>,
    /// Numbers and texts that an answer gives back as they were.
    rest: Vec<(u64, Field)>,
}

/// A field of a protobuf message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

impl Envelope {
    fn ping(service: u64) -> Self {
        let headers = vec![("type".to_owned(), "ping".to_owned())];
        let rest = vec![(1, Field::Number(0)), (2, Field::Number(0))];
        Self { service, method: CONTROL, headers, payload: Vec::new(), rest }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut envelope = Self { method: DATA, ..Self::default() };
        for (number, field) in fields(bytes)? {
            match (number, field) {
                (3, Field::Number(service)) => envelope.service = service,
                (4, Field::Number(method)) => envelope.method = method,
                (5, Field::Bytes(header)) => {
                    let mut pair = (String::new(), String::new());
                    for (number, field) in fields(&header)? {
                        let Field::Bytes(text) = field else { continue };
                        let text = String::from_utf8(text).ok()?;
                        match number {
                            1 => pair.0 = text,
                            2 => pair.1 = text,
                            _ => {}
                        }
                    }
                    envelope.headers.push(pair);
                }
                (8, Field::Bytes(payload)) => envelope.payload = payload,
                other => envelope.rest.push(other),
            }
        }
        Some(envelope)
    }

    fn written(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let (first, last): (Vec<_>, Vec<_>) = self.rest.iter().partition(|(number, _)| *number < 3);
        let put = |out: &mut Vec<u8>, (number, field): &(u64, Field)| match field {
            Field::Number(value) => put_number(out, *number, *value),
            Field::Bytes(bytes) => put_bytes(out, *number, bytes),
        };
        for field in first {
            put(&mut out, field);
        }
        put_number(&mut out, 3, self.service);
        put_number(&mut out, 4, self.method);
        for (key, value) in &self.headers {
            let mut header = Vec::new();
            put_bytes(&mut header, 1, key.as_bytes());
            put_bytes(&mut header, 2, value.as_bytes());
            put_bytes(&mut out, 5, &header);
        }
        if !self.payload.is_empty() {
            put_bytes(&mut out, 8, &self.payload);
        }
        for field in last {
            put(&mut out, field);
        }
        out
    }
}

/// The fields of a protobuf message; none where the bytes are none.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Field)>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let tag = number(&mut bytes)?;
        let field = match tag & 7 {
            0 => Field::Number(number(&mut bytes)?),
            2 => {
                let length = usize::try_from(number(&mut bytes)?).ok()?;
                let (field, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Field::Bytes(field.to_vec())
            }
            // Numbers of a fixed length, which no frame has.
            1 => Field::Bytes(taken(&mut bytes, 8)?),
            5 => Field::Bytes(taken(&mut bytes, 4)?),
            _ => return None,
        };
        if matches!(tag & 7, 0 | 2) {
            all.push((tag >> 3, field));
        }
    }
    Some(all)
}

fn taken(bytes: &mut &[u8], length: usize) -> Option<Vec<u8>> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken.to_vec())
}

/// A number of seven bits a byte, the lowest first.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_number(out: &mut Vec<u8>, number: u64, value: u64) {
    put(out, number << 3);
    put(out, value);
}

fn put_bytes(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    put(out, (number << 3) | 2);
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::time::Timestamp, shell::delivery::secret::Secret};

    fn settings() -> Settings {
        let values = [("app", "cli_a1"), ("secret", "s"), ("base_url", "https://open.feishu.cn")];
        let values = values.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Settings { values: values.into(), chats: vec!["oc_1".into()], text: false }
    }

    fn answer(body: &Value) -> Response {
        let body = body.to_string().into_bytes();
        Response { status: 200, headers: Vec::new(), body, at: Timestamp::MIN }
    }

    fn asked(body: &Value) -> Next {
        hear(&settings(), &Frame::Answer("endpoint", &answer(body)), &mut Memory::default()).next
    }

    /// A frame as the SDK for Go writes it: numbers that are 0, headers, a payload, the new id of the log.
    fn recorded(sum: usize, seq: usize, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0x08, 0x2a, 0x10, 0x00, 0x18, 0x96, 0x01, 0x20, 0x01];
        let (sum, seq) = (sum.to_string(), seq.to_string());
        for (key, value) in
            [("type", "event"), ("message_id", "m1"), ("sum", &sum), ("seq", &seq), ("trace_id", "t")]
        {
            out.extend([0x2a, (key.len() + value.len() + 4) as u8, 0x0a, key.len() as u8]);
            out.extend(key.as_bytes());
            out.extend([0x12, value.len() as u8]);
            out.extend(value.as_bytes());
        }
        out.extend([0x42, ((payload.len() as u8) & 0x7f) | 0x80, (payload.len() >> 7) as u8]);
        out.extend(payload);
        out.extend([0x4a, 0x02, b'l', b'1']);
        out
    }

    fn event() -> Vec<u8> {
        json!({
            "schema": "2.0",
            "header": { "event_id": "e1", "event_type": "im.message.receive_v1", "create_time": "1700000000123" },
            "event": {
                "sender": { "sender_type": "user", "sender_id": { "open_id": "ou_1" } },
                "message": { "message_id": "om_2", "chat_id": "oc_1", "chat_type": "group", "message_type": "text",
                    "create_time": "1700000001000", "content": "{\"text\":\"第几章呢\"}" },
            },
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn an_address_is_asked_for_with_the_app_and_what_is_refused_is_said() {
        let begun = hear(&settings(), &Frame::Begin, &mut Memory::default());
        let Next::Call(call) = begun.next else { panic!("{begun:?}") };
        assert_eq!(call.request.url, "https://open.feishu.cn/callback/ws/endpoint");
        assert_eq!(call.request.body, r#"{"AppID":"cli_a1","AppSecret":"s"}"#);
        let url =
            "wss://msg-frontier.feishu.cn/ws/v2?fpid=493&aid=552564&device_id=1&service_id=33554678&ticket=t";
        let config = json!({ "ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 90 });
        let open = json!({ "code": 0, "msg": "ok", "data": { "URL": url, "ClientConfig": config } });
        let mut memory = Memory::default();
        let heard = hear(&settings(), &Frame::Answer("endpoint", &answer(&open)), &mut memory);
        assert!(matches!(heard.next, Next::Open(Socket { beat, .. }) if beat == Duration::SECOND.times(90)));
        let ping = hear(&settings(), &Frame::Opened, &mut memory).say_bytes.remove(0);
        // As the SDK writes a ping of service 33554678.
        let expected = [
            &[8, 0, 16, 0, 24, 0xf6, 0x81, 0x80, 0x10, 32, 0, 0x2a, 12, 0x0a, 4][..],
            b"type",
            &[0x12, 4],
            b"ping",
        ];
        assert_eq!(ping, expected.concat());
        assert!(matches!(asked(&json!({ "code": 514, "msg": "auth failed" })), Next::Refused(_)));
        assert!(matches!(asked(&json!({ "code": 1_000_040_350, "msg": "too many" })), Next::Elsewhere(_)));
        assert!(matches!(asked(&json!({ "code": 1, "msg": "system busy" })), Next::Again(_)));
    }

    #[test]
    fn a_frame_is_acknowledged_with_what_it_said_of_itself() {
        let mut memory = Memory::default();
        let heard = hear(&settings(), &Frame::Bytes(&recorded(1, 0, &event())), &mut memory);
        assert_eq!((heard.signals.len(), &heard.signals[0]["id"]), (1, &json!("feishu:om_2")));
        let acknowledged = Envelope::read(&heard.say_bytes[0]).unwrap();
        assert_eq!(
            (acknowledged.service, acknowledged.method, acknowledged.header("message_id")),
            (150, DATA, "m1")
        );
        assert_eq!(acknowledged.payload, br#"{"code":200}"#);
        assert_eq!(acknowledged.rest[0], (1, Field::Number(42)));
        let broken = hear(&settings(), &Frame::Bytes(&[0x08, 0xff]), &mut memory);
        assert_eq!((broken.signals.len(), broken.say_bytes.len(), broken.next), (0, 0, Next::Listen));
    }

    #[test]
    fn an_event_in_pieces_is_whole_when_all_are_there_in_any_order() {
        let mut memory = Memory::default();
        let event = event();
        // Cut inside a letter of three bytes.
        let cut = event.windows(3).position(|three| three == "第".as_bytes()).unwrap() + 1;
        let pieces = [&event[..40], &event[40..cut], &event[cut..]];
        let mut came =
            |place: usize| hear(&settings(), &Frame::Bytes(&recorded(3, place, pieces[place])), &mut memory);
        for place in [2, 0, 0] {
            let heard = came(place);
            assert_eq!((heard.signals.len(), heard.say_bytes.len()), (0, 0));
        }
        let heard = came(1);
        assert_eq!(heard.signals[0]["message"]["text"], "第几章呢");
        assert!(memory.pieces.is_empty());
    }

    #[test]
    fn another_pace_is_taken_up_once() {
        let mut memory = Memory::default();
        let pong = |seconds: u64| {
            let payload = format!("{{\"PingInterval\":{seconds}}}").into_bytes();
            let headers = vec![("type".to_owned(), "pong".to_owned())];
            Envelope { method: CONTROL, headers, payload, ..Envelope::default() }.written()
        };
        let mut beat = |seconds| hear(&settings(), &Frame::Bytes(&pong(seconds)), &mut memory).beat;
        let all = [beat(120), beat(120), beat(60), beat(60)];
        assert_eq!(all, [None, None, Some(Duration::SECOND.times(60)), None]);
    }
}
