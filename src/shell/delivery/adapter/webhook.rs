//! The generic webhook: JSON for a service of one's own.
//!
//! The body is `{type: "message", id, group, channel, effect, label, text, mentions, image, buttons, poll,
//! reply_to}`; keys without a value are left out. `id` is the idempotency key, equal in every attempt; it is also
//! sent as `webhook-id` and `idempotency-key`. With a `secret` the request is signed by the Standard Webhooks
//! scheme (standardwebhooks.com): `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.

use super::{Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest, answer};
use crate::{
    base::phrase::phrase,
    model::message::{Mention, Message},
    shell::{
        delivery::target::Robot,
        signing::{sign, signing_key},
    },
};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The adapter of `type: webhook`.
pub struct Webhook;

/// What `${…}` in a `body` template may name.
const PLACEHOLDERS: [&str; 6] = ["text", "id", "group", "channel", "effect", "label"];
const METHODS: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

impl Adapter for Webhook {
    fn check(&self, robot: &Robot) -> Result<(), (String, String)> {
        let method = method(robot);
        if !METHODS.contains(&method.as_ref()) {
            let problem = format!("is {method:?}, expected one of {}", METHODS.join(", "));
            return Err(("method".into(), problem));
        }
        for (name, value) in headers(robot) {
            let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if name.is_empty() || !name.chars().all(is_token) {
                return Err((format!("headers.{name}"), "is not a header name".into()));
            }
            if value.chars().any(char::is_control) {
                return Err((format!("headers.{name}"), "holds a line break or control character".into()));
            }
        }
        if let Some(template) = robot.setting("body")
            && let Some(unknown) = placeholders(template).find(|name| !PLACEHOLDERS.contains(name))
        {
            let known = PLACEHOLDERS.map(|name| format!("${{{name}}}")).join(", ");
            return Err(("body".into(), format!("holds ${{{unknown}}}, expected one of {known}")));
        }
        match robot.setting("secret").map(signing_key) {
            Some(None) => Err(("secret".into(), "begins with whsec_ but what follows is not base64".into())),
            _ => Ok(()),
        }
    }

    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let id = attempt.key();
        let mut headers: Vec<(String, String)> =
            headers(robot).map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        if !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".into(), "application/json".into()));
        }
        let is_json = headers
            .iter()
            .any(|(name, value)| name == "content-type" && value.to_ascii_lowercase().contains("json"));
        let body = match robot.setting("body") {
            None => standard_body(message, attempt, &id).to_string(),
            Some(template) => fill(template, is_json, |name| match name {
                "text" => Some(Cow::Borrowed(message.text.as_str())),
                "id" => Some(Cow::Borrowed(id.as_str())),
                "group" => Some(Cow::Borrowed(attempt.group.as_str())),
                "channel" => Some(Cow::Borrowed(attempt.channel.as_str())),
                "effect" => Some(Cow::Borrowed(attempt.effect.as_str())),
                "label" => Some(Cow::Borrowed(attempt.label.map_or("", |label| label.as_str()))),
                _ => None,
            }),
        };
        if let Some(secret) = robot.setting("secret") {
            let key =
                signing_key(secret).ok_or_else(|| Refusal("`secret` is not base64 after whsec_".into()))?;
            let timestamp = attempt.at.as_seconds();
            headers.push(("webhook-timestamp".into(), timestamp.to_string()));
            headers.push(("webhook-signature".into(), sign(&key, &id, timestamp, body.as_bytes())));
        }
        headers.push(("idempotency-key".into(), id.clone()));
        headers.push(("webhook-id".into(), id));
        let url = robot.setting("url").unwrap_or_default().to_owned();
        Ok(vec![Request { method: Cow::Owned(method(robot).into_owned()), url, headers, body, raw: None }])
    }

    fn receipt(&self, response: &Response) -> Receipt {
        answer::by_status(response).unwrap_or_else(|| Receipt::Accepted { note: String::new() })
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let pretty = serde_json::from_str::<Value>(&request.body)
            .ok()
            .and_then(|value| serde_json::to_string_pretty(&value).ok());
        ShownRequest {
            note: phrase!("{} · {} bytes", "{} · {} 字节", request.method, request.body.len()),
            text: pretty.unwrap_or_else(|| request.body.clone()),
        }
    }
}

fn method(robot: &Robot) -> Cow<'_, str> {
    robot
        .setting("method")
        .map_or(Cow::Borrowed("POST"), |method| Cow::Owned(method.trim().to_ascii_uppercase()))
}

fn headers(robot: &Robot) -> impl Iterator<Item = (&str, &str)> {
    robot.settings.iter().filter_map(|(name, value)| Some((name.strip_prefix("headers.")?, value.expose())))
}

