//! What was said in a chat of Feishu while nobody listened, from the chat's history (`im/v1/messages`, 2025-06).
//!
//! Pure. Who came or left meanwhile is told by the events that Feishu repeats, or by nobody.

use crate::{
    base::{limits, time::Duration, time::Timestamp},
    model::channel::ChannelKind,
    shell::{
        delivery::adapter::{
            Request, Response,
            parts::{self, segment},
        },
        ears::ear::{Call, Heard, Memory, Next, Settings},
        hooks,
    },
};
use serde_json::{Value, json};
use std::borrow::Cow;

const PATIENCE: Duration = Duration::from_millis(10_000);
/// Messages of one page.
const PAGE: usize = 50;

/// A connection is open: whoever was away asks what was said meanwhile.
pub(super) fn begun(settings: &Settings, memory: &mut Memory) -> Heard {
    let heard = memory.word("well").parse().map_or(Timestamp::MIN, Timestamp::from_millis);
    let away = memory.now.since(heard).as_millis() > limits::EAR_AWAY_MS;
    well(memory);
    let Some(from) = memory.cursor.clone() else {
        let now = memory.now.as_millis().to_string();
        memory.cursor = Some(now.clone());
        return Heard { cursor: Some(now), ..Heard::nothing(Next::Listen) };
    };
    if !away || settings.chats.is_empty() {
        return Heard::nothing(Next::Listen);
    }
    memory.words.insert("from", from);
    memory.words.insert("chats", json!(settings.chats).to_string());
    let url = parts::endpoint(settings.get("base_url"), "/open-apis/auth/v3/tenant_access_token/internal");
    let body = json!({ "app_id": settings.get("app"), "app_secret": settings.get("secret") });
    let request = Request::post_json(&url, body.to_string());
    Heard::nothing(Next::Call(Call { what: "key", request, patience: PATIENCE, listens: false }))
}

/// Something is heard at this moment.
pub(super) fn well(memory: &mut Memory) {
    memory.words.insert("well", memory.now.as_millis().to_string());
}

/// Up to where was heard with a message, where it is later than before.
pub(super) fn reached(message: &Value, memory: &mut Memory) -> Option<String> {
    well(memory);
    let at = message["create_time"].as_str().filter(|at| at.parse::<i64>().is_ok())?;
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    let later = memory.cursor.as_deref().is_none_or(|known| number(known) < number(at));
    let cursor = later.then(|| at.to_owned());
    if cursor.is_some() {
        memory.cursor.clone_from(&cursor);
    }
    cursor
}

/// A key, or a page of a chat. An app that may not read the history hears what happens from now on.
pub(super) fn answered(settings: &Settings, what: &str, response: &Response, memory: &mut Memory) -> Heard {
    let body = response.json().unwrap_or_default();
    if what == "key" {
        let key = body["tenant_access_token"].as_str().unwrap_or_default().to_owned();
        if key.is_empty() {
            return Heard::nothing(Next::Listen);
        }
        memory.words.insert("key", key);
        return Heard::nothing(next_chat(settings, memory));
    }
    let items = body["data"]["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let signals: Vec<Value> =
        items.iter().flat_map(|item| hooks::happened(ChannelKind::Feishu, &as_event(item))).collect();
    let cursor = items.iter().filter_map(|item| reached(item, memory)).last();
    let pages = memory.word("pages").parse::<usize>().unwrap_or_default() + 1;
    let further = body["data"]["page_token"].as_str().filter(|_| body["data"]["has_more"] == true);
    let next = if let Some(token) = further.filter(|_| pages < limits::EAR_PAGES_MAX) {
        memory.words.insert("pages", pages.to_string());
        page(settings, memory, token)
    } else {
        next_chat(settings, memory)
    };
    Heard { signals, cursor, ..Heard::nothing(next) }
}

/// Asks what was said in the next chat, if there is one left.
fn next_chat(settings: &Settings, memory: &mut Memory) -> Next {
    let mut chats: Vec<String> = serde_json::from_str(memory.word("chats")).unwrap_or_default();
    let Some(chat) = chats.pop() else {
        memory.words.remove("key");
        return Next::Listen;
    };
    memory.words.insert("chats", json!(chats).to_string());
    memory.words.insert("chat", chat);
    memory.words.insert("pages", "0".into());
    page(settings, memory, "")
}

fn page(settings: &Settings, memory: &Memory, token: &str) -> Next {
    let from = memory.word("from").parse::<i64>().unwrap_or_default() / 1_000;
    let chat = segment(memory.word("chat")).to_string();
    let mut path = format!(
        "/open-apis/im/v1/messages?container_id_type=chat&container_id={chat}&start_time={from}\
         &sort_type=ByCreateTimeAsc&page_size={PAGE}"
    );
    if !token.is_empty() {
        path.push_str(&format!("&page_token={}", segment(token)));
    }
    let url = format!("{}{path}", settings.get("base_url").trim_end_matches('/'));
    let headers = vec![("authorization".to_owned(), format!("Bearer {}", memory.word("key")))];
    let request = Request { method: Cow::Borrowed("GET"), url, headers, ..Request::empty() };
    Next::Call(Call { what: "history", request, patience: PATIENCE, listens: false })
}

/// A message of the history, as an event tells it.
fn as_event(item: &Value) -> Value {
    let mentions = item["mentions"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let mentions: Vec<Value> = mentions
        .map(|one| json!({ "key": one["key"], "name": one["name"], "id": { "open_id": one["id"] } }))
        .collect();
    if item["deleted"] == true {
        return Value::Null;
    }
    json!({
        "header": { "event_type": "im.message.receive_v1" },
        "event": {
            "sender": {
                "sender_type": item["sender"]["sender_type"], "sender_id": { "open_id": item["sender"]["id"] },
            },
            "message": {
                "message_id": item["message_id"], "parent_id": item["parent_id"], "chat_id": item["chat_id"],
                "chat_type": "group", "create_time": item["create_time"], "message_type": item["msg_type"],
                "content": item["body"]["content"], "mentions": mentions,
            },
        },
    })
}
