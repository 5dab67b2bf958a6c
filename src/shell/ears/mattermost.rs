//! Mattermost by a bot and its WebSocket (`/api/v4/websocket`; developers.mattermost.com, 2026-08): who is added and
//! removed, messages, edits, deletions, reactions.
//!
//! Pure. What happens while nobody listens is not told, but stands in the channel's posts: after each sign-in they are
//! asked for from where was heard. The cursor is the time of the newest post, in milliseconds.

use super::ear::{Call, Frame, Heard, Memory, Next, Settings, Socket, instant, is_question};
use crate::{
    base::{limits, time::Duration},
    shell::delivery::adapter::{Request, parts::segment},
};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// How often a sign of life is asked for.
const BEAT: Duration = Duration::from_millis(30_000);
const PATIENCE: Duration = Duration::from_millis(10_000);
/// Who comes or leaves is told as an event and stands in a post within so long.
const TWICE: Duration = Duration::from_millis(600_000);

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    match frame {
        Frame::Begin => Heard::nothing(get(settings, "me", "users/me")),
        Frame::Answer("user", response) => {
            let heard = with_name(&response.json().unwrap_or_default(), memory);
            Heard { next: next_step(settings, memory), ..heard }
        }
        Frame::Answer("posts", response) => {
            // A channel whose posts may not be read is heard from now on.
            let signals = meanwhile(&response.json().unwrap_or_default(), memory);
            Heard { signals, ..Heard::nothing(next_step(settings, memory)) }
        }
        Frame::Answer(_, response) => {
            let body = response.json().unwrap_or_default();
            match (response.status, body["id"].as_str()) {
                (200, Some(id)) => {
                    memory.words.insert("me", id.to_owned());
                    Heard::nothing(open(settings))
                }
                (401 | 403, _) => Heard::nothing(Next::Refused(
                    "Mattermost does not take the token: `token` is that of a bot (Integrations → Bot Accounts)".into(),
                )),
                (404, _) => Heard::nothing(Next::Refused(
                    "there is no Mattermost at that address: `base_url` is the server's, https://HOST; `url` is that of an \
                     incoming webhook, https://HOST/hooks/…"
                        .into(),
                )),
                _ => Heard::nothing(Next::Again(format!("Mattermost answered {}", response.in_words()))),
            }
        }
        Frame::Opened => {
            let asks = json!({
                "seq": 1, "action": "authentication_challenge", "data": { "token": settings.get("token") },
            });
            Heard { say: vec![asks.to_string()], ..Heard::nothing(Next::Listen) }
        }
        Frame::Beat | Frame::Bytes(_) => Heard::nothing(Next::Listen),
        Frame::Shut(status) => {
            Heard::nothing(Next::Again(format!("Mattermost opens no WebSocket ({status})")))
        }
        Frame::Closed(code) => {
            let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
            Heard::nothing(Next::Again(format!("Mattermost closed the connection{code}")))
        }
        Frame::Text(text) => {
            let event: Value = serde_json::from_str(text).unwrap_or_default();
            if event["status"] == "FAIL" {
                return Heard::nothing(Next::Refused(
                    "Mattermost does not take the token at its WebSocket".into(),
                ));
            }
            if event["event"] == "hello" {
                return hello(settings, memory);
            }
            let told = happened(&event, memory.word("me")).filter(|told| is_news(told, memory));
            if let Some(joined) = told.as_ref().filter(|told| told["type"] == "member.joined") {
                let mut joined = joined.clone();
                let id = joined["id"].as_str().unwrap_or_default();
                joined["id"] = json!(format!("{id}:{}", memory.now.as_seconds() / 60));
                return Heard::nothing(ask_name(settings, &joined, memory));
            }
            let cursor = reached(&event, memory);
            Heard { signals: told.into_iter().collect(), cursor, ..Heard::nothing(Next::Listen) }
        }
    }
}

/// Who is signed in asks what was posted since the newest post that was heard.
fn hello(settings: &Settings, memory: &mut Memory) -> Heard {
    if memory.cursor.is_none() {
        let now = memory.now.as_millis().to_string();
        memory.cursor = Some(now.clone());
        return Heard { cursor: Some(now), ..Heard::nothing(Next::Listen) };
    }
    memory.words.insert("chats", json!(settings.chats).to_string());
    memory.words.remove("joiners");
    Heard::nothing(next_step(settings, memory))
}

