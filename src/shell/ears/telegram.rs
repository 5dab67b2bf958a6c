//! Telegram by long polling (Bot API 10.1, 2026-06-11): `getUpdates`, which waits up to 50 s for something to happen.
//!
//! Pure. What is confirmed to Telegram by the next request was committed before; what is not stays there for about a
//! day. A webhook and a second program with the same token shut each other out, which is said and never fought over.

use super::ear::{Call, Frame, Heard, Memory, Next, Settings, instant, is_question};
use crate::{
    base::time::Duration,
    shell::delivery::adapter::{Request, Response, answer::excerpt},
};
use serde_json::{Map, Value, json};

/// How long Telegram waits for something to happen, in seconds.
const WAIT_SECONDS: i64 = 50;
/// How long an answer may take beyond that, in seconds.
const GRACE_SECONDS: i64 = 10;
/// Updates of one answer.
const UPDATES_MAX: i64 = 100;
/// A join may be told of twice, as a change of a member and as a message of the service, within so long.
pub(super) const TWICE: Duration = Duration::from_millis(120_000);
/// What Telegram is asked to tell; `chat_member` and `message_reaction` come only where they are named.
const KINDS: [&str; 7] = [
    "message",
    "edited_message",
    "chat_member",
    "chat_join_request",
    "message_reaction",
    "poll_answer",
    "callback_query",
];

/// Said where Telegram keeps ordinary messages from the bot.
const PRIVACY: &str = "the bot is told only of commands and of replies to it: write /setprivacy to @BotFather, choose \
                       Disable, and add the bot to the group again; or make it an administrator";

/// Takes a webhook away.
pub(super) fn without_webhook(settings: &Settings) -> Call {
    ask(settings, "deleteWebhook", &json!({}), 0)
}

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    match frame {
        Frame::Begin if memory.word("me").is_empty() => {
            Heard::nothing(call(settings, "getMe", &json!({}), 0))
        }
        Frame::Begin => Heard::nothing(poll(settings, memory)),
        Frame::Answer(what, response) => {
            let body = response.json().unwrap_or_default();
            if body["ok"] != true {
                return Heard::nothing(refused(&body, response));
            }
            if *what == "getMe" {
                memory.words.insert("me", body["result"]["id"].to_string());
                let name = body["result"]["username"].as_str().unwrap_or_default();
                memory.words.insert("name", name.to_lowercase());
                if body["result"]["can_read_all_group_messages"] == false {
                    memory.words.insert("lacks", PRIVACY.into());
                }
                return Heard::nothing(poll(settings, memory));
            }
            updates(settings, &body["result"], memory)
        }
        // It has no socket.
        _ => Heard::nothing(poll(settings, memory)),
    }
}

fn call(settings: &Settings, method: &'static str, body: &Value, wait: i64) -> Next {
    Next::Call(ask(settings, method, body, wait))
}

fn ask(settings: &Settings, method: &'static str, body: &Value, wait: i64) -> Call {
    let url =
        format!("{}/bot{}/{method}", settings.get("base_url").trim_end_matches('/'), settings.get("token"));
    let patience = Duration::SECOND.times(wait + GRACE_SECONDS);
    let request = Request::post_json(&url, body.to_string());
    Call { what: method, request, patience, listens: method == "getUpdates" }
}

fn poll(settings: &Settings, memory: &Memory) -> Next {
    let mut body = json!({ "timeout": WAIT_SECONDS, "limit": UPDATES_MAX, "allowed_updates": KINDS });
    if let Some(offset) = memory.cursor.as_ref().and_then(|cursor| cursor.parse::<i64>().ok()) {
        body["offset"] = json!(offset);
    }
    call(settings, "getUpdates", &body, WAIT_SECONDS)
}

