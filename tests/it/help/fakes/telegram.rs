//! A Telegram server with one bot and some chats: limits in code points, entities in UTF-16 units, errors with
//! their status, floods answered in three places.

use super::{Fake, Reply, Seen, is_picture};
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "123456:fake-token_AbC";
/// The supergroup that takes messages.
pub(crate) const CHAT: i64 = -1_001;
/// A group that became that one.
pub(crate) const MOVED: i64 = -1;
/// A group from which the bot was removed.
pub(crate) const KICKED: i64 = -2;

const ENTITIES: [&str; 9] = [
    "bold",
    "italic",
    "strikethrough",
    "code",
    "pre",
    "blockquote",
    "text_link",
    "text_mention",
    "underline",
];

/// A server whose first `flooded` requests are too many. The n-th message that is taken has the number n.
pub(crate) async fn start(flooded: usize) -> Fake {
    let taken = std::sync::atomic::AtomicI64::new(0);
    Fake::start(move |seen, before| {
        if before < flooded {
            let body = json!({
                "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 1",
                "parameters": { "retry_after": 1 },
            });
            return Reply::error(429, &body).with("retry-after", "1");
        }
        let refused = refusal(seen, taken.load(std::sync::atomic::Ordering::SeqCst));
        if let Some((code, description, parameters)) = refused {
            let mut body = json!({ "ok": false, "error_code": code, "description": description });
            if !parameters.is_null() {
                body["parameters"] = parameters;
            }
            return Reply::error(code, &body);
        }
        let number = taken.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        Reply::json(&json!({ "ok": true, "result": { "message_id": number, "chat": { "id": CHAT } } }))
    })
    .await
}

type Refusal = (u16, &'static str, Value);

fn refusal(seen: &Seen, taken: i64) -> Option<Refusal> {
    let bad = |text| Some((400, text, Value::Null));
    let Some(method) = seen.path.strip_prefix(&format!("/bot{TOKEN}/")) else {
        return Some((401, "Unauthorized", Value::Null));
    };
    // A form's fields are read as the values of JSON, text as text; a photo in it is a file.
    let form = seen.form();
    let body = match &form {
        Some(fields) => {
            fields.iter().filter(|field| field.file.is_none()).fold(json!({}), |mut all, field| {
                let text = field.text();
                let plain = matches!(&*field.name, "caption" | "text" | "question");
                let read = serde_json::from_str(&text).ok().filter(|_| !plain);
                all[&field.name] = read.unwrap_or_else(|| json!(text));
                all
            })
        }
        None => match serde_json::from_str::<Value>(&seen.body) {
            Ok(body) => body,
            Err(_) => return bad("Bad Request: invalid JSON"),
        },
    };
    let photo = form.iter().flatten().find(|field| field.name == "photo");
    match body["chat_id"].as_i64() {
        Some(CHAT) => {}
        Some(MOVED) => {
            let text = "Bad Request: group chat was upgraded to a supergroup chat";
            return Some((400, text, json!({ "migrate_to_chat_id": CHAT })));
        }
        Some(KICKED) => {
            return Some((403, "Forbidden: bot was kicked from the supergroup chat", Value::Null));
        }
        _ => return bad("Bad Request: chat not found"),
    }
    let reply = &body["reply_parameters"];
    let is_there = |number: i64| (1..=taken).contains(&number);
    if reply["message_id"].as_i64().is_some_and(|number| !is_there(number))
        && reply["allow_sending_without_reply"] != true
    {
        return bad("Bad Request: message to be replied not found");
    }
    match method {
        "sendMessage" => text_problem(&body["text"], &body["entities"], 1..=4_096),
        "sendPhoto" if photo.is_some_and(|photo| photo.bytes.len() > 10 << 20) => {
            Some("Bad Request: file is too big")
        }
        "sendPhoto" if photo.is_some_and(|photo| is_picture(&photo.bytes)) => {
            text_problem(&body["caption"], &body["caption_entities"], 0..=1_024)
        }
        "sendPhoto" if photo.is_some() => Some("Bad Request: IMAGE_PROCESS_FAILED"),
        "sendPhoto" if body["photo"].as_str().is_some_and(|url| url.starts_with("https://")) => {
            text_problem(&body["caption"], &body["caption_entities"], 0..=1_024)
        }
        "sendPhoto" => Some("Bad Request: wrong HTTP URL specified"),
        "sendPoll" => poll_problem(&body),
        _ => return Some((404, "Not Found: method not found", Value::Null)),
    }
    .and_then(bad)
}

fn text_problem(
    text: &Value,
    entities: &Value,
    length: std::ops::RangeInclusive<usize>,
) -> Option<&'static str> {
    let text = text.as_str().unwrap_or_default();
    let chars = text.trim().chars().count();
    if chars < *length.start() {
        return Some("Bad Request: message text is empty");
    }
    if chars > *length.end() {
        return Some("Bad Request: message is too long");
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    let is_right = |entity: &Value| {
        let (offset, length) = (entity["offset"].as_u64().unwrap_or(9_999), entity["length"].as_u64());
        let (offset, length) = (offset as usize, length.unwrap_or_default() as usize);
        let inner = units.get(offset..offset + length).filter(|inner| !inner.is_empty());
        ENTITIES.contains(&entity["type"].as_str().unwrap_or_default())
            && inner.is_some_and(|inner| String::from_utf16(inner).is_ok())
            && (entity["type"] != "text_link" || entity["url"].is_string())
            && (entity["type"] != "text_mention" || entity["user"]["id"].is_i64())
    };
    let entities = entities.as_array().map(Vec::as_slice).unwrap_or_default();
    (!entities.iter().all(is_right)).then_some("Bad Request: can't parse entities")
}

fn poll_problem(body: &Value) -> Option<&'static str> {
    let question = body["question"].as_str().unwrap_or_default().chars().count();
    if !(1..=300).contains(&question) {
        return Some("Bad Request: poll question length must not exceed 300");
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    let left = body["close_date"].as_i64().map(|at| at - now).or_else(|| body["open_period"].as_i64());
    if left.is_some_and(|left| !(4..=2_628_000).contains(&left)) {
        return Some("Bad Request: invalid poll close date specified");
    }
    let options = body["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fits = |option: &Value| option["text"].as_str().is_some_and(|text| text.chars().count() <= 100);
    (!(2..=12).contains(&options.len()) || !options.iter().all(fits))
        .then_some("Bad Request: poll must have at least 2 options")
}
