//! Discord's interactions and webhook events over HTTP: signed with Ed25519, and a ping that is answered. Read from
//! discord.com/developers, "Interactions: Receiving and Responding" and "Webhook Events", 2026-08.
//!
//! Pure. What members say and who comes is heard over the gateway only.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, key, text};
use serde_json::{Value, json};

/// Reads a request.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let public_key = key(keys, "public_key")?;
    let head = |name| (came.head)(name).unwrap_or_default();
    let at = head("x-signature-timestamp");
    if !crypt::is_ed25519(public_key, head("x-signature-ed25519"), &[at.as_bytes(), came.body]) {
        return Err(Wrong::Unsigned("X-Signature-Ed25519 does not go with `public_key`, the application's"));
    }
    if !at.parse().is_ok_and(|at| came.is_remembered(at)) {
        return Err(Wrong::Stale);
    }
    let outer = came.json()?;
    Ok(match outer["type"].as_i64() {
        Some(0) => Meant::Asked(HookTold::nothing(204)),
        Some(1) if outer["event"].is_null() => Meant::Asked(HookTold::json(&json!({ "type": 1 }))),
        // The button is answered by what follows; nothing changes under it.
        Some(3) => {
            Meant::Happened(pressed(&outer).into_iter().collect(), HookTold::json(&json!({ "type": 6 })))
        }
        _ => Meant::Happened(Vec::new(), HookTold::nothing(204)),
    })
}

/// A button or a menu under a message.
fn pressed(outer: &Value) -> Option<Value> {
    let user = if outer["member"]["user"].is_object() { &outer["member"]["user"] } else { &outer["user"] };
    let chosen = outer["data"]["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let option = match chosen {
        [] => outer["data"]["custom_id"].clone(),
        [one] => one.clone(),
        several => json!(several),
    };
    let name = user["global_name"].as_str().or_else(|| user["username"].as_str());
    let mut member = json!({ "id": user["id"].as_str()? });
    if let Some(name) = name {
        member["name"] = json!(name);
    }
    Some(json!({
        "id": format!("discord:{}", text(outer, "/id")), "type": "answer", "chat": outer["channel_id"],
        "member": member, "message": { "id": outer["message"]["id"] }, "data": { "option": option },
    }))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};
    use crate::base::hex;
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    const AT: &str = "1700000000";

    fn hear(body: &Value, at: &str, touch: bool, now: i64) -> Result<Meant, Wrong> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let body = body.to_string();
        let mut signature = hex::hex(pair.sign(&[at.as_bytes(), body.as_bytes()].concat()).as_ref());
        if touch {
            signature.replace_range(0..2, "00");
        }
        let public = hex::hex(pair.public_key().as_ref());
        let head = [("x-signature-timestamp", at), ("x-signature-ed25519", signature.as_str())];
        read(&keys(&[("public_key", &public)]), &came(&head, "", body.as_bytes(), now))
    }

    #[test]
    fn a_ping_is_answered_and_a_touched_signature_is_not() {
        let now = 1_700_000_000;
        let pong = HookTold::json(&json!({ "type": 1 }));
        assert_eq!(hear(&json!({ "type": 1 }), AT, false, now), Ok(Meant::Asked(pong)));
        assert_eq!(hear(&json!({ "type": 0 }), AT, false, now), Ok(Meant::Asked(HookTold::nothing(204))));
        assert!(matches!(hear(&json!({ "type": 1 }), AT, true, now), Err(Wrong::Unsigned(_))));
        assert_eq!(hear(&json!({ "type": 1 }), AT, false, now + 8 * 86_400), Err(Wrong::Stale));
        let event = json!({ "type": 1, "event": { "type": "APPLICATION_AUTHORIZED" } });
        assert_eq!(hear(&event, AT, false, now), Ok(Meant::Happened(Vec::new(), HookTold::nothing(204))));
    }

    #[test]
    fn the_first_vector_of_rfc_8032_is_known() {
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert!(crypt::is_ed25519(public, signature, &[b""]));
        assert!(!crypt::is_ed25519(public, signature, &[b"x"]));
        assert!(!crypt::is_ed25519("", signature, &[b""]) && !crypt::is_ed25519(public, "zz", &[b""]));
    }

    #[test]
    fn a_button_is_an_answer() {
        let body = json!({ "type": 3, "id": "i1", "channel_id": "c1", "message": { "id": "m1" },
            "member": { "user": { "id": "42", "username": "ann" } }, "data": { "custom_id": "2" } });
        let Ok(Meant::Happened(signals, _)) = hear(&body, AT, false, 1_700_000_000) else { panic!() };
        assert_eq!(
            signals,
            [json!({ "id": "discord:i1", "type": "answer", "chat": "c1",
            "member": { "id": "42", "name": "ann" }, "message": { "id": "m1" }, "data": { "option": "2" } })]
        );
    }
}
