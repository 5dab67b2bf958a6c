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

#[cfg(test)]
mod tests {
    use super::*;

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
