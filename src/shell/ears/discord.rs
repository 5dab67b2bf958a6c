//! Discord by its gateway (API v10: "Gateway", "Gateway Events", "Opcodes and Status Codes", 2026-08): one WebSocket a
//! bot, with a heartbeat that has to be acknowledged, and sessions that are resumed from the last number heard.
//!
//! Pure. The cursor is the session, its address and that number, so that a restart resumes, too. Where Discord has
//! forgotten the session, the messages of each channel are asked for from the last one heard.

use super::ear::{Call, Frame, Heard, Memory, Next, Settings, Socket};
use crate::{
    base::{
        limits,
        time::{Duration, Timestamp},
    },
    shell::delivery::adapter::{
        Request, Response,
        discord::USER_AGENT,
        parts::{self, segment},
    },
};
use serde_json::{Map, Value, json};

/// How often is said that one is there until Discord says how often.
const BEAT: Duration = Duration::from_millis(45_000);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(10_000);
/// Messages of one page of a channel's history.
const PAGE: usize = 100;
/// Members of one page of a server's roster.
const MEMBERS: usize = 1_000;
/// Since when Discord's numbers count milliseconds.
const EPOCH_MS: i64 = 1_420_070_400_000;
/// What is asked for: who comes and goes, messages, reactions, votes; and what is said, only where something reads it.
const GUILD_MEMBERS: u64 = 1 << 1;
const ALWAYS: u64 = GUILD_MEMBERS | 1 << 9 | 1 << 10 | 1 << 24;
const MESSAGE_CONTENT: u64 = 1 << 15;
/// The switches of an application, for all servers or for a few.
const MEMBERS_ON: u64 = 1 << 14 | 1 << 15;
const CONTENT_ON: u64 = 1 << 18 | 1 << 19;

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    match frame {
        Frame::Begin if memory.word("me").is_empty() => {
            Heard::nothing(get(settings, "me", "/applications/@me"))
        }
        Frame::Begin => begin(settings, memory),
        Frame::Answer(what, response) => answered(settings, what, response, memory),
        Frame::Opened | Frame::Bytes(_) => Heard::nothing(Next::Listen),
        Frame::Shut(status) => {
            Heard::nothing(Next::Again(format!("Discord opens no WebSocket: it answered {status}")))
        }
        Frame::Text(text) => payload(settings, text, memory),
        Frame::Beat => beat(memory),
        Frame::Closed(code) => Heard { cursor: cursor(memory), ..Heard::nothing(closed(*code, memory)) },
    }
}

fn get(settings: &Settings, what: &'static str, path: &str) -> Next {
    let url = parts::endpoint(settings.get("base_url"), path);
    let headers = vec![
        ("authorization".to_owned(), format!("Bot {}", settings.get("token"))),
        ("user-agent".to_owned(), USER_AGENT.to_owned()),
    ];
    let request = Request { method: "GET".into(), url, headers, ..Request::empty() };
    Next::Call(Call { what, request, patience: PATIENCE, listens: false })
}

/// Goes on where it was, else asks where to begin.
fn begin(settings: &Settings, memory: &mut Memory) -> Heard {
    if memory.word("read").is_empty() {
        memory.words.insert("read", "yes".into());
        let kept: Value =
            serde_json::from_str(memory.cursor.as_deref().unwrap_or_default()).unwrap_or_default();
        for name in ["session", "url", "seq", "last"] {
            if let Some(value) = kept[name].as_str() {
                memory.words.insert(name, value.to_owned());
            }
        }
    }
    memory.words.remove("unacknowledged");
    if memory.word("session").is_empty() {
        return Heard::nothing(get(settings, "gateway", "/gateway/bot"));
    }
    Heard::nothing(open(memory.word("url")))
}

fn open(url: &str) -> Next {
    let url = parts::endpoint(url, "/?v=10&encoding=json");
    Next::Open(Socket { url, headers: Vec::new(), beat: BEAT })
}

