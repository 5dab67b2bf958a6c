//! Bare web addresses in message text: what begins with `http://` or `https://` means itself.
//!
//! `CommonMark` reads `_`, `*`, `~` and `&copy;` inside an address as marks, so that another address arrives. Here each
//! bare address becomes an autolink (`<…>`) before the text is read. Never touches code, links or images: their places
//! come from a first reading. An address with a backslash is left alone: whoever wrote it has escaped its marks.

use std::ops::Range;

/// The text with each bare address as an autolink; none when there is no bare address. `taken` are the bytes of code,
/// links and images, in order of their starts.
pub(super) fn as_autolinks(text: &str, taken: &[Range<usize>]) -> Option<String> {
    let mut out = String::new();
    let (mut copied, mut from) = (0, 0);
    // What stands before an address, other addresses left out: a mark that may be open there.
    let mut before = String::new();
    while let Some(start) = next_scheme(text, from) {
        before.push_str(&text[from..start]);
        let inside = taken.iter().find(|range| range.contains(&start));
        let address = &text[start..start + length(&text[start..], &before)];
        from = match inside {
            Some(range) => range.end.max(start + 1),
            None => start + address.len().max(1),
        };
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let after_escape = text[..start].ends_with('\\');
        let host = address.find("://").map_or("", |at| &address[at + 3..]);
        if inside.is_some() || after_escape || address.contains('\\') || host.is_empty() {
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
/// without what ends the sentence around it and without a mark that `before` has opened.
fn length(text: &str, before: &str) -> usize {
    let end = text.find(|c: char| ends_address(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    loop {
        let shorter = address.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'']);
        let shorter = shorter.trim_end_matches(|c| matches!(c, '*' | '_' | '~') && opens(before, c));
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
    fn what_is_taken_stays() {
        let text = "`https://a.example/_` https://b.example/_c_";
        let code = 0..text.find(' ').unwrap_or(0);
        let shown = "`https://a.example/_` <https://b.example/_c_>";
        assert_eq!(as_autolinks(text, &[code]).as_deref(), Some(shown));
    }
}
