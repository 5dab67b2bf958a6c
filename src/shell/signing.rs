//! Standard Webhooks: how a request is signed, and whether it is.
//!
//! Pure: the instant is an argument. Compares in constant time and says nothing of a secret.

use crate::base::{limits, time::Timestamp};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The key of a secret: `whsec_` and base64 as the scheme says; another secret is used as it stands.
pub fn signing_key(secret: &str) -> Option<Vec<u8>> {
    match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).ok().filter(|key| !key.is_empty()),
        None => Some(secret.as_bytes().to_vec()),
    }
}

/// What stands in `webhook-signature`.
pub fn sign(key: &[u8], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(mac(key, id, &timestamp_s.to_string(), body).finalize().into_bytes()))
}

fn mac(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// What a signed request carries in its head.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`
    pub timestamp: &'a str,
    /// `webhook-signature`
    pub signatures: &'a str,
}

impl Signed<'_> {
    /// Whether it was signed lately: an old request that somebody kept is none.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.timestamp.parse::<i64>().is_ok_and(|at| {
            at.saturating_sub(now.as_seconds()).unsigned_abs() <= limits::SIGNATURE_SKEW_S_MAX
        })
    }

    /// Whether one of its signatures was made with this key. Signatures of other versions are passed over.
    pub fn is_by(&self, key: &[u8], body: &[u8]) -> bool {
        let tries = self.signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
        let found = tries.take(limits::SIGNATURES_MAX).filter_map(|one| STANDARD.decode(one).ok());
        // Each is compared in constant time, and all of them are.
        found.fold(false, |known, one| {
            mac(key, self.id, self.timestamp, body).verify_slice(&one).is_ok() | known
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn signed<'a>(signatures: &'a str, timestamp: &'a str) -> Signed<'a> {
        Signed { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp, signatures }
    }

    #[test]
    fn the_vector_of_the_scheme_is_signed_and_known() {
        let key = signing_key(SECRET).unwrap();
        assert_eq!(sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY), SIGNATURE);
        let among = format!("v1a,x v1,AAAA {SIGNATURE}");
        assert!(signed(&among, "1614265330").is_by(&key, BODY), "every listed one is tried");
        assert!(!signed(SIGNATURE, "1614265331").is_by(&key, BODY));
        assert!(!signed(SIGNATURE, "1614265330").is_by(&key, b"{}"));
        assert!(!signed(SIGNATURE, "1614265330").is_by(b"another", BODY));
        for none in ["", "v1,", "v2,g0hM9SsE", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="] {
            assert!(!signed(none, "1614265330").is_by(&key, BODY), "{none}");
        }
        assert_eq!(signing_key("whsec_!"), None);
    }

    #[test]
    fn five_minutes_either_way_are_fresh() {
        let now = Timestamp::from_millis(1_614_265_330_000);
        for (at, fresh) in [
            ("1614265330", true),
            ("1614265030", true),
            ("1614265630", true),
            ("1614265029", false),
            ("1614265631", false),
            ("", false),
            ("-9223372036854775808", false),
            ("1614265330.0", false),
        ] {
            assert_eq!(signed(SIGNATURE, at).is_fresh(now), fresh, "{at}");
        }
    }
}
