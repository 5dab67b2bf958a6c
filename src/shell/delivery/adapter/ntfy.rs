//! ntfy topic (ntfy.sh documentation and server source; `sequence_id` since server 2.16).
//!
//! Published as JSON to the server's root: JSON that is posted to the topic itself would be shown as text. A
//! heading at the beginning is the title, an image is attached by its address, buttons are actions. ntfy calls
//! nobody; a message for everybody has a high priority. A subscriber sees one notification for each
//! `sequence_id`, so an attempt in doubt shows no second one.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Ends, Own, Sorted, TEXT_ONLY},
};
use crate::{
    base::{phrase::phrase, time::Duration},
    model::{
        channel::ChannelKind,
        message::{Button, Message},
    },
    shell::delivery::{
        markup::{
            self, Block, escape,
            write::{Dialect, PLAIN},
        },
        picture,
        target::Robot,
    },
};
use serde_json::{Value, json};

/// The adapter of `type: ntfy`.
pub struct Ntfy;

/// A longer message becomes a file that readers have to open.
const MESSAGE_BYTES_MAX: usize = parts::longest(ChannelKind::Ntfy);
/// The server reads twice the message's limit of the JSON; what is added afterwards is kept free.
const BODY_BYTES_MAX: usize = 8_192 - 128;
const TITLE_BYTES_MAX: usize = 200;
/// Buttons of one notification.
const ACTIONS_MAX: usize = 3;
/// 1 to 5, 3 is usual.
const PRIORITY_OF_ALL: u32 = 4;
/// A visitor gets one request back in so many seconds.
const REFILL_SECONDS: i64 = 5;

const MARKDOWN: Dialect = Dialect {
    escape: |text, at_start| escape::commonmark(text, at_start, |_| false),
    bold: "**",
    italic: "*",
    strike: "~~",
    code: true,
    links: true,
    images: true,
    headings: true,
    list_indent: Some(4),
    fences: true,
    rule: "---",
    // A single line end is a space.
    line_break: "  \n",
    ..PLAIN
};

impl Adapter for Ntfy {
    fn check(&self, robot: &Robot) -> Result<(), (String, String)> {
        if topic_of(robot.setting("url").unwrap_or_default()).is_some() {
            return Ok(());
        }
        Err((
            "url".into(),
            "has no topic at its end: expected an address such as https://ntfy.sh/TOPIC".into(),
        ))
    }

    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let (root, topic) = topic_of(robot.setting("url").unwrap_or_default())
            .ok_or_else(|| Refusal("`url` has no topic at its end".into()))?;
        let mut bodies = bodies(message, &topic)?;
        if let Some(path) = picture::path(message) {
            // The picture is a notification of its own, after the words.
            bodies.retain(|body| body["message"] != "" || body["title"].is_string());
            bodies.push(json!({ "topic": topic, "attach": path }));
        }
        let last = bodies.len().saturating_sub(1);
        let requests = parts::bounded(bodies)?.into_iter().enumerate().map(|(index, mut body)| {
            let key = attempt.part_key(index);
            let picture = attempt.picture.filter(|_| index == last);
            let mut request = if let Some(picture) = picture {
                let url = parts::endpoint(&root, &format!("/{topic}"));
                let mut request = Request::of_picture("PUT", url, picture);
                request.headers.push(("x-sequence-id".into(), key));
                request.headers.push(("filename".into(), picture.name.clone()));
                request
            } else {
                body["sequence_id"] = json!(key);
                Request::post_json(&root, body.to_string())
            };
            if let Some(token) = robot.setting("token") {
                request.headers.push(("authorization".into(), format!("Bearer {token}")));
            }
            request
        });
        Ok(requests.collect())
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json().unwrap_or_default();
        if response.status == 200 && body["event"] == "message" && body["id"].is_string() {
            return Receipt::Accepted { note: String::new() };
        }
        let Some(code) = answer::code(body.get("code")) else {
            return by_status(response).unwrap_or_else(|| unclear("ntfy", response));
        };
        let said = excerpt(body["error"].as_str().unwrap_or_default());
        let in_words = |what: &str| format!("{what} ({code}): {said}");
        let refused = |what: &str| Receipt::Refused { reason: in_words(what) };
        let throttled = |what: &str, after| Receipt::RetryLater {
            after: response.retry_after().or(after),
            throttled: true,
            attempts_max: None,
            reason: in_words(what),
        };
        match code {
            42_901 => throttled("too many requests from here", Some(Duration::SECOND.times(REFILL_SECONDS))),
            42_908 => throttled("the messages of this day are used up", Some(Duration::MINUTE.times(60))),
            42_900..=42_999 => {
                throttled("ntfy has reached one of its limits", Some(Duration::MINUTE.times(10)))
            }
            40_101 | 40_102 => refused("ntfy does not know this token: check `token`"),
            40_301 => refused("the topic is protected: set a `token` that may write to it"),
            40_009 | 40_010 => refused("ntfy does not take this topic: check the end of `url`"),
            40_013 => refused("ntfy does not take the image's address"),
            40_018 => refused("ntfy does not take a button"),
            41_301 | 41_303 => refused("the message or the picture is too large for the server"),
            40_014 => refused("this server takes no attachments"),
            _ if response.status >= 500 => answer::retry(in_words("ntfy has a problem of its own")),
            _ => refused("ntfy refused the message"),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let message = body["message"].as_str().unwrap_or_default();
        let form = if body["markdown"] == true { "markdown" } else { "text" };
        let title = body["title"].as_str().map(|title| format!("【{title}】"));
        let text = if form == "text" { message.to_owned() } else { PLAIN.write(&markup::parse(message)) };
        let image = body["attach"].as_str().map(|url| format!("📷 {url}"));
        let actions = body["actions"].as_array().into_iter().flatten();
        let actions =
            actions.filter_map(|a| Some(format!("[ {} ] {}", a["label"].as_str()?, a["url"].as_str()?)));
        let text = Some(text).filter(|text| !text.is_empty());
        let lines: Vec<String> = title.into_iter().chain(text).chain(image).chain(actions).collect();
        let note = phrase!(
            "{form} · {} of {MESSAGE_BYTES_MAX} bytes",
            "{form} · {} / {MESSAGE_BYTES_MAX} 字节",
            message.len()
        );
        ShownRequest { note, text: lines.join("\n") }
    }
}