/// What an answer without updates means.
fn refused(body: &Value, response: &Response) -> Next {
    let said = excerpt(body["description"].as_str().unwrap_or_default());
    match body["error_code"].as_i64().unwrap_or_else(|| i64::from(response.status)) {
        409 if said.to_lowercase().contains("webhook") => Next::Elsewhere(
            "Telegram sends what happens to a webhook, so nothing can be asked for: `playbook connect CHANNEL --fix` \
             takes it away"
                .into(),
        ),
        409 => Next::Elsewhere(
            "another program holds this connection: it asks Telegram with the same token; stop it, or give this bot a \
             token of its own"
                .into(),
        ),
        429 => {
            let seconds = body["parameters"]["retry_after"].as_i64();
            let wait = seconds.map(|seconds| Duration::SECOND.times(seconds.clamp(1, 3_600)));
            let wait = wait.or_else(|| response.retry_after()).unwrap_or(Duration::SECOND.times(30));
            Next::Pause(wait, format!("Telegram asks for patience: {said}"))
        }
        401 | 404 => Next::Refused("Telegram does not know this token: copy it from @BotFather once more".into()),
        _ => Next::Again(format!("Telegram answered {}", response.in_words())),
    }
}

fn updates(settings: &Settings, result: &Value, memory: &mut Memory) -> Heard {
    let all = result.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut signals = Vec::new();
    let mut answer = Vec::new();
    let mut last = None;
    for update in all {
        let Some(id) = update["update_id"].as_i64() else { continue };
        last = last.max(Some(id));
        if let Some(query) = update["callback_query"]["id"].as_str() {
            // Until it is answered the button of whoever pressed it shows a clock.
            answer.push(ask(settings, "answerCallbackQuery", &json!({ "callback_query_id": query }), 0));
        }
        signals.extend(told(settings, update, memory));
    }
    let cursor = last.map(|last| last.saturating_add(1).to_string());
    if cursor.is_some() {
        memory.cursor.clone_from(&cursor);
    }
    Heard { signals, answer, cursor, ..Heard::nothing(poll(settings, memory)) }
}

/// What one update tells, each thing with an id.
pub(super) fn told(settings: &Settings, update: &Value, memory: &mut Memory) -> Vec<Value> {
    let mut told = one(settings, update, memory);
    let (id, several) = (&update["update_id"], told.len() > 1);
    for (index, signal) in told.iter_mut().enumerate() {
        let id = if several { format!("telegram:{id}:{index}") } else { format!("telegram:{id}") };
        signal["id"] = json!(id);
    }
    told
}

/// What one update tells; an update of another kind tells nothing.
fn one(settings: &Settings, update: &Value, memory: &mut Memory) -> Vec<Value> {
    let about = |key: &str| Some(&update[key]).filter(|found| found.is_object());
    if let Some(found) = about("message") {
        return message(settings, found, memory);
    }
    if let Some(found) = about("edited_message") {
        let told = spoken(settings, found, "message.edited");
        return told
            .map(|mut told| {
                told["time"] = instant(found["edit_date"].as_i64().unwrap_or_default());
                vec![told]
            })
            .unwrap_or_default();
    }
    if let Some(found) = about("chat_member") {
        return member(settings, found, memory).into_iter().collect();
    }
    if let Some(found) = about("chat_join_request") {
        let Some(mut who) = person(&found["from"]) else { return Vec::new() };
        source(&mut who, &found["invite_link"]);
        return vec![signal(settings, "member.requested", found, Some(who))];
    }
    if let Some(found) = about("message_reaction") {
        return reactions(settings, found);
    }
    if let Some(found) = about("poll_answer") {
        return vote(found).into_iter().collect();
    }
    if let Some(found) = about("callback_query") {
        return pressed(settings, found).into_iter().collect();
    }
    Vec::new()
}

/// A signal of a chat with the instant at which it happened.
fn signal(settings: &Settings, name: &str, found: &Value, member: Option<Map<String, Value>>) -> Value {
    let mut signal = json!({ "type": name, "chat": chat(settings, &found["chat"]) });
    if let Some(at) = found["date"].as_i64() {
        signal["time"] = instant(at);
    }
    if let Some(member) = member {
        signal["member"] = Value::Object(member);
    }
    signal
}

/// A chat as the playbook writes it: by its number, or by its name where it has that.
fn chat(settings: &Settings, chat: &Value) -> String {
    let named = chat["username"].as_str().map(|name| format!("@{name}"));
    let written = settings
        .chats
        .iter()
        .find(|known| named.as_ref().is_some_and(|name| known.eq_ignore_ascii_case(name)));
    written.cloned().unwrap_or_else(|| chat["id"].to_string())
}

