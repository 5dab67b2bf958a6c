//! The closed list of diagnostic codes: what each means, why it matters, how it looks wrong and right.
//!
//! Printed by `playbook explain`; never consulted while compiling.

use super::lint;
use crate::base::{
    diagnostic::{code::Code, suggest},
    locale::Locale,
};
use unicode_width::UnicodeWidthStr;

/// Every code, by slug.
pub fn all() -> Vec<Code> {
    let mut codes: Vec<Code> = lint::codes().collect();
    codes.sort_by_key(|code| code.slug);
    codes
}

/// The code of a slug; where there is none, the nearest slug.
pub fn find(slug: &str) -> Result<Code, Option<&'static str>> {
    let codes = all();
    match codes.iter().find(|code| code.slug == slug) {
        Some(code) => Ok(*code),
        None => Err(suggest::nearest(slug, codes.iter().map(|code| code.slug))),
    }
}

/// What `playbook explain` prints without a code: one line a code.
pub fn list(locale: Locale) -> String {
    let codes = all();
    let width = codes.iter().map(|code| code.slug.width()).max().unwrap_or(0);
    codes
        .iter()
        .map(|code| format!("{:width$}  {:7}  {}\n", code.slug, code.severity.as_str(), code.meaning.of(locale)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_every_code_is_explained_in_both_languages() {
        let codes = all();
        for pair in codes.windows(2) {
            assert_ne!(pair[0].slug, pair[1].slug);
        }
        for code in &codes {
            for words in [code.meaning, code.explanation] {
                assert!(!words.en.is_empty() && !words.zh.is_empty(), "{} is not explained", code.slug);
            }
            assert!(!code.meaning.en.ends_with('.'), "{}: one line without a full stop", code.slug);
        }
    }

    #[test]
    fn a_slip_in_a_slug_is_understood() {
        assert_eq!(find("rules-too-many").map(|code| code.slug), Ok("rules-too-many"));
        assert_eq!(find("rules-to-many"), Err(Some("rules-too-many")));
        assert_eq!(find("zzz"), Err(None));
        assert!(list(Locale::Zh).lines().any(|line| line.starts_with("deaf-channel") && line.contains("频道")));
    }
}
