//! Words that are looked for in what people write, and the sites that its links lead to.
//!
//! Spelling that only hides a word is taken away first: width, case, spaces and invisible letters. Bounded by the
//! length of the text; keeps nothing of it.

use std::sync::Arc;

/// Words to look for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WordList {
    /// Each as it is written and as it is looked for.
    words: Vec<(Arc<str>, String)>,
}

impl WordList {
    /// The words of a list; empty ones are left out.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let words = words.into_iter().map(|word| (Arc::from(word.trim()), plain(word)));
        Self { words: words.filter(|(_, plain)| !plain.trim().is_empty()).collect() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The first word of the list that is in a text, as the list writes it.
    pub fn find(&self, text: &str) -> Option<&Arc<str>> {
        let spaced = plain(text);
        let close = close(&spaced);
        let has = |word: &str| if is_spelt(word) { stands_in(&spaced, word) } else { close.contains(word) };
        self.words.iter().find(|(_, word)| has(word)).map(|(word, _)| word)
    }
}

/// What two texts have in common that say the same.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().map(half).filter(|c| !is_hidden(*c)) {
        if c.is_whitespace() {
            if !plain.ends_with(' ') && !plain.is_empty() {
                plain.push(' ');
            }
        } else {
            plain.extend(c.to_lowercase());
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// Without what stands between letters: somebody who writes `砍 一-刀` means the word.
fn close(plain: &str) -> String {
    plain.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A letter of full width is the same letter.
fn half(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Letters that nobody sees.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Whether a word belongs to a script that puts spaces between words.
fn is_spelt(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii() || c.is_lowercase())
}

/// Whether a word stands in a text as a word of its own.
fn stands_in(text: &str, word: &str) -> bool {
    let joins =
        |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && (c.is_ascii() || c.is_lowercase()));
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        let (first, last) = (word.chars().next(), word.chars().next_back());
        !(joins(before) && joins(first) || joins(after) && joins(last))
    })
}

/// The sites to which the links of a text lead, each as often as it is linked.
pub fn sites(text: &str) -> Vec<String> {
    let plain = text.chars().map(half).filter(|c| !is_hidden(*c)).collect::<String>().to_lowercase();
    let mut sites = Vec::new();
    let is_of_site = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '@');
    let mut rest = plain.as_str();
    while let Some(at) = ["https://", "http://", "www."].iter().filter_map(|begin| rest.find(begin)).min() {
        let found = &rest[at..];
        let skip = if found.starts_with("www.") { 0 } else { found.find("//").map_or(0, |at| at + 2) };
        let tail = &found[skip..];
        let end = tail.find(|c: char| !is_of_site(c)).unwrap_or(tail.len());
        let host = tail[..end].rsplit('@').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
        if !host.is_empty() {
            sites.push(host.to_owned());
        }
        rest = &tail[end..];
    }
    sites
}

/// Whether a site is one of those that are allowed, or a part of one.
pub fn is_allowed(site: &str, allowed: &[Arc<str>]) -> bool {
    allowed.iter().any(|known| {
        site == &**known || site.strip_suffix(&**known).is_some_and(|front| front.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_that_hides_a_word_is_taken_away_and_other_words_are_left_alone() {
        let list = WordList::new(["砍一刀", "free money", "", "VX"]);
        assert_eq!(list.len(), 3);
        for text in [
            "帮我砍一刀",
            "砍 一 刀",
            "砍.一.刀！",
            "砍\u{200b}一刀",
            "FREE   Money!",
            "ＦＲＥＥ ｍｏｎｅｙ",
            "加我vx：abc",
            "加vx",
        ] {
            assert!(list.find(text).is_some(), "{text}");
        }
        for text in ["砍了一刀又一刀", "freedom money", "the vxworks manual", "", "一刀"] {
            assert_eq!(list.find(text), None, "{text}");
        }
        assert_eq!(list.find("砍 一 刀").map(|word| &**word), Some("砍一刀"), "as the list writes it");
    }

    #[test]
    fn the_sites_of_links_are_found_and_their_parts_belong_to_them() {
        let text = "看 https://mp.weixin.qq.com/s/abc，和 http://a:b@EVIL.example:8080/x，还有www.shop.cn。";
        assert_eq!(sites(text), ["mp.weixin.qq.com", "evil.example", "www.shop.cn"]);
        let allowed = [Arc::from("weixin.qq.com"), Arc::from("shop.cn")];
        assert!(is_allowed("mp.weixin.qq.com", &allowed) && is_allowed("www.shop.cn", &allowed));
        assert!(!is_allowed("notshop.cn", &allowed) && !is_allowed("evil.example", &allowed));
        assert!(sites("no link here: 3.5 and a.b").is_empty());
    }

    #[test]
    fn what_says_the_same_is_the_same() {
        assert_eq!(plain("  Hello\u{200b}  Ｗorld "), plain("hello world"));
        assert_ne!(plain("hello"), plain("hello there"));
    }
}
