//! Telegram bot (Bot API 10.1, 2026-06-11; limits and errors as in the source of tdlib/telegram-bot-api 10.0).
//!
//! Text travels plain, its looks beside it as `entities`: nothing is parsed, so no word can become markup and no
//! stray mark can have the message refused. An image is a photo with the text as its caption where that is short
//! enough, a question is a poll, buttons are an inline keyboard. The token is part of every address.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Own, Sorted, TEXT_ONLY},
};
use crate::{
    base::{
        phrase::phrase,
        time::{Duration, Timestamp},
    },
    model::{
        channel::ChannelKind,
        message::{Admission, Button, Message, Poll, Restriction, Revising},
    },
    shell::delivery::{
        markup::{
            self, Block,
            entities::{Entity, EntityKind, Marked},
            split::split,
            write::PLAIN,
        },
        secret::Secret,
        target::Robot,
    },
};
use serde_json::{Value, json};

/// The adapter of `type: telegram`.
pub struct Telegram;

/// Code points of a message's text; what marks it is not counted.
const TEXT_CHARS_MAX: usize = parts::longest(ChannelKind::Telegram);
/// Code points of a photo's caption.
const CAPTION_CHARS_MAX: usize = 1_024;
/// Entities of one message; the server forgets the others.
const ENTITIES_MAX: usize = 100;
/// Code points of a poll's question.
const QUESTION_CHARS_MAX: usize = 300;
/// Code points of an option.
const OPTION_CHARS_MAX: usize = 100;
/// How far ahead a poll's end may be, in seconds.
const CLOSES_SECONDS: std::ops::RangeInclusive<i64> = 5..=2_628_000;
/// Options of a poll: older servers want two at least.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=12;
/// What a member may do who is not muted.
const PERMISSIONS: [&str; 11] = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_invite_users",
];
/// What the note of an accepted message begins with; its number follows.
const NOTE: &str = "message ";

/// One request before it is written down.
enum UnwrittenRequest<'a> {
    Text(Marked),
    Photo(String, Marked),
    /// A question, with what else there is to say.
    Poll(&'a Poll, String),
}

