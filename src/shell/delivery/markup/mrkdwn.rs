//! The marks of Slack and Google Chat: single `*`, `_`, `~`, and `<…>` for links and mentions.
//!
//! They know no escape for marks, so that text is broken up by a character that shows nothing.

use super::escape::INVISIBLE;

/// Something invisible on both sides of every mark, and before what would make the line a quotation or, with
/// `bullets`, a list.
pub fn break_marks(text: &str, at_start: bool, bullets: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let begins_list =
        bullets && matches!(chars.first(), Some('-' | '*' | '+')) && chars.get(1).is_none_or(|c| *c == ' ');
    if at_start && (chars.first() == Some(&'>') || begins_list) {
        out.push(INVISIBLE);
    }
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map_or(' ', |i| chars[i]);
        let after = chars.get(index + 1).copied().unwrap_or(' ');
        let stands_alone = before.is_whitespace() && after.is_whitespace() && chars.len() > 1;
        let is_mark = match c {
            '*' | '~' => !stands_alone,
            '_' => !(stands_alone || before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric()),
            '`' => true,
            _ => false,
        };
        if is_mark {
            out.extend([INVISIBLE, c, INVISIBLE]);
        } else {
            out.push(c);
        }
    }
    out
}

/// Three backticks would end a block of code.
pub fn break_fences(code: &str) -> String {
    code.replace("```", "`\u{200B}`\u{200B}`")
}

/// Text in this dialect as it is shown, without its marks; links are followed by their address. With `entities`
/// the platform writes `&`, `<` and `>` as HTML does.
pub fn read(text: &str, entities: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let until = |end: &[char], from: usize| {
            rest.windows(end.len()).skip(from).position(|window| window == end).map(|found| found + from)
        };
        let taken = match rest[0] {
            // What was broken up is text.
            '`' | '<'
                if rest.get(1).is_some_and(|c| *c == INVISIBLE || c.is_whitespace() && rest[0] == '<') =>
            {
                None
            }
            '`' if rest.starts_with(&['`'; 3]) => until(&['`'; 3], 3).map(|end| {
                out.extend(&rest[3..end]);
                end + 3
            }),
            '`' => until(&['`'], 1).filter(|end| !rest[1..*end].contains(&'\n')).map(|end| {
                out.extend(&rest[1..end]);
                end + 1
            }),
            '<' => until(&['>'], 1).filter(|end| !rest[1..*end].contains(&'\n')).map(|end| {
                out.push_str(&angle(&rest[1..end].iter().collect::<String>(), entities));
                end + 1
            }),
            '*' | '_' | '~' if is_shown_mark(&chars, at) => Some(1),
            _ => None,
        };
        if taken.is_none() {
            out.push(rest[0]);
        }
        at += taken.unwrap_or(1);
    }
    let out = out.replace(INVISIBLE, "");
    if entities { out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") } else { out }
}

/// Whether the character is a mark that this module did not break up.
fn is_shown_mark(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(' ', |i| chars[i]);
    let after = chars.get(at + 1).copied().unwrap_or(' ');
    let is_broken = before == INVISIBLE && after == INVISIBLE;
    let stands_alone = before.is_whitespace() && after.is_whitespace();
    let inside = chars[at] == '_' && before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
    !(is_broken || stands_alone || inside)
}

/// What is between `<` and `>`: a mention or a link.
fn angle(inner: &str, entities: bool) -> String {
    let name = |id: &str| format!("@{}", id.rsplit('^').next().unwrap_or(id));
    if let Some(id) = inner.strip_prefix("users/").or_else(|| inner.strip_prefix(['!', '@'])) {
        return name(id);
    }
    match inner.split_once('|') {
        Some((url, text)) if url != text => format!("{} {url}", read(text, entities)),
        Some((url, _)) => url.to_owned(),
        None => inner.to_owned(),
    }
}
