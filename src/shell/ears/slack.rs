//! Slack by Socket Mode (docs.slack.dev, "Using Socket Mode" and "apps.connections.open", 2026-11): envelopes over a
//! WebSocket whose address is asked for, each acknowledged by its id.
//!
//! Pure. What an event tells is read as over HTTP. Slack repeats for some minutes what was not acknowledged; of longer
//! gaps the messages are asked for from the channel's history. The cursor is the time of the last event, as Slack
//! writes it.

use super::ear::{Call, Frame, Heard, Memory, Next, Settings, Socket};
use crate::{
    base::{
        limits,
        time::{Duration, Timestamp},
    },
    model::channel::ChannelKind,
    shell::{
        delivery::adapter::{
            Request, Response,
            answer::excerpt,
            parts::{self, segment},
        },
        hooks,
    },
};
use serde_json::{Value, json};

/// How often a sign of life is asked for.
const BEAT: Duration = Duration::from_millis(30_000);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(10_000);
/// Messages of one page of a channel's history.
const PAGE: usize = 200;
/// Members of one page of a channel's roster.
const MEMBERS: usize = 1_000;
/// Who comes or leaves is told as an event and stands in the history within so long.
const TWICE: Duration = Duration::from_millis(600_000);

/// What the app has to be allowed, each with what is missing without it.
const SCOPES: [(&str, &str); 7] = [
    ("chat:write", "it cannot speak"),
    ("channels:history", "it hears no messages of public channels"),
    ("groups:history", "it hears no messages of private channels"),
    ("channels:read", "it does not hear who joins a public channel or leaves it"),
    ("groups:read", "it does not hear who joins a private channel or leaves it"),
    ("reactions:read", "it hears no reactions"),
    ("users:read", "it does not know the names of those who join"),
];

/// The events that the app has to be told of.
const EVENTS: [&str; 6] = [
    "message.channels",
    "message.groups",
    "member_joined_channel",
    "member_left_channel",
    "reaction_added",
    "reaction_removed",
];

/// The letters of an app's name.
const NAME_MAX: usize = 35;

/// What Slack makes an app of: it may do and is told exactly what a channel needs that hears or does not, and speaks as
/// the app or by a webhook. As JSON, over several lines.
pub fn slack_manifest(title: &str, hears: bool, by_webhook: bool) -> String {
    format!("{:#}", manifest(title, hears, by_webhook))
}

fn manifest(title: &str, hears: bool, by_webhook: bool) -> Value {
    let [(speak, _), hear @ ..] = SCOPES;
    let speak = if by_webhook { "incoming-webhook" } else { speak };
    let hear = hear.iter().map(|(scope, _)| *scope).filter(|_| hears);
    let scopes: Vec<&str> = std::iter::once(speak).chain(hear).collect();
    let mut settings = json!({
        "org_deploy_enabled": false, "socket_mode_enabled": hears, "token_rotation_enabled": false,
        "interactivity": { "is_enabled": hears },
    });
    if hears {
        settings["event_subscriptions"] = json!({ "bot_events": EVENTS });
    }
    json!({
        "display_information": { "name": title.chars().take(NAME_MAX).collect::<String>() },
        "features": { "bot_user": { "display_name": "playbook", "always_online": false } },
        "oauth_config": { "scopes": { "bot": scopes } },
        "settings": settings,
    })
}

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    let heard = match frame {
        Frame::Begin if memory.word("me").is_empty() => Heard::nothing(post(settings, "token", "auth.test")),
        Frame::Begin => Heard::nothing(post(settings, "app", "apps.connections.open")),
        Frame::Answer(what, response) => answered(settings, what, response, memory),
        Frame::Text(text) => envelope(settings, text, memory),
        Frame::Opened | Frame::Beat | Frame::Bytes(_) => Heard::nothing(Next::Listen),
        Frame::Shut(status) => {
            Heard::nothing(Next::Again(format!("Slack opens no WebSocket: it answered {status}")))
        }
        Frame::Closed(_) => Heard::nothing(Next::Again("Slack closed the connection".into())),
    };
    if heard.next == Next::Listen && !matches!(frame, Frame::Opened) {
        memory.words.insert("well", memory.now.as_millis().to_string());
    }
    heard
}