fn answered(settings: &Settings, what: &str, response: &Response, memory: &mut Memory) -> Heard {
    let body = response.json().unwrap_or_default();
    match (what, response.status) {
        (_, 401) => Heard::nothing(Next::Refused(
            "Discord does not know this `token`: copy the bot's token again (Bot → Reset Token)".into(),
        )),
        (_, 429) => {
            let seconds =
                body["retry_after"].as_f64().map(|seconds| (seconds * 1_000.0).clamp(0.0, 3_600_000.0));
            let wait = seconds.map(|ms| Duration::from_millis(ms as i64)).or_else(|| response.retry_after());
            let wait = wait.unwrap_or(Duration::SECOND.times(30));
            Heard::nothing(Next::Pause(wait, "Discord asks for patience".into()))
        }
        ("me", 200) => {
            memory.words.insert(
                "me",
                body["bot"]["id"].as_str().or_else(|| body["id"].as_str()).unwrap_or("-").into(),
            );
            if let Some(lacks) = lacks(settings, body["flags"].as_u64()) {
                memory.words.insert("lacks", lacks);
            }
            memory.words.insert("chats", json!(settings.chats).to_string());
            next_channel(settings, memory)
        }
        ("channel", 200) => {
            let guild = body["guild_id"].as_str().unwrap_or_default();
            let mut guilds: Value = serde_json::from_str(memory.word("guilds")).unwrap_or_else(|_| json!({}));
            if !guilds[guild].is_array() {
                guilds[guild] = json!([]);
            }
            if let Some(chats) = guilds[guild].as_array_mut() {
                chats.push(body["id"].clone());
            }
            memory.words.insert("guilds", guilds.to_string());
            next_channel(settings, memory)
        }
        // A channel that the bot does not see is heard once it does.
        ("channel", 403 | 404) => next_channel(settings, memory),
        ("gateway", 200) => gateway(&body),
        ("messages", 200) => history(settings, &body, memory),
        ("messages", 403 | 404) => next_history(settings, memory),
        ("members", 200) => roster(settings, &body, memory),
        // Who may not read the roster hears who comes from now on.
        ("members", 403 | 404) => next_roster(settings, memory),
        _ => Heard::nothing(Next::Again(format!("Discord answered {}", response.in_words()))),
    }
}

/// Which switches are off, as far as Discord says so.
fn lacks(settings: &Settings, flags: Option<u64>) -> Option<String> {
    let flags = flags?;
    let members = (flags & MEMBERS_ON == 0).then_some("Server Members Intent");
    let content = (settings.text && flags & CONTENT_ON == 0).then_some("Message Content Intent");
    let off: Vec<&str> = members.into_iter().chain(content).collect();
    (!off.is_empty()).then(|| {
        format!(
            "switched off: {}; switch it on at discord.com/developers → the application → Bot",
            off.join(", ")
        )
    })
}

/// Asks to which server a channel belongs, because who comes is told of servers.
fn next_channel(settings: &Settings, memory: &mut Memory) -> Heard {
    let mut chats: Vec<String> = serde_json::from_str(memory.word("chats")).unwrap_or_default();
    match chats.pop() {
        Some(chat) => {
            memory.words.insert("chats", json!(chats).to_string());
            Heard::nothing(get(settings, "channel", &format!("/channels/{}", segment(&chat))))
        }
        None => begin(settings, memory),
    }
}

/// Where to begin, unless the bot has begun too often today.
fn gateway(body: &Value) -> Heard {
    let limit = &body["session_start_limit"];
    if limit["remaining"] == 0 {
        let wait = limit["reset_after"].as_i64().unwrap_or(0).clamp(60_000, 86_400_000);
        let why = "the bot has begun as many sessions as Discord allows in a day".into();
        return Heard::nothing(Next::Pause(Duration::from_millis(wait), why));
    }
    Heard::nothing(open(body["url"].as_str().unwrap_or_default()))
}

fn payload(settings: &Settings, text: &str, memory: &mut Memory) -> Heard {
    let frame: Value = serde_json::from_str(text).unwrap_or_default();
    match frame["op"].as_i64() {
        Some(0) => dispatched(settings, &frame, memory),
        // It wants to hear at once that one is there.
        Some(1) => Heard { say: vec![heartbeat(memory)], ..Heard::nothing(Next::Listen) },
        Some(7) => Heard::nothing(Next::Renew),
        Some(9) => {
            if frame["d"] != true {
                forget(memory);
            }
            // Discord asks for a random time of one to five seconds.
            let wait = Duration::from_millis(1_000 + memory.now.as_millis().rem_euclid(4_000));
            let why = "Discord does not go on with the session".to_owned();
            Heard { cursor: cursor(memory), ..Heard::nothing(Next::Pause(wait, why)) }
        }
        Some(10) => {
            let every = frame["d"]["heartbeat_interval"].as_i64().unwrap_or(BEAT.as_millis()).max(1);
            let beat = Some(Duration::from_millis(every));
            memory.words.remove("unacknowledged");
            Heard { say: vec![hello(settings, memory)], beat, ..Heard::nothing(Next::Listen) }
        }
        Some(11) => {
            memory.words.remove("unacknowledged");
            Heard::nothing(Next::Listen)
        }
        _ => Heard::nothing(Next::Listen),
    }
}

