//! Matrix room (client-server API v1.16, `m.room.message`; Synapse's limits).
//!
//! Every message has its plain words as `body` and, where something is formatted, HTML as `formatted_body`. It is
//! an `m.text`: the default push rules silence an `m.notice`, even one that calls somebody. The transaction id is
//! the idempotency key, so an attempt in doubt leaves no second copy. A question is a poll as MSC3381 has it, under the
//! unstable names that Element and others send and show. An image that was not uploaded to the homeserver cannot be
//! shown; one with an address is a link, a file is uploaded.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{by_status, excerpt, unclear},
    mention::Mentions,
    parts,
};
use crate::{
    base::{phrase::phrase, time::Duration},
    model::{
        channel::ChannelKind,
        message::{Admission, Message, Poll, Restriction, Revising},
    },
    shell::delivery::{
        markup::{self, Block, html, write::PLAIN},
        picture::{self, Picture},
        target::Robot,
    },
};
use serde_json::{Value, json};

/// The adapter of `type: matrix`.
pub struct Matrix;

/// A whole event may have 65536 bytes as servers pass it on, with ids, hashes and signatures beside the content.
const CONTENT_BYTES_MAX: usize = parts::longest(ChannelKind::Matrix);
/// What the note of an accepted message begins with; its id follows.
const NOTE: &str = "event ";
/// A poll, words, and how many options a poll may have.
const POLL: &str = "org.matrix.msc3381.poll.start";
const WORDS: &str = "org.matrix.msc1767.text";
const OPTIONS_MAX: usize = 20;
/// What is pinned in a room, and who may do what there.
const PINNED: &str = "m.room.pinned_events";
const LEVELS: &str = "m.room.power_levels";
/// The level of whoever may not write: below that of everybody.
const SILENT: i64 = -1;

