//! The console's own style and script: each one text, under a name that changes with it.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, Response, StatusCode, header},
};
use sha2::{Digest as _, Sha256};
use std::{fmt::Write as _, sync::LazyLock};

const SCRIPT: &str = include_str!("console.js");
/// The look of the reports, and what pages that one acts on need beside it.
static STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}{}", themed(crate::shell::pages::STYLE), include_str!("console.css")));

/// What begins the colours of the dark.
const DARK: &str = "@media (prefers-color-scheme: dark) {\n  :root {";

/// The style of the reports with colours that a reader has chosen, whatever the system's are.
fn themed(style: &str) -> String {
    let Some((before, rest)) = style.split_once(DARK) else { return style.to_owned() };
    let Some((colours, after)) = rest.split_once('}') else { return style.to_owned() };
    format!(
        "{before}@media (prefers-color-scheme: dark) {{\n  :root:not([data-theme=\"light\"]) {{{colours}}}{after}\
         html[data-theme=\"light\"] {{ color-scheme: light; }}\n\
         html[data-theme=\"dark\"] {{ color-scheme: dark; }}\n:root[data-theme=\"dark\"] {{{colours}}}\n"
    )
}

/// Where the style is.
pub(super) static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path(&STYLE, "css"));
/// Where the script is.
pub(super) static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| path(SCRIPT, "js"));

fn path(text: &str, kind: &str) -> String {
    let digest = Sha256::digest(text.as_bytes()).iter().take(6).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    });
    format!("/a/console.{digest}.{kind}")
}

/// `GET /a/…`
pub(super) async fn get(Path(name): Path<String>) -> Response<Body> {
    let wanted = format!("/a/{name}");
    let (kind, text) = if wanted == *STYLE_PATH {
        ("text/css; charset=utf-8", STYLE.as_str())
    } else if wanted == *SCRIPT_PATH {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else {
        let mut gone = Response::new(Body::from("an older or newer program has another one\n"));
        *gone.status_mut() = StatusCode::NOT_FOUND;
        return gone;
    };
    let mut response = Response::new(Body::from(text));
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dark_is_the_same_by_choice_and_by_system() {
        let paper = |text: &str| text.split("--paper: ").nth(1).map(|rest| rest[..7].to_owned());
        let (_, system) = STYLE.split_once(":root:not([data-theme=\"light\"])").unwrap();
        let (_, chosen) = STYLE.split_once(":root[data-theme=\"dark\"]").unwrap();
        assert!(paper(system).is_some());
        assert_eq!(paper(system), paper(chosen));
    }
}
