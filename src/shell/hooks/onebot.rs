//! What a OneBot program reports over HTTP: events signed with a secret, the same as over its WebSocket. Read from
//! botuniverse/onebot-11, `communication/http-post.md`.
//!
//! Pure. An answer that is empty leaves the event to others.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, key};
use crate::{base::hex::hex, shell::ears};

/// Reads a request.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let secret = key(keys, "secret")?;
    let signed = format!("sha1={}", hex(&crypt::hmac_sha1(secret.as_bytes(), came.body)));
    let shown = (came.head)("x-signature").unwrap_or_default();
    if !crypt::same(&signed, &shown.to_ascii_lowercase()) {
        return Err(Wrong::Unsigned("`X-Signature` is not what `secret` makes of the body"));
    }
    let event = came.json()?;
    if event["time"].as_i64().is_some_and(|at| !came.is_remembered(at)) {
        return Err(Wrong::Stale);
    }
    Ok(Meant::Happened(ears::onebot(&event).into_iter().collect(), HookTold::nothing(204)))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};
    use serde_json::json;

    fn hear(body: &str, signature: &str) -> Result<Meant, Wrong> {
        let head = [("x-signature", signature)];
        read(&keys(&[("secret", "kSecret")]), &came(&head, "", body.as_bytes(), 1_800_000_010))
    }

    #[test]
    fn an_event_is_told_where_it_is_signed_and_fresh() {
        let event = json!({
            "time": 1_800_000_000, "self_id": 1, "post_type": "notice", "notice_type": "group_increase",
            "sub_type": "approve", "group_id": 10, "user_id": 42, "operator_id": 7,
        });
        let sign = |body: &str| format!("sha1={}", hex(&crypt::hmac_sha1(b"kSecret", body.as_bytes())));
        let body = event.to_string();
        let Ok(Meant::Happened(signals, told)) = hear(&body, &sign(&body)) else { panic!() };
        assert_eq!(
            (&signals[0]["type"], &signals[0]["chat"], told.status),
            (&json!("member.joined"), &json!("10"), 204)
        );
        assert!(matches!(hear(&body, "sha1=00"), Err(Wrong::Unsigned(_))));
        assert!(matches!(hear(&body, ""), Err(Wrong::Unsigned(_))));
        assert!(matches!(hear(&format!("{body} "), &sign(&body)), Err(Wrong::Unsigned(_))));
        let old = body.replace("1800000000", "1700000000");
        assert_eq!(hear(&old, &sign(&old)), Err(Wrong::Stale));
        let beat = json!({ "time": 1_800_000_000, "post_type": "meta_event" }).to_string();
        assert!(matches!(hear(&beat, &sign(&beat)), Ok(Meant::Happened(signals, _)) if signals.is_empty()));
        assert!(matches!(hear("{", &sign("{")), Err(Wrong::Unreadable(_))));
    }
}