/// Says who it is, or with which session it goes on.
fn hello(settings: &Settings, memory: &Memory) -> String {
    let token = settings.get("token");
    let hello = if memory.word("session").is_empty() {
        let properties = json!({ "os": std::env::consts::OS, "browser": "playbook", "device": "playbook" });
        let intents = if settings.text { ALWAYS | MESSAGE_CONTENT } else { ALWAYS };
        json!({ "op": 2, "d": { "token": token, "intents": intents, "properties": properties } })
    } else {
        let session = memory.word("session");
        json!({ "op": 6, "d": { "token": token, "session_id": session, "seq": sequence(memory) } })
    };
    hello.to_string()
}

fn sequence(memory: &Memory) -> Option<u64> {
    memory.word("seq").parse().ok()
}

fn heartbeat(memory: &Memory) -> String {
    json!({ "op": 1, "d": sequence(memory) }).to_string()
}

/// A heartbeat that was not acknowledged before the next one is due: the connection leads nowhere.
fn beat(memory: &mut Memory) -> Heard {
    if memory.words.insert("unacknowledged", "yes".into()).is_some() {
        return Heard::nothing(Next::Again("Discord did not acknowledge a heartbeat".into()));
    }
    Heard { say: vec![heartbeat(memory)], cursor: cursor(memory), ..Heard::nothing(Next::Listen) }
}

/// Up to where everything was heard, where that has changed.
fn cursor(memory: &mut Memory) -> Option<String> {
    let word = |name| memory.word(name);
    let cursor =
        json!({ "session": word("session"), "url": word("url"), "seq": word("seq"), "last": word("last") });
    let cursor = cursor.to_string();
    let is_new = memory.cursor.as_deref() != Some(cursor.as_str());
    is_new.then(|| {
        memory.cursor = Some(cursor.clone());
        cursor
    })
}

/// The session is over.
fn forget(memory: &mut Memory) {
    for name in ["session", "url", "seq"] {
        memory.words.remove(name);
    }
}

/// What an ended connection means.
fn closed(code: Option<u16>, memory: &mut Memory) -> Next {
    let refused = |why: &str| Next::Refused(why.to_owned());
    match code {
        Some(4004) => {
            refused("Discord does not know this `token`: copy the bot's token again (Bot → Reset Token)")
        }
        Some(4014) => refused(
            "Discord does not tell the bot what it has to hear: switch on Server Members Intent, and Message Content \
             Intent where `hear: all` stands, at discord.com/developers → the application → Bot",
        ),
        Some(4010 | 4011) => refused("the bot is in more servers than one connection may have"),
        Some(4012 | 4013) => {
            refused("Discord does not take version 10 of its gateway, or what is asked of it, any more")
        }
        other => {
            // These say that the session is over; the others let it go on.
            if matches!(other, Some(1000 | 1001 | 4003 | 4007 | 4009)) {
                forget(memory);
            }
            let code = other.map(|code| format!(" ({code})")).unwrap_or_default();
            Next::Again(format!("Discord closed the connection{code}"))
        }
    }
}

fn dispatched(settings: &Settings, frame: &Value, memory: &mut Memory) -> Heard {
    let (kind, event) = (frame["t"].as_str().unwrap_or_default(), &frame["d"]);
    // A session that another one has taken the place of has older numbers.
    if let Some(seq) = frame["s"].as_u64().filter(|seq| sequence(memory).is_none_or(|known| known < *seq)) {
        memory.words.insert("seq", seq.to_string());
    }
    if kind == "READY" {
        let word = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        memory.words.insert("session", word("/session_id"));
        memory.words.insert("url", word("/resume_gateway_url"));
        memory.words.insert("seq", frame["s"].to_string());
        memory.words.insert("me", word("/user/id"));
        memory.words.insert("chats", json!(settings.chats).to_string());
        memory.words.insert("from", memory.word("last").to_owned());
        return Heard { cursor: cursor(memory), ..next_history(settings, memory) };
    }
    let mut signals = happened(kind, event, memory);
    for (place, signal) in signals.iter_mut().enumerate() {
        if signal["id"].is_null() {
            // A resumed session counts on where it was.
            signal["id"] = json!(format!("discord:{}:{}:{place}", memory.word("session"), frame["s"]));
        }
    }
    if kind == "MESSAGE_CREATE" && !signals.is_empty() {
        follow(event, memory);
    }
    let cursor = if signals.is_empty() { None } else { cursor(memory) };
    Heard { signals, cursor, ..Heard::nothing(Next::Listen) }
}