fn post(settings: &Settings, key: &str, method: &'static str) -> Next {
    let url = parts::endpoint(settings.get("base_url"), &format!("/{method}"));
    let mut request = Request::post_json(&url, "{}".into());
    request.headers.push(("authorization".into(), format!("Bearer {}", settings.get(key))));
    Next::Call(Call { what: method, request, patience: PATIENCE, listens: false })
}

/// Asks for something that is read; Slack takes no JSON there.
fn get(settings: &Settings, method: &'static str, query: &str) -> Next {
    let url = parts::endpoint(settings.get("base_url"), &format!("/{method}?{query}"));
    let headers = vec![("authorization".to_owned(), format!("Bearer {}", settings.get("token")))];
    let request = Request { method: "GET".into(), url, headers, ..Request::empty() };
    Next::Call(Call { what: method, request, patience: PATIENCE, listens: false })
}

fn answered(settings: &Settings, what: &str, response: &Response, memory: &mut Memory) -> Heard {
    let body = response.json().unwrap_or_default();
    if response.status == 429 || body["error"] == "ratelimited" {
        let wait = response.retry_after().unwrap_or(Duration::SECOND.times(30));
        return Heard::nothing(Next::Pause(wait, "Slack asks for patience".into()));
    }
    let is_taken = body["ok"] == true;
    match what {
        // A name that is not told is no reason to let somebody in without a word.
        "users.info" => {
            let heard = with_name(&body["user"], memory);
            Heard { next: next_joiner(settings, memory), ..heard }
        }
        "conversations.history" if is_taken => history(settings, &body, memory),
        // A channel whose history may not be read is heard from now on.
        "conversations.history" if body["ok"] == false => next_chat(settings, memory),
        "conversations.members" if body["ok"].is_boolean() => roster(settings, &body, memory),
        "auth.test" if is_taken => {
            memory.words.insert("me", body["user_id"].as_str().unwrap_or("-").to_owned());
            if let Some(lacks) = lacks(response) {
                memory.words.insert("lacks", lacks);
            }
            Heard::nothing(post(settings, "app", "apps.connections.open"))
        }
        "apps.connections.open" if is_taken && body["url"].is_string() => {
            let url = body["url"].as_str().unwrap_or_default().to_owned();
            Heard::nothing(Next::Open(Socket { url, headers: Vec::new(), beat: BEAT }))
        }
        _ => Heard::nothing(refused(what, &body, response)),
    }
}

/// What the app may not do, as far as Slack says what it may.
fn lacks(response: &Response) -> Option<String> {
    let may: Vec<&str> = response.header("x-oauth-scopes")?.split(',').map(str::trim).collect();
    let missing = SCOPES.iter().filter(|(scope, _)| !may.contains(scope));
    let missing: Vec<String> = missing.map(|(scope, why)| format!("`{scope}` ({why})")).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "the app lacks scopes: {}; add them under OAuth & Permissions and install it again",
            missing.join(", ")
        )
    })
}

fn refused(what: &str, body: &Value, response: &Response) -> Next {
    let key = if what == "auth.test" {
        "`token`, which begins with xoxb-"
    } else {
        "`app`, which begins with xapp-"
    };
    match body["error"].as_str() {
        Some(
            "invalid_auth" | "not_authed" | "not_allowed_token_type" | "token_revoked" | "token_expired",
        ) => Next::Refused(format!("Slack does not take {key}: copy it from the app's settings once more")),
        Some("account_inactive") => {
            Next::Refused("the app was removed from the workspace: install it again".into())
        }
        Some("missing_scope" | "no_permission") => {
            Next::Refused("the app-level token lacks the scope `connections:write`: make a new one".into())
        }
        Some("forbidden_team" | "socket_mode_disabled" | "access_denied") => {
            Next::Refused("Socket Mode is switched off: turn it on in the app's settings".into())
        }
        _ => Next::Again(format!("Slack answered {}", response.in_words())),
    }
}

