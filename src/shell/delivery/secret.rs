//! A string that is not shown: tokens, signing secrets, and addresses that hold a key.
//!
//! Never written by `Debug` or `Display`; whoever needs the text says [`Secret::expose`].

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use std::{fmt, sync::Arc};

/// A string that prints as `…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Hides a string.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(Arc::from(text.as_ref()))
    }

    /// The string itself, for a request that is about to be made.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Scheme and host of an address, the rest hidden: what a message or a log may say of it.
pub fn redact_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "…".into();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // What stands before an `@` is a user and a password.
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    if end < rest.len() { format!("{scheme}://{host}/…") } else { format!("{scheme}://{host}") }
}

/// A word of a setting that is shorter than this is no key, and may stand in any text.
const KEY_CHARS_MIN: usize = 6;
/// The same for a segment of a path, which is more often a plain word.
const SEGMENT_CHARS_MIN: usize = 12;

/// Text with `…` for everything that looks like part of a secret.
pub fn censor<'a>(text: &str, secrets: impl Iterator<Item = &'a Secret>) -> String {
    let mut parts: Vec<String> = secrets.flat_map(|secret| key_parts(secret.expose())).collect();
    // The longest first, so that no rest of one is left.
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.iter().fold(text.to_owned(), |text, part| text.replace(part.as_str(), "…"))
}

/// What must not be shown of a setting: all of it, and of an address everything that could be a key.
fn key_parts(secret: &str) -> Vec<String> {
    let mut signs_in = None;
    let mut parts: Vec<&str> = secret.split_whitespace().filter(|word| word.len() >= KEY_CHARS_MIN).collect();
    if let Some((_, rest)) = secret.split_once("://") {
        parts = Vec::new();
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        if let Some((user, _)) = authority.rsplit_once('@') {
            parts.push(user);
            // So does it travel in the header `authorization`.
            signs_in = Some(STANDARD.encode(percent_decode_str(user).collect::<Vec<u8>>()));
            parts.extend(user.split(':').filter(|word| word.len() >= KEY_CHARS_MIN));
        }
        if tail.len() > 1 {
            parts.push(secret);
        }
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        parts.extend([tail, query].into_iter().filter(|part| part.len() >= SEGMENT_CHARS_MIN));
        parts.extend(path.split(['/', ':']).filter(|word| word.len() >= SEGMENT_CHARS_MIN));
        let values = query.split(['&', '=']).skip(1).step_by(2);
        parts.extend(values.filter(|word| word.len() >= KEY_CHARS_MIN));
    }
    let decoded = parts.iter().map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
    parts.iter().map(ToString::to_string).chain(decoded).chain(signs_in).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_printed() {
        let secret = Secret::new("whsec_abc");
        assert_eq!(format!("{secret} {secret:?}"), "… …");
        assert_eq!(redact_url("https://u:p@hooks.example/x?key=1"), "https://hooks.example/…");
        assert_eq!(redact_url("http://127.0.0.1:80"), "http://127.0.0.1:80");
        assert_eq!(redact_url("key only"), "…");
    }

    #[test]
    fn what_a_platform_repeats_is_censored() {
        let secrets = [
            Secret::new("https://bot:p%40ssword@hooks.example/T000/abcdefghijkl?key=k-123456&n=1"),
            Secret::new("Bearer tk_987654"),
        ];
        let censored = |text: &str| censor(text, secrets.iter());
        assert_eq!(censored("no hook at /T000/abcdefghijkl?key=k-123456&n=1"), "no hook at …");
        assert_eq!(censored("key k-123456 is gone, n is 1"), "key … is gone, n is 1");
        assert_eq!(censored("abcdefghijkl tk_987654 p@ssword bot"), "… … … bot");
        assert_eq!(censored("hooks.example said no"), "hooks.example said no");
        // A bot's token stands in a path of its own making, and an account's in a header.
        let telegram =
            [Secret::new("https://h.example"), Secret::new("123456:AbC-d"), Secret::new("syt_abcdef")];
        let said = "Cannot POST /bot123456:AbC-d/sendMessage (syt_abcdef) at h.example";
        let expected = "Cannot POST /bot…/sendMessage (…) at h.example";
        assert_eq!(censor(said, telegram.iter()), expected);
    }
}
