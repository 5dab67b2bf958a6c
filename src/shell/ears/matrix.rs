//! Matrix by `/sync` (client-server API v3, as Synapse 1.163 answers), which waits up to 30 s for something to happen.
//!
//! Pure. The cursor is `next_batch`: what happened while nobody listened comes with the next answer, up to as many
//! events as one answer has. What was said in an encrypted room stays unknown; who spoke and when does not.

use super::ear::{Call, Frame, Heard, Memory, Next, Settings, is_question};
use crate::{
    base::time::{Duration, Timestamp},
    shell::delivery::{
        adapter::{Request, Response, answer::excerpt, parts},
        secret::Secret,
    },
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::borrow::Cow;

/// How long the server waits for something to happen, in milliseconds.
const WAIT_MS: i64 = 30_000;
/// How long an answer may take beyond that.
const GRACE_MS: i64 = 20_000;
/// Events of one room in one answer.
const EVENTS_MAX: u32 = 200;

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    match frame {
        Frame::Answer(what, response) => {
            let body = response.json().unwrap_or_default();
            // Whoever may not follow an invitation goes on hearing the other rooms.
            if response.status != 200 && *what != "join" {
                return Heard::nothing(refused(&body, response));
            }
            if *what == "whoami" {
                let Some(me) = body["user_id"].as_str() else { return Heard::nothing(strange(response)) };
                memory.words.insert("me", me.to_owned());
                return Heard::nothing(sync(settings, memory));
            }
            if *what == "join" {
                return Heard::nothing(sync(settings, memory));
            }
            synced(settings, &body, response, memory)
        }
        _ if memory.word("me").is_empty() => Heard::nothing(ask(settings, "whoami", "account/whoami", 0)),
        _ => Heard::nothing(sync(settings, memory)),
    }
}

/// The request by which an account signs in with its password.
pub fn matrix_login(url: &str, user: &str, password: &Secret) -> Request {
    let body = json!({
        "type": "m.login.password", "identifier": { "type": "m.id.user", "user": user },
        "password": password.expose(), "initial_device_display_name": "playbook",
    });
    Request::post_json(&parts::endpoint(url, "/_matrix/client/v3/login"), body.to_string())
}

/// Who has signed in, and the token; else what the homeserver said.
pub fn matrix_signed_in(answer: &Response) -> Result<(String, String), String> {
    let told = answer.json().unwrap_or_default();
    let word = |key: &str| told[key].as_str().map(str::to_owned);
    match (word("user_id"), word("access_token")) {
        (Some(who), Some(token)) if answer.status == 200 => Ok((who, token)),
        _ => Err(word("error").map_or_else(|| answer.in_words(), |said| excerpt(&said))),
    }
}

fn ask(settings: &Settings, what: &'static str, path: &str, wait: i64) -> Next {
    let url = format!("{}/_matrix/client/v3/{path}", settings.get("url").trim_end_matches('/'));
    let headers = vec![("authorization".to_owned(), format!("Bearer {}", settings.get("token")))];
    let request = Request { method: Cow::Borrowed("GET"), url, headers, body: String::new(), raw: None };
    let patience = Duration::from_millis(wait + GRACE_MS);
    Next::Call(Call { what, request, patience, listens: what == "sync" })
}

fn sync(settings: &Settings, memory: &Memory) -> Next {
    let none = json!({ "types": [] });
    let mut filter = json!({
        "presence": none, "account_data": none,
        "room": {
            "ephemeral": none, "account_data": none, "state": { "types": ["m.room.encryption"] },
            "timeline": { "limit": EVENTS_MAX, "types": [
                "m.room.message", "m.room.encrypted", "m.room.member", "m.reaction", "m.room.redaction", "m.room.name",
                "org.matrix.msc3381.poll.response", "m.poll.response",
            ] },
        },
    });
    if !settings.chats.is_empty() {
        filter["room"]["rooms"] = json!(settings.chats);
    }
    let filter = utf8_percent_encode(&filter.to_string(), NON_ALPHANUMERIC).to_string();
    // What happened before anybody listened is no news: the first answer only says where to begin.
    let (wait, since) = match &memory.cursor {
        Some(since) => (WAIT_MS, format!("&since={}", utf8_percent_encode(since, NON_ALPHANUMERIC))),
        None => (0, String::new()),
    };
    ask(settings, "sync", &format!("sync?timeout={wait}&filter={filter}{since}"), wait)
}

fn strange(response: &Response) -> Next {
    Next::Again(format!("the homeserver answered {}", response.in_words()))
}