impl Adapter for Matrix {
    fn check(&self, robot: &Robot) -> Result<(), (String, String)> {
        let room = robot.setting("room").unwrap_or_default();
        if room.starts_with('!') && room.len() > 1 {
            return Ok(());
        }
        let problem = "is not a room's id such as !AbC:example.org: an address with # is not enough; Element shows \
                       the id under the room's settings, Advanced";
        Err(("room".into(), problem.into()))
    }

    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let answered = attempt.reply_to.and_then(|note| note.strip_prefix(NOTE));
        let room = parts::segment(robot.setting("room").unwrap_or_default());
        let base = robot.setting("url").unwrap_or_default();
        let authorization = format!("Bearer {}", robot.setting("token").unwrap_or_default());
        let mut contents = contents(message)?;
        contents.extend(picture::path(message).map(|path| shown_picture(path, attempt)));
        let contents = parts::bounded(contents)?.into_iter().enumerate();
        let requests = contents.map(|(index, mut content)| {
            let kind = if content[POLL].is_object() { POLL } else { "m.room.message" };
            if let Some(event) = answered.filter(|_| index == 0) {
                content["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": event } });
            }
            let transaction = attempt.part_key(index);
            let path = format!("/_matrix/client/v3/rooms/{room}/send/{kind}/{transaction}");
            let mut request = Request::post_json(&parts::endpoint(base, &path), content.to_string());
            request.method = "PUT".into();
            request.headers.push(("authorization".into(), authorization.clone()));
            request
        });
        Ok(requests.collect())
    }

    fn note_of(&self, heard: &str) -> String {
        format!("{NOTE}{heard}")
    }

    fn revise(
        &self,
        does: Revising,
        message: &Message,
        sent: &[&str],
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let sent: Vec<&str> = sent.iter().filter_map(|note| note.strip_prefix(NOTE)).collect();
        let base = robot.setting("url").unwrap_or_default();
        let room = parts::segment(robot.setting("room").unwrap_or_default());
        let authorization = format!("Bearer {}", robot.setting("token").unwrap_or_default());
        let redact = |(index, event): (usize, &&str)| {
            let (event, transaction) = (parts::segment(event), attempt.part_key(index));
            let path = format!("/_matrix/client/v3/rooms/{room}/redact/{event}/{transaction}");
            let mut request = Request::post_json(&parts::endpoint(base, &path), "{}".to_owned());
            request.method = "PUT".into();
            request.headers.push(("authorization".into(), authorization.clone()));
            request
        };
        if does == Revising::Pins {
            let first = sent.first().ok_or_else(|| Refusal(parts::UNKNOWN.into()))?;
            let mut list: Value = serde_json::from_str(attempt.known.unwrap_or_default()).unwrap_or_default();
            let mut pinned = list["pinned"].take().as_array().cloned().unwrap_or_default();
            if !pinned.iter().any(|event| event == first) {
                pinned.push(json!(first));
            }
            return Ok(vec![put_state(robot, PINNED, &json!({ "pinned": pinned }))]);
        }
        if does == Revising::Deletes {
            return if sent.is_empty() {
                Err(Refusal(parts::UNKNOWN.into()))
            } else {
                Ok(sent.iter().enumerate().map(redact).collect())
            };
        }
        if message.poll.as_ref().is_some_and(is_native) {
            return Err(Refusal("a question cannot be changed".into()));
        }
        let (pairs, rest) = parts::in_place(self.requests(message, robot, attempt)?, sent)?;
        let edited = pairs.len();
        let edits = pairs.into_iter().map(|(mut request, event)| {
            let mut content: Value = serde_json::from_str(&request.body).unwrap_or_default();
            let new = content.clone();
            // For programs that know nothing of edits.
            content["body"] = json!(format!("* {}", new["body"].as_str().unwrap_or_default()));
            content["m.new_content"] = new;
            content["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": event });
            request.body = content.to_string();
            request
        });
        let rest = rest.iter().enumerate().map(|(index, event)| redact((edited + index, event)));
        Ok(edits.chain(rest).collect())
    }

    fn restrict(
        &self,
        member: &str,
        restriction: &Restriction,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        if restriction.removes {
            return Ok(vec![about(robot, "kick", member)]);
        }
        let unknown = || Refusal("the room's power levels are not known".into());
        let levels = attempt.known.and_then(|known| serde_json::from_str(known).ok());
        let mut levels: Value = levels.filter(Value::is_object).ok_or_else(unknown)?;
        let users = levels.as_object_mut().ok_or_else(unknown)?.entry("users").or_insert_with(|| json!({}));
        let users = users.as_object_mut().ok_or_else(unknown)?;
        if restriction.until.is_none() {
            // Whoever has another level than the one of a mute was given it by somebody since.
            if users.get(member).and_then(Value::as_i64) == Some(SILENT) {
                users.shift_remove(member);
            }
        } else if users.get(member).and_then(Value::as_i64).is_some_and(|level| level > 0) {
            return Err(Refusal("a moderator of the room is not muted".into()));
        } else {
            users.insert(member.to_owned(), json!(SILENT));
        }
        Ok(vec![put_state(robot, LEVELS, &levels)])
    }

    fn admit(
        &self,
        member: &str,
        answer: &Admission,
        robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        // Whoever knocks is invited, or is shown out of the door.
        Ok(vec![about(robot, if answer.yes { "invite" } else { "kick" }, member)])
    }

    fn looks_up(&self, message: &Message, robot: &Robot) -> Option<Request> {
        let mutes = message.restricts.as_ref().is_some_and(|all| !all.removes && all.answers.is_none());
        let pins = message.revises.as_ref().is_some_and(|revision| revision.does == Revising::Pins);
        let kind = if mutes { LEVELS } else { PINNED };
        (mutes || pins).then(|| {
            let mut request = put_state(robot, kind, &Value::Null);
            (request.method, request.body) = ("GET".into(), String::new());
            request
        })
    }

    fn looked_up(&self, response: &Response) -> Option<String> {
        let body = response.json().unwrap_or_default();
        // A room in which nothing was ever pinned has no list.
        let none = response.status == 404 && body["errcode"] == "M_NOT_FOUND";
        (response.status == 200 && body.is_object() || none).then(|| body.to_string())
    }

    fn upload(&self, picture: &Picture, robot: &Robot) -> Option<Request> {
        let base = robot.setting("url").unwrap_or_default();
        let url = parts::endpoint(base, "/_matrix/media/v3/upload");
        let url = parts::with_parameter(&url, "filename", &picture.name);
        let mut request = Request::of_picture("POST", url, picture);
        let token = robot.setting("token").unwrap_or_default();
        request.headers.push(("authorization".into(), format!("Bearer {token}")));
        Some(request)
    }

    fn uploaded(&self, response: &Response) -> Option<String> {
        let body = response.json().filter(|_| response.status == 200)?;
        body["content_uri"].as_str().filter(|uri| uri.starts_with("mxc://")).map(str::to_owned)
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json().unwrap_or_default();
        if let Some(event) = body["event_id"].as_str().filter(|_| response.status == 200) {
            return Receipt::Accepted { note: format!("{NOTE}{}", excerpt(event)) };
        }
        if response.status == 200 && body.as_object().is_some_and(serde_json::Map::is_empty) {
            return Receipt::Accepted { note: String::new() };
        }
        let Some(code) = body["errcode"].as_str() else {
            return by_status(response).unwrap_or_else(|| unclear("a Matrix homeserver", response));
        };
        let said = excerpt(body["error"].as_str().unwrap_or_default());
        let in_words = |what: &str| format!("{what} ({}): {said}", excerpt(code));
        let refused = |what: &str| Receipt::Refused { reason: in_words(what) };
        match (code, response.status) {
            ("M_LIMIT_EXCEEDED", _) | (_, 429) => {
                let asked = body["retry_after_ms"].as_i64();
                let asked = asked.map(|ms| Duration::from_millis(ms.clamp(0, 86_400_000)));
                Receipt::RetryLater {
                    after: response.retry_after().max(asked),
                    throttled: true,
                    attempts_max: None,
                    reason: in_words("the homeserver takes no more messages from this account for now"),
                }
            }
            (_, 500..) => Receipt::RetryLater {
                after: response.retry_after(),
                throttled: false,
                attempts_max: None,
                reason: in_words("the homeserver has a problem of its own"),
            },
            ("M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN", _) => refused(
                "the homeserver does not know this token: log the account in again and copy the new one",
            ),
            ("M_FORBIDDEN", _) => refused(
                "the account is not in the room or may not do that there: invite it and have it join; to pin, delete, \
                     remove and mute it has to be a moderator",
            ),
            ("M_TOO_LARGE", _) => refused("the message or the picture is larger than the homeserver takes"),
            ("M_USER_DEACTIVATED" | "M_USER_SUSPENDED" | "M_USER_LOCKED", _) => {
                refused("the account is locked")
            }
            ("M_UNRECOGNIZED" | "M_NOT_FOUND", _) => {
                refused("there is no such room or no homeserver at this address: check `url` and `room`")
            }
            _ => refused("the homeserver refused the message"),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let content: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let form = match &content[POLL] {
            Value::Object(_) => "poll",
            _ if content["formatted_body"].is_string() => "HTML",
            _ => "text",
        };
        let body = content["body"].as_str().or_else(|| content[WORDS].as_str());
        let mut text = body.unwrap_or_default().to_owned();
        if content["msgtype"] == "m.image" {
            text.insert_str(0, "📷 ");
        }
        ShownRequest {
            note: phrase!(
                "{form} · {} of {CONTENT_BYTES_MAX} bytes",
                "{form} · {} / {CONTENT_BYTES_MAX} 字节",
                request.body.len()
            ),
            text,
        }
    }
}

