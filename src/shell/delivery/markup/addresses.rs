//! Bare web addresses in message text: what begins with `http://` or `https://` means itself.
//!
//! `CommonMark` reads `_`, `*`, `~` and `&copy;` inside an address as marks, so that another address arrives. Here each
//! bare address becomes an autolink (`<…>`) before the text is read. Never touches code, links or images: their places
//! come from a first reading. An address with a backslash is left alone: whoever wrote it has escaped its marks.

use std::ops::Range;

/// An address that is longer is left alone: no platform opens it.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// The text with each bare address as an autolink; none when there is no bare address. `taken` are the bytes of code,
/// links and images, in order of their starts.
pub(super) fn as_autolinks(text: &str, taken: &[Range<usize>]) -> Option<String> {
    let mut out = String::new();
    let (mut copied, mut from, mut passed) = (0, 0, 0);
    let mut opened = Openers::default();
    while let Some(start) = next_scheme(text, from) {
        opened.read(&text[from..start]);
        let address = &text[start..start + length(&text[start..], opened)];
        while taken.get(passed).is_some_and(|range| range.end <= start) {
            passed += 1;
        }
        let around = taken[passed..].iter().take_while(|range| range.start <= start);
        let inside = around.map(|range| range.end).filter(|end| *end > start).max();
        from = inside.unwrap_or(start + address.len()).max(start + 1);
        from = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        let after_escape = text[..start].ends_with('\\');
        let has_host = address.find("://").is_some_and(|at| address.len() > at + 3);
        if inside.is_some() || after_escape || address.contains('\\') || !has_host {
            continue;
        }
        // `&` is written as an entity: also in an autolink `&copy;` would be a sign.
        out.push_str(&text[copied..start]);
        out.push('<');
        out.push_str(&address.replace('&', "&amp;"));
        out.push('>');
        copied = start + address.len();
    }
    (copied > 0).then(|| out + &text[copied..])
}

/// Which marks stand before an address so that they could begin emphasis; those in other addresses do not count.
#[derive(Debug, Clone, Copy, Default)]
struct Openers {
    star: bool,
    underscore: bool,
    tilde: bool,
}

impl Openers {
    fn read(&mut self, text: &str) {
        self.star |= opens(text, '*');
        self.underscore |= opens(text, '_');
        self.tilde |= opens(text, '~');
    }

    fn has(self, mark: char) -> bool {
        match mark {
            '*' => self.star,
            '_' => self.underscore,
            '~' => self.tilde,
            _ => false,
        }
    }
}

/// Whether text holds the beginning of a web address.
pub(super) fn has_scheme(text: &str) -> bool {
    next_scheme(text, 0).is_some()
}

/// Where the next `http://` or `https://` begins that does not go on a word.
fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let colon = at + text.get(at..)?.find("://")?;
        let scheme = ["https", "http"].into_iter().find_map(|scheme| {
            let start = colon.checked_sub(scheme.len())?;
            let word = text.as_bytes().get(start..colon)?;
            let goes_on = start > 0 && text.as_bytes()[start - 1].is_ascii_alphanumeric();
            (start >= from && word.eq_ignore_ascii_case(scheme.as_bytes()) && !goes_on).then_some(start)
        });
        if scheme.is_some() {
            return scheme;
        }
        at = colon + 3;
    }
}

/// How many bytes belong to the address that text begins with: up to white space, quotes, angles or CJK punctuation,
/// without what ends the sentence around it and without a mark that has been opened before it. 0 where it is too long.
fn length(text: &str, opened: Openers) -> usize {
    let end = text.char_indices().take_while(|(at, c)| *at <= ADDRESS_BYTES_MAX && !ends_address(*c)).last();
    let mut address = end.map_or("", |(at, c)| &text[..at + c.len_utf8()]);
    if address.len() > ADDRESS_BYTES_MAX {
        return 0;
    }
    loop {
        let shorter = address.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'']);
        let shorter = shorter.trim_end_matches(|c| opened.has(c));
        // A closing bracket belongs to the address only if it opened there: `(see https://x.example/a_(b))`.
        let count = |c: char| shorter.matches(c).count();
        let shorter = match shorter.chars().next_back() {
            Some(')') if count(')') > count('(') => &shorter[..shorter.len() - 1],
            Some(']') if count(']') > count('[') => &shorter[..shorter.len() - 1],
            Some('}') if count('}') > count('{') => &shorter[..shorter.len() - 1],
            _ => shorter,
        };
        if shorter.len() == address.len() {
            return address.len();
        }
        address = shorter;
    }
}

/// Whether a mark stands in the text so that it could begin emphasis.
fn opens(text: &str, mark: char) -> bool {
    let mut around = text.match_indices(mark).map(|(at, _)| (&text[..at], &text[at + 1..]));
    around.any(|(before, after)| {
        let within_word = mark == '_' && before.ends_with(char::is_alphanumeric);
        !within_word && !after.starts_with(char::is_whitespace)
    })
}

/// Whether a sign cannot be in a bare address.
fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '`' | '|' | '\u{2018}'..='\u{201F}' | '\u{2026}' | '\u{2014}')
        // CJK symbols and punctuation, full-width forms of ASCII punctuation, vertical and small forms.
        || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FE10}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE6F}')
        || matches!(c, '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> String {
        as_autolinks(text, &[]).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        for (text, shown) in [
            ("看 https://a.example/_v1_/u?q=_t_。今晚", "看 <https://a.example/_v1_/u?q=_t_>。今晚"),
            ("https://a.example/x&copy;=1", "<https://a.example/x&amp;copy;=1>"),
            ("(https://a.example/w_(b))", "(<https://a.example/w_(b)>)"),
            ("**见 https://a.example/**", "**见 <https://a.example/>**"),
            ("HTTP://A.example/a~b*c.", "<HTTP://A.example/a~b*c>."),
            ("“https://a.example/a”，https://b.example/_", "“<https://a.example/a>”，<https://b.example/_>"),
            ("xhttp://a.example ftp://b.example http://", "xhttp://a.example ftp://b.example http://"),
            (
                "https://a.example/_x_ 2 * 3 https://b.example/?q=~b~",
                "<https://a.example/_x_> 2 * 3 <https://b.example/?q=~b~>",
            ),
            ("_https://a.example/x_", "_<https://a.example/x>_"),
            (r"https://a.example/\_x\_", r"https://a.example/\_x\_"),
        ] {
            assert_eq!(links(text), shown);
        }
    }

    #[test]
    fn what_nobody_could_open_is_left_alone() {
        let long = format!("https://a.example/{} https://b.example/_", ")".repeat(50_000));
        assert!(links(&long).ends_with(") <https://b.example/_>"));
        // Places beyond the end, as a first reading of damaged text may give them.
        assert_eq!(as_autolinks("https://a.example/é", std::slice::from_ref(&(0..99))), None);
    }

    #[test]
    fn what_is_taken_stays() {
        let text = "`https://a.example/_` https://b.example/_c_";
        let code = 0..text.find(' ').unwrap_or(0);
        let shown = "`https://a.example/_` <https://b.example/_c_>";
        assert_eq!(as_autolinks(text, &[code]).as_deref(), Some(shown));
    }
}