/// The server's root, with the query, and the topic at the end of the path.
fn topic_of(url: &str) -> Option<(String, String)> {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, query) = url.split_at(end);
    let query = query.split('#').next().unwrap_or_default();
    let host = path.find("://")? + 3;
    let path = path.trim_end_matches('/');
    let at = path.get(host..)?.rfind('/')? + host;
    let topic = &path[at + 1..];
    let is_topic = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let is_whole = (1..=64).contains(&topic.len()) && topic.chars().all(is_topic);
    is_whole.then(|| (format!("{}/{query}", &path[..at]), topic.to_owned()))
}

fn bodies(message: &Message, topic: &str) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Ntfy);
    let own = Own { buttons: ACTIONS_MAX, image: true, file: true, ..TEXT_ONLY };
    let Sorted { mut blocks, buttons: actions, image } = parts::sort(message, &mentions, own)?;
    let title = markup::take_title(&mut blocks, |title| title.len() <= TITLE_BYTES_MAX);
    let names = if mentions == Mentions::default() { String::new() } else { mentions.in_words() };
    let is_text = blocks.iter().all(Block::is_plain);
    let dialect = if is_text { PLAIN } else { MARKDOWN };
    let prefix = match (names.is_empty(), is_text) {
        (true, _) => String::new(),
        (false, true) => format!("{names}\n"),
        (false, false) => format!("{}\n\n", (MARKDOWN.escape)(&names, true)),
    };
    let body = |part: &[Block], ends: Ends| {
        let prefix = if ends.first { prefix.as_str() } else { "" };
        let mut body =
            json!({ "topic": topic, "message": format!("{prefix}{}", dialect.write(part)).trim_end() });
        if !is_text {
            body["markdown"] = json!(true);
        }
        if mentions.all {
            body["priority"] = json!(PRIORITY_OF_ALL);
        }
        if let Some(title) = title.as_ref().filter(|_| ends.first) {
            body["title"] = json!(title);
        }
        if ends.last {
            let image = image.as_deref().filter(|image| markup::is_http(image));
            with_the_last(&mut body, image, &actions);
        }
        body
    };
    let fits = |body: &Value| {
        body["message"].as_str().is_some_and(|text| text.len() <= MESSAGE_BYTES_MAX)
            && body.to_string().len() <= BODY_BYTES_MAX
    };
    Ok(parts::bodies(blocks, &fits, &body))
}