/// Somebody, unless it is a bot.
fn person(user: &Value) -> Option<Map<String, Value>> {
    let id = user["id"].as_i64().filter(|_| user["is_bot"] != true)?;
    let names = [&user["first_name"], &user["last_name"]];
    let name = names.iter().filter_map(|name| name.as_str()).collect::<Vec<_>>().join(" ");
    let mut who = Map::new();
    who.insert("id".into(), json!(id.to_string()));
    if !name.trim().is_empty() {
        who.insert("name".into(), json!(name.trim()));
    }
    Some(who)
}

/// By which link somebody came.
fn source(who: &mut Map<String, Value>, link: &Value) {
    let named =
        link["name"].as_str().filter(|name| !name.is_empty()).or_else(|| link["invite_link"].as_str());
    if let Some(named) = named {
        who.insert("source".into(), json!(named));
    }
}

fn message(settings: &Settings, found: &Value, memory: &mut Memory) -> Vec<Value> {
    let actor = found["from"]["id"].as_i64();
    if let Some(joined) = found["new_chat_members"].as_array() {
        let news = joined.iter().filter_map(|user| {
            let mut who = person(user)?;
            if actor.is_some() && actor != user["id"].as_i64() {
                who.insert("inviter".into(), json!(actor?.to_string()));
            }
            is_news(memory, "joined", found, user)
                .then(|| signal(settings, "member.joined", found, Some(who)))
        });
        return news.collect();
    }
    let left = &found["left_chat_member"];
    if left.is_object() {
        let Some(who) = person(left) else { return Vec::new() };
        if !is_news(memory, "left", found, left) {
            return Vec::new();
        }
        let how = if actor == left["id"].as_i64() { "left" } else { "removed" };
        let mut told = signal(settings, "member.left", found, Some(who));
        told["data"] = json!({ "how": how });
        return vec![told];
    }
    if let Some(title) = found["new_chat_title"].as_str() {
        let mut told = signal(settings, "group.renamed", found, None);
        told["data"] = json!({ "title": title });
        return vec![told];
    }
    spoken(settings, found, "message").into_iter().collect()
}

fn is_news(memory: &mut Memory, what: &'static str, found: &Value, user: &Value) -> bool {
    memory.is_news(format!("{} {}", found["chat"]["id"], user["id"]), what, TWICE)
}

/// Something that somebody wrote; none where a bot, a channel or the service itself speaks.
fn spoken(settings: &Settings, found: &Value, name: &str) -> Option<Value> {
    if found["sender_chat"].is_object() {
        return None;
    }
    let who = person(&found["from"])?;
    let text = found["text"].as_str().or_else(|| found["caption"].as_str());
    let entities = found["entities"].as_array().or_else(|| found["caption_entities"].as_array());
    let entities = entities.map(Vec::as_slice).unwrap_or_default();
    let of = |kind: &'static str| entities.iter().filter(move |entity| entity["type"] == kind);
    let links = of("url").chain(of("text_link")).count();
    let kind = kind(found, links)?;
    let mut message = json!({ "id": found["message_id"].to_string(), "kind": kind, "links": links });
    if let Some(text) = text {
        message["text"] = json!(text);
        message["question"] = json!(is_question(text));
    }
    let mut mentions: Vec<String> =
        of("text_mention").filter_map(|entity| Some(entity["user"]["id"].as_i64()?.to_string())).collect();
    mentions.extend(of("mention").filter_map(|entity| part(text?, entity)));
    if !mentions.is_empty() {
        message["mentions"] = json!(mentions);
    }
    let answered = &found["reply_to_message"];
    // In a forum the first message of a topic is named like one that was replied to.
    if answered.is_object() && answered["forum_topic_created"].is_null() {
        message["reply_to"] = json!({ "id": answered["message_id"].to_string() });
        if let Some(member) = answered["from"]["id"].as_i64() {
            message["reply_to"]["member"] = json!(member.to_string());
        }
    }
    let mut told = signal(settings, name, found, Some(who));
    told["message"] = message;
    Some(told)
}

/// The words that an entity marks; it counts in UTF-16.
fn part(text: &str, entity: &Value) -> Option<String> {
    let (offset, length) = (entity["offset"].as_u64()? as usize, entity["length"].as_u64()? as usize);
    let units: Vec<u16> = text.encode_utf16().skip(offset).take(length).collect();
    String::from_utf16(&units).ok()
}

