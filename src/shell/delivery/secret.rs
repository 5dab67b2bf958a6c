//! A string that is not shown: tokens, signing secrets, and addresses that hold a key.
//!
//! Never written by `Debug` or `Display`; whoever needs the text says [`Secret::expose`].

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

/// Shorter pieces of an address are common words.
const SECRET_BYTES_MIN: usize = 8;

/// Text from outside without what may be secret of the request that it answers: the pieces of its path and query,
/// and its authorization.
pub fn hide(text: String, url: &str, headers: &[(String, String)]) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let path = &url[start..];
    let path = path.find(['/', '?', '#']).map_or("", |at| &path[at..]);
    let pieces = path.split(['/', '?', '#', '&', '=']);
    let authorization = headers.iter().filter(|(name, _)| name == "authorization");
    let tokens = authorization.flat_map(|(_, value)| value.split(' '));
    let mut secrets: Vec<&str> = pieces
        .chain(tokens)
        .filter(|piece| piece.len() >= SECRET_BYTES_MIN && text.contains(piece))
        .collect();
    // One may be a part of another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().fold(text.clone(), |text, secret| text.replace(secret, "…"))
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
    fn an_answer_that_repeats_a_secret_is_cleaned() {
        let headers = [("authorization".to_owned(), "Bearer syt_abcdef".to_owned())];
        let url = "https://h.example/bot123456:AbC/sendMessage?key=0123456789";
        let said = "Cannot POST /bot123456:AbC/sendMessage?key=0123456789 (syt_abcdef) at h.example";
        assert_eq!(hide(said.to_owned(), url, &headers), "Cannot POST /…/…?key=… (…) at h.example");
        assert_eq!(hide("fine".to_owned(), url, &headers), "fine");
    }
}
