//! What keeps text from being read as markup: the rules that dialects share.
//!
//! Only where a character would be a mark, so that a client that knows no escapes shows few. Nothing here knows a
//! platform.

/// Shows nothing; breaks up what would be a mark.
pub const INVISIBLE: char = '\u{200B}';
/// The same as text.
pub const INVISIBLE_TEXT: &str = "\u{200B}";

/// The place of the character by which a line would become a heading, quotation, list or rule.
pub fn leading_mark(chars: &[char]) -> Option<usize> {
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let ends = |index: usize| chars.get(index).is_none_or(|c| c.is_whitespace());
    match chars.first()? {
        '>' => Some(0),
        '#' => ends(chars.iter().take_while(|c| **c == '#').count()).then_some(0),
        '-' | '+' | '=' | '*' | '_' => {
            let same = chars.iter().all(|c| *c == chars[0] || c.is_whitespace());
            (ends(1) || same).then_some(0)
        }
        _ if digits > 0 && matches!(chars.get(digits), Some('.' | ')')) && ends(digits + 1) => Some(digits),
        _ => None,
    }
}

/// Text for a dialect close to `CommonMark`: a backslash makes a mark mean itself. Where the platform finds bare
/// addresses before it reads escapes, `in_address` says which characters belong to one: they stay as they are.
pub fn commonmark(text: &str, at_start: bool, in_address: fn(char) -> bool) -> String {
    marked(text, at_start, in_address, "\\<")
}

/// The same for a platform that takes tags even where they are escaped: something invisible stands in them.
pub fn commonmark_without_tags(text: &str, at_start: bool, in_address: fn(char) -> bool) -> String {
    marked(text, at_start, in_address, "<\u{200B}")
}

/// `tag` is how a `<` is written that would begin one.
fn marked(text: &str, at_start: bool, in_address: fn(char) -> bool, tag: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let leads = if at_start { leading_mark(&chars) } else { None };
    let mut address_ends = 0;
    for (index, &c) in chars.iter().enumerate() {
        if index >= address_ends {
            address_ends = index + address_length(&chars, index, in_address);
        }
        let is_mark = index >= address_ends && is_mark(&chars, index);
        if is_mark && c == '<' {
            out.push_str(tag);
            continue;
        }
        if is_mark || leads == Some(index) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether the character could be part of a mark of `CommonMark` with tables and strikethrough, wherever it stands.
fn is_mark(chars: &[char], index: usize) -> bool {
    let before = index.checked_sub(1).map_or(' ', |i| chars[i]);
    let after = chars.get(index + 1).copied().unwrap_or(' ');
    match chars[index] {
        '*' => !(before.is_whitespace() && after.is_whitespace()),
        '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
        '`' | '~' | '[' | ']' | '|' => true,
        '\\' => after.is_ascii_punctuation() || after == ' ',
        '<' => !after.is_whitespace(),
        '&' => after.is_ascii_alphabetic() || after == '#',
        _ => false,
    }
}

/// How many characters a bare address has that begins here; 0 where none does.
fn address_length(chars: &[char], index: usize, is_part: fn(char) -> bool) -> usize {
    let begins = |scheme: &str| chars[index..].iter().copied().take(scheme.len()).eq(scheme.chars());
    let is_inside = index.checked_sub(1).is_some_and(|i| chars[i].is_ascii_alphanumeric());
    if is_inside || !(begins("https://") || begins("http://")) {
        return 0;
    }
    chars[index..].iter().take_while(|c| is_part(**c)).count()
}
