//! One voice for all messages: plurals, lists, backticks, shortened quotes.
//!
//! English only; what goes into a group's messages is in `locale`. Never decides what a message says.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A number with its noun: `1 error`, `2 errors`. The plural is the noun and `s`; see [`count_of`] for others.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// A number with a noun whose plural is its own word: `1 entry`, `3 entries`.
pub fn count_of(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// Items in a sentence: `a`, `a or b`, `a, b or c`. The last two are joined by `word`.
pub fn list<S: AsRef<str>>(items: &[S], word: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", before.join(", "), last.as_ref())
        }
    }
}

/// A name in backticks; one that holds a backtick is put in quotes instead.
pub fn tick(name: impl AsRef<str>) -> String {
    let name = name.as_ref();
    if name.contains('`') { format!("{name:?}") } else { format!("`{name}`") }
}

/// Names in backticks in a sentence: `` `a`, `b` or `c` ``.
pub fn ticks<S: AsRef<str>>(names: &[S], word: &str) -> String {
    list(&names.iter().map(tick).collect::<Vec<_>>(), word)
}

/// The first line of a text, cut with `…` where it is wider than `columns` (a Chinese character has two).
pub fn shorten(text: &str, columns: usize) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    let more = text.trim_end().len() > line.len();
    if line.width() <= columns && !more {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in line.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// A text with its middle left out where it has more than so many bytes.
pub fn clipped(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let head = floor(&text, most * 2 / 3);
    let tail = floor(&text, text.len() - most / 4);
    format!("{} … {}", &text[..head], &text[tail..])
}

/// The last place at or before a byte where a character begins.
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!(count(0, "error"), "0 errors");
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count_of(2, "entry", "entries"), "2 entries");
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list::<&str>(&[], "or"), "");
        assert_eq!(ticks(&["a"], "or"), "`a`");
        assert_eq!(ticks(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert_eq!(tick("a`b"), "\"a`b\"");
    }

    #[test]
    fn quotes_are_cut_by_width_not_by_bytes() {
        assert_eq!(shorten("短句", 10), "短句");
        assert_eq!(shorten("一二三四五六", 8), "一二三…");
        assert_eq!(shorten("first\nsecond", 40), "first…");
    }
}