fn envelope(settings: &Settings, text: &str, memory: &mut Memory) -> Heard {
    let frame: Value = serde_json::from_str(text).unwrap_or_default();
    match (frame["type"].as_str(), frame["reason"].as_str()) {
        (Some("hello"), _) => hello(settings, memory),
        (Some("disconnect"), Some("link_disabled")) => Heard::nothing(Next::Refused(
            "Socket Mode is switched off: turn it on in the app's settings".into(),
        )),
        (Some("disconnect"), Some("too_many_websockets")) => Heard::nothing(Next::Elsewhere(
            "other programs hold all connections that the app may have, with the same `app`".into(),
        )),
        (Some("disconnect"), _) => Heard::nothing(Next::Renew),
        _ => happened(settings, &frame, memory),
    }
}

/// An envelope is acknowledged, whatever is in it: it comes again otherwise.
fn happened(settings: &Settings, frame: &Value, memory: &mut Memory) -> Heard {
    let mut signals = hooks::happened(ChannelKind::Slack, &frame["payload"]);
    signals.retain(|signal| signal["member"]["id"] != memory.word("me") && is_news(signal, memory));
    let say = frame["envelope_id"].as_str().map(|id| json!({ "envelope_id": id }).to_string());
    let at = frame["payload"]["event"]["event_ts"].as_str().filter(|_| !signals.is_empty());
    let later = at.filter(|at| memory.cursor.as_deref().is_none_or(|known| known < *at));
    let cursor = later.map(str::to_owned);
    if cursor.is_some() {
        memory.cursor.clone_from(&cursor);
    }
    let answer = seen(settings, &frame["payload"], &signals).into_iter().collect();
    let heard =
        Heard { say: say.into_iter().collect(), cursor, signals, answer, ..Heard::nothing(Next::Listen) };
    match heard.signals.first() {
        // Slack tells ids; whoever is welcomed has a name.
        Some(joined) if joined["type"] == "member.joined" => {
            let user = joined["member"]["id"].as_str().unwrap_or_default();
            let ask = get(settings, "users.info", &format!("user={}", segment(user)));
            let held = json!({ "signals": heard.signals, "say": heard.say, "cursor": heard.cursor });
            memory.words.insert("held", held.to_string());
            Heard::nothing(ask)
        }
        _ => heard,
    }
}