/// The last message that was heard; Discord's ids grow with time.
fn follow(message: &Value, memory: &mut Memory) {
    let number = |id: &str| id.parse::<u64>().unwrap_or_default();
    let id = message["id"].as_str().unwrap_or_default();
    if number(id) > number(memory.word("last")) {
        memory.words.insert("last", id.to_owned());
    }
}

/// Asks for what was said in the next channel while nobody listened.
fn next_history(settings: &Settings, memory: &mut Memory) -> Heard {
    let mut chats: Vec<String> = serde_json::from_str(memory.word("chats")).unwrap_or_default();
    let from = memory.word("from").to_owned();
    match chats.pop().filter(|_| !from.is_empty()) {
        Some(chat) => {
            memory.words.insert("chats", json!(chats).to_string());
            memory.words.insert("pages", "0".into());
            let ask = page(settings, &chat, &from);
            memory.words.insert("chat", chat);
            Heard::nothing(ask)
        }
        None if from.is_empty() => Heard::nothing(Next::Listen),
        None => {
            let guilds: Map<String, Value> = serde_json::from_str(memory.word("guilds")).unwrap_or_default();
            let guilds: Vec<&String> = guilds.keys().collect();
            memory.words.insert("rosters", json!(guilds).to_string());
            next_roster(settings, memory)
        }
    }
}

/// Asks who is in the next server: who came while nobody listened, and who is there no more.
fn next_roster(settings: &Settings, memory: &mut Memory) -> Heard {
    let mut guilds: Vec<String> = serde_json::from_str(memory.word("rosters")).unwrap_or_default();
    memory.words.remove("roster");
    let Some(guild) = guilds.pop() else {
        return Heard { cursor: cursor(memory), ..Heard::nothing(Next::Listen) };
    };
    memory.words.insert("rosters", json!(guilds).to_string());
    memory.words.insert("pages", "0".into());
    let ask = members(settings, &guild, "0");
    memory.words.insert("guild", guild);
    Heard::nothing(ask)
}

fn members(settings: &Settings, guild: &str, after: &str) -> Next {
    let (guild, after) = (segment(guild), segment(after));
    get(settings, "members", &format!("/guilds/{guild}/members?limit={MEMBERS}&after={after}"))
}

fn roster(settings: &Settings, body: &Value, memory: &mut Memory) -> Heard {
    let page = body.as_array().map(Vec::as_slice).unwrap_or_default();
    let guild = memory.word("guild").to_owned();
    let since = said_at(memory.word("from"));
    let mut all: Vec<Value> = serde_json::from_str(memory.word("roster")).unwrap_or_default();
    let mut signals = Vec::new();
    for one in page {
        all.push(one["user"]["id"].clone());
        let joined = one["joined_at"].as_str().and_then(|at| at.parse().ok()).map(Timestamp::from_jiff);
        if joined.is_some_and(|at| at >= since) {
            let mut event = one.clone();
            event["guild_id"] = json!(guild);
            let joined = happened("GUILD_MEMBER_ADD", &event, memory).into_iter();
            signals.extend(joined.map(|mut signal| {
                signal["time"] = one["joined_at"].clone();
                signal
            }));
        }
    }
    let pages = memory.word("pages").parse::<usize>().unwrap_or_default() + 1;
    let is_last = page.len() < MEMBERS;
    if !is_last && pages < limits::EAR_PAGES_MAX {
        let after = text(page.last().unwrap_or(&Value::Null), "/user/id").to_owned();
        memory.words.insert("roster", json!(all).to_string());
        memory.words.insert("pages", pages.to_string());
        return Heard { signals, ..Heard::nothing(members(settings, &guild, &after)) };
    }
    if is_last && !all.is_empty() {
        let guilds: Value = serde_json::from_str(memory.word("guilds")).unwrap_or_default();
        let chats = guilds[&guild].as_array().into_iter().flatten().filter_map(Value::as_str);
        let from = memory.word("from");
        signals.extend(chats.map(|chat| super::ear::roster("discord", chat, from, &all)));
    }
    Heard { signals, ..next_roster(settings, memory) }
}

/// When something was said, which its number says.
fn said_at(id: &str) -> Timestamp {
    let number = id.parse::<u64>().unwrap_or(u64::MAX);
    Timestamp::from_millis(i64::try_from(number >> 22).unwrap_or(i64::MAX).saturating_add(EPOCH_MS))
}

