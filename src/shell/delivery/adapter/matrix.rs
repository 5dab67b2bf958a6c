//! Matrix room (client-server API v1.16, `m.room.message`; Synapse's limits).
//!
//! Every message has its plain words as `body` and, where something is formatted, HTML as `formatted_body`. It is
//! an `m.text`: the default push rules silence an `m.notice`, even one that calls somebody. The transaction id is
//! the idempotency key, so an attempt in doubt leaves no second copy. Polls are not in the specification yet, and
//! an image that was not uploaded to the homeserver cannot be shown; one with an address is a link, a file is uploaded.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, Shown,
    answer::{by_status, excerpt, unclear},
    mention::Mentions,
    parts,
};
use crate::{
    base::{phrase::phrase, time::Duration},
    model::{
        channel::ChannelKind,
        message::{Message, Restriction, Revising},
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
            if let Some(event) = answered.filter(|_| index == 0) {
                content["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": event } });
            }
            let transaction = attempt.part_key(index);
            let path = format!("/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}");
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
            return Err(Refusal("what is pinned in a room is one list, to which a person adds".into()));
        }
        if does == Revising::Deletes {
            return if sent.is_empty() {
                Err(Refusal(parts::UNKNOWN.into()))
            } else {
                Ok(sent.iter().enumerate().map(redact).collect())
            };
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
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        if !restriction.removes {
            return Err(Refusal("a room has no mute that ends by itself".into()));
        }
        let room = parts::segment(robot.setting("room").unwrap_or_default());
        let base = robot.setting("url").unwrap_or_default();
        let path = format!("/_matrix/client/v3/rooms/{room}/kick");
        let mut request =
            Request::post_json(&parts::endpoint(base, &path), json!({ "user_id": member }).to_string());
        let token = robot.setting("token").unwrap_or_default();
        request.headers.push(("authorization".into(), format!("Bearer {token}")));
        Ok(vec![request])
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
            ("M_FORBIDDEN", _) => {
                refused("the account is not in the room or may not write there: invite it and have it join")
            }
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

    fn shown(&self, request: &Request) -> Shown {
        let content: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let form = if content["formatted_body"].is_string() { "HTML" } else { "text" };
        let mut text = content["body"].as_str().unwrap_or_default().to_owned();
        if content["msgtype"] == "m.image" {
            text.insert_str(0, "📷 ");
        }
        Shown {
            note: phrase!(
                "{form} · {} of {CONTENT_BYTES_MAX} bytes",
                "{form} · {} / {CONTENT_BYTES_MAX} 字节",
                request.body.len()
            ),
            text,
        }
    }
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
    let first = |part: &[Block]| content(&called.body, &called.html, part, called.mentions.clone());
    // What it answers is added afterwards.
    let fits = |content: &Value| content.to_string().len() + 400 <= CONTENT_BYTES_MAX;
    Ok(parts::bodies(blocks, &fits, &|part, ends| {
        if ends.first { first(part) } else { content("", "", part, json!({})) }
    }))
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
        assert!(matches!(Matrix.receipt(&answer(200, "{}")), Receipt::Unclear { .. }));
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
}