/// Something is done about a member.
fn about(robot: &Robot, what: &str, member: &str) -> Request {
    let room = parts::segment(robot.setting("room").unwrap_or_default());
    let base = robot.setting("url").unwrap_or_default();
    let path = format!("/_matrix/client/v3/rooms/{room}/{what}");
    let mut request =
        Request::post_json(&parts::endpoint(base, &path), json!({ "user_id": member }).to_string());
    let token = robot.setting("token").unwrap_or_default();
    request.headers.push(("authorization".into(), format!("Bearer {token}")));
    request
}

/// A part of the room's state is from now on as given, all of it.
fn put_state(robot: &Robot, kind: &str, content: &Value) -> Request {
    let mut request = about(robot, &format!("state/{kind}/"), "");
    (request.method, request.body) = ("PUT".into(), content.to_string());
    request
}

fn contents(message: &Message) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Matrix);
    let blocks = markup::blocks(&parts::without_file(message));
    if blocks.is_empty() && mentions.is_silent() {
        return match picture::path(message) {
            Some(_) => Ok(Vec::new()),
            None => Err(Refusal("the message is empty".into())),
        };
    }
    let called = Called::new(&mentions);
    if let Some(poll) = message.poll.as_ref().filter(|poll| is_native(poll)) {
        let content = question(poll, blocks.clone(), &called);
        if content.to_string().len() + 400 <= CONTENT_BYTES_MAX {
            return Ok(vec![content]);
        }
    }
    let first = |part: &[Block]| content(&called.body, &called.html, part, called.mentions.clone());
    // What it answers is added afterwards.
    let fits = |content: &Value| content.to_string().len() + 400 <= CONTENT_BYTES_MAX;
    Ok(parts::bodies(blocks, &fits, &|part, ends| {
        if ends.first { first(part) } else { content("", "", part, json!({})) }
    }))
}