fn page(settings: &Settings, chat: &str, after: &str) -> Next {
    let (chat, after) = (segment(chat), segment(after));
    get(settings, "messages", &format!("/channels/{chat}/messages?after={after}&limit={PAGE}"))
}

/// What was said while nobody listened, the newest first.
fn history(settings: &Settings, body: &Value, memory: &mut Memory) -> Heard {
    let said = body.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut signals = Vec::new();
    for message in said.iter().rev() {
        signals.extend(happened("MESSAGE_CREATE", message, memory));
        follow(message, memory);
    }
    let pages = memory.word("pages").parse::<usize>().unwrap_or_default() + 1;
    let newest = said.first().and_then(|message| message["id"].as_str());
    let next = match newest.filter(|_| said.len() == PAGE && pages < limits::EAR_PAGES_MAX) {
        Some(newest) => {
            memory.words.insert("pages", pages.to_string());
            Heard::nothing(page(settings, memory.word("chat"), newest))
        }
        None => next_history(settings, memory),
    };
    let cursor = if next.next == Next::Listen { cursor(memory) } else { None };
    Heard { signals, cursor, ..next }
}

/// What an event tells.
fn happened(kind: &str, event: &Value, memory: &mut Memory) -> Vec<Value> {
    let chat = &event["channel_id"];
    let one = |signal: Option<Value>| signal.into_iter().collect();
    match kind {
        "MESSAGE_CREATE" => one(said(event).map(|mut told| {
            told["id"] = json!(format!("discord:{}", text(event, "/id")));
            told["type"] = json!("message");
            told["time"] = event["timestamp"].clone();
            told
        })),
        // An embed that was added is no edit.
        "MESSAGE_UPDATE" if event["edited_timestamp"].is_string() => one(said(event).map(|mut told| {
            told["id"] =
                json!(format!("discord:{}:{}", text(event, "/id"), text(event, "/edited_timestamp")));
            told["type"] = json!("message.edited");
            told["time"] = event["edited_timestamp"].clone();
            told
        })),
        "MESSAGE_DELETE" | "MESSAGE_DELETE_BULK" => {
            let ids = event["ids"].as_array().map_or(std::slice::from_ref(&event["id"]), Vec::as_slice);
            let told = |id| json!({ "type": "message.deleted", "chat": chat, "message": { "id": id } });
            ids.iter().map(told).collect()
        }
        "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE" if event["user_id"] != memory.word("me") => {
            vec![json!({
                "type": "reaction", "chat": chat, "member": { "id": event["user_id"] },
                "message": { "id": event["message_id"] },
                "data": { "emoji": event["emoji"]["name"], "added": kind == "MESSAGE_REACTION_ADD" },
            })]
        }
        "MESSAGE_POLL_VOTE_ADD" | "MESSAGE_POLL_VOTE_REMOVE" => {
            one(voted(event, kind == "MESSAGE_POLL_VOTE_ADD", memory))
        }
        "GUILD_MEMBER_ADD" => of_server(event, memory, |event| {
            let id = format!("discord:{}:{}", text(event, "/user/id"), text(event, "/joined_at"));
            Some(
                json!({ "id": id, "type": "member.joined", "member": member(&event["user"], &event["nick"])? }),
            )
        }),
        // Discord does not say whether somebody left, was removed or was banned.
        "GUILD_MEMBER_REMOVE" => of_server(event, memory, |event| {
            let member = member(&event["user"], &Value::Null)?;
            Some(json!({ "type": "member.left", "member": member, "data": { "how": "unknown" } }))
        }),
        "GUILD_MEMBER_UPDATE" => of_server(event, memory, |event| {
            let member = member(&event["user"], &event["nick"])?;
            // Roles change, too; the same name twice is no news.
            let id = format!("discord:{}:{}", text(event, "/user/id"), text(&member, "/name"));
            Some(json!({ "id": id, "type": "member.renamed", "member": member }))
        }),
        _ => Vec::new(),
    }
}

/// Who votes: with each choice Discord tells of that one alone, and whoever chooses another takes the first one back.
fn voted(event: &Value, added: bool, memory: &mut Memory) -> Option<Value> {
    let (user, poll) = (event["user_id"].as_str()?, event["message_id"].as_str()?);
    let mut all: Map<String, Value> = serde_json::from_str(memory.word("votes")).unwrap_or_default();
    if all.len() >= limits::EAR_RECENT_MAX
        && let Some(oldest) = all.keys().next().cloned()
    {
        all.shift_remove(&oldest);
    }
    let choices = all.entry(format!("{poll}:{user}")).or_insert_with(|| json!([])).as_array_mut()?;
    choices.retain(|choice| *choice != event["answer_id"]);
    if added {
        choices.push(event["answer_id"].clone());
    }
    let data = match choices.as_slice() {
        [] => json!({ "withdraw": true }),
        [one] => json!({ "option": one }),
        several => json!({ "option": several }),
    };
    memory.words.insert("votes", Value::Object(all).to_string());
    Some(json!({
        "type": "answer", "chat": event["channel_id"], "member": { "id": user }, "message": { "id": poll }, "data": data,
    }))
}

