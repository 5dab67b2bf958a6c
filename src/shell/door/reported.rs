//! What a body reports: one object, an array or a line each, taken apart and checked, each by itself.
//!
//! Pure. Knows the shape of a signal and its bounds; who may report it, and about which group, is asked elsewhere.

use crate::base::{
    ids::MemberId,
    limits,
    time::{Duration, Timestamp},
    value::Value,
};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// A signal as it was reported.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::shell) struct Reported {
    /// Its id; unique to its sender.
    pub(in crate::shell) id: String,
    /// `type`
    pub(in crate::shell) name: Arc<str>,
    /// `time`: when it happened there.
    pub(in crate::shell) time: Option<Timestamp>,
    /// `group`
    pub(in crate::shell) group: Option<String>,
    /// `chat`: which channels map to groups.
    pub(in crate::shell) chat: Option<String>,
    /// The member it is about.
    pub(in crate::shell) member: Option<MemberId>,
    /// Everything else.
    pub(in crate::shell) data: Value,
}

/// Why one of them is refused: a word for programs, and a sentence.
pub(in crate::shell) type Fault = (&'static str, String);

/// Keys that a signal has.
const KEYS: [&str; 11] =
    ["id", "type", "time", "timestamp", "group", "chat", "member", "actor", "message", "data", "//"];

/// A word of a signal (its id, its name, a member's id), in bytes.
const WORD_BYTES_MAX: usize = 256;

/// Takes a body apart. An error says that nothing in it can be understood.
pub(in crate::shell) fn items(body: &[u8]) -> Result<Vec<Result<Json, Fault>>, Fault> {
    let text = std::str::from_utf8(body)
        .map_err(|error| ("json", format!("the body is not UTF-8 after byte {}", error.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(("json", "the body is empty: send one signal, an array of them, or one a line".into()));
    }
    let whole = parse(text);
    if let Ok(Json::Array(items)) = whole {
        return Ok(items.into_iter().map(Ok).collect());
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    // One object over several lines is one; where its first line is no object, it is not one a line either.
    match (whole, lines.next().map(parse)) {
        (Ok(one), _) => Ok(vec![Ok(one)]),
        (Err(fault), Some(Err(_)) | None) => Err(fault),
        (Err(_), Some(Ok(first))) => Ok(std::iter::once(Ok(first)).chain(lines.map(parse)).collect()),
    }
}

fn parse(text: &str) -> Result<Json, Fault> {
    let depth = depth(text);
    if depth > limits::DOOR_DEPTH_MAX {
        return Err((
            "depth",
            format!("lists and maps in it are nested more than {} deep", limits::DOOR_DEPTH_MAX),
        ));
    }
    serde_json::from_str(text).map_err(|error| ("json", format!("it is not JSON: {error}")))
}

/// How deep lists and maps are nested in a JSON text, strings aside.
fn depth(text: &str) -> usize {
    let (mut depth, mut most, mut string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            b'{' | b'[' if !string => {
                depth += 1;
                most = most.max(depth);
            }
            b'}' | b']' if !string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// Reads one signal. `webhook_id` is its id where it is the only one and has none of its own.
pub(in crate::shell) fn signal(
    json: Json,
    webhook_id: Option<&str>,
    now: Timestamp,
) -> Result<Reported, Fault> {
    let Json::Object(mut map) = json else {
        return Err(("shape", "a signal is an object with `id`, `type` and what it is about".into()));
    };
    if let Some(key) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let key: String = key.chars().take(60).collect();
        return Err(("unknown_key", format!("a signal has no `{key}`; what is your own goes into `data`")));
    }
    if let Some(key) = longest(&map) {
        let most = limits::DOOR_STRING_BYTES_MAX;
        return Err(("too_long", format!("a text in `{key}` has more than {most} bytes")));
    }
    let name =
        word(&mut map, "type")?.ok_or(("type", "a signal needs `type`, such as order.paid".to_owned()))?;
    if name.contains(char::is_whitespace) {
        return Err(("type", format!("{name:?} is not a signal's name: a name has no spaces")));
    }
    let id = word(&mut map, "id")?.or_else(|| webhook_id.map(str::to_owned));
    let id =
        id.ok_or(("id", "a signal needs `id`, unique to its sender, so that it counts once".to_owned()))?;
    let time = time(&mut map, now)?;
    let (group, chat) = (word(&mut map, "group")?, word(&mut map, "chat")?);
    let mut data = match map.shift_remove("data") {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(data)) => data,
        Some(_) => return Err(("data", "`data` is a map of names to values".into())),
    };
    let member = member(&mut map, &name, &mut data)?;
    if let Some(actor) = map.shift_remove("actor").filter(|actor| !actor.is_null()) {
        data.entry("actor").or_insert(actor);
    }
    if let Some(message) = map.shift_remove("message").filter(|message| !message.is_null()) {
        data.insert("message".into(), cut(message));
    }
    let data = if data.is_empty() { Value::Null } else { Value::from_json(&Json::Object(data)) };
    Ok(Reported { id, name: name.into(), time, group, chat, member, data })
}

/// A key's text; a number is one, too.
fn word(map: &mut Map<String, Json>, key: &'static str) -> Result<Option<String>, Fault> {
    let text = match map.shift_remove(key) {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(text)) => text.trim().to_owned(),
        Some(Json::Number(number)) => number.to_string(),
        Some(_) => return Err((key, format!("`{key}` is a text"))),
    };
    checked(text, key).map(Some)
}

fn checked(text: String, key: &'static str) -> Result<String, Fault> {
    if text.is_empty() || text.len() > WORD_BYTES_MAX || text.chars().any(char::is_control) {
        let most = WORD_BYTES_MAX;
        return Err((key, format!("`{key}` is a text of 1 to {most} bytes without control characters")));
    }
    Ok(text)
}

/// When it happened, within the last days and not in the future.
fn time(map: &mut Map<String, Json>, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let found = map.shift_remove("time").filter(|time| !time.is_null());
    let found = found.or_else(|| map.shift_remove("timestamp").filter(|time| !time.is_null()));
    let Some(found) = found else { return Ok(None) };
    let at = found.as_str().and_then(|text| text.trim().parse().ok()).map(Timestamp::from_jiff);
    let at = at.ok_or((
        "time",
        "`time` is an instant in RFC 3339 with its offset, such as 2026-12-11T20:31:07+08:00".to_owned(),
    ))?;
    let first = now.plus(-Duration::DAY.times(limits::SENT_PAST_DAYS));
    Ok(Some(at.max(first).min(now)))
}

/// The member: an id, or a map with one. What else is said of them goes where `member.joined` looks for it.
fn member(
    map: &mut Map<String, Json>,
    name: &str,
    data: &mut Map<String, Json>,
) -> Result<Option<MemberId>, Fault> {
    let mut about = match map.shift_remove("member") {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Object(about)) => about,
        Some(id) => Map::from_iter([("id".to_owned(), id)]),
    };
    let id = word(&mut about, "id").map_err(|_| member_fault())?;
    about.retain(|_, value| !value.is_null());
    if name.starts_with("member.") {
        for (key, value) in about {
            data.entry(key).or_insert(value);
        }
    } else if !about.is_empty() {
        data.entry("member").or_insert(Json::Object(about));
    }
    Ok(id.map(|id| MemberId::new(&id)))
}

fn member_fault() -> Fault {
    ("member", format!("`member` is an id of 1 to {WORD_BYTES_MAX} bytes, or a map with `id`"))
}

/// A message whose text is not longer than is kept.
fn cut(mut message: Json) -> Json {
    let most = limits::DOOR_TEXT_BYTES_MAX;
    if let Some(map) = message.as_object_mut()
        && let Some(Json::String(text)) = map.get_mut("text")
        && text.len() > most
    {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        map.insert("cut".into(), Json::Bool(true));
    }
    message
}

/// The key with a text in it that is longer than any may be.
fn longest(map: &Map<String, Json>) -> Option<&String> {
    fn long(value: &Json) -> bool {
        match value {
            Json::String(text) => text.len() > limits::DOOR_STRING_BYTES_MAX,
            Json::Array(items) => items.iter().any(long),
            Json::Object(map) => {
                map.iter().any(|(key, value)| key.len() > limits::DOOR_STRING_BYTES_MAX || long(value))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => false,
        }
    }
    map.iter().find(|(_, value)| long(value)).map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    fn read(json: Json) -> Result<Reported, &'static str> {
        signal(json, None, now()).map_err(|(code, _)| code)
    }

    #[test]
    fn a_body_is_one_object_an_array_or_a_line_each() {
        let count = |text: &str| items(text.as_bytes()).map(|items| items.len()).map_err(|(code, _)| code);
        assert_eq!(count("{\"id\":1,\n\"type\":\"a\"}"), Ok(1));
        assert_eq!(count("[{},{}]"), Ok(2));
        assert_eq!(count("[]"), Ok(0));
        assert_eq!(count("\u{feff}{}\r\n\r\n{}\n"), Ok(2));
        assert_eq!(count(""), Err("json"));
        assert_eq!(count("hello"), Err("json"));
        assert_eq!(count("{\"id\":"), Err("json"));
        assert_eq!(items(b"\xff\xfe").map_err(|(code, _)| code), Err("json"));
        let mixed = items(b"{}\nnonsense\n{}").unwrap();
        assert!(mixed[0].is_ok() && mixed[1].is_err() && mixed[2].is_ok());
        assert_eq!(count(&format!("{}1{}", "[".repeat(33), "]".repeat(33))), Err("depth"));
        assert_eq!(count(&"[".repeat(1_000_000)), Err("depth"));
        assert_eq!(depth(r#"{"a":"[[[[\"[[","b":[{}]}"#), 3);
    }

    #[test]
    fn a_signal_is_read_as_the_page_says() {
        let full = json!({
            "id": "telegram:1", "type": "message", "time": "2027-01-15T16:00:00+08:00", "group": "xian",
            "member": { "id": 42, "name": "Ben", "role": "admin" }, "actor": { "id": "7" },
            "message": { "id": "991", "text": "x".repeat(5_000) }, "data": { "a": 1 },
        });
        let read = signal(full, None, now()).unwrap();
        assert_eq!(
            (read.id.as_str(), &*read.name, read.group.as_deref()),
            ("telegram:1", "message", Some("xian"))
        );
        assert_eq!(read.member, Some(MemberId::new("42")));
        let data = read.data.to_json();
        assert_eq!(data["message"]["text"].as_str().unwrap().len(), 4_096);
        assert_eq!(data["message"]["cut"], true);
        assert_eq!(
            (&data["a"], &data["actor"]["id"], &data["member"]["name"]),
            (&json!(1), &json!("7"), &json!("Ben"))
        );
        let joined = json!({ "id": "1", "type": "member.joined", "member": { "id": "7", "name": "Li", "source": "a" } });
        let joined = signal(joined, None, now()).unwrap();
        assert_eq!(joined.data.to_json(), json!({ "name": "Li", "source": "a" }));
    }

    #[test]
    fn when_it_happened_is_within_the_last_seven_days() {
        let at = |time: &str| {
            let json = json!({ "id": "1", "type": "a", "time": time });
            read(json).map(|read| read.time.unwrap().as_millis() - now().as_millis())
        };
        let week = 7 * 24 * 3_600_000;
        assert_eq!(at("2027-01-15T07:59:00Z"), Ok(-60_000));
        assert_eq!(at("1999-01-01T00:00:00Z"), Ok(-week));
        assert_eq!(at("2999-01-01T00:00:00Z"), Ok(0));
        assert_eq!(at("yesterday"), Err("time"));
        assert_eq!(at("2027-01-15 07:59"), Err("time"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (json, code) in [
            (json!("x"), "shape"),
            (json!({ "type": "a" }), "id"),
            (json!({ "id": "1" }), "type"),
            (json!({ "id": "1", "type": "a b" }), "type"),
            (json!({ "id": "", "type": "a" }), "id"),
            (json!({ "id": "a\u{7}", "type": "a" }), "id"),
            (json!({ "id": "x".repeat(257), "type": "a" }), "id"),
            (json!({ "id": { "a": 1 }, "type": "a" }), "id"),
            (json!({ "id": "1", "type": "a", "data": 7 }), "data"),
            (json!({ "id": "1", "type": "a", "member": [] }), "member"),
            (json!({ "id": "1", "type": "a", "memebr": "7" }), "unknown_key"),
            (json!({ "id": "1", "type": "a", "data": { "x": ["y".repeat(65_537)] } }), "too_long"),
        ] {
            assert_eq!(read(json.clone()).unwrap_err(), code, "{json}");
        }
        let lone = signal(json!({ "type": "a" }), Some("msg_1"), now()).unwrap();
        assert_eq!(lone.id, "msg_1");
    }
}
