//! Text that people wrote, made safe to stand in `CommonMark`.
//!
//! Knows no platform: what a platform reads beyond `CommonMark` is its dialect's business.

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