/// What is told of a server concerns each of its channels that are listened to.
fn of_server(event: &Value, memory: &Memory, told: impl Fn(&Value) -> Option<Value>) -> Vec<Value> {
    let guilds: Value = serde_json::from_str(memory.word("guilds")).unwrap_or_default();
    let chats = guilds[text(event, "/guild_id")].as_array().cloned().unwrap_or_default();
    let Some(told) = told(event).filter(|told| told["member"]["id"] != memory.word("me")) else {
        return Vec::new();
    };
    let several = chats.len() > 1;
    let one = |chat: Value| {
        let mut told = told.clone();
        if let Some(id) = told["id"].as_str().filter(|_| several) {
            told["id"] = json!(format!("{id}:{}", chat.as_str().unwrap_or_default()));
        }
        told["chat"] = chat;
        told
    };
    chats.into_iter().map(one).collect()
}

fn text<'a>(json: &'a Value, at: &str) -> &'a str {
    json.pointer(at).and_then(Value::as_str).unwrap_or_default()
}

fn member(user: &Value, nick: &Value) -> Option<Value> {
    let mut member = json!({ "id": user["id"].as_str()? });
    let names = [nick, &user["global_name"], &user["username"]];
    if let Some(name) = names.into_iter().filter_map(Value::as_str).find(|name| !name.trim().is_empty()) {
        member["name"] = json!(name);
    }
    if user["bot"] == true {
        member["bot"] = json!(true);
    }
    Some(member)
}