impl Adapter for Telegram {
    fn check(&self, robot: &Robot) -> Result<(), (String, String)> {
        let token = robot.setting("token").unwrap_or_default();
        let is_word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        };
        if !token.split_once(':').is_some_and(|(bot, key)| is_word(bot) && is_word(key)) {
            let problem = "is not a bot's token: @BotFather gives one of the form 123456:ABC…";
            return Err(("token".into(), problem.into()));
        }
        let chat = robot.setting("chat").unwrap_or_default();
        if chat.parse::<i64>().is_ok() || chat.strip_prefix('@').is_some_and(is_word) {
            return Ok(());
        }
        let problem = format!("is {chat:?}, expected a chat's number such as -1001234567890, or @name");
        Err(("chat".into(), problem))
    }

    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let (parts, buttons) = parts(message)?;
        let parts = parts::bounded(parts)?;
        let base = robot.setting("base_url").unwrap_or_default();
        let token = robot.setting("token").unwrap_or_default();
        let chat = robot.setting("chat").unwrap_or_default();
        let chat = chat.parse::<i64>().map_or_else(|_| json!(chat), |number| json!(number));
        let number = |note: &str| note.strip_prefix(NOTE)?.split(' ').next()?.parse::<i64>().ok();
        let answered = attempt.reply_to.and_then(number);
        let last = parts.len() - 1;
        let requests = parts.into_iter().enumerate().map(|(index, part)| {
            let (method, mut body) = written(part, attempt.at);
            body["chat_id"] = chat.clone();
            if let Some(number) = answered.filter(|_| index == 0) {
                // A message that is gone by now is no reason to say nothing.
                body["reply_parameters"] =
                    json!({ "message_id": number, "allow_sending_without_reply": true });
            }
            let rows: Vec<Value> =
                buttons.iter().map(|b| json!([{ "text": b.text, "url": b.url }])).collect();
            if index == last && !rows.is_empty() {
                body["reply_markup"] = json!({ "inline_keyboard": rows });
            }
            let address = parts::endpoint(base, &format!("/bot{token}/{method}"));
            let mut request = Request::post_json(&address, body.to_string());
            if let Some(picture) = attempt.picture.filter(|_| method == "sendPhoto") {
                request.with_picture(&attempt.part_key(index), &fields(&body), "photo", picture);
            }
            request
        });
        Ok(requests.collect())
    }

    fn whisper(
        &self,
        message: &Message,
        member: &str,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        // Somebody who has never written to the robot cannot be written to: the platform says so.
        let mut alone = robot.clone();
        alone.settings.insert("chat".into(), Secret::new(member));
        self.requests(message, &alone, attempt)
    }

    fn restrict(
        &self,
        member: &str,
        restriction: &Restriction,
        robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let mut who = whom(robot, member);
        if restriction.removes {
            // Whoever is banned and let in again is out, and may come back by a link.
            let banned = about(robot, "banChatMember", &who);
            who["only_if_banned"] = json!(true);
            return Ok(vec![banned, about(robot, "unbanChatMember", &who)]);
        }
        let may = restriction.until.is_none();
        let permissions: serde_json::Map<String, Value> =
            PERMISSIONS.iter().map(|name| ((*name).to_owned(), json!(may))).collect();
        who["permissions"] = json!(permissions);
        if let Some(until) = restriction.until {
            // Less than half a minute is for ever there.
            let least = restriction.from.plus(Duration::MINUTE);
            who["until_date"] = json!(until.max(least).as_millis() / 1000);
        }
        Ok(vec![about(robot, "restrictChatMember", &who)])
    }

    fn admit(
        &self,
        member: &str,
        answer: &Admission,
        robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let method = if answer.yes { "approveChatJoinRequest" } else { "declineChatJoinRequest" };
        Ok(vec![about(robot, method, &whom(robot, member))])
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
        let sent: Vec<i64> = sent.iter().filter_map(|note| note.strip_prefix(NOTE)?.parse().ok()).collect();
        let base = robot.setting("base_url").unwrap_or_default();
        let token = robot.setting("token").unwrap_or_default();
        let chat = robot.setting("chat").unwrap_or_default();
        let chat = chat.parse::<i64>().map_or_else(|_| json!(chat), |number| json!(number));
        let address = |method: &str| parts::endpoint(base, &format!("/bot{token}/{method}"));
        let delete = |number: &i64| {
            let body = json!({ "chat_id": chat, "message_id": number });
            Request::post_json(&address("deleteMessage"), body.to_string())
        };
        if does == Revising::Pins {
            let first = sent.first().ok_or_else(|| Refusal(parts::UNKNOWN.into()))?;
            // Whoever reads it has been told of it once.
            let body = json!({ "chat_id": chat, "message_id": first, "disable_notification": true });
            return Ok(vec![Request::post_json(&address("pinChatMessage"), body.to_string())]);
        }
        if does == Revising::Deletes {
            return if sent.is_empty() {
                Err(Refusal(parts::UNKNOWN.into()))
            } else {
                Ok(sent.iter().map(delete).collect())
            };
        }
        let (pairs, rest) = parts::in_place(self.requests(message, robot, attempt)?, sent)?;
        let mut requests = Vec::new();
        for (request, number) in pairs {
            let mut body: Value = serde_json::from_str(&request.body).unwrap_or_default();
            let method = match request.url.split('?').next().and_then(|path| path.rsplit('/').next()) {
                Some("sendMessage") => "editMessageText",
                Some("sendPhoto") => "editMessageCaption",
                _ => return Err(Refusal("a question cannot be changed".into())),
            };
            if let Some(fields) = body.as_object_mut() {
                for field in ["photo", "reply_parameters"] {
                    fields.remove(field);
                }
            }
            body["message_id"] = json!(number);
            requests.push(Request::post_json(&address(method), body.to_string()));
        }
        requests.extend(rest.iter().map(delete));
        Ok(requests)
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json().unwrap_or_default();
        match body["ok"].as_bool() {
            Some(true) => {
                let number = body["result"]["message_id"].as_i64();
                // Votes name the poll and not the message.
                let poll = body["result"]["poll"]["id"].as_str().map(|id| format!(" poll {}", excerpt(id)));
                let note = number.map(|n| format!("{NOTE}{n}{}", poll.unwrap_or_default()));
                Receipt::Accepted { note: note.unwrap_or_default() }
            }
            Some(false) => error(&body, response),
            None => by_status(response).unwrap_or_else(|| unclear("Telegram", response)),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let method = request.url.split('?').next().and_then(|path| path.rsplit('/').next());
        let method = method.unwrap_or_default();
        let (name, max) = match method {
            "sendPhoto" => ("caption", CAPTION_CHARS_MAX),
            "sendPoll" => ("question", QUESTION_CHARS_MAX),
            _ => ("text", TEXT_CHARS_MAX),
        };
        let main = body[name].as_str().unwrap_or_default();
        let note =
            phrase!("{method} · {} of {max} characters", "{method} · {} / {max} 字", main.chars().count());
        let photo = body["photo"].as_str().map(|url| format!("📷 {url}"));
        let options = body["options"].as_array().into_iter().flatten();
        let options = options.filter_map(|o| Some(format!("○ {}", o["text"].as_str()?)));
        let rows = body["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
        let buttons = rows
            .filter_map(|row| Some(format!("[ {} ] {}", row[0]["text"].as_str()?, row[0]["url"].as_str()?)));
        let main = Some(main.to_owned()).filter(|text| !text.is_empty());
        let lines: Vec<String> = photo.into_iter().chain(main).chain(options).chain(buttons).collect();
        ShownRequest { note, text: lines.join("\n") }
    }
}

fn error(body: &Value, response: &Response) -> Receipt {
    let code = body["error_code"].as_i64().unwrap_or_else(|| i64::from(response.status));
    let said = body["description"].as_str().unwrap_or_default();
    let in_words = |what: &str| format!("{what} ({code}): {}", excerpt(said));
    let refused = |what: &str| Receipt::Refused { reason: in_words(what) };
    if let Some(new) = body["parameters"]["migrate_to_chat_id"].as_i64() {
        return refused(&format!("the group became a supergroup and has a new number: write `chat: {new}`"));
    }
    let lower = said.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match code {
        429 => {
            let asked = body["parameters"]["retry_after"].as_i64();
            let asked = asked.map(|seconds| Duration::SECOND.times(seconds.clamp(0, 86_400)));
            Receipt::RetryLater {
                after: asked.or_else(|| response.retry_after()),
                throttled: true,
                attempts_max: None,
                reason: in_words("the bot has sent too many messages"),
            }
        }
        500.. => Receipt::RetryLater {
            after: response.retry_after(),
            throttled: false,
            attempts_max: None,
            reason: in_words("Telegram has a problem of its own"),
        },
        401 | 404 => refused("Telegram does not know this token: copy it from @BotFather once more"),
        403 if says(&["kicked", "not a member"]) => {
            refused("the bot is not in the chat any more: add it again")
        }
        403 => refused("the bot may not write there"),
        400 if says(&["chat not found"]) => {
            refused("there is no such chat, or the bot was never in it: check `chat`, and add the bot")
        }
        400 if says(&["not enough rights", "chat_write_forbidden", "need administrator rights"]) => {
            refused("the bot may not do that in this chat: give it the right, or make it an administrator")
        }
        400 if says(&["too long"]) => refused("the message is too long"),
        400 if says(&["button_url_invalid", "inline keyboard button url"]) => {
            refused("Telegram does not take the address of a button")
        }
        400 if says(&["photo_invalid_dimensions", "image_process_failed", "photo_ext_invalid"]) => refused(
            "Telegram does not take the picture: its width and height are 10000 together at most, and neither is more \
             than 20 times the other",
        ),
        413 => refused("the picture is larger than Telegram takes"),
        400 if says(&["http url", "file identifier", "web page content", "photo"]) => {
            refused("Telegram could not fetch the image: its address has to be public and lead to a picture")
        }
        400 if says(&["non-anonymous polls"]) => {
            refused("a channel takes anonymous polls only: write `anonymous: true`")
        }
        400 if says(&["topic_closed"]) => refused("the topic is closed"),
        _ => refused("Telegram refused the message"),
    }
}

/// The parts, and the buttons under the last one.
fn parts(message: &Message) -> Result<(Vec<UnwrittenRequest<'_>>, Vec<Button>), Refusal> {
    let poll = message.poll.as_ref().filter(|poll| fits_poll(poll));
    let mentions = Mentions::of(message, ChannelKind::Telegram);
    let own = Own { buttons: usize::MAX, image: true, file: true, poll: poll.is_some(), ..TEXT_ONLY };
    let Sorted { blocks, buttons, image: photo } = parts::sort(message, &mentions, own)?;
    let prefix = called(&mentions);
    let first = |part: &[Block]| {
        let mut marked = prefix.clone();
        let text = Marked::write(part);
        if !marked.text.is_empty() && !text.text.is_empty() {
            marked.push("\n");
        }
        marked.append(&text);
        marked
    };
    // Every part is measured with the names that the first one begins with.
    let fits = |part: &[Block]| {
        let marked = first(part);
        marked.chars() <= TEXT_CHARS_MAX && marked.entities.len() <= ENTITIES_MAX
    };
    let split = split(blocks, &fits);
    let mut texts: Vec<Marked> = split
        .iter()
        .enumerate()
        .map(|(index, part)| if index == 0 { first(part) } else { Marked::write(part) })
        .collect();
    if texts.is_empty() && !prefix.text.is_empty() {
        texts.push(prefix.clone());
    }
    let mut parts = Vec::new();
    match (photo, texts.as_slice()) {
        (Some(url), []) => parts.push(UnwrittenRequest::Photo(url, Marked::default())),
        (Some(url), [one]) if one.chars() <= CAPTION_CHARS_MAX => {
            parts.push(UnwrittenRequest::Photo(url, one.clone()));
        }
        (photo, _) => {
            parts.extend(texts.into_iter().map(UnwrittenRequest::Text));
            parts.extend(photo.map(|url| UnwrittenRequest::Photo(url, Marked::default())));
        }
    }
    if let Some(poll) = poll {
        // The line that says until when is part of the question, not a message of its own.
        let asked = plain(&poll.question);
        let whole = match parts.as_slice() {
            [] => Some(asked.clone()),
            [UnwrittenRequest::Text(rest)] if rest.entities.is_empty() => {
                Some(format!("{asked} · {}", rest.text.replace('\n', " ")))
            }
            _ => None,
        };
        match whole.filter(|whole| whole.chars().count() <= QUESTION_CHARS_MAX) {
            Some(whole) => parts = vec![UnwrittenRequest::Poll(poll, whole)],
            None => parts.push(UnwrittenRequest::Poll(poll, asked)),
        }
    }
    if parts.is_empty() {
        return Err(Refusal("the message is empty".into()));
    }
    Ok((parts, buttons))
}

/// Those who are called, as the first line.
fn called(mentions: &Mentions) -> Marked {
    let mut line = Marked::default();
    let between = |line: &mut Marked| {
        if !line.text.is_empty() {
            line.push(" ");
        }
    };
    if mentions.all {
        // There is no way to call everybody; the words stand for themselves.
        line.push(mentions.everybody);
    }
    for (id, name) in &mentions.known {
        between(&mut line);
        let id = id.trim();
        match id.parse::<i64>() {
            Ok(number) => line.push_as(EntityKind::Person(number), name),
            Err(_) => line.push(&format!("@{}", id.trim_start_matches('@'))),
        }
    }
    for name in &mentions.unknown {
        between(&mut line);
        line.push(name);
    }
    line
}

fn plain(text: &str) -> String {
    PLAIN.write(&markup::parse(text)).replace('\n', " ")
}

/// A member of the chat, as methods about members take one.
fn whom(robot: &Robot, member: &str) -> Value {
    let number = |text: &str| text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number));
    json!({ "chat_id": number(robot.setting("chat").unwrap_or_default()), "user_id": number(member) })
}

