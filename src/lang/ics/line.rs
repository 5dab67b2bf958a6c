//! Content lines of an ICS text: unfolded, split into name, parameters and value (RFC 5545 section 3.1).
//!
//! Our own reader and not a crate's, because an operator needs the line of the file in a message, and crates count
//! the lines after unfolding.

use crate::base::phrase::{pair, phrase};
use crate::lang::data::DataProblem;
use std::ops::Range;

/// One content line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentLine {
    /// Upper case: `DTSTART`.
    pub(super) name: String,
    /// Upper-case names with their values, quotes removed.
    pub(super) params: Vec<(String, String)>,
    /// As written, folds removed.
    pub(super) value: String,
    /// The bytes of the text, folds included.
    pub(super) range: Range<usize>,
}

impl ContentLine {
    /// A parameter's value.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value as text: `\,`, `\;`, `\\` and `\n` resolved.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(other) => out.push(other),
                    None => {}
                },
                _ => out.push(c),
            }
        }
        out
    }
}

/// Every content line; lines that are none are problems.
pub(super) fn lines(text: &str, problems: &mut Vec<DataProblem>) -> Vec<ContentLine> {
    let mut out: Vec<ContentLine> = Vec::new();
    let mut unfolded: Vec<(String, Range<usize>)> = Vec::new();
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let mut line = raw.trim_end_matches(['\n', '\r']);
        if start == 0 {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        let range = start + raw.find(line).unwrap_or(0)..start + raw.trim_end().len();
        match (line.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(rest), Some((before, whole))) => {
                before.push_str(rest);
                whole.end = range.end.max(whole.end);
            }
            _ if line.trim().is_empty() => {}
            _ => unfolded.push((line.to_owned(), range)),
        }
    }
    for (line, range) in unfolded {
        match split(&line) {
            Some((name, params, value)) => out.push(ContentLine { name, params, value, range }),
            None => problems.push(
                DataProblem::new(
                    range,
                    phrase!(
                        "`{}` is not a line of an ICS file",
                        "`{}` 不是 ICS 文件的一行",
                        crate::base::words::shorten(&line, 40)
                    ),
                )
                .help(pair(
                    "a line is NAME:value or NAME;PARAMETER=…:value; a continued line begins with a space",
                    "每一行是 NAME:value 或 NAME;PARAMETER=…：value；续行以空格开头",
                )),
            ),
        }
    }
    out
}

/// Names with their values.
type Params = Vec<(String, String)>;

/// `NAME;KEY=VALUE;KEY="VALUE":value`
fn split(line: &str) -> Option<(String, Params, String)> {
    let mut quoted = false;
    let mut cuts = Vec::new();
    let mut colon = None;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => cuts.push(at),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon?;
    cuts.push(colon);
    let name = &line[..cuts[0]];
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return None;
    }
    let params = cuts
        .windows(2)
        .filter_map(|pair| line[pair[0] + 1..pair[1]].split_once('='))
        .map(|(key, value)| (key.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        .collect();
    Some((name.to_ascii_uppercase(), params, line[colon + 1..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_are_one_line_with_its_whole_range() {
        let text = "\u{feff}BEGIN:VCALENDAR\r\nSUMMARY;LANGUAGE=\"zh:CN\":春\r\n 节\\, 快乐\r\n\r\nDTSTART:20260101\n";
        let mut problems = Vec::new();
        let found = lines(text, &mut problems);
        assert!(problems.is_empty());
        assert_eq!(found.len(), 3);
        assert_eq!(found[1].text(), "春节, 快乐");
        assert_eq!(found[1].param("LANGUAGE"), Some("zh:CN"));
        assert_eq!(&text[found[1].range.clone()], "SUMMARY;LANGUAGE=\"zh:CN\":春\r\n 节\\, 快乐");
        assert_eq!(&text[found[0].range.clone()], "BEGIN:VCALENDAR");
    }

    #[test]
    fn what_is_no_line_is_a_problem() {
        let mut problems = Vec::new();
        assert!(lines("hello\n", &mut problems).is_empty());
        assert_eq!(problems[0].message.en, "`hello` is not a line of an ICS file");
        assert_eq!(problems[0].range, 0..5);
    }
}