/// Whoever has pressed is shown what: nothing under the message changes by itself. Told to Slack only, whatever address
/// stands in the frame.
fn seen(settings: &Settings, payload: &Value, signals: &[Value]) -> Option<Call> {
    let data = &signals.first().filter(|_| payload["type"] == "block_actions")?["data"];
    let url = payload["response_url"].as_str()?;
    let site = |url: &str| url.split('/').take(3).collect::<Vec<_>>().join("/");
    if !url.starts_with("https://hooks.slack.com/") && site(url) != site(settings.get("base_url")) {
        return None;
    }
    let words = match &data["option"] {
        Value::Array(ticked) => ticked.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        option => option.as_str().unwrap_or("–").to_owned(),
    };
    let text = format!("✓ {}", words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    let body = json!({ "response_type": "ephemeral", "replace_original": false, "text": text });
    let request = Request::post_json(url, body.to_string());
    Some(Call { what: "response_url", request, patience: PATIENCE, listens: false })
}

/// What was held until the name of whoever joined was known.
fn with_name(user: &Value, memory: &mut Memory) -> Heard {
    let held = memory.words.remove("held").unwrap_or_default();
    let mut held: Value = serde_json::from_str(&held).unwrap_or_default();
    let names = [&user["profile"]["display_name"], &user["real_name"], &user["name"]];
    let name = names.into_iter().filter_map(Value::as_str).find(|name| !name.trim().is_empty());
    if let Some(name) = name {
        held["signals"][0]["member"]["name"] = json!(name);
    }
    if user["is_bot"] == true {
        held["signals"][0]["member"]["bot"] = json!(true);
    }
    let texts = held["say"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Heard {
        say: texts.map(str::to_owned).collect(),
        cursor: held["cursor"].as_str().map(str::to_owned),
        signals: held["signals"].as_array().cloned().unwrap_or_default(),
        ..Heard::nothing(Next::Listen)
    }
}

/// The socket is open: whoever was away asks what was said meanwhile.
fn hello(settings: &Settings, memory: &mut Memory) -> Heard {
    let well = memory.word("well").parse().map_or(Timestamp::MIN, Timestamp::from_millis);
    let away = memory.now.since(well).as_millis() > limits::EAR_AWAY_MS;
    match memory.cursor.clone() {
        None => {
            let now = format!("{}.000000", memory.now.as_seconds());
            memory.cursor = Some(now.clone());
            Heard { cursor: Some(now), ..Heard::nothing(Next::Listen) }
        }
        Some(from) if away => {
            memory.words.insert("from", from);
            memory.words.insert("chats", json!(settings.chats).to_string());
            next_chat(settings, memory)
        }
        Some(_) => Heard::nothing(Next::Listen),
    }
}

/// Asks what was said in the next chat, if there is one left.
fn next_chat(settings: &Settings, memory: &mut Memory) -> Heard {
    let mut chats: Vec<String> = serde_json::from_str(memory.word("chats")).unwrap_or_default();
    memory.words.remove("page");
    memory.words.insert("pages", "0".into());
    let Some(chat) = chats.pop() else { return Heard::nothing(next_joiner(settings, memory)) };
    memory.words.insert("chats", json!(chats).to_string());
    memory.words.insert("chat", chat);
    Heard::nothing(page(settings, memory))
}

fn page(settings: &Settings, memory: &Memory) -> Next {
    let (chat, from) = (segment(memory.word("chat")).to_string(), segment(memory.word("from")).to_string());
    let mut query = format!("channel={chat}&oldest={from}&limit={PAGE}");
    if !memory.word("page").is_empty() {
        query.push_str(&format!("&cursor={}", segment(memory.word("page"))));
    }
    get(settings, "conversations.history", &query)
}

/// What was said while nobody listened, the newest first.
fn history(settings: &Settings, body: &Value, memory: &mut Memory) -> Heard {
    let said = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let chat = memory.word("chat").to_owned();
    let mut joiners: Vec<Value> = serde_json::from_str(memory.word("joiners")).unwrap_or_default();
    let moved: Vec<Value> = said.iter().rev().filter_map(|message| moved(message, &chat)).collect();
    let mut signals = Vec::new();
    for signal in moved {
        if signal["member"]["id"] != memory.word("me") && is_news(&signal, memory) {
            // Whoever is welcomed has a name, which is asked for when all is read.
            let list = if signal["type"] == "member.joined" { &mut joiners } else { &mut signals };
            list.push(signal);
        }
    }
    memory.words.insert("joiners", json!(joiners).to_string());
    let spoken = said.iter().rev().flat_map(|message| {
        let mut event = message.clone();
        event["channel"] = json!(chat);
        hooks::happened(ChannelKind::Slack, &json!({ "type": "event_callback", "event": event }))
    });
    signals.extend(spoken.filter(|signal| signal["member"]["id"] != memory.word("me")));
    let pages = memory.word("pages").parse::<usize>().unwrap_or_default() + 1;
    let further = body["response_metadata"]["next_cursor"].as_str().filter(|cursor| !cursor.is_empty());
    let next = if let Some(cursor) = further.filter(|_| pages < limits::EAR_PAGES_MAX) {
        memory.words.insert("page", excerpt(cursor));
        memory.words.insert("pages", pages.to_string());
        page(settings, memory)
    } else {
        memory.words.insert("pages", "0".into());
        memory.words.remove("roster");
        members(settings, memory, "")
    };
    Heard { signals, ..Heard::nothing(next) }
}

/// Asks who is in the chat.
fn members(settings: &Settings, memory: &Memory, cursor: &str) -> Next {
    let mut query = format!("channel={}&limit={MEMBERS}", segment(memory.word("chat")));
    if !cursor.is_empty() {
        query.push_str(&format!("&cursor={}", segment(cursor)));
    }
    get(settings, "conversations.members", &query)
}

/// Who is in the chat now: of those who are known there the others have left. Who has come stands in the history.
fn roster(settings: &Settings, body: &Value, memory: &mut Memory) -> Heard {
    let mut all: Vec<Value> = serde_json::from_str(memory.word("roster")).unwrap_or_default();
    all.extend(body["members"].as_array().cloned().unwrap_or_default());
    let pages = memory.word("pages").parse::<usize>().unwrap_or_default() + 1;
    let further = body["response_metadata"]["next_cursor"].as_str().filter(|cursor| !cursor.is_empty());
    let is_whole = body["ok"] == true && further.is_none() && !all.is_empty();
    if let Some(cursor) = further.filter(|_| pages < limits::EAR_PAGES_MAX) {
        memory.words.insert("roster", json!(all).to_string());
        memory.words.insert("pages", pages.to_string());
        return Heard::nothing(members(settings, memory, &excerpt(cursor)));
    }
    let (chat, from) = (memory.word("chat").to_owned(), memory.word("from").to_owned());
    memory.words.remove("roster");
    let told = super::ear::roster("slack", &chat, &from, &all);
    Heard { signals: is_whole.then_some(told).into_iter().collect(), ..next_chat(settings, memory) }
}

/// The name of the next of those who have joined meanwhile is asked for.
fn next_joiner(settings: &Settings, memory: &mut Memory) -> Next {
    let mut joiners: Vec<Value> = serde_json::from_str(memory.word("joiners")).unwrap_or_default();
    if joiners.is_empty() {
        return Next::Listen;
    }
    let joined = joiners.remove(0);
    let user = joined["member"]["id"].as_str().unwrap_or_default().to_owned();
    memory.words.insert("joiners", json!(joiners).to_string());
    memory.words.insert("held", json!({ "signals": [joined], "say": [], "cursor": null }).to_string());
    get(settings, "users.info", &format!("user={}", segment(&user)))
}

/// Somebody who came or left, as the channel's history has it.
fn moved(message: &Value, chat: &str) -> Option<Value> {
    let (name, what) = match message["subtype"].as_str()? {
        "channel_join" | "group_join" => ("member.joined", "joined"),
        "channel_leave" | "group_leave" => ("member.left", "left"),
        _ => return None,
    };
    let (user, ts) = (message["user"].as_str()?, message["ts"].as_str()?);
    let mut signal = json!({
        "id": format!("slack:{what}:{chat}:{user}:{ts}"), "type": name, "chat": chat, "member": { "id": user },
        "time": hooks::slack_instant(ts),
    });
    if let Some(inviter) = message["inviter"].as_str() {
        signal["member"]["inviter"] = json!(inviter);
    }
    if what == "left" {
        signal["data"] = json!({ "how": "unknown" });
    }
    Some(signal)
}

/// Whether it is news that somebody came or left: the history has it, too.
fn is_news(signal: &Value, memory: &mut Memory) -> bool {
    let what = match signal["type"].as_str() {
        Some("member.joined") => "joined",
        Some("member.left") => "left",
        _ => return true,
    };
    let word = |at: &str| signal.pointer(at).and_then(Value::as_str).unwrap_or_default();
    memory.is_news(format!("{} {}", word("/chat"), word("/member/id")), what, TWICE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::delivery::secret::Secret;

    fn settings() -> Settings {
        let values = [("app", "xapp-1"), ("token", "xoxb-1"), ("base_url", "https://slack.com/api")];
        let values = values.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Settings { values: values.into(), chats: vec!["C1".into(), "C2".into()], text: false }
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: &Value) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.to_string().into_bytes(), at: Timestamp::MIN }
    }

    fn frame(memory: &mut Memory, frame: &Value) -> Heard {
        hear(&settings(), &Frame::Text(&frame.to_string()), memory)
    }

    fn called(heard: &Heard) -> (&str, &str) {
        let Next::Call(call) = &heard.next else { panic!("{heard:?}") };
        (call.what, &call.request.url)
    }

    /// As docs.slack.dev has it.
    fn envelope(event: &Value) -> Value {
        json!({
            "envelope_id": "dbdd0ef3-1543-4f94-bfb4-133d0e6c1545", "type": "events_api", "accepts_response_payload": false,
            "payload": { "type": "event_callback", "event_id": "Ev1", "event_time": 1_790_000_000, "api_app_id": "A1",
                "event": event },
        })
    }

    #[test]
    fn an_address_is_asked_for_after_the_app_has_said_who_it_is() {
        let mut memory = Memory::default();
        assert_eq!(
            called(&hear(&settings(), &Frame::Begin, &mut memory)),
            ("auth.test", "https://slack.com/api/auth.test")
        );
        let me = answer(
            200,
            &[("x-oauth-scopes", "chat:write, channels:history")],
            &json!({ "ok": true, "user_id": "U0" }),
        );
        let next = hear(&settings(), &Frame::Answer("auth.test", &me), &mut memory);
        assert_eq!(called(&next).0, "apps.connections.open");
        assert!(
            memory.word("lacks").contains("`groups:history`")
                && !memory.word("lacks").contains("`chat:write`")
        );
        let url =
            answer(200, &[], &json!({ "ok": true, "url": "wss://wss-primary.slack.com/link/?ticket=1" }));
        let opened = hear(&settings(), &Frame::Answer("apps.connections.open", &url), &mut memory);
        assert!(matches!(opened.next, Next::Open(Socket { url, .. }) if url.ends_with("ticket=1")));
        let refused = |error: &str| {
            let no = answer(200, &[], &json!({ "ok": false, "error": error }));
            hear(&settings(), &Frame::Answer("apps.connections.open", &no), &mut Memory::default()).next
        };
        assert!(matches!(refused("invalid_auth"), Next::Refused(why) if why.contains("`app`")));
        assert!(matches!(refused("missing_scope"), Next::Refused(why) if why.contains("connections:write")));
        assert!(matches!(refused("internal_error"), Next::Again(_)));
        let slow = answer(429, &[("retry-after", "7")], &json!({ "ok": false, "error": "ratelimited" }));
        let slow = hear(&settings(), &Frame::Answer("auth.test", &slow), &mut Memory::default());
        assert!(matches!(slow.next, Next::Pause(wait, _) if wait == Duration::SECOND.times(7)));
    }

    #[test]
    fn envelopes_are_acknowledged_whatever_is_in_them() {
        let mut memory = Memory::default();
        memory.words.insert("me", "U0".into());
        let spoken = json!({ "type": "message", "channel": "C1", "user": "U1", "ts": "1790000000.000100", "text": "hi",
            "event_ts": "1790000000.000100" });
        let heard = frame(&mut memory, &envelope(&spoken));
        assert_eq!(heard.say, [r#"{"envelope_id":"dbdd0ef3-1543-4f94-bfb4-133d0e6c1545"}"#]);
        assert_eq!((heard.signals.len(), heard.cursor.as_deref()), (1, Some("1790000000.000100")));
        let mut older = spoken;
        older["event_ts"] = json!("1780000000.000100");
        assert_eq!(frame(&mut memory, &envelope(&older)).cursor, None, "a cursor never goes back");
        let own = frame(
            &mut memory,
            &envelope(&json!({ "type": "member_joined_channel", "user": "U0", "channel": "C1" })),
        );
        assert_eq!((own.signals.len(), own.say.len()), (0, 1));
        let command = json!({ "envelope_id": "x", "type": "slash_commands", "payload": { "command": "/x" } });
        assert_eq!(frame(&mut memory, &command).say.len(), 1);
        let reason = |reason: &str| json!({ "type": "disconnect", "reason": reason, "debug_info": {} });
        assert_eq!(frame(&mut memory, &reason("warning")).next, Next::Renew);
        assert_eq!(frame(&mut memory, &reason("refresh_requested")).next, Next::Renew);
        assert!(matches!(frame(&mut memory, &reason("link_disabled")).next, Next::Refused(_)));
        assert_eq!(frame(&mut memory, &json!("nonsense")).next, Next::Listen);
    }

    #[test]
    fn whoever_joins_has_a_name_or_none_and_is_heard_after_it_was_asked_for() {
        for (user, name) in [
            (
                json!({ "ok": true, "user": { "name": "b", "real_name": "Ben", "profile": { "display_name": "" } } }),
                json!("Ben"),
            ),
            (json!({ "ok": false, "error": "missing_scope" }), Value::Null),
        ] {
            let mut memory = Memory::default();
            let joined = json!({ "type": "member_joined_channel", "user": "U1", "channel": "C1", "event_ts": "1790000000.1" });
            let asked = frame(&mut memory, &envelope(&joined));
            assert_eq!(called(&asked).1, "https://slack.com/api/users.info?user=U1");
            assert!(asked.say.is_empty() && asked.signals.is_empty() && asked.cursor.is_none());
            let heard =
                hear(&settings(), &Frame::Answer("users.info", &answer(200, &[], &user)), &mut memory);
            assert_eq!((heard.say.len(), &heard.signals[0]["member"]["name"]), (1, &name));
            assert_eq!(heard.cursor.as_deref(), Some("1790000000.1"));
        }
    }

    #[test]
    fn after_a_gap_each_chat_is_asked_what_was_said_page_by_page() {
        let hello = json!({ "type": "hello", "num_connections": 1 });
        let mut memory = Memory::default();
        memory.now = Timestamp::from_millis(1_790_000_000_000);
        assert_eq!(frame(&mut memory, &hello).cursor.as_deref(), Some("1790000000.000000"));
        memory.now = Timestamp::from_millis(1_790_000_010_000);
        assert_eq!(frame(&mut memory, &hello).next, Next::Listen, "ten seconds are no gap");
        memory.now = Timestamp::from_millis(1_790_000_300_000);
        let asked = frame(&mut memory, &hello);
        let url = "https://slack.com/api/conversations.history?channel=C2&oldest=1790000000.000000&limit=200";
        assert_eq!(called(&asked), ("conversations.history", url));
        let page = |cursor: &str| {
            answer(
                200,
                &[],
                &json!({ "ok": true, "response_metadata": { "next_cursor": cursor }, "messages": [
                { "type": "message", "user": "U2", "ts": "1790000200.2", "text": "b" },
                { "type": "message", "user": "U1", "ts": "1790000100.1", "text": "a" },
                { "type": "message", "subtype": "channel_join", "user": "U3", "ts": "1790000050.1", "text": "joined" },
            ] }),
            )
        };
        let mut told = |name: &'static str, answer: &Response| {
            hear(&settings(), &Frame::Answer(name, answer), &mut memory)
        };
        let first = told("conversations.history", &page("dXNlcg=="));
        let ids: Vec<&Value> = first.signals.iter().map(|signal| &signal["id"]).collect();
        assert_eq!(ids, ["slack:C2:1790000100.1", "slack:C2:1790000200.2"]);
        assert!(called(&first).1.ends_with("&cursor=dXNlcg%3D%3D"), "{first:?}");
        assert!(
            called(&told("conversations.history", &page(""))).1.contains("conversations.members?channel=C2&")
        );
        let whole = answer(200, &[], &json!({ "ok": true, "members": ["U1", "U2"] }));
        assert!(
            called(&told("conversations.members", &whole)).1.contains("conversations.history?channel=C1&")
        );
        let refused = told(
            "conversations.history",
            &answer(200, &[], &json!({ "ok": false, "error": "not_in_channel" })),
        );
        assert!(refused.signals.is_empty());
        assert_eq!(called(&refused).0, "users.info", "whoever came meanwhile is welcomed by name");
    }

    #[test]
    fn a_manifest_asks_for_what_is_used_and_nothing_else() {
        let hears = manifest("长安共读", true, false);
        let scopes = hears["oauth_config"]["scopes"]["bot"].as_array().unwrap();
        assert_eq!(scopes.len(), SCOPES.len());
        assert_eq!(hears["settings"]["event_subscriptions"]["bot_events"], json!(EVENTS));
        let deaf = manifest(&"x".repeat(99), false, true);
        assert_eq!(deaf["oauth_config"]["scopes"]["bot"], json!(["incoming-webhook"]));
        assert_eq!(
            (&deaf["settings"]["event_subscriptions"], &deaf["settings"]["socket_mode_enabled"]),
            (&Value::Null, &json!(false))
        );
        assert_eq!(deaf["display_information"]["name"].as_str().map(str::len), Some(NAME_MAX));
    }
}
