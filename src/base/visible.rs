//! Text from outside as a person can read it: what would move a cursor, hide or reorder letters is shown as what it
//! is.
//!
//! Pure, and never shortens: what a reader sees is what was written. Styles of the program's own are not known here.

use std::borrow::Cow;

/// What stands for a line end inside a line.
pub const LINE_END: &str = " ⏎ ";

/// A text in one line: controls, bidi controls and letters without a shape are shown, a line end is `⏎`.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, false)
}

/// A text of several lines: its line ends stay, a tab is four spaces, all else is as in [`line`].
pub fn block(text: &str) -> Cow<'_, str> {
    shown(text, true)
}

/// Whether a character may not reach a terminal as it is, whatever stands beside it.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, Mongolian separator, fillers: nothing where something seems to be.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
            // Arabic letter mark, marks, embeddings, overrides and isolates of direction.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Spaces without width, line and paragraph separators, invisible operators, deprecated format controls.
            | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            // Noncharacters: a program's own marks.
            | '\u{fdd0}'..='\u{fdef}')
}

/// Whether a character is shown unless it joins what stands on both sides of it.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{e0000}'..='\u{e007f}')
}

/// A flag of a region is a black flag and letters of this kind; a family is people with joiners between.
fn joins(before: Option<char>, c: char, after: Option<char>) -> bool {
    let letter = |c: char| !c.is_ascii() && !is_hidden(c);
    match c {
        '\u{200c}' | '\u{200d}' => {
            let beside = |c: char| letter(c) && !is_joiner(c);
            before.is_some_and(beside) && after.is_some_and(beside)
        }
        _ => {
            before.is_some_and(|before| before == '\u{1f3f4}' || matches!(before, '\u{e0020}'..='\u{e007e}'))
        }
    }
}

fn shown(text: &str, lines: bool) -> Cow<'_, str> {
    if !text.chars().any(|c| is_hidden(c) || is_joiner(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let (mut before, mut chars) = (None, text.chars().peekable());
    while let Some(c) = chars.next() {
        let after = chars.peek().copied();
        match c {
            '\n' if lines => out.push('\n'),
            '\n' => out.push_str(LINE_END),
            '\r' if after == Some('\n') => {}
            '\t' if lines => out.push_str("    "),
            c if is_joiner(c) && joins(before, c, after) => out.push(c),
            c if is_hidden(c) || is_joiner(c) => out.push_str(&picture(c)),
            c => out.push(c),
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

/// What stands for a character that has no shape of its own.
fn picture(c: char) -> String {
    let code = u32::from(c);
    let picture = match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + code),
        '\u{7f}' => Some('␡'),
        _ => None,
    };
    picture.map_or_else(|| format!("<U+{code:04X}>"), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_shown_as_what_they_are() {
        assert_eq!(line("\u{1b}]52;c;aGk=\u{7}x\rY\u{7f}"), "␛]52;c;aGk=␇x␍Y␡");
        assert_eq!(line("\u{9b}2J"), "<U+009B>2J");
        assert_eq!(line("li\u{202e}nimda"), "li<U+202E>nimda");
        assert_eq!(line("a\u{200b}b\u{feff}"), "a<U+200B>b<U+FEFF>");
        assert_eq!(line("a\r\nb\tc"), "a ⏎ b␉c");
        assert_eq!(block("a\r\nb\tc\u{1b}"), "a\nb    c␛");
    }

    #[test]
    fn what_people_write_stays() {
        for text in
            ["周三 20:30", "👨‍👩‍👧 family", "🏴\u{e0067}\u{e0062}\u{e007f}", "می‌خواهم", "naïve café", "⭐️"]
        {
            assert!(matches!(line(text), Cow::Borrowed(_)) || line(text) == text, "{text:?}");
        }
        assert_eq!(line("ad\u{200d}min"), "ad<U+200D>min");
        assert_eq!(line("x\u{e0041}"), "x<U+E0041>");
    }

    proptest::proptest! {
        #[test]
        fn nothing_hidden_is_left(text in "(?s).{0,60}") {
            for shown in [line(&text), block(&text)] {
                proptest::prop_assert!(!shown.chars().any(|c| c != '\n' && is_hidden(c)), "{shown:?}");
                proptest::prop_assert_eq!(block(&shown), shown.clone());
            }
            proptest::prop_assert!(!line(&text).contains('\n'));
        }
    }
}