/// The posts of the next channel, then the names of those who came meanwhile, then what happens.
fn next_step(settings: &Settings, memory: &mut Memory) -> Next {
    let mut chats: Vec<String> = serde_json::from_str(memory.word("chats")).unwrap_or_default();
    if let Some(chat) = chats.pop() {
        memory.words.insert("chats", json!(chats).to_string());
        let since = memory.cursor.clone().unwrap_or_default();
        return get(
            settings,
            "posts",
            &format!("channels/{}/posts?since={}", segment(&chat), segment(&since)),
        );
    }
    let mut joiners: Vec<Value> = serde_json::from_str(memory.word("joiners")).unwrap_or_default();
    if joiners.is_empty() {
        return Next::Listen;
    }
    let joined = joiners.remove(0);
    memory.words.insert("joiners", json!(joiners).to_string());
    ask_name(settings, &joined, memory)
}

/// Mattermost tells ids; whoever is welcomed has a name.
fn ask_name(settings: &Settings, joined: &Value, memory: &mut Memory) -> Next {
    let path = format!("users/{}", segment(joined["member"]["id"].as_str().unwrap_or_default()));
    memory.words.insert("held", joined.to_string());
    get(settings, "user", &path)
}

/// Up to where was heard with an event, where it is later than before.
fn reached(event: &Value, memory: &mut Memory) -> Option<String> {
    let post = (event["event"] == "posted").then(|| event["data"]["post"].as_str())??;
    let at = serde_json::from_str::<Value>(post).ok()?["create_at"].as_i64()?;
    let known = memory.cursor.as_ref().and_then(|known| known.parse::<i64>().ok()).unwrap_or_default();
    let cursor = (at > known).then(|| at.to_string());
    if cursor.is_some() {
        memory.cursor.clone_from(&cursor);
    }
    cursor
}

