//! The bytes of a file as text: in which encoding they were written, and how a table in it is laid out.
//!
//! Reads bytes that somebody else read from disk. A guess is made only where hardly anything else can be meant.

use super::phrase::{Phrase, phrase};
use std::borrow::Cow;

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a mark.
    Utf8,
    /// UTF-16 with its mark.
    Utf16,
    /// GB18030, and so GBK and GB2312: what Excel writes as CSV in China.
    Gb18030,
}

/// Bytes that are no text in any encoding that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotText {
    /// The first byte that is not UTF-8.
    pub at: usize,
    /// Whether it is a spreadsheet as Excel keeps it, and no table of text.
    pub is_spreadsheet: bool,
}

impl NotText {
    /// What is wrong and what to do.
    pub fn phrase(self) -> Phrase {
        if self.is_spreadsheet {
            return phrase!(
                "it is a spreadsheet file (such as .xlsx), whatever its name ends with; save it in the spreadsheet as \"CSV UTF-8\"",
                "它是表格文件（例如 .xlsx），不管文件名怎么写；请在表格里另存为「CSV UTF-8」"
            );
        }
        phrase!(
            "it is neither UTF-8 nor GB18030 text (byte {}); save it as UTF-8, in Excel as \"CSV UTF-8\"",
            "它既不是 UTF-8 也不是 GB18030 文字（第 {} 字节）；请另存为 UTF-8，在 Excel 里选「CSV UTF-8」",
            self.at
        )
    }
}

/// How files of spreadsheets begin: those in a ZIP (.xlsx, .ods, .numbers), and older ones of Excel.
const SPREADSHEETS: [&[u8]; 2] = [b"PK\x03\x04", &[0xD0, 0xCF, 0x11, 0xE0]];

/// Reads text in whatever encoding it was written. A mark at its beginning is no part of it.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), NotText> {
    if SPREADSHEETS.iter().any(|begin| bytes.starts_with(begin)) {
        return Err(NotText { at: 0, is_spreadsheet: true });
    }
    let plain = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let broken = match std::str::from_utf8(plain) {
        Ok(text) => return Ok((Cow::Borrowed(text), Encoding::Utf8)),
        Err(error) => NotText { at: bytes.len() - plain.len() + error.valid_up_to(), is_spreadsheet: false },
    };
    let wide = match bytes {
        [0xFF, 0xFE, ..] => Some(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    if let Some(wide) = wide {
        let (text, wrong) = wide.decode_without_bom_handling(&bytes[2..]);
        return if wrong { Err(broken) } else { Ok((text, Encoding::Utf16)) };
    }
    if !looks_chinese(bytes) {
        return Err(broken);
    }
    let text =
        encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).ok_or(broken)?;
    Ok((text, Encoding::Gb18030))
}

/// Whether most pairs of bytes beyond ASCII are such as GB2312 has, which all common characters are in. A text in a
/// Latin encoding has single bytes there, and letters behind them.
fn looks_chinese(bytes: &[u8]) -> bool {
    let (mut common, mut rare) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        match (first, bytes.get(at + 1)) {
            (0, _) => return false,
            (0x01..=0x7F, _) => at += 1,
            (0xA1..=0xF7, Some(0xA1..=0xFE)) => {
                common += 1;
                at += 2;
            }
            _ => {
                rare += 1;
                at += 2;
            }
        }
    }
    common > 2 * rare
}

/// How a table in a text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Where its header begins, in bytes: behind a mark and behind Excel's `sep=;` line.
    pub start: usize,
    /// What separates its columns.
    pub delimiter: u8,
}

/// Finds out how a table is laid out. Columns are separated by what a `sep=` line says, else by commas, or by
/// semicolons or tabs when the header has those and no comma, as some spreadsheets write them.
pub fn layout(text: &str) -> Layout {
    let start = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let body = &text[start..];
    let first = body.lines().next().unwrap_or_default();
    let said = first.trim().trim_matches('"');
    if let Some((name, delimiter)) = said.split_at_checked(4)
        && name.eq_ignore_ascii_case("sep=")
        && let [delimiter @ (b',' | b';' | b'\t' | b'|')] = delimiter.as_bytes()
    {
        let end = body.find('\n').map_or(body.len(), |at| at + 1);
        return Layout { start: start + end, delimiter: *delimiter };
    }
    let named = |delimiter: &u8| outside_quotes(first).any(|byte| byte == *delimiter);
    Layout { start, delimiter: [b',', b';', b'\t'].into_iter().find(named).unwrap_or(b',') }
}

fn outside_quotes(line: &str) -> impl Iterator<Item = u8> + '_ {
    let mut quoted = false;
    line.bytes().filter(move |byte| {
        quoted ^= *byte == b'"';
        !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbk(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn each_encoding_is_recognised() {
        let text = "id,名字\nli,小李\n";
        let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(order).collect()
        };
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (format!("\u{feff}{text}").into_bytes(), Encoding::Utf8),
            (gbk(text), Encoding::Gb18030),
            (wide(u16::to_le_bytes), Encoding::Utf16),
            (wide(u16::to_be_bytes), Encoding::Utf16),
        ] {
            assert_eq!(decode(&bytes).unwrap(), (Cow::Borrowed(text), encoding));
        }
        // A character that GBK lacks has four bytes.
        let rare = "名字很长的一个人,㐀\n";
        assert_eq!(decode(&gbk(rare)).unwrap().0, rare);
    }

    #[test]
    fn what_is_something_else_is_not_guessed() {
        let latin = b"id,name\nm\xFCller,M\xFCller\ncaf\xE9,x\n";
        assert_eq!(decode(latin), Err(NotText { at: 9, is_spreadsheet: false }));
        assert!(decode(b"\x89PNG\r\n\x1a\n\x00\x00").is_err());
        assert!(NotText { at: 9, is_spreadsheet: false }.phrase().en.contains("byte 9"));
    }

    #[test]
    fn the_header_says_what_separates() {
        for (text, start, delimiter) in [
            ("id,name\n", 0, b','),
            ("\u{feff}id;name\n", 3, b';'),
            ("id\tname\n", 0, b'\t'),
            ("\"a,b\";c\n", 0, b';'),
            ("sep=;\r\nid,x;name\n", 7, b';'),
            ("\"SEP=|\"\nid|name\n", 8, b'|'),
            ("sepal,x\n", 0, b','),
            ("", 0, b','),
        ] {
            assert_eq!(layout(text), Layout { start, delimiter }, "{text:?}");
        }
    }
}