fn about(robot: &Robot, method: &str, body: &Value) -> Request {
    let setting = |name| robot.setting(name).unwrap_or_default();
    let address = format!("/bot{}/{method}", setting("token"));
    Request::post_json(&parts::endpoint(setting("base_url"), &address), body.to_string())
}

fn fits_poll(poll: &Poll) -> bool {
    let fits = |text: &str, max: usize| (1..=max).contains(&plain(text).trim().chars().count());
    OPTIONS.contains(&poll.options.len())
        && fits(&poll.question, QUESTION_CHARS_MAX)
        && poll.options.iter().all(|option| fits(option, OPTION_CHARS_MAX))
}

fn written(part: UnwrittenRequest<'_>, at: Timestamp) -> (&'static str, Value) {
    match part {
        UnwrittenRequest::Text(marked) => {
            ("sendMessage", with_entities(json!({}), "text", "entities", marked))
        }
        UnwrittenRequest::Photo(url, caption) => {
            ("sendPhoto", with_entities(json!({ "photo": url }), "caption", "caption_entities", caption))
        }
        UnwrittenRequest::Poll(poll, question) => {
            let options: Vec<Value> = poll.options.iter().map(|o| json!({ "text": plain(o) })).collect();
            let mut body = json!({
                "question": question,
                "options": options,
                "is_anonymous": poll.anonymous,
            });
            if poll.several {
                body["allows_multiple_answers"] = Value::Bool(true);
            }
            // Telegram keeps no end that is further away than these.
            let left = poll.closes.map(|closes| (closes.as_seconds() - at.as_seconds(), closes));
            match left {
                Some((left, _)) if left < *CLOSES_SECONDS.start() => {
                    body["open_period"] = json!(CLOSES_SECONDS.start());
                }
                Some((left, closes)) if CLOSES_SECONDS.contains(&left) => {
                    body["close_date"] = json!(closes.as_seconds());
                }
                _ => {}
            }
            ("sendPoll", body)
        }
    }
}