/// What was posted meanwhile, the oldest first; who came is told once their names are known.
fn meanwhile(body: &Value, memory: &mut Memory) -> Vec<Value> {
    let known = memory.cursor.as_ref().and_then(|known| known.parse::<i64>().ok()).unwrap_or_default();
    let order = body["order"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut joiners: Vec<Value> = serde_json::from_str(memory.word("joiners")).unwrap_or_default();
    let mut signals = Vec::new();
    for id in order.iter().rev().take(limits::EAR_SIGNALS_MAX).filter_map(Value::as_str) {
        let post = &body["posts"][id];
        // A post that was only edited since was heard before.
        if post["create_at"].as_i64().is_none_or(|at| at <= known) {
            continue;
        }
        let me = memory.word("me");
        let told = moved(post, me).or_else(|| message(post, &Value::Null, "message", me));
        let Some(told) = told.filter(|told| is_news(told, memory)) else { continue };
        let list = if told["type"] == "member.joined" { &mut joiners } else { &mut signals };
        list.push(told);
    }
    memory.words.insert("joiners", json!(joiners).to_string());
    signals
}

/// Who came or left, as the service's own posts have it.
fn moved(post: &Value, me: &str) -> Option<Value> {
    let props = &post["props"];
    let (name, who, how) = match post["type"].as_str()? {
        "system_join_channel" => ("member.joined", &post["user_id"], None),
        "system_add_to_channel" => ("member.joined", &props["addedUserId"], None),
        "system_leave_channel" => ("member.left", &post["user_id"], Some("left")),
        "system_remove_from_channel" => ("member.left", &props["removedUserId"], Some("removed")),
        _ => return None,
    };
    let who = who.as_str().filter(|who| !who.is_empty() && *who != me)?;
    let mut told = signal(&post["channel_id"], name, &format!("{who}:{}", post["id"].as_str()?));
    told["time"] = instant(post["create_at"].as_i64()? / 1_000);
    told["member"] = json!({ "id": who });
    if let Some(how) = how {
        told["data"] = json!({ "how": how });
    }
    Some(told)
}

/// Whether it is news that somebody came or left: the posts have it, too.
fn is_news(told: &Value, memory: &mut Memory) -> bool {
    let what = match told["type"].as_str() {
        Some("member.joined") => "joined",
        Some("member.left") => "left",
        _ => return true,
    };
    let word = |at: &str| told.pointer(at).and_then(Value::as_str).unwrap_or_default();
    memory.is_news(format!("{} {}", word("/chat"), word("/member/id")), what, TWICE)
}

/// The server: as it is named, else as the address of an incoming webhook has it.
fn site(settings: &Settings) -> &str {
    let url = Some(settings.get("url")).filter(|url| !url.is_empty()).unwrap_or(settings.get("base_url"));
    url.split_once("/hooks/").map_or(url, |(site, _)| site).trim_end_matches('/')
}

/// What was held until the name of whoever joined was known; one that is not told holds nobody up.
fn with_name(user: &Value, memory: &mut Memory) -> Heard {
    let held = memory.words.remove("held").unwrap_or_default();
    let Ok(mut joined) = serde_json::from_str::<Value>(&held) else { return Heard::nothing(Next::Listen) };
    let word = |key: &str| user[key].as_str().map(str::trim).unwrap_or_default();
    let whole = format!("{} {}", word("first_name"), word("last_name"));
    let name = [word("nickname"), whole.trim(), word("username")].into_iter().find(|name| !name.is_empty());
    if let Some(name) = name {
        joined["member"]["name"] = json!(name);
    }
    if user["is_bot"] == true {
        joined["member"]["bot"] = json!(true);
    }
    Heard { signals: vec![joined], ..Heard::nothing(Next::Listen) }
}

fn get(settings: &Settings, what: &'static str, path: &str) -> Next {
    let headers = vec![("authorization".to_owned(), format!("Bearer {}", settings.get("token")))];
    let url = format!("{}/api/v4/{path}", site(settings));
    let request = Request { method: Cow::Borrowed("GET"), url, headers, body: String::new(), raw: None };
    Next::Call(Call { what, request, patience: PATIENCE, listens: false })
}

fn open(settings: &Settings) -> Next {
    let url = format!("{}/api/v4/websocket", site(settings));
    let url = url.strip_prefix("http").map_or_else(|| url.clone(), |rest| format!("ws{rest}"));
    Next::Open(Socket { url, headers: Vec::new(), beat: BEAT })
}

/// What an event tells; of the bot itself, and of other bots, nothing.
fn happened(event: &Value, me: &str) -> Option<Value> {
    let (data, place) = (&event["data"], &event["broadcast"]);
    let inner = |key: &str| serde_json::from_str::<Value>(data[key].as_str()?).ok();
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let kind = event["event"].as_str()?;
    match kind {
        "posted" => message(&inner("post")?, data, "message", me),
        "post_edited" => message(&inner("post")?, data, "message.edited", me),
        "post_deleted" => {
            let post = inner("post")?;
            let mut told = signal(&post["channel_id"], "message.deleted", &text(&post["id"])?);
            told["member"] = json!({ "id": text(&post["user_id"])? });
            told["message"] = json!({ "id": post["id"] });
            Some(told)
        }
        "user_added" | "user_removed" => {
            let who = text(&data["user_id"]).or_else(|| text(&place["user_id"])).filter(|who| who != me)?;
            let chat = text(&place["channel_id"]).or_else(|| text(&data["channel_id"]))?;
            let name = if kind == "user_added" { "member.joined" } else { "member.left" };
            let mut told = signal(&json!(chat), name, &format!("{who}:{}", event["seq"]));
            told["member"] = json!({ "id": who });
            if kind == "user_removed" {
                let by = text(&data["remover_id"]);
                let left = by.is_none() || by.as_ref() == Some(&who);
                told["data"] = json!({ "how": if left { "left" } else { "removed" } });
            }
            Some(told)
        }
        "reaction_added" | "reaction_removed" => {
            let put = inner("reaction")?;
            let who = text(&put["user_id"]).filter(|who| who != me)?;
            let id = format!(
                "{}:{who}:{}:{kind}:{}",
                put["post_id"].as_str()?,
                put["emoji_name"].as_str()?,
                put["create_at"]
            );
            let mut told = signal(&place["channel_id"], "reaction", &id);
            told["member"] = json!({ "id": who });
            told["message"] = json!({ "id": put["post_id"] });
            told["data"] = json!({ "emoji": put["emoji_name"], "added": kind == "reaction_added" });
            Some(told)
        }
        _ => None,
    }
}

fn signal(chat: &Value, name: &str, id: &str) -> Value {
    json!({ "id": format!("mattermost:{name}:{id}"), "type": name, "chat": chat })
}

fn message(post: &Value, data: &Value, name: &str, me: &str) -> Option<Value> {
    let user = post["user_id"].as_str().filter(|user| !user.is_empty() && *user != me)?;
    let props = &post["props"];
    let by_program =
        |key: &str| matches!(&props[key], Value::String(text) if text == "true") || props[key] == true;
    // What the service itself says has a type.
    if post["type"].as_str().is_some_and(|kind| !kind.is_empty())
        || by_program("from_webhook")
        || by_program("from_bot")
    {
        return None;
    }
    let at = post["edit_at"].as_i64().filter(|at| *at > 0).or_else(|| post["create_at"].as_i64())?;
    let id = post["id"].as_str()?;
    let text = post["message"].as_str().unwrap_or_default();
    let links = text.matches("https://").count() + text.matches("http://").count();
    let has_files = post["file_ids"].as_array().is_some_and(|files| !files.is_empty());
    let kind = if has_files {
        "file"
    } else if links > 0 {
        "link"
    } else {
        "text"
    };
    let mut message = json!({ "id": id, "kind": kind, "links": links });
    if !text.trim().is_empty() {
        message["text"] = json!(text);
        message["question"] = json!(is_question(text));
    }
    if let Some(root) = post["root_id"].as_str().filter(|root| !root.is_empty()) {
        message["reply_to"] = json!({ "id": root });
    }
    let mentions: Vec<String> =
        data["mentions"].as_str().and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
    if !mentions.is_empty() {
        message["mentions"] = json!(mentions);
    }
    let mut who = Map::from_iter([("id".to_owned(), json!(user))]);
    if let Some(sender) = data["sender_name"].as_str().map(|name| name.trim_start_matches('@')) {
        who.extend(Some(sender).filter(|name| !name.is_empty()).map(|name| ("name".to_owned(), json!(name))));
    }
    let of_edit = if name == "message" { String::new() } else { format!(":{at}") };
    let mut told = signal(&post["channel_id"], name, &format!("{id}{of_edit}"));
    told["time"] = instant(at / 1_000);
    told["member"] = Value::Object(who);
    told["message"] = message;
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::delivery::{adapter::Response, secret::Secret};
    use std::collections::BTreeMap;

    fn settings() -> Settings {
        let values = [("url", "https://chat.example.org/sub/hooks/abc"), ("token", "tok")];
        let values = values.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Settings { values: BTreeMap::from(values), chats: vec!["c1".into()], text: true }
    }

    fn told(event: &Value) -> Vec<Value> {
        let mut memory = Memory::default();
        memory.words.insert("me", "bot1".into());
        hear(&settings(), &Frame::Text(&event.to_string()), &mut memory).signals
    }

    fn posted(post: &Value) -> Value {
        json!({
            "event": "posted", "seq": 7, "broadcast": { "channel_id": "c1" },
            "data": { "channel_type": "O", "sender_name": "@ann", "mentions": "[\"u2\"]", "post": post.to_string() },
        })
    }

    #[test]
    fn it_asks_who_it_is_and_signs_in_at_the_socket() {
        let mut memory = Memory::default();
        let Next::Call(call) = hear(&settings(), &Frame::Begin, &mut memory).next else { panic!() };
        assert_eq!(call.request.url, "https://chat.example.org/sub/api/v4/users/me");
        let mut answer = |status: u16, body: Value| {
            let response =
                Response { status, headers: Vec::new(), body: body.to_string().into(), at: memory.now };
            hear(&settings(), &Frame::Answer("me", &response), &mut memory).next
        };
        assert!(matches!(
            answer(401, json!({ "id": "api.context.session_expired.app_error" })),
            Next::Refused(_)
        ));
        let Next::Open(socket) = answer(200, json!({ "id": "bot1", "username": "host" })) else { panic!() };
        assert_eq!(socket.url, "wss://chat.example.org/sub/api/v4/websocket");
        let opened = hear(&settings(), &Frame::Opened, &mut memory);
        assert!(opened.say[0].contains("authentication_challenge") && opened.say[0].contains("tok"));
        let fail = json!({ "status": "FAIL", "seq_reply": 1 }).to_string();
        assert!(matches!(hear(&settings(), &Frame::Text(&fail), &mut memory).next, Next::Refused(_)));
    }

    #[test]
    fn posts_are_told_and_those_of_programs_and_of_the_service_are_not() {
        let post = json!({
            "id": "p1", "create_at": 1_800_000_000_123_i64, "edit_at": 0, "user_id": "u1", "channel_id": "c1",
            "root_id": "p0", "message": "see https://a.example ?", "type": "", "props": {}, "file_ids": [],
        });
        assert_eq!(
            told(&posted(&post)),
            [json!({
                "id": "mattermost:message:p1", "type": "message", "chat": "c1", "time": "2027-01-15T08:00:00Z",
                "member": { "id": "u1", "name": "ann" },
                "message": {
                    "id": "p1", "kind": "link", "links": 1, "text": "see https://a.example ?", "question": true,
                    "reply_to": { "id": "p0" }, "mentions": ["u2"],
                },
            })]
        );
        for (key, value) in [
            ("user_id", json!("bot1")),
            ("type", json!("system_join_channel")),
            ("props", json!({ "from_webhook": "true" })),
            ("props", json!({ "from_bot": "true" })),
        ] {
            let mut other = post.clone();
            other[key] = value;
            assert!(told(&posted(&other)).is_empty(), "{key}");
        }
        let mut edited = posted(&post);
        edited["event"] = json!("post_edited");
        assert_eq!(told(&edited)[0]["type"], "message.edited");
        edited["event"] = json!("post_deleted");
        assert_eq!(
            (&told(&edited)[0]["type"], &told(&edited)[0]["message"]["id"]),
            (&json!("message.deleted"), &json!("p1"))
        );
    }

    #[test]
    fn whoever_is_added_or_removed_and_reactions_are_told() {
        let of = |event: &str, data: Value| {
            told(
                &json!({ "event": event, "seq": 9, "data": data, "broadcast": { "channel_id": "c1", "user_id": "" } }),
            )
        };
        let mut memory = Memory::default();
        let added = json!({
            "event": "user_added", "data": { "user_id": "u1", "team_id": "t" }, "broadcast": { "channel_id": "c1" }, "seq": 9,
        });
        let asks = hear(&settings(), &Frame::Text(&added.to_string()), &mut memory);
        let Next::Call(call) = &asks.next else { panic!("{asks:?}") };
        assert!(asks.signals.is_empty() && call.request.url.ends_with("/api/v4/users/u1"));
        let user =
            json!({ "id": "u1", "username": "ann", "nickname": "", "first_name": "Ann", "last_name": "" });
        let user =
            Response { status: 200, headers: Vec::new(), body: user.to_string().into(), at: memory.now };
        let joined = hear(&settings(), &Frame::Answer("user", &user), &mut memory).signals;
        assert_eq!(
            (&joined[0]["type"], &joined[0]["member"]),
            (&json!("member.joined"), &json!({ "id": "u1", "name": "Ann" }))
        );
        assert!(of("user_added", json!({ "user_id": "bot1" })).is_empty(), "the bot itself");
        let how = |by: &str| {
            of("user_removed", json!({ "user_id": "u1", "remover_id": by }))[0]["data"]["how"].clone()
        };
        assert_eq!((how("u1"), how("u2")), (json!("left"), json!("removed")));
        let put = json!({ "user_id": "u1", "post_id": "p1", "emoji_name": "+1", "create_at": 5 }).to_string();
        let put = of("reaction_added", json!({ "reaction": put }));
        assert_eq!((&put[0]["type"], &put[0]["data"]["emoji"]), (&json!("reaction"), &json!("+1")));
        assert!(of("typing", json!({})).is_empty());
    }
    #[test]
    fn after_a_sign_in_the_posts_since_then_are_asked_for_and_who_came_among_them() {
        let mut memory = Memory::default();
        memory.now = crate::base::time::Timestamp::from_millis(1_790_000_000_000);
        let hello = json!({ "event": "hello", "data": {}, "broadcast": {} }).to_string();
        let first = hear(&settings(), &Frame::Text(&hello), &mut memory);
        assert_eq!((first.next, first.cursor.as_deref()), (Next::Listen, Some("1790000000000")));
        let again = hear(&settings(), &Frame::Text(&hello), &mut memory);
        let Next::Call(call) = &again.next else { panic!("{again:?}") };
        assert!(call.request.url.ends_with("/api/v4/channels/c1/posts?since=1790000000000"), "{call:?}");
        let post = |id: &str, at: i64, kind: &str| json!({ "id": id, "create_at": at, "user_id": "u2", "channel_id": "c1", "message": "hi", "type": kind });
        let (old, new) = (post("p0", 1_789_000_000_000, ""), post("p1", 1_790_000_000_001, ""));
        let joined = post("p2", 1_790_000_000_002, "system_join_channel");
        let body = json!({ "order": ["p2", "p1", "p0"], "posts": { "p0": old, "p1": new, "p2": joined } });
        let body =
            Response { status: 200, headers: Vec::new(), body: body.to_string().into(), at: memory.now };
        let told = hear(&settings(), &Frame::Answer("posts", &body), &mut memory);
        assert_eq!((told.signals.len(), &told.signals[0]["message"]["id"]), (1, &json!("p1")));
        let Next::Call(call) = &told.next else { panic!("{told:?}") };
        assert!(call.request.url.ends_with("/users/u2"), "whoever came is welcomed by name");
    }
}
