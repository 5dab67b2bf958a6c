//! Pages: plain values become one self-contained HTML text.
//!
//! Pure, like an adapter: reads no file, clock or network. A page loads nothing: styles and the few lines of script
//! are inside it, allowed by their digests alone. Every text goes through the template, which escapes it.

pub(super) mod chart;
pub(super) mod words;

pub(super) mod plan;
mod plan_list;
mod plan_step;
pub(super) mod report;

use crate::base::locale::Locale;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

/// The look of every page, also of those that are served.
pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A whole page around its body.
fn page(locale: Locale, title: &str, body: &Markup) -> String {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    let page = html! {
        (DOCTYPE)
        html lang=(locale.pick("en", "zh-CN")) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (body)
                div #tip role="tooltip" hidden {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    printable(page.into_string())
}

/// How a policy names a text that it allows.
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// HTML has no control characters, whatever a text brings along.
pub(super) fn printable(page: String) -> String {
    let bad = |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{fffe}' | '\u{ffff}');
    if page.contains(bad) { page.replace(bad, "\u{fffd}") } else { page }
}

/// A section with its heading and what it shows in plain words.
fn section(id: &str, title: &str, words: &str, body: &Markup) -> Markup {
    html! {
        section #(id) aria-labelledby={ (id) "-title" } {
            h2 #{ (id) "-title" } { (title) }
            @if !words.is_empty() { p.words { (words) } }
            (body)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_text_that_loads_nothing_and_escapes_everything() {
        let hostile = "<script>alert(1)</script>\u{1b}[31m\"'&";
        let page = page(Locale::Zh, hostile, &html! { p title=(hostile) { (hostile) } });
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"zh-CN\">"));
        assert!(!page.contains("<script>alert"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;\u{fffd}[31m"));
        assert_eq!(page.matches("<script>").count(), 1);
        assert!(!page.contains("http://") && !page.contains("https://"));
    }

    #[test]
    fn a_policy_names_what_it_allows_by_digest() {
        assert_eq!(digest(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