/// Whether a poll can ask it: a poll shows who voted for what.
fn is_native(poll: &Poll) -> bool {
    !poll.anonymous && (1..=OPTIONS_MAX).contains(&poll.options.len())
}

/// The event that is a poll; programs without polls may show its words. An option is known by its text.
fn question(poll: &Poll, blocks: Vec<Block>, called: &Called) -> Value {
    let between = if called.body.is_empty() { "" } else { "\n" };
    let all = format!("{}{between}{}", called.body, PLAIN.write(&blocks));
    let asked = PLAIN.write(&markup::parse(&poll.question));
    let rest = PLAIN.write(&markup::without_poll(blocks, poll));
    let beside = [called.body.as_str(), asked.trim(), rest.trim()];
    let words: Vec<&str> = beside.into_iter().filter(|words| !words.is_empty()).collect();
    let answer = |option: &String| json!({ "id": option, WORDS: PLAIN.write(&markup::parse(option)).trim() });
    json!({
        POLL: {
            "question": { WORDS: words.join("\n"), "body": words.join("\n"), "msgtype": "m.text" },
            "kind": "org.matrix.msc3381.poll.disclosed",
            "max_selections": if poll.several { poll.options.len() } else { 1 },
            "answers": poll.options.iter().map(answer).collect::<Vec<_>>(),
        },
        WORDS: all,
        "m.mentions": called.mentions,
    })
}

/// The event that shows the picture.
fn shown_picture(path: &str, attempt: &Attempt<'_>) -> Value {
    let (name, info) = match attempt.picture {
        Some(picture) => {
            let info = json!({ "mimetype": picture.format.media(), "size": picture.bytes.len() });
            (picture.name.as_str(), info)
        }
        None => (path, json!({})),
    };
    let url = attempt.uploaded.unwrap_or_default();
    json!({ "msgtype": "m.image", "body": name, "url": url, "info": info, "m.mentions": {} })
}

/// Those who are called, as plain words, as HTML and as the server reads it.
struct Called {
    body: String,
    html: String,
    mentions: Value,
}