fn with_the_last(body: &mut Value, image: Option<&str>, actions: &[Button]) {
    if let Some(url) = image {
        body["attach"] = json!(url);
    }
    if let Some(first) = actions.first() {
        // A tap on the notification opens what the first button opens.
        body["click"] = json!(first.url);
        let actions: Vec<Value> =
            actions.iter().map(|b| json!({ "action": "view", "label": b.text, "url": b.url })).collect();
        body["actions"] = json!(actions);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{check_any_text, request_of, robot_with},
        answer::tests::answer,
        *,
    };
    use crate::model::message::Mention;
    use proptest::prelude::*;

    const SETTINGS: [(&str, &str); 2] = [("url", "https://n.example/up/readers?x=1"), ("token", "tk_a")];

    fn bodies(message: &Message) -> Vec<Value> {
        let requests = request_of(&Ntfy, message, &robot_with(ChannelKind::Ntfy, &SETTINGS));
        requests
            .iter()
            .map(|request| {
                assert_eq!(request.url, "https://n.example/up/?x=1");
                assert!(request.headers.contains(&("authorization".into(), "Bearer tk_a".into())));
                let mut body: Value = serde_json::from_str(&request.body).unwrap();
                assert!(body["sequence_id"].as_str().unwrap().starts_with("msg_"));
                body.as_object_mut().unwrap().remove("sequence_id");
                body
            })
            .collect()
    }

    #[test]
    fn json_goes_to_the_root_with_the_topic_inside() {
        assert_eq!(
            bodies(&Message::text("你好\n朋友")),
            [json!({ "topic": "readers", "message": "你好\n朋友" })]
        );
        let button = |n: u32| Button { text: format!("b{n}"), url: format!("https://x.example/{n}") };
        let message = Message {
            mentions: vec![Mention::All],
            image: Some("https://x.example/p.png".into()),
            buttons: (1..=4).map(button).collect(),
            ..Message::text("# 预告\n**a** 1\\*2\\*3\nb")
        };
        let action = |n: u32| json!({ "action": "view", "label": format!("b{n}"), "url": format!("https://x.example/{n}") });
        let expected = json!({
            "topic": "readers",
            "message": "@所有人\n\n**a** 1\\*2\\*3  \nb\n\n[b4](https://x.example/4)",
            "markdown": true,
            "priority": 4,
            "title": "预告",
            "attach": "https://x.example/p.png",
            "click": "https://x.example/1",
            "actions": [action(1), action(2), action(3)],
        });
        assert_eq!(bodies(&message), [expected]);
    }

    #[test]
    fn an_address_has_a_topic_at_its_end() {
        assert_eq!(topic_of("https://ntfy.sh/t"), Some(("https://ntfy.sh/".into(), "t".into())));
        assert_eq!(
            topic_of("https://ntfy.sh/t/?auth=x"),
            Some(("https://ntfy.sh/?auth=x".into(), "t".into()))
        );
        assert_eq!(topic_of("https://ntfy.sh/"), None);
        assert_eq!(topic_of("https://ntfy.sh"), None);
        assert_eq!(topic_of("https://ntfy.sh/读书"), None);
    }

    #[test]
    fn answers_are_told_apart_by_their_body() {
        let ok = r#"{"id":"x","time":1,"event":"message","topic":"t","message":"m"}"#;
        assert_eq!(Ntfy.receipt(&answer(200, ok)), Receipt::Accepted { note: String::new() });
        let error = |code: u32| json!({ "code": code, "http": code / 100, "error": "e" }).to_string();
        let receipt = |code: u32| Ntfy.receipt(&answer((code / 100) as u16, &error(code)));
        let after = |code| match receipt(code) {
            Receipt::RetryLater { after, throttled: true, .. } => after.map(Duration::as_millis),
            other => panic!("{other:?}"),
        };
        assert_eq!((after(42_901), after(42_908)), (Some(5_000), Some(3_600_000)));
        let reason = |code| match receipt(code) {
            Receipt::Refused { reason } => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(40_301), "the topic is protected: set a `token` that may write to it (40301): e");
        assert!(reason(40_009).contains("topic"));
        assert!(matches!(receipt(50_001), Receipt::RetryLater { throttled: false, .. }));
        assert!(matches!(Ntfy.receipt(&answer(200, "<html>")), Receipt::Unclear { .. }));
    }

    proptest! {
        #[test]
        fn any_text_fits_and_keeps_its_words(
            text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é]{0,40}|[字词]{900,4000}\n?){1,8}",
        ) {
            check_any_text(&Ntfy, ChannelKind::Ntfy, &text, |request| {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                let message = body["message"].as_str().unwrap();
                let title = body["title"].as_str().unwrap_or_default();
                let small = message.len() <= MESSAGE_BYTES_MAX && request.body.len() <= 8_192;
                (small, format!("{title}\n{message}"))
            })?;
        }

        #[test]
        fn escaped_text_is_read_as_itself(text in r"[a-z*_`#>\-\[\]()|<@/&;\\~.1+=! ]{1,24}") {
            let text = text.trim();
            prop_assume!(!text.is_empty());
            let read = markup::parse(&(MARKDOWN.escape)(text, true));
            prop_assert_eq!(PLAIN.write(&read), text);
            prop_assert!(read.iter().all(Block::is_plain));
        }
    }
}