/// What an answer that is none means.
fn refused(body: &Value, response: &Response) -> Next {
    let said = excerpt(body["error"].as_str().unwrap_or_default());
    match (body["errcode"].as_str().unwrap_or_default(), response.status) {
        ("M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN", _) | (_, 401) => Next::Refused(format!(
            "the homeserver does not know this token: sign the bot in once more ({said})"
        )),
        ("M_LIMIT_EXCEEDED", _) | (_, 429) => {
            let asked =
                body["retry_after_ms"].as_i64().map(|ms| Duration::from_millis(ms.clamp(1_000, 3_600_000)));
            let wait = response.retry_after().or(asked).unwrap_or(Duration::SECOND.times(10));
            Next::Pause(wait, format!("the homeserver asks for patience: {said}"))
        }
        ("M_FORBIDDEN", _) => Next::Refused(format!("the homeserver refuses: {said}")),
        _ => strange(response),
    }
}

fn synced(settings: &Settings, body: &Value, response: &Response, memory: &mut Memory) -> Heard {
    let Some(next) = body["next_batch"].as_str() else { return Heard::nothing(strange(response)) };
    let is_first = memory.cursor.is_none();
    let mut signals = Vec::new();
    let rooms = body["rooms"]["join"].as_object().into_iter().flatten();
    for (room, joined) in rooms {
        let state = joined["state"]["events"].as_array().into_iter().flatten();
        if state.into_iter().any(|event| event["type"] == "m.room.encryption") {
            memory.words.insert("lacks", encrypted(room));
        }
        if is_first {
            continue;
        }
        let events = joined["timeline"]["events"].as_array();
        for event in events.into_iter().flatten() {
            signals.extend(happened(room, event, memory.word("me")));
        }
    }
    let is_news = memory.cursor.as_deref() != Some(next);
    memory.cursor = Some(next.to_owned());
    let cursor = is_news.then(|| next.to_owned());
    let next = invited(settings, body).unwrap_or_else(|| sync(settings, memory));
    Heard { signals, cursor, ..Heard::nothing(next) }
}

fn encrypted(room: &str) -> String {
    format!(
        "{room} is encrypted: who speaks is heard and nothing of what is said, answers included; make a room without \
         encryption"
    )
}

/// Follows an invitation to a room that is listened to; whoever tries a channel listens to all.
fn invited(settings: &Settings, body: &Value) -> Option<Next> {
    let mut rooms = body["rooms"]["invite"].as_object()?.keys();
    let room = rooms.find(|room| settings.chats.is_empty() || settings.chats.contains(room))?;
    let room = utf8_percent_encode(room, NON_ALPHANUMERIC);
    let Next::Call(mut call) = ask(settings, "join", &format!("join/{room}"), 0) else { return None };
    call.request.method = Cow::Borrowed("POST");
    call.request.body = "{}".into();
    Some(Next::Call(call))
}

/// What an event tells; one of the bot itself tells nothing.
fn happened(room: &str, event: &Value, me: &str) -> Option<Value> {
    let sender = event["sender"].as_str().filter(|sender| *sender != me)?;
    let content = &event["content"];
    let relates = &content["m.relates_to"];
    let told = |name: &str| {
        let mut told =
            json!({ "id": format!("matrix:{}", event["event_id"].as_str()?), "type": name, "chat": room });
        if let Some(ms) = event["origin_server_ts"].as_i64() {
            told["time"] = json!(Timestamp::from_millis(ms).to_utc());
        }
        told["member"] = json!({ "id": sender });
        Some(told)
    };
    match event["type"].as_str()? {
        "m.room.member" => member(event, sender, me, told("member.joined")?),
        "m.room.message" | "m.room.encrypted" => message(event, told("message")?),
        "m.reaction" => {
            let mut told = told("reaction")?;
            told["message"] = json!({ "id": relates["event_id"].as_str()? });
            told["data"] = json!({ "emoji": relates["key"].as_str()?, "added": true });
            Some(told)
        }
        "org.matrix.msc3381.poll.response" | "m.poll.response" => voted(content, told("answer")?),
        "m.room.redaction" => {
            let gone = event["redacts"].as_str().or_else(|| content["redacts"].as_str())?;
            let mut told = told("message.deleted")?;
            told["message"] = json!({ "id": gone });
            Some(told)
        }
        "m.room.name" => {
            let mut told = told("group.renamed")?;
            told["data"] = json!({ "title": content["name"].as_str()? });
            Some(told)
        }
        _ => None,
    }
}