fn standard_body(message: &Message, attempt: &Attempt<'_>, id: &str) -> Value {
    let mut body = json!({
        "type": "message",
        "id": id,
        "group": attempt.group,
        "channel": attempt.channel,
        "effect": attempt.effect,
        "text": message.text,
    });
    let mut add = |key: &str, value: Value| {
        body[key] = value;
    };
    if let Some(label) = attempt.label {
        add("label", json!(label.as_str()));
    }
    let mentions: Vec<Value> = message.mentions.iter().map(mention).collect();
    if !mentions.is_empty() {
        add("mentions", Value::Array(mentions));
    }
    if let Some(image) = &message.image {
        add("image", json!(image));
    }
    if !message.buttons.is_empty() {
        add("buttons", json!(message.buttons));
    }
    if let Some(poll) = &message.poll {
        add("poll", json!(poll));
    }
    if let Some(reply_to) = &message.reply_to {
        add("reply_to", json!(reply_to));
    }
    body
}

fn mention(mention: &Mention) -> Value {
    match mention {
        Mention::All => json!({ "all": true }),
        Mention::Person(person) => json!({ "id": person.id, "name": person.name, "handles": person.handles }),
    }
}

/// The names between `${` and `}`; `$${` is a literal `${`.
fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find("${")?;
            let escaped = rest[..at].ends_with('$');
            let after = &rest[at + 2..];
            if escaped {
                rest = after;
                continue;
            }
            let end = after.find('}').unwrap_or(after.len());
            rest = &after[end..];
            return Some(&after[..end]);
        }
    })
}

/// Replaces placeholders; inside JSON a value is escaped as JSON text, without quotes of its own.
fn fill<'a>(template: &str, is_json: bool, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find("${") {
        let after = &rest[at + 2..];
        if let Some(before) = rest[..at].strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = after;
            continue;
        }
        out.push_str(&rest[..at]);
        let found = after.find('}').and_then(|end| Some((value(&after[..end])?, &after[end + 1..])));
        let Some((text, tail)) = found else {
            out.push_str("${");
            rest = after;
            continue;
        };
        if is_json {
            let quoted = Value::String(text.into_owned()).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        } else {
            out.push_str(&text);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{
            ids::{ChannelName, EffectId, GroupId},
            time::Timestamp,
        },
        model::channel::ChannelKind,
        shell::delivery::secret::Secret,
    };

    fn robot(settings: &[(&str, &str)]) -> Robot {
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(value))).collect();
        Robot::new(ChannelKind::Webhook, settings)
    }

    fn request(settings: &[(&str, &str)], at: i64) -> Request {
        let (group, channel, effect) =
            (GroupId::new("读书会.1"), ChannelName::new("group"), EffectId::new("p@1/4.then.1/0"));
        let at = Timestamp::from_millis(at * 1000);
        let attempt = Attempt::of(&group, &channel, &effect, at);
        let message = Message::text("say \"hi\"\n你好");
        Webhook.requests(&message, &robot(settings), &attempt).unwrap().remove(0)
    }

    fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
        request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn signs_the_published_vector() {
        let key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_id_stays_while_the_time_of_signing_moves() {
        let settings =
            [("url", "http://x.example/?a=b"), ("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
        let (first, second) = (request(&settings, 100), request(&settings, 200));
        assert_eq!(first.url, "http://x.example/?a=b");
        assert_eq!(first.body, second.body);
        assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
        assert_eq!(header(&first, "webhook-id"), header(&first, "idempotency-key"));
        assert!(header(&first, "webhook-id").unwrap().chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        assert_eq!(header(&first, "webhook-timestamp"), Some("100"));
        assert_ne!(header(&first, "webhook-signature"), header(&second, "webhook-signature"));
        let body: Value = serde_json::from_str(&first.body).unwrap();
        assert_eq!(body["id"].as_str(), header(&first, "webhook-id"));
        assert_eq!(body["text"], "say \"hi\"\n你好");
    }

    #[test]
    fn a_template_is_filled_with_escaped_values() {
        let settings = [
            ("url", "http://x"),
            ("body", r#"{"content": "${text} $${x}", "g": "${group}"}"#),
            ("method", "put"),
        ];
        let request = request(&settings, 0);
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(body, json!({ "content": "say \"hi\"\n你好 ${x}", "g": "读书会.1" }));
        assert_eq!(request.method, "PUT");
        assert_eq!(header(&request, "webhook-signature"), None);
    }

    #[test]
    fn unusable_settings_are_named() {
        let problem = |settings: &[(&str, &str)]| Webhook.check(&robot(settings)).unwrap_err();
        assert_eq!(problem(&[("method", "GET")]).1, "is \"GET\", expected one of POST, PUT, PATCH, DELETE");
        assert_eq!(problem(&[("headers.x y", "1")]).0, "headers.x y");
        assert_eq!(problem(&[("headers.x", "1\r\n2")]).0, "headers.x");
        assert!(problem(&[("body", "${txt}")]).1.starts_with("holds ${txt}, expected one of ${text}"));
        assert_eq!(problem(&[("secret", "whsec_*")]).0, "secret");
    }
}
