//! Outgoing webhooks of Mattermost, and of Rocket.Chat, which sends the same fields: a shared token in the body. Read
//! from developers.mattermost.com, "Outgoing webhooks", 2026-08.
//!
//! Pure. Public channels only; who comes and goes is not told.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, form, key, text};
use serde_json::{Value, json};

/// Reads a request.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let secret = key(keys, "secret")?;
    let body =
        std::str::from_utf8(came.body).map_err(|_| Wrong::Unreadable("the body is not UTF-8".into()))?;
    let fields = if body.trim_start().starts_with('{') { came.json()? } else { of_form(body) };
    // Each webhook of a channel has a token of its own.
    let shown = text(&fields, "/token");
    let known = secret
        .split([',', ' '])
        .filter(|one| !one.is_empty())
        .fold(false, |known, one| crypt::same(one, shown) | known);
    if !known {
        return Err(Wrong::Unsigned("the token in the body is not `secret`, the outgoing webhook's token"));
    }
    Ok(Meant::Happened(spoken(&fields).into_iter().collect(), HookTold::json(&json!({}))))
}

fn of_form(body: &str) -> Value {
    const NAMES: [&str; 9] = [
        "token",
        "channel_id",
        "post_id",
        "message_id",
        "timestamp",
        "user_id",
        "user_name",
        "text",
        "file_ids",
    ];
    let fields =
        NAMES.into_iter().filter_map(|name| Some((name.to_owned(), json!(form::value(body, name)?))));
    Value::Object(fields.collect())
}

fn spoken(fields: &Value) -> Option<Value> {
    let user = fields["user_id"].as_str().filter(|user| !user.is_empty())?;
    let is_bot = fields["bot"].is_object() || fields["bot"] == true;
    let post =
        [text(fields, "/post_id"), text(fields, "/message_id")].into_iter().find(|id| !id.is_empty())?;
    if is_bot {
        return None;
    }
    let written = text(fields, "/text");
    let links = written.matches("http://").count() + written.matches("https://").count();
    let kind = if !text(fields, "/file_ids").is_empty() {
        "file"
    } else if links > 0 {
        "link"
    } else {
        "text"
    };
    let mentions: Vec<&str> = written.split_whitespace().filter_map(|word| word.strip_prefix('@')).collect();
    let mut message = json!({ "id": post, "kind": kind, "links": links, "text": written,
        "question": super::is_question(written) });
    if !mentions.is_empty() {
        message["mentions"] = json!(mentions);
    }
    let mut signal = json!({
        "id": format!("mattermost:{post}"), "type": "message", "chat": fields["channel_id"],
        "member": { "id": user, "name": fields["user_name"] }, "message": message,
    });
    let time = &fields["timestamp"];
    let ms = time.as_i64().or_else(|| time.as_str()?.parse().ok());
    match (ms, time.as_str()) {
        // One of them counts in seconds.
        (Some(at), _) => signal["time"] = super::instant(if at > 100_000_000_000 { at / 1_000 } else { at }),
        (None, Some(_)) => signal["time"] = time.clone(),
        (None, None) => {}
    }
    Some(signal)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    fn hear(body: &str) -> Result<Meant, Wrong> {
        read(&keys(&[("secret", "tok1, tok2")]), &came(&[], "", body.as_bytes(), 0))
    }

    #[test]
    fn a_post_is_told_from_a_form_and_from_json() {
        let form = "token=tok1&team_id=t&channel_id=c1&post_id=p1&timestamp=1700000000000&user_id=u1&user_name=ann\
            &text=hi+%40bob+https%3A%2F%2Fa.example%3F";
        let Ok(Meant::Happened(signals, told)) = hear(form) else { panic!() };
        assert_eq!(told, HookTold::json(&json!({})));
        assert_eq!(
            signals,
            [json!({ "id": "mattermost:p1", "type": "message", "chat": "c1",
            "member": { "id": "u1", "name": "ann" },
            "message": { "id": "p1", "kind": "link", "links": 1, "text": "hi @bob https://a.example?",
                "question": true, "mentions": ["bob"] },
            "time": "2023-11-14T22:13:20Z" })]
        );
        let rocket = json!({ "token": "tok2", "channel_id": "GENERAL", "message_id": "m1", "user_id": "u1",
            "user_name": "ann", "text": "hi", "timestamp": "2023-11-14T22:13:20.000Z", "bot": false });
        let Ok(Meant::Happened(signals, _)) = hear(&rocket.to_string()) else { panic!() };
        assert_eq!(
            (&signals[0]["id"], &signals[0]["time"]),
            (&json!("mattermost:m1"), &json!("2023-11-14T22:13:20.000Z"))
        );
        let bot = json!({ "token": "tok2", "message_id": "m1", "user_id": "u1", "bot": { "i": "x" } });
        assert!(matches!(hear(&bot.to_string()), Ok(Meant::Happened(signals, _)) if signals.is_empty()));
    }

    #[test]
    fn another_token_is_refused() {
        for body in ["token=tok", "token=", "", "{}", "token=tok1%2C"] {
            assert!(matches!(hear(body), Err(Wrong::Unsigned(_))), "{body}");
        }
    }
}