/// What kind of message it is; none for what the service says of the chat itself.
fn kind(found: &Value, links: usize) -> Option<&'static str> {
    const KINDS: [(&str, &str); 12] = [
        ("photo", "image"),
        ("sticker", "sticker"),
        ("animation", "image"),
        ("voice", "voice"),
        ("audio", "voice"),
        ("document", "file"),
        ("video", "file"),
        ("video_note", "file"),
        ("poll", "poll"),
        ("contact", "other"),
        ("location", "other"),
        ("dice", "other"),
    ];
    let known = KINDS.iter().find(|(key, _)| !found[*key].is_null()).map(|(_, kind)| *kind);
    known.or_else(|| found["text"].is_string().then_some(if links > 0 { "link" } else { "text" }))
}

/// A member became another thing: joined, left, was removed, has another role.
fn member(settings: &Settings, found: &Value, memory: &mut Memory) -> Option<Value> {
    let (old, new) = (&found["old_chat_member"], &found["new_chat_member"]);
    let mut who = person(&new["user"])?;
    let is_in = |one: &Value| match one["status"].as_str() {
        Some("creator" | "administrator" | "member") => true,
        Some("restricted") => one["is_member"] == true,
        _ => false,
    };
    let by_self = found["from"]["id"] == new["user"]["id"];
    match (is_in(old), is_in(new)) {
        (false, true) => {
            source(&mut who, &found["invite_link"]);
            if !by_self && let Some(inviter) = found["from"]["id"].as_i64() {
                who.insert("inviter".into(), json!(inviter.to_string()));
            }
            is_news(memory, "joined", found, &new["user"])
                .then(|| signal(settings, "member.joined", found, Some(who)))
        }
        (true, false) => {
            let mut told = signal(settings, "member.left", found, Some(who));
            told["data"] = json!({ "how": if by_self { "left" } else { "removed" } });
            is_news(memory, "left", found, &new["user"]).then_some(told)
        }
        (true, true) if role(old) != role(new) => {
            who.insert("role".into(), json!(role(new)));
            Some(signal(settings, "member.role", found, Some(who)))
        }
        _ => None,
    }
}

fn role(member: &Value) -> &'static str {
    match member["status"].as_str() {
        Some("creator") => "owner",
        Some("administrator") => "admin",
        _ => "",
    }
}

/// The emojis that somebody put or took away.
fn reactions(settings: &Settings, found: &Value) -> Vec<Value> {
    let Some(who) = person(&found["user"]) else { return Vec::new() };
    let list = |key: &str| -> Vec<String> {
        let all = found[key].as_array().map(Vec::as_slice).unwrap_or_default();
        let name = |one: &Value| {
            one["emoji"].as_str().or_else(|| one["custom_emoji_id"].as_str()).map(str::to_owned)
        };
        all.iter().filter_map(name).collect()
    };
    let (old, new) = (list("old_reaction"), list("new_reaction"));
    let changed = |emoji: &String, added: bool| {
        let mut told = signal(settings, "reaction", found, Some(who.clone()));
        told["message"] = json!({ "id": found["message_id"].to_string() });
        told["data"] = json!({ "emoji": emoji, "added": added });
        told
    };
    let added = new.iter().filter(|one| !old.contains(one)).map(|one| changed(one, true));
    let gone = old.iter().filter(|one| !new.contains(one)).map(|one| changed(one, false));
    added.chain(gone).collect()
}

/// A vote in a poll that is not anonymous; an empty one takes it back.
fn vote(found: &Value) -> Option<Value> {
    let who = person(&found["user"])?;
    let poll = found["poll_id"].as_str()?;
    let chosen: Vec<i64> = found["option_ids"]
        .as_array()?
        .iter()
        .filter_map(Value::as_i64)
        .map(|id| id.saturating_add(1))
        .collect();
    let mut data = json!({ "poll": poll });
    match chosen.as_slice() {
        [] => data["withdraw"] = json!(true),
        [one] => data["option"] = json!(one),
        several => data["option"] = json!(several),
    }
    Some(json!({ "type": "answer", "member": who, "data": data }))
}

/// A button under a message was pressed.
fn pressed(settings: &Settings, found: &Value) -> Option<Value> {
    let who = person(&found["from"])?;
    let (under, option) = (&found["message"], found["data"].as_str()?);
    let mut told = signal(settings, "answer", &json!({ "chat": under["chat"] }), Some(who));
    told["message"] = json!({ "id": under["message_id"].to_string() });
    told["data"] = json!({ "option": option });
    Some(told)
}