/// A vote: the newest of somebody counts, and one that chooses nothing takes theirs back.
fn voted(content: &Value, mut told: Value) -> Option<Value> {
    let poll = content["m.relates_to"]["event_id"].as_str()?;
    let unstable = &content["org.matrix.msc3381.poll.response"]["answers"];
    let chosen = unstable.as_array().or_else(|| content["m.selections"].as_array())?;
    told["message"] = json!({ "id": poll });
    told["data"] = match chosen.as_slice() {
        [] => json!({ "withdraw": true }),
        [one] => json!({ "option": one }),
        several => json!({ "option": several }),
    };
    Some(told)
}

/// Somebody joined, left, was removed, asks to join, has another name.
fn member(event: &Value, sender: &str, me: &str, mut told: Value) -> Option<Value> {
    let whom = event["state_key"].as_str().filter(|whom| *whom != me)?;
    let content = &event["content"];
    let before = Some(&event["unsigned"]["prev_content"]).filter(|before| before.is_object());
    let before = before.unwrap_or(&event["prev_content"]);
    let name = content["displayname"].as_str().filter(|name| !name.trim().is_empty());
    told["member"] = json!({ "id": whom });
    if let Some(name) = name {
        told["member"]["name"] = json!(name);
    }
    match (before["membership"].as_str().unwrap_or("leave"), content["membership"].as_str()?) {
        ("join", "join") => {
            let is_renamed = name.is_some() && before["displayname"].as_str() != name;
            told["type"] = json!("member.renamed");
            is_renamed.then_some(told)
        }
        (_, "join") => Some(told),
        ("join", "leave" | "ban") => {
            let by_self = sender == whom;
            told["type"] = json!("member.left");
            told["data"] = json!({ "how": if by_self { "left" } else { "removed" } });
            if !by_self {
                told["actor"] = json!({ "id": sender });
            }
            Some(told)
        }
        (_, "knock") => {
            told["type"] = json!("member.requested");
            Some(told)
        }
        _ => None,
    }
}