impl Called {
    fn new(mentions: &Mentions) -> Self {
        let mut words = Vec::new();
        let mut pills = Vec::new();
        if mentions.all {
            words.push("@room".to_owned());
            pills.push("@room".to_owned());
        }
        for (id, name) in &mentions.known {
            words.push(name.clone());
            let address = format!("https://matrix.to/#/{}", parts::segment(id.trim()));
            pills.push(format!("<a href=\"{}\">{}</a>", html::escape(&address), html::escape(name)));
        }
        for name in &mentions.unknown {
            words.push(name.clone());
            pills.push(html::escape(name));
        }
        let mut read = json!({});
        if mentions.all {
            read["room"] = json!(true);
        }
        if !mentions.known.is_empty() {
            let ids: Vec<&str> = mentions.known.iter().map(|(id, _)| id.trim()).collect();
            read["user_ids"] = json!(ids);
        }
        Self { body: words.join(" "), html: pills.join(" "), mentions: read }
    }
}

fn content(called: &str, pills: &str, blocks: &[Block], mentions: Value) -> Value {
    let text = PLAIN.write(blocks);
    let between = if called.is_empty() || text.is_empty() { "" } else { "\n" };
    // An empty object says that nobody is called, whatever stands in the text.
    let mut content =
        json!({ "msgtype": "m.text", "body": format!("{called}{between}{text}"), "m.mentions": mentions });
    if pills.contains('<') || !blocks.iter().all(Block::is_plain) {
        let pills = if pills.is_empty() { String::new() } else { format!("<p>{pills}</p>") };
        content["format"] = json!("org.matrix.custom.html");
        content["formatted_body"] = json!(format!("{pills}{}", html::write(blocks)));
    }
    content
}

#[cfg(test)]
mod tests {
    use super::{
        super::answer::tests::answer,
        super::tests::{check_any_text, person, request_of, request_with, robot_with},
        *,
    };
    use crate::model::message::Mention;
    use proptest::prelude::*;

    const SETTINGS: [(&str, &str); 3] =
        [("url", "https://hs.example/base/"), ("token", "syt_x"), ("room", "!a/b:hs.example")];

    fn requests(message: &Message, reply_to: Option<&str>) -> Vec<Request> {
        request_with(&Matrix, message, &robot_with(ChannelKind::Matrix, &SETTINGS), reply_to)
    }

    #[test]
    fn the_transaction_is_the_idempotency_key_and_the_room_is_encoded() {
        let request = requests(&Message::text("hi"), Some("event $ev")).remove(0);
        let path = "https://hs.example/base/_matrix/client/v3/rooms/%21a%2Fb%3Ahs.example/send/m.room.message/msg_a0ec602809c7ec0486597dc791257e77";
        assert_eq!(request.url, path);
        assert_eq!(request.method, "PUT");
        assert!(request.headers.contains(&("authorization".into(), "Bearer syt_x".into())));
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let expected = json!({
            "msgtype": "m.text",
            "body": "hi",
            "m.mentions": {},
            "m.relates_to": { "m.in_reply_to": { "event_id": "$ev" } },
        });
        assert_eq!(body, expected);
        assert_eq!(format!("{request:?}").split(" (").next(), Some("PUT https://hs.example/…"));
    }