/// A message of a person: said, or said in answer to another one.
fn said(event: &Value) -> Option<Value> {
    let is_spoken = matches!(event["type"].as_i64(), None | Some(0 | 19));
    if !is_spoken || event["author"]["bot"] == true || event["webhook_id"].is_string() {
        return None;
    }
    let written = text(event, "/content");
    let links = written.matches("https://").count() + written.matches("http://").count();
    let of_file = event["attachments"][0]["content_type"].as_str().map(|kind| match kind.split('/').next() {
        Some("image") => "image",
        Some("audio") => "voice",
        _ => "file",
    });
    let kind = match of_file {
        Some(kind) => kind,
        None if event["attachments"][0].is_object() => "file",
        None if event["sticker_items"][0].is_object() => "sticker",
        None if event["poll"].is_object() => "poll",
        None if links > 0 => "link",
        None => "text",
    };
    let mut message = json!({ "id": event["id"].as_str()?, "kind": kind, "links": links });
    if !written.is_empty() {
        message["text"] = json!(written);
        message["question"] = json!(super::ear::is_question(written));
    }
    let mentions = event["mentions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mentions: Vec<&str> = mentions.iter().filter_map(|user| user["id"].as_str()).collect();
    if !mentions.is_empty() {
        message["mentions"] = json!(mentions);
    }
    let answered = &event["message_reference"]["message_id"];
    if event["type"] == 19 && answered.is_string() {
        message["reply_to"] = json!({ "id": answered });
        if let Some(author) = event["referenced_message"]["author"]["id"].as_str() {
            message["reply_to"]["member"] = json!(author);
        }
    }
    let who = member(&event["author"], &event["member"]["nick"])?;
    Some(json!({ "chat": event["channel_id"], "member": who, "message": message }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::time::Timestamp, shell::delivery::secret::Secret};

    fn settings() -> Settings {
        let values = [("token", "MTIz.t"), ("base_url", "https://discord.com/api/v10")];
        let values = values.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Settings { values: values.into(), chats: vec!["2000".into()], text: false }
    }

    fn answer(status: u16, body: &Value) -> Response {
        let body = body.to_string().into_bytes();
        Response { status, headers: Vec::new(), body, at: Timestamp::MIN }
    }

    fn answered_by(memory: &mut Memory, what: &'static str, body: &Value) -> Heard {
        hear(&settings(), &Frame::Answer(what, &answer(200, body)), memory)
    }

    fn frame(memory: &mut Memory, frame: &Value) -> Heard {
        hear(&settings(), &Frame::Text(&frame.to_string()), memory)
    }

    fn url(heard: &Heard) -> &str {
        match &heard.next {
            Next::Call(call) => &call.request.url,
            Next::Open(socket) => &socket.url,
            other => panic!("{other:?}"),
        }
    }

    fn said_by(heard: &Heard) -> Value {
        serde_json::from_str(&heard.say[0]).unwrap()
    }

    /// An ear that has begun a session.
    fn ready() -> Memory {
        let mut memory = Memory::default();
        assert_eq!(
            url(&hear(&settings(), &Frame::Begin, &mut memory)),
            "https://discord.com/api/v10/applications/@me"
        );
        let me = json!({ "id": "9", "bot": { "id": "3000" }, "flags": 1 << 15 });
        assert_eq!(url(&answered_by(&mut memory, "me", &me)), "https://discord.com/api/v10/channels/2000");
        let channel = json!({ "id": "2000", "guild_id": "1000" });
        assert_eq!(
            url(&answered_by(&mut memory, "channel", &channel)),
            "https://discord.com/api/v10/gateway/bot"
        );
        let limit =
            json!({ "total": 1_000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1 });
        let gateway = json!({ "url": "wss://gateway.discord.gg", "shards": 1, "session_start_limit": limit });
        let open = answered_by(&mut memory, "gateway", &gateway);
        assert_eq!(url(&open), "wss://gateway.discord.gg/?v=10&encoding=json");
        let hello = frame(
            &mut memory,
            &json!({ "op": 10, "d": { "heartbeat_interval": 41_250 }, "s": null, "t": null }),
        );
        assert_eq!(hello.beat, Some(Duration::from_millis(41_250)));
        assert_eq!((&said_by(&hello)["op"], &said_by(&hello)["d"]["intents"]), (&json!(2), &json!(ALWAYS)));
        let session = json!({ "v": 10, "session_id": "s1", "resume_gateway_url": "wss://us-east1-b.gateway.discord.gg", "user": { "id": "3000" } });
        let begun = frame(&mut memory, &json!({ "op": 0, "t": "READY", "s": 1, "d": session }));
        assert!(begun.cursor.is_some() && begun.next == Next::Listen);
        memory
    }

    #[test]
    fn a_session_is_begun_once_and_resumed_where_it_was() {
        let mut memory = ready();
        let spoken = json!({ "op": 0, "t": "MESSAGE_CREATE", "s": 7, "d": {
            "id": "700", "channel_id": "2000", "guild_id": "1000", "type": 0, "content": "", "mentions": [], "attachments": [],
            "timestamp": "2027-01-15T08:00:00.123000+00:00", "author": { "id": "42", "username": "ben.x", "global_name": "Ben" },
        } });
        let heard = frame(&mut memory, &spoken);
        let cursor = heard.cursor.unwrap();
        assert_eq!(
            (heard.signals.len(), cursor.contains("\"seq\":\"7\""), cursor.contains("\"last\":\"700\"")),
            (1, true, true)
        );
        // A heartbeat has the last number; a second one without an answer is one too many.
        assert_eq!(said_by(&hear(&settings(), &Frame::Beat, &mut memory)), json!({ "op": 1, "d": 7 }));
        assert!(matches!(hear(&settings(), &Frame::Beat, &mut memory).next, Next::Again(_)));
        let mut restarted = Memory::from(Some(cursor));
        restarted.words.insert("me", "3000".into());
        let again = hear(&settings(), &Frame::Begin, &mut restarted);
        assert_eq!(url(&again), "wss://us-east1-b.gateway.discord.gg/?v=10&encoding=json");
        let hello = frame(&mut restarted, &json!({ "op": 10, "d": { "heartbeat_interval": 41_250 } }));
        assert_eq!(
            said_by(&hello),
            json!({ "op": 6, "d": { "token": "MTIz.t", "session_id": "s1", "seq": 7 } })
        );
        assert_eq!(frame(&mut restarted, &json!({ "op": 7, "d": null })).next, Next::Renew);
        // A session that is over: another is begun, and the history says what was said meanwhile.
        assert!(matches!(frame(&mut restarted, &json!({ "op": 9, "d": false })).next, Next::Pause(..)));
        assert_eq!(
            url(&hear(&settings(), &Frame::Begin, &mut restarted)),
            "https://discord.com/api/v10/gateway/bot"
        );
        let session =
            json!({ "session_id": "s2", "resume_gateway_url": "wss://x", "user": { "id": "3000" } });
        let asked = frame(&mut restarted, &json!({ "op": 0, "t": "READY", "s": 1, "d": session }));
        assert_eq!(url(&asked), "https://discord.com/api/v10/channels/2000/messages?after=700&limit=100");
    }

    #[test]
    fn codes_that_forbid_it_are_not_answered_by_another_try() {
        let close = |code| hear(&settings(), &Frame::Closed(code), &mut ready()).next;
        for code in [4004, 4010, 4011, 4012, 4013, 4014] {
            assert!(matches!(close(Some(code)), Next::Refused(_)), "{code}");
        }
        for code in [None, Some(1000), Some(1006), Some(4000), Some(4008), Some(4009)] {
            assert!(matches!(close(code), Next::Again(_)), "{code:?}");
        }
        let mut memory = ready();
        let spent =
            json!({ "url": "wss://x", "session_start_limit": { "remaining": 0, "reset_after": 3_600_000 } });
        let wait = answered_by(&mut memory, "gateway", &spent).next;
        assert!(matches!(wait, Next::Pause(wait, _) if wait.as_millis() == 3_600_000));
        let slow = answer(
            429,
            &json!({ "message": "You are being rate limited.", "retry_after": 1.5, "global": false }),
        );
        let wait = hear(&settings(), &Frame::Answer("gateway", &slow), &mut memory).next;
        assert!(matches!(wait, Next::Pause(wait, _) if wait.as_millis() == 1_500));
        let unknown = hear(&settings(), &Frame::Answer("me", &answer(401, &json!({}))), &mut memory).next;
        assert!(matches!(unknown, Next::Refused(_)));
    }

    #[test]
    fn what_people_do_is_told_once_for_each_channel_and_bots_are_nobody() {
        let mut memory = ready();
        let user = json!({ "id": "42", "username": "ben.x", "global_name": "Ben" });
        let mut told = |kind: &str, event: Value| happened(kind, &event, &mut memory);
        let joined = told(
            "GUILD_MEMBER_ADD",
            json!({ "guild_id": "1000", "user": user, "nick": null, "joined_at": "2027-01-15T08:00:00Z" }),
        );
        assert_eq!(
            joined,
            [
                json!({ "id": "discord:42:2027-01-15T08:00:00Z", "type": "member.joined", "member": { "id": "42", "name": "Ben" }, "chat": "2000" })
            ]
        );
        assert!(
            told("GUILD_MEMBER_ADD", json!({ "guild_id": "1", "user": user })).is_empty(),
            "another server"
        );
        assert_eq!(
            told("GUILD_MEMBER_REMOVE", json!({ "guild_id": "1000", "user": user }))[0]["data"]["how"],
            "unknown"
        );
        let mut message = json!({
            "id": "700", "channel_id": "2000", "type": 19, "content": "at https://a.example ?", "mentions": [{ "id": "3000" }],
            "attachments": [], "author": user, "member": { "nick": "小本" }, "timestamp": "2027-01-15T08:00:00.123000+00:00",
            "message_reference": { "message_id": "699" }, "referenced_message": { "author": { "id": "3000" } },
        });
        assert_eq!(
            told("MESSAGE_CREATE", message.clone()),
            [json!({
                "chat": "2000", "member": { "id": "42", "name": "小本" },
                "message": { "id": "700", "kind": "link", "links": 1, "text": "at https://a.example ?", "question": true,
                    "mentions": ["3000"], "reply_to": { "id": "699", "member": "3000" } },
                "id": "discord:700", "type": "message", "time": "2027-01-15T08:00:00.123000+00:00",
            })]
        );
        message["type"] = json!(7);
        assert!(told("MESSAGE_CREATE", message.clone()).is_empty(), "what Discord itself says");
        message["type"] = json!(0);
        message["author"]["bot"] = json!(true);
        assert!(told("MESSAGE_CREATE", message).is_empty());
        let mut vote = |kind: &str, answer: u64| {
            told(
                kind,
                json!({ "user_id": "42", "channel_id": "2000", "message_id": "5", "answer_id": answer }),
            )[0]["data"]
                .clone()
        };
        assert_eq!(vote("MESSAGE_POLL_VOTE_ADD", 2), json!({ "option": 2 }));
        assert_eq!(vote("MESSAGE_POLL_VOTE_ADD", 1), json!({ "option": [2, 1] }));
        assert_eq!(vote("MESSAGE_POLL_VOTE_REMOVE", 2), json!({ "option": 1 }));
        assert_eq!(vote("MESSAGE_POLL_VOTE_REMOVE", 1), json!({ "withdraw": true }));
    }
}
