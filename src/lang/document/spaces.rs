//! Spaces that only look like spaces where YAML needs one: no-break and full-width ones, copied from web pages or
//! written by an input method.
//!
//! Looks at lines as text, and only at places where such a space cannot be meant: before a key or a list's `-`, and
//! right after a `-`. Inside texts they stay what they are.

use crate::{
    base::{
        diagnostic::Diagnostic,
        phrase::{Phrase, pair, phrase},
        source::{SourceId, Span},
    },
    lang::codes,
};

/// Signs that look like a space, with their names.
const ODD: [(char, &str, &str); 7] = [
    ('\u{00A0}', "a no-break space (U+00A0)", "不换行空格（U+00A0）"),
    ('\u{3000}', "a full-width space (U+3000)", "全角空格（U+3000）"),
    ('\u{2002}', "an en space (U+2002)", "半身空格（U+2002）"),
    ('\u{2003}', "an em space (U+2003)", "全身空格（U+2003）"),
    ('\u{2009}', "a thin space (U+2009)", "细空格（U+2009）"),
    ('\u{202F}', "a narrow no-break space (U+202F)", "窄不换行空格（U+202F）"),
    ('\u{200B}', "an invisible space (U+200B)", "看不见的空格（U+200B）"),
];

/// Every odd space where the structure of the file needs plain ones.
pub(super) fn odd(source: SourceId, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !text.contains(is_odd) {
        return found;
    }
    // The column of a key whose text (`|`) goes on below it.
    let mut block: Option<usize> = None;
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r', ' ']);
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let is_text = line.trim().is_empty() || block.is_some_and(|column| spaces > column);
        if !is_text {
            let content = line.len() - line.trim_start_matches(|c| c == ' ' || is_odd(c)).len();
            block = opens_block(line).then_some(spaces);
            found.extend(place(line, content).map(|(at, width)| problem(source, line, start, at, width)));
        }
        start += raw.len();
    }
    found
}

fn is_odd(c: char) -> bool {
    ODD.iter().any(|(odd, _, _)| *odd == c)
}

/// Where odd spaces stand in the indentation of a line or after its `-`, and how many bytes they have.
fn place(line: &str, content: usize) -> Option<(usize, usize)> {
    let rest = &line[content..];
    let after_dash = rest.strip_prefix('-').filter(|after| after.starts_with(|c| c == ' ' || is_odd(c)));
    let item = after_dash.map(|after| after.trim_start_matches(|c| c == ' ' || is_odd(c)));
    let structural = item.is_some() || is_key(rest);
    if let Some(at) = line[..content].find(is_odd).filter(|_| structural) {
        return Some((at, run(&line[at..])));
    }
    let after = after_dash?;
    let at = content + 1 + after.find(is_odd).filter(|at| after[..*at].trim().is_empty())?;
    Some((at, run(&line[at..])))
}

/// Whether a key begins here: `post: …`, `steps:`.
fn is_key(rest: &str) -> bool {
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
    length.is_some_and(|length| {
        length > 0 && rest[length..].strip_prefix(':').is_some_and(|v| v.is_empty() || v.starts_with(' '))
    })
}

fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_odd).len()
}

fn opens_block(line: &str) -> bool {
    let sign = line.trim_end_matches(|c: char| matches!(c, '-' | '+') || c.is_ascii_digit());
    sign.ends_with(['|', '>']) && sign.contains([':', '-'])
}

fn problem(source: SourceId, line: &str, start: usize, at: usize, width: usize) -> Diagnostic {
    let sign = line[at..].chars().next().unwrap_or(' ');
    let name = ODD.iter().find(|(odd, _, _)| *odd == sign);
    let name = name.map_or_else(Phrase::default, |(_, en, zh)| pair(en, zh).into());
    // One for one; what cannot be seen stands for nothing.
    let spaces: String = line[at..at + width].chars().filter(|c| *c != '\u{200B}').map(|_| ' ').collect();
    let span = Span::new(source, start + at, start + at + width);
    let message =
        phrase!("{name} stands where YAML needs a plain space", "这里是{name}，YAML 只认普通空格"; name);
    Diagnostic::error(codes::YAML_ODD_SPACE, span, message)
        .help(pair(
            "write a plain space in its place; `playbook check --fix` does it. It often comes with text from a web page",
            "换成普通空格；`playbook check --fix` 可以代劳。它常常随着网页上复制的文字进来",
        ))
        .fix(span, if spaces.is_empty() && line[..at].ends_with('-') { " " } else { &spaces })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceMap;

    fn found(text: &str) -> Vec<(usize, String)> {
        let mut map = SourceMap::default();
        let source = map.add("x.yaml", text);
        let line = |at: u32| text[..at as usize].matches('\n').count() + 1;
        odd(source, text).into_iter().map(|d| (line(d.span.unwrap().start), d.message.en)).collect()
    }

    #[test]
    fn odd_spaces_are_named_at_their_own_line() {
        let text = "plays:\n  a:\n\u{a0}\u{a0}\u{a0}\u{a0}every: day at 20:30\n    steps:\n      -\u{3000}post: hi\n";
        assert_eq!(
            found(text),
            [
                (3, "a no-break space (U+00A0) stands where YAML needs a plain space".to_owned()),
                (5, "a full-width space (U+3000) stands where YAML needs a plain space".to_owned()),
            ]
        );
        assert_eq!(found("options:\n  -\u{a0}甲\n  - \u{3000}乙\n").len(), 2);
    }

    #[test]
    fn in_texts_they_stay_what_they_are() {
        for text in [
            "steps:\n  - post: |\n      \u{3000}\u{3000}第一段。\n      -\u{3000}一\n      ps:\u{3000}二\n",
            "title: 周五\u{3000}共读\n",
            "steps:\n  - post: \"第一段\n      \u{3000}\u{3000}第二段\"\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