/// The fields of a form that says what a body says, all but the photo.
fn fields(body: &Value) -> Vec<(String, String)> {
    let fields = body.as_object().into_iter().flatten().filter(|(name, _)| *name != "photo");
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.map(|(name, value)| (name.clone(), text(value))).collect()
}

fn with_entities(mut body: Value, text: &str, entities: &str, marked: Marked) -> Value {
    let marks: Vec<Value> = marked.entities.iter().map(entity).collect();
    if !marked.text.is_empty() {
        body[text] = json!(marked.text);
    }
    if !marks.is_empty() {
        body[entities] = json!(marks);
    }
    body
}

fn entity(entity: &Entity) -> Value {
    let name = match &entity.kind {
        EntityKind::Bold => "bold",
        EntityKind::Italic => "italic",
        EntityKind::Strike => "strikethrough",
        EntityKind::Code => "code",
        EntityKind::Pre(_) => "pre",
        EntityKind::Quote => "blockquote",
        EntityKind::Link(_) => "text_link",
        EntityKind::Person(_) => "text_mention",
    };
    let mut value = json!({ "type": name, "offset": entity.offset, "length": entity.length });
    match &entity.kind {
        EntityKind::Link(url) => value["url"] = json!(url),
        EntityKind::Person(number) => value["user"] = json!({ "id": number }),
        EntityKind::Pre(language) if !language.is_empty() => value["language"] = json!(language),
        _ => {}
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{
        super::answer::tests::answer,
        super::tests::{check_any_text, person, request_of, request_with, robot_with},
        *,
    };
    use crate::model::message::{Button, Mention};
    use proptest::prelude::*;

    const SETTINGS: [(&str, &str); 2] = [("token", "1:AbC"), ("chat", "-1001")];

    fn requests(message: &Message) -> Vec<(String, Value)> {
        let requests = request_of(&Telegram, message, &robot_with(ChannelKind::Telegram, &SETTINGS));
        let read = |request: &Request| {
            let method = request.url.strip_prefix("https://api.telegram.org/bot1:AbC/").unwrap();
            (method.to_owned(), serde_json::from_str(&request.body).unwrap())
        };
        requests.iter().map(read).collect()
    }

    #[test]
    fn looks_go_beside_the_text_in_utf16_units() {
        let mentions = vec![
            Mention::All,
            person("小林", Some(("telegram", "lin_xl"))),
            person("Ann", Some(("telegram", "42"))),
            person("Bob", None),
        ];
        let message = Message { mentions, ..Message::text("👋 **你好** <b>") };
        let expected = json!({
            "text": "@所有人 @lin_xl Ann Bob\n👋 你好 <b>",
            "entities": [
                { "type": "text_mention", "offset": 13, "length": 3, "user": { "id": 42 } },
                { "type": "bold", "offset": 24, "length": 2 },
            ],
            "chat_id": -1001,
        });
        assert_eq!(requests(&message), [("sendMessage".to_owned(), expected)]);
    }

    #[test]
    fn an_image_has_a_short_text_as_its_caption_and_buttons_come_last() {
        let image = Some("https://x.example/p.png".to_owned());
        let buttons = vec![Button { text: "报名".into(), url: "https://x.example/".into() }];
        let message = Message { image, buttons, ..Message::text("_come_") };
        let keyboard = json!({ "inline_keyboard": [[{ "text": "报名", "url": "https://x.example/" }]] });
        let expected = json!({
            "photo": "https://x.example/p.png",
            "caption": "come",
            "caption_entities": [{ "type": "italic", "offset": 0, "length": 4 }],
            "chat_id": -1001,
            "reply_markup": keyboard,
        });
        assert_eq!(requests(&message), [("sendPhoto".to_owned(), expected)]);
        let long = requests(&Message { text: "字".repeat(1_025), ..message });
        let methods: Vec<&str> = long.iter().map(|(method, _)| method.as_str()).collect();
        assert_eq!(methods, ["sendMessage", "sendPhoto"]);
        assert!(long[0].1.get("reply_markup").is_none());
        assert_eq!(long[1].1["reply_markup"], keyboard);
    }

    #[test]
    fn a_question_is_one_poll_that_closes_when_its_text_says() {
        let poll = Poll {
            question: "来不来?".into(),
            options: vec!["来".into(), "*不*来".into()],
            anonymous: false,
            several: false,
            closes: Some(Timestamp::from_millis(3_600_000)),
        };
        let text = "**来不来?**\n\n1. 来\n2. *不*来\n\n截止 20:00";
        let found = requests(&Message { poll: Some(poll.clone()), ..Message::text(text) });
        let expected = json!({
            "question": "来不来? · 截止 20:00",
            "options": [{ "text": "来" }, { "text": "不来" }],
            "is_anonymous": false,
            "close_date": 3_600,
            "chat_id": -1001,
        });
        assert_eq!(found, [("sendPoll".to_owned(), expected)]);
        let many = Poll { options: (0..13).map(|n| n.to_string()).collect(), ..poll };
        let found = requests(&Message { poll: Some(many), ..Message::text("") });
        assert_eq!(found[0].0, "sendMessage");
        assert!(found[0].1["text"].as_str().unwrap().ends_with("13. 12"));
    }

    #[test]
    fn an_answer_points_at_the_message_that_was_accepted() {
        let robot = robot_with(ChannelKind::Telegram, &SETTINGS);
        let long = Message::text(format!("a\n\n{}", "字".repeat(5_000)));
        let requests = request_with(&Telegram, &long, &robot, Some("message 77"));
        let bodies: Vec<Value> = requests.iter().map(|r| serde_json::from_str(&r.body).unwrap()).collect();
        let expected = json!({ "message_id": 77, "allow_sending_without_reply": true });
        assert_eq!(bodies[0]["reply_parameters"], expected);
        assert!(bodies[1].get("reply_parameters").is_none());
        let accepted = Telegram.receipt(&answer(200, r#"{"ok":true,"result":{"message_id":77}}"#));
        assert_eq!(accepted, Receipt::Accepted { note: "message 77".into() });
    }

    #[test]
    fn settings_are_checked_without_showing_the_token() {
        let problem = |settings: &[(&str, &str)]| {
            Telegram.check(&robot_with(ChannelKind::Telegram, settings)).unwrap_err()
        };
        let (setting, words) = problem(&[("token", "secret/path"), ("chat", "1")]);
        assert_eq!(setting, "token");
        assert!(!words.contains("secret"));
        assert_eq!(problem(&[("token", "1:a"), ("chat", "my group")]).0, "chat");
        assert_eq!(Telegram.check(&robot_with(ChannelKind::Telegram, &SETTINGS)), Ok(()));
    }

    #[test]
    fn answers_are_told_apart() {
        let refused = |code: u16, said: &str, parameters: Value| {
            let body =
                json!({ "ok": false, "error_code": code, "description": said, "parameters": parameters });
            match Telegram.receipt(&answer(code, &body.to_string())) {
                Receipt::Refused { reason } => reason,
                other => panic!("{other:?}"),
            }
        };
        let moved =
            refused(400, "Bad Request: group chat was upgraded", json!({ "migrate_to_chat_id": -1002 }));
        assert!(moved.contains("write `chat: -1002`"), "{moved}");
        let kicked = refused(403, "Forbidden: bot was kicked from the supergroup chat", json!({}));
        assert!(kicked.starts_with("the bot is not in the chat any more: add it again (403)"), "{kicked}");
        assert!(refused(401, "Unauthorized", json!({})).contains("@BotFather"));
        assert!(refused(400, "Bad Request: chat not found", json!({})).contains("`chat`"));
        assert!(refused(400, "Bad Request: failed to get HTTP URL content", json!({})).contains("image"));
        let flood = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#;
        let Receipt::RetryLater { after, throttled: true, .. } = Telegram.receipt(&answer(429, flood)) else {
            panic!("not throttled");
        };
        assert_eq!(after, Some(Duration::SECOND.times(7)));
        assert!(matches!(Telegram.receipt(&answer(502, "<html>")), Receipt::RetryLater { .. }));
        assert!(matches!(Telegram.receipt(&answer(200, "<html>")), Receipt::Unclear { .. }));
    }

    proptest! {
        #[test]
        fn any_text_fits_and_keeps_its_words(
            text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é]{0,40}|[字词]{900,4000}\n?|(\*\*b\*\* ){60}){1,8}",
        ) {
            check_any_text(&Telegram, ChannelKind::Telegram, &text, |request| {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                let text = body["text"].as_str().unwrap().to_owned();
                let marks = body["entities"].as_array().map_or(0, Vec::len);
                (text.chars().count() <= TEXT_CHARS_MAX && marks <= ENTITIES_MAX, text)
            })?;
        }
    }
}
