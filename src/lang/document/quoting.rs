//! How to write a text so that YAML reads it as text, and how full-width signs would be written.
//!
//! Only shows; never changes what was written.

/// The text as a YAML scalar: as it is where that is safe, else in the quotes that need the fewest changes.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains('"') || text.contains('\\') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    format!("\"{text}\"")
}

/// The text with full-width signs and digits replaced by the plain ones, if there are any.
pub(crate) fn half_width(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            '“' | '”' => '"',
            '‘' | '’' => '\'',
            '、' => ',',
            '。' => '.',
            c => c,
        })
        .collect();
    (plain != text).then_some(plain)
}

/// A length or an offset in Chinese as the grammar writes it: `3天` as `3d`, `提前一天` as `-1d`. None where nothing
/// is Chinese, or where something of it is left.
pub(crate) fn in_units(text: &str) -> Option<String> {
    const WORDS: [(&str, &str); 21] = [
        ("个", ""),
        ("半小时", "30m"),
        ("半天", "12h"),
        ("小时", "h"),
        ("分钟", "m"),
        ("分", "m"),
        ("秒", "s"),
        ("天", "d"),
        ("星期", "w"),
        ("周", "w"),
        ("之", ""),
        ("提前", "-"),
        ("一", "1"),
        ("两", "2"),
        ("二", "2"),
        ("三", "3"),
        ("四", "4"),
        ("五", "5"),
        ("六", "6"),
        ("七", "7"),
        ("后", "+"),
    ];
    let mut plain = half_width(text).unwrap_or_else(|| text.to_owned());
    for (word, sign) in WORDS {
        plain = plain.replace(word, sign);
    }
    // The sign comes last in `1天前` and `20分钟后`.
    if let Some(length) = plain.strip_suffix('前') {
        plain = format!("-{length}");
    } else if let Some(length) = plain.strip_suffix('+') {
        plain = format!("+{length}");
    }
    (plain.is_ascii() && plain != text).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_lengths_in_chinese() {
        assert_eq!(in_units("3天").as_deref(), Some("3d"));
        assert_eq!(in_units("半小时").as_deref(), Some("30m"));
        assert_eq!(in_units("2个小时").as_deref(), Some("2h"));
        assert_eq!(in_units("提前一天 20：00").as_deref(), Some("-1d 20:00"));
        assert_eq!(in_units("20分钟后").as_deref(), Some("+20m"));
        assert_eq!(in_units("开场前"), None);
        assert_eq!(in_units("3d"), None);
    }

    #[test]
    fn quotes_with_the_fewest_changes() {
        assert_eq!(quoted("@all hi"), "\"@all hi\"");
        assert_eq!(quoted("a == \"b\""), "'a == \"b\"'");
        assert_eq!(quoted("it's \"b\""), "'it''s \"b\"'");
    }

    #[test]
    fn knows_full_width_signs() {
        assert_eq!(half_width("20\u{ff1a}30").as_deref(), Some("20:30"));
        assert_eq!(half_width("“x”").as_deref(), Some("\"x\""));
        assert_eq!(half_width("20:30"), None);
    }
}
