//! Text that people wrote, made safe to stand in `CommonMark`.
//!
//! Knows no platform: what a platform reads beyond `CommonMark` is its dialect's business.

/// A link to an instant, in seconds since 1970: where a platform shows instants in each reader's own time, it is one.
pub const TIME_LINK: &str = "time:";
/// A link to a channel of the platform.
pub const CHANNEL_LINK: &str = "channel:";

/// Whether a link is one that only some platforms can show; its words stand alone on the others.
pub fn is_own_link(url: &str) -> bool {
    url.starts_with(TIME_LINK) || url.starts_with(CHANNEL_LINK)
}

/// The text with such links as `show` writes them, given what kind it is and what it leads to.
pub fn with_own_links(text: &str, show: impl Fn(&str, &str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        let after = &rest[middle + 2..];
        let kind = [TIME_LINK, CHANNEL_LINK].into_iter().find(|kind| after.starts_with(kind));
        // Words of others are written with their marks escaped.
        let opens = rest[..middle].rfind('[').filter(|_| !rest[..middle].ends_with('\\'));
        let (Some(kind), Some(open), Some(end)) = (kind, opens, after.find(')')) else {
            let (read, more) = rest.split_at(middle + 2);
            out.push_str(read);
            rest = more;
            continue;
        };
        let to = &after[kind.len()..end];
        if to.is_empty() || !to.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            let (read, more) = rest.split_at(middle + 2);
            out.push_str(read);
            rest = more;
            continue;
        }
        out.push_str(&rest[..open]);
        out.push_str(&show(kind, to));
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    out
}

/// Whether text could mean more than itself in `CommonMark`.
pub fn has_marks(text: &str) -> bool {
    let line_start = |line: &str| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        line.starts_with(['#', '>', '-', '+', '=', ' ', '\t'])
            || digits > 0 && line[digits..].starts_with(['.', ')'])
    };
    text.contains(['\\', '`', '*', '_', '[', ']', '<', '&', '~', '|', '\n', '\r'])
        || text.contains("://")
        || line_start(text)
}

/// The text with a backslash before every mark, on one line: what it says is what is shown.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let chars: Vec<char> = text.trim().chars().collect();
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map_or(' ', |i| chars[i]);
        let after = chars.get(index + 1).copied().unwrap_or(' ');
        let is_mark = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '&' | '~' | '|' => true,
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            '#' | '>' | '-' | '+' | '=' => index == 0,
            '.' | ')' => digits > 0 && index == digits,
            // An address that somebody else wrote does not become a link.
            ':' => after == '/' && chars.get(index + 2) == Some(&'/'),
            _ => false,
        };
        if is_mark {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_are_escaped() {
        assert_eq!(escape("小林 a_b"), "小林 a_b");
        assert_eq!(escape("*x* [a](b) <!channel>"), r"\*x\* \[a\](b) \<!channel>");
        assert_eq!(escape("# h\n1. x"), r"\# h 1. x");
        assert_eq!(escape("1. x"), r"1\. x");
        assert_eq!(escape("http://x_y"), r"http\://x_y");
        assert!(!has_marks("小林、O'Neill @x") && has_marks("1) x") && has_marks("a\nb"));
    }
}
