//! A Discord webhook: 204 unless asked to wait, bucket headers, waits in fractions of a second, forms checked.

use super::{Fake, Reply, Seen, is_picture, window::Window};
use serde_json::{Value, json};
use std::time::Duration;

/// A webhook that takes `count` messages in any stretch of `window`; any other address was deleted.
pub(crate) async fn start(count: usize, window: Duration) -> Fake {
    let window = Window::new(count, window);
    Fake::start(move |seen, before| answer(seen, before, &window)).await
}

fn error(status: u16, code: u32, message: &str) -> Reply {
    Reply::text(status, &json!({ "code": code, "message": message }).to_string())
}

fn answer(seen: &Seen, before: usize, window: &Window) -> Reply {
    if !seen.headers.get("user-agent").is_some_and(|agent| agent.starts_with("DiscordBot (")) {
        return Reply::text(403, "<html>error code: 1010</html>");
    }
    if !seen.path.starts_with("/hook") {
        return error(404, 10015, "Unknown Webhook");
    }
    if let Err(wait) = window.take(seen.at) {
        let seconds = wait.as_secs_f64();
        let body =
            json!({ "message": "You are being rate limited.", "retry_after": seconds, "global": false });
        return Reply::text(429, &body.to_string())
            .with("retry-after", &seconds.ceil().to_string())
            .with("x-ratelimit-reset-after", &format!("{seconds:.3}"))
            .with("x-ratelimit-scope", "user");
    }
    let form = seen.form();
    let payload = form.iter().flatten().find(|field| field.name == "payload_json");
    let payload = payload.map_or_else(|| seen.body.clone(), super::Field::text);
    let Ok(body) = serde_json::from_str::<Value>(&payload) else {
        return error(400, 50109, "The request body contains invalid JSON.");
    };
    if let Some((field, problem)) = wrong(&body) {
        let errors = json!({ field: { "_errors": [{ "code": "BASE_TYPE_BAD", "message": problem }] } });
        let body = json!({ "message": "Invalid Form Body", "code": 50035, "errors": errors });
        return Reply::text(400, &body.to_string());
    }
    let shows = ["content", "embeds", "poll"].iter().any(|key| body.get(key).is_some())
        || body.get("components").is_some() && seen.path.contains("with_components=true");
    if !shows {
        return error(400, 50006, "Cannot send an empty message");
    }
    // What is attached has to be shown by its own name, or it stands beside the message.
    let file = form.iter().flatten().find(|field| field.name == "files[0]");
    if let Some(url) =
        body["embeds"][0]["image"]["url"].as_str().and_then(|url| url.strip_prefix("attachment://"))
    {
        let named = file.and_then(|file| file.file.as_deref()) == Some(url);
        if !named || !file.is_some_and(|file| is_picture(&file.bytes)) {
            return error(400, 50035, "Invalid Form Body");
        }
    }
    let message = json!({ "id": (1_000 + before).to_string(), "content": body["content"] });
    let reply = if seen.path.contains("wait=true") { Reply::json(&message) } else { Reply::status(204) };
    reply.with("x-ratelimit-limit", "5").with("x-ratelimit-remaining", "4")
}

/// The first field that Discord would not take, and why.
fn wrong(body: &Value) -> Option<(&'static str, String)> {
    let length = |value: &Value| value.as_str().unwrap_or_default().encode_utf16().count();
    if length(&body["content"]) > 2_000 {
        return Some(("content", "Must be 2000 or fewer in length.".into()));
    }
    let allowed = &body["allowed_mentions"];
    let parses = |word: &str| allowed["parse"].as_array().is_some_and(|parse| parse.contains(&json!(word)));
    if parses("users") && allowed.get("users").is_some() {
        return Some((
            "allowed_mentions",
            "parse:[\"users\"] and users: [ids...] are mutually exclusive.".into(),
        ));
    }
    for row in body["components"].as_array().into_iter().flatten() {
        let buttons = row["components"].as_array().map_or(&[][..], Vec::as_slice);
        let is_right = |b: &Value| {
            b["style"] == 5 && (1..=80).contains(&length(&b["label"])) && length(&b["url"]) <= 512
        };
        if row["type"] != 1 || !(1..=5).contains(&buttons.len()) || !buttons.iter().all(is_right) {
            return Some(("components", "Must be rows of up to 5 buttons.".into()));
        }
    }
    if let Some(poll) = body.get("poll") {
        let answers = poll["answers"].as_array().map_or(&[][..], Vec::as_slice);
        let fits = answers.iter().all(|a| (1..=55).contains(&length(&a["poll_media"]["text"])));
        let hours = poll["duration"].as_u64().unwrap_or(24);
        if !fits
            || !(1..=10).contains(&answers.len())
            || length(&poll["question"]["text"]) > 300
            || hours > 768
        {
            return Some(("poll", "Must have up to 10 answers of up to 55 characters.".into()));
        }
    }
    None
}