fn message(event: &Value, mut told: Value) -> Option<Value> {
    let content = &event["content"];
    let relates = &content["m.relates_to"];
    let edited = relates["rel_type"] == "m.replace";
    let said = if edited { &content["m.new_content"] } else { content };
    let kind = match said["msgtype"].as_str() {
        Some("m.text" | "m.emote") => "text",
        Some("m.image") => "image",
        Some("m.audio") => "voice",
        Some("m.file" | "m.video") => "file",
        // So bots speak, who are not answered.
        Some("m.notice") => return None,
        _ => "other",
    };
    let answered = relates["m.in_reply_to"]["event_id"].as_str();
    let mut text = if kind == "text" { said["body"].as_str().unwrap_or_default() } else { "" };
    if answered.is_some() && text.starts_with("> ") {
        // Older programs repeat what is answered before what is said.
        text = text.split_once("\n\n").map_or(text, |(_, rest)| rest);
    }
    let links = text.matches("https://").count() + text.matches("http://").count();
    let id = if edited { relates["event_id"].as_str()? } else { event["event_id"].as_str()? };
    let kind = if kind == "text" && links > 0 { "link" } else { kind };
    let mut message = json!({ "id": id, "kind": kind, "links": links });
    if !text.is_empty() {
        message["text"] = json!(text);
        message["question"] = json!(is_question(text));
    }
    if let Some(mentions) = said["m.mentions"]["user_ids"].as_array().filter(|ids| !ids.is_empty()) {
        message["mentions"] = json!(mentions);
    }
    if let Some(answered) = answered {
        message["reply_to"] = json!({ "id": answered });
    }
    told["message"] = message;
    if edited {
        told["type"] = json!("message.edited");
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn event(kind: &str, sender: &str, content: Value) -> Value {
        json!({ "type": kind, "sender": sender, "event_id": "$e", "origin_server_ts": 1_800_000_000_123_i64, "content": content })
    }

    fn told(event: &Value) -> Option<Value> {
        happened("!r:hs", event, "@bot:hs")
    }

    fn answer(body: &Value) -> Response {
        let body = body.to_string().into_bytes();
        Response { status: 200, headers: Vec::new(), body, at: Timestamp::MIN }
    }

    #[test]
    fn the_first_answer_says_where_to_begin_and_the_next_what_happened() {
        let settings = Settings { values: BTreeMap::new(), chats: vec!["!r:hs".into()], text: false };
        let mut memory = Memory::default();
        let begun = hear(&settings, &Frame::Begin, &mut memory);
        assert!(matches!(begun.next, Next::Call(Call { what: "whoami", .. })));
        let _ =
            hear(&settings, &Frame::Answer("whoami", &answer(&json!({ "user_id": "@bot:hs" }))), &mut memory);
        let events = json!([event("m.room.message", "@a:hs", json!({ "msgtype": "m.text", "body": "hi" }))]);
        let body = json!({ "next_batch": "s1", "rooms": { "join": { "!r:hs": { "timeline": { "events": events } } } } });
        let first = hear(&settings, &Frame::Answer("sync", &answer(&body)), &mut memory);
        assert_eq!((first.signals.len(), first.cursor.as_deref()), (0, Some("s1")));
        let mut body = body;
        body["next_batch"] = json!("s2");
        let second = hear(&settings, &Frame::Answer("sync", &answer(&body)), &mut memory);
        assert_eq!((second.signals.len(), second.cursor.as_deref()), (1, Some("s2")));
        let nothing =
            hear(&settings, &Frame::Answer("sync", &answer(&json!({ "next_batch": "s2" }))), &mut memory);
        assert_eq!((nothing.signals.len(), nothing.cursor), (0, None));
    }

    #[test]
    fn what_people_do_is_told_and_what_the_bot_does_is_not() {
        let said = event(
            "m.room.message",
            "@a:hs",
            json!({
                "msgtype": "m.text", "body": "> <@b:hs> when?\n\nat https://x.org ?",
                "m.relates_to": { "m.in_reply_to": { "event_id": "$q" } }, "m.mentions": { "user_ids": ["@b:hs"] },
            }),
        );
        assert_eq!(
            told(&said).unwrap(),
            json!({
                "id": "matrix:$e", "type": "message", "chat": "!r:hs", "time": "2027-01-15T08:00:00.123Z",
                "member": { "id": "@a:hs" },
                "message": {
                    "id": "$e", "kind": "link", "links": 1, "text": "at https://x.org ?", "question": true,
                    "mentions": ["@b:hs"], "reply_to": { "id": "$q" },
                },
            })
        );
        assert!(
            told(&event("m.room.message", "@bot:hs", json!({ "msgtype": "m.text", "body": "x" }))).is_none()
        );
        assert!(
            told(&event("m.room.message", "@a:hs", json!({ "msgtype": "m.notice", "body": "x" }))).is_none()
        );
        let sealed = told(&event("m.room.encrypted", "@a:hs", json!({ "algorithm": "m.megolm" }))).unwrap();
        assert_eq!((&sealed["message"]["kind"], &sealed["message"]["text"]), (&json!("other"), &Value::Null));
        let moved = |sender: &str, before: &str, after: &str| {
            let mut event =
                event("m.room.member", sender, json!({ "membership": after, "displayname": "Ann" }));
            event["state_key"] = json!("@a:hs");
            event["unsigned"] = json!({ "prev_content": { "membership": before } });
            told(&event).map(|told| (told["type"].clone(), told["data"]["how"].clone()))
        };
        assert_eq!(moved("@a:hs", "invite", "join"), Some((json!("member.joined"), Value::Null)));
        assert_eq!(moved("@a:hs", "join", "join"), Some((json!("member.renamed"), Value::Null)));
        assert_eq!(moved("@a:hs", "join", "leave"), Some((json!("member.left"), json!("left"))));
        assert_eq!(moved("@m:hs", "join", "ban"), Some((json!("member.left"), json!("removed"))));
        assert_eq!(moved("@m:hs", "leave", "invite"), None);
        let reaction =
            event("m.reaction", "@a:hs", json!({ "m.relates_to": { "event_id": "$m", "key": "👍" } }));
        assert_eq!(told(&reaction).unwrap()["data"], json!({ "emoji": "👍", "added": true }));
    }
    #[test]
    fn a_vote_is_an_answer_under_both_names_and_one_without_a_choice_takes_it_back() {
        let vote = |kind: &str, content: Value| {
            let event = json!({ "type": kind, "sender": "@ben:hs", "event_id": "$v", "content": content });
            happened("!r:hs", &event, "@me:hs").unwrap()
        };
        let relates = json!({ "rel_type": "m.reference", "event_id": "$poll" });
        let unstable = |answers: Value| {
            let content = json!({ "m.relates_to": relates, "org.matrix.msc3381.poll.response": { "answers": answers } });
            vote("org.matrix.msc3381.poll.response", content)
        };
        let one = unstable(json!(["Emma"]));
        assert_eq!((&one["type"], &one["message"]["id"]), (&json!("answer"), &json!("$poll")));
        assert_eq!(one["data"], json!({ "option": "Emma" }));
        assert_eq!(unstable(json!(["a", "b"]))["data"], json!({ "option": ["a", "b"] }));
        assert_eq!(unstable(json!([]))["data"], json!({ "withdraw": true }));
        let stable = vote("m.poll.response", json!({ "m.relates_to": relates, "m.selections": ["a"] }));
        assert_eq!(stable["data"], json!({ "option": "a" }));
    }
}
