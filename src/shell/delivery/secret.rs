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
}