    #[test]
    fn formatted_text_is_html_and_those_called_are_named_to_the_server() {
        let mentions =
            vec![Mention::All, person("<Lin>", Some(("matrix", "@lin:hs.example"))), person("Ann", None)];
        let message = Message { mentions, ..Message::text("**a** <b>") };
        let body: Value = serde_json::from_str(&requests(&message, None)[0].body).unwrap();
        let html = "<p>@room <a href=\"https://matrix.to/#/%40lin%3Ahs.example\">&lt;Lin&gt;</a> Ann</p>\
                    <p><strong>a</strong> &lt;b&gt;</p>";
        let expected = json!({
            "msgtype": "m.text",
            "body": "@room <Lin> Ann\na <b>",
            "m.mentions": { "room": true, "user_ids": ["@lin:hs.example"] },
            "format": "org.matrix.custom.html",
            "formatted_body": html,
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn answers_are_told_apart_by_their_body() {
        let accepted = Matrix.receipt(&answer(200, r#"{"event_id":"$e"}"#));
        assert_eq!(accepted, Receipt::Accepted { note: "event $e".into() });
        let limit = r#"{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":1500}"#;
        let mut limited = answer(429, limit);
        let after = |response: &Response| match Matrix.receipt(response) {
            Receipt::RetryLater { after, throttled: true, .. } => after.map(Duration::as_millis),
            other => panic!("{other:?}"),
        };
        assert_eq!(after(&limited), Some(1_500));
        limited.headers.push(("retry-after".into(), "2".into()));
        assert_eq!(after(&limited), Some(2_000));
        let reason = |status, code: &str| match Matrix
            .receipt(&answer(status, &json!({ "errcode": code, "error": "no" }).to_string()))
        {
            Receipt::Refused { reason } => reason,
            other => panic!("{other:?}"),
        };
        assert!(reason(401, "M_UNKNOWN_TOKEN").contains("token"));
        assert!(reason(403, "M_FORBIDDEN").contains("invite it"));
        assert!(reason(413, "M_TOO_LARGE").contains("larger than the homeserver takes"));
        assert!(matches!(Matrix.receipt(&answer(200, "{\"x\":1}")), Receipt::Unclear { .. }));
        // What is done about a member has no event.
        assert!(matches!(Matrix.receipt(&answer(200, "{}")), Receipt::Accepted { .. }));
        let trouble = answer(500, r#"{"errcode":"M_UNKNOWN","error":"x"}"#);
        assert!(matches!(Matrix.receipt(&trouble), Receipt::RetryLater { throttled: false, .. }));
    }

    #[test]
    fn a_rooms_address_is_not_its_id() {
        let settings = [("url", "https://x"), ("token", "t"), ("room", "#a:b")];
        let (setting, words) = Matrix.check(&robot_with(ChannelKind::Matrix, &settings)).unwrap_err();
        assert_eq!(setting, "room");
        assert!(words.contains("Advanced"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_text_fits_and_keeps_its_words(
            text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é]{0,40}|[字词&<]{900,9000}\n?){1,8}",
        ) {
            check_any_text(&Matrix, ChannelKind::Matrix, &text, |request| {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                (request.body.len() <= CONTENT_BYTES_MAX, body["body"].as_str().unwrap().to_owned())
            })?;
        }
    }

    #[test]
    fn a_call_alone_is_a_message() {
        let message = Message { mentions: vec![Mention::All], ..Message::text("") };
        let robot = robot_with(ChannelKind::Matrix, &SETTINGS);
        let body: Value = serde_json::from_str(&request_of(&Matrix, &message, &robot)[0].body).unwrap();
        assert_eq!(body["body"], "@room");
    }
    #[test]
    fn a_question_is_a_poll_whose_options_are_known_by_their_text() {
        let poll = Poll {
            question: "Which book?".into(),
            options: vec!["Emma".into(), "*Ulysses*".into()],
            anonymous: false,
            several: false,
            closes: None,
        };
        let text = "Which book?\n\n1. Emma\n2. *Ulysses*\n\nUntil eight.";
        let robot = robot_with(ChannelKind::Matrix, &SETTINGS);
        let message = Message { poll: Some(poll.clone()), ..Message::text(text) };
        let request = request_of(&Matrix, &message, &robot).remove(0);
        assert!(request.url.contains("/send/org.matrix.msc3381.poll.start/"), "{}", request.url);
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(body[POLL]["question"][WORDS], "Which book?\nUntil eight.");
        let answers = json!([{ "id": "Emma", WORDS: "Emma" }, { "id": "*Ulysses*", WORDS: "Ulysses" }]);
        assert_eq!((&body[POLL]["answers"], &body[POLL]["max_selections"]), (&answers, &json!(1)));
        assert!(body[WORDS].as_str().unwrap().contains("2. Ulysses"));
        let hidden = Message { poll: Some(Poll { anonymous: true, ..poll }), ..message };
        assert!(request_of(&Matrix, &hidden, &robot)[0].url.contains("/send/m.room.message/"));
    }
}
