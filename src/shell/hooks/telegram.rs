//! Telegram's webhook: an update in each request, and the secret that was given to `setWebhook` in a line of its head
//! (Bot API 10.1, 2026-06-11).
//!
//! Pure. A button's clock is stopped in the answer itself.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, key};
use crate::shell::ears;
use serde_json::json;

/// Reads a request.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let secret = key(keys, "secret_token")?;
    let shown = (came.head)("x-telegram-bot-api-secret-token").unwrap_or_default();
    if !crypt::same(secret, shown) {
        return Err(Wrong::Unsigned(
            "`X-Telegram-Bot-Api-Secret-Token` is not the channel's `secret_token`: give the same word to setWebhook",
        ));
    }
    let update = came.json()?;
    if !update["update_id"].is_i64() {
        return Err(Wrong::Unreadable("an update has an `update_id`".into()));
    }
    let answer = match update["callback_query"]["id"].as_str() {
        Some(id) => HookTold::json(&json!({ "method": "answerCallbackQuery", "callback_query_id": id })),
        None => HookTold::nothing(200),
    };
    Ok(Meant::Happened(ears::telegram(came.chats, &update), answer))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    fn hear(secret: &str, body: &str) -> Result<Meant, Wrong> {
        let head = [("x-telegram-bot-api-secret-token", secret)];
        read(&keys(&[("secret_token", "s3cret_-X")]), &came(&head, "", body.as_bytes(), 0))
    }

    #[test]
    fn an_update_is_told_to_whoever_knows_the_secret() {
        let said = json!({ "update_id": 7, "message": {
            "message_id": 5, "date": 1_800_000_000, "chat": { "id": -100 }, "text": "hi?",
            "from": { "id": 42, "is_bot": false, "first_name": "Ben" },
        } });
        let Ok(Meant::Happened(signals, told)) = hear("s3cret_-X", &said.to_string()) else { panic!() };
        assert_eq!((told.status, told.body.as_str()), (200, ""));
        assert_eq!((&signals[0]["id"], &signals[0]["chat"]), (&json!("telegram:7"), &json!("-100")));
        let pressed = json!({ "update_id": 8, "callback_query": {
            "id": "q1", "from": { "id": 42, "is_bot": false }, "data": "A",
            "message": { "message_id": 5, "chat": { "id": -100 } },
        } });
        let Ok(Meant::Happened(signals, told)) = hear("s3cret_-X", &pressed.to_string()) else { panic!() };
        assert_eq!(signals[0]["type"], "answer");
        assert!(told.body.contains("answerCallbackQuery") && told.body.contains("q1"));
        for wrong in ["", "s3cret_-", "S3CRET_-X"] {
            assert!(matches!(hear(wrong, &said.to_string()), Err(Wrong::Unsigned(_))), "{wrong}");
        }
        assert!(matches!(hear("s3cret_-X", "{}"), Err(Wrong::Unreadable(_))));
    }
}
