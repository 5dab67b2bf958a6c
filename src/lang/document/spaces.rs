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
const ODD: [(char, &str, &str); 9] = [
    ('\u{00A0}', "a no-break space (U+00A0)", "不换行空格（U+00A0）"),
    ('\u{3000}', "a full-width space (U+3000)", "全角空格（U+3000）"),
    ('\u{2002}', "an en space (U+2002)", "半身空格（U+2002）"),
    ('\u{2003}', "an em space (U+2003)", "全身空格（U+2003）"),
    ('\u{2009}', "a thin space (U+2009)", "细空格（U+2009）"),
    ('\u{202F}', "a narrow no-break space (U+202F)", "窄不换行空格（U+202F）"),
    ('\u{200B}', "an invisible space (U+200B)", "看不见的空格（U+200B）"),
    ('\u{2028}', "a line separator (U+2028)", "行分隔符（U+2028）"),
    (MARK, "a byte order mark (U+FEFF)", "字节顺序标记（U+FEFF）"),
];

/// The mark of an encoding, which stands at the beginning of a file or nowhere.
const MARK: char = '\u{FEFF}';

/// So many signs that no YAML has are told one by one.
const FORBIDDEN_SHOWN: usize = 10;

/// Every sign that may stand nowhere in YAML: controls, and a mark of the encoding in the middle of the file.
pub(super) fn forbidden(source: SourceId, text: &str) -> Vec<Diagnostic> {
    let is_forbidden = |(at, c): &(usize, char)| match c {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        c if *c == MARK => !text[..*at].trim_start_matches(MARK).is_empty(),
        c => c.is_control(),
    };
    let found = text.char_indices().filter(is_forbidden).take(FORBIDDEN_SHOWN);
    let told = found.map(|(at, c)| {
        let span = Span::new(source, at, at + c.len_utf8());
        let code = u32::from(c);
        let message = phrase!(
            "a sign that cannot be seen (U+{code:04X}) stands where YAML has none",
            "这里有一个看不见的字符（U+{code:04X}），YAML 里不能有"
        );
        let help =
            pair("delete it; `playbook check --fix` does it", "删掉它；`playbook check --fix` 可以代劳");
        Diagnostic::error(codes::YAML_ODD_SPACE, span, message).help(help).fix(span, "")
    });
    told.collect()
}

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
        // At the beginning of the file a mark of its encoding may stand.
        let body = if start == 0 { line.trim_start_matches(MARK) } else { line };
        let (begin, line) = (start + line.len() - body.len(), body);
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let is_text = line.trim().is_empty() || block.is_some_and(|column| spaces > column);
        if !is_text {
            let content = line.len() - line.trim_start_matches(|c| c == ' ' || is_odd(c)).len();
            block = opens_block(line).then_some(spaces);
            found.extend(place(line, content).map(|(at, width)| problem(source, line, begin, at, width)));
        }
        start += raw.len();
    }
    found
}

/// The odd space that stands where a space is needed behind a key's colon, if one does: `every:\u{a0}day`.
pub(super) fn behind_colon(source: SourceId, line: &str, start: usize, at: usize) -> Option<Diagnostic> {
    line.get(at..)?.starts_with(is_odd).then(|| problem(source, line, start, at, run(&line[at..])))
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
    let spaces: String =
        line[at..at + width].chars().filter(|c| !matches!(*c, '\u{200B}' | MARK)).map(|_| ' ').collect();
    let span = Span::new(source, start + at, start + at + width);
    let message =
        phrase!("{name} stands where YAML needs a plain space", "这里是{name}，YAML 只认普通空格"; name);
    Diagnostic::error(codes::YAML_ODD_SPACE, span, message)
        .help(pair(
            "write a plain space in its place; `playbook check --fix` does it. It often comes with text from a web page",
            "换成普通空格；`playbook check --fix` 可以代劳。它常常随着网页上复制的文字进来",
        ))
        .fix(span, if spaces.is_empty() && line[..at].ends_with(['-', ':']) { " " } else { &spaces })
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
    fn what_no_yaml_has_is_named_where_it_stands() {
        let found = |text: &str| {
            let mut map = SourceMap::default();
            let source = map.add("x.yaml", text);
            forbidden(source, text).into_iter().map(|d| d.span.unwrap().start).collect::<Vec<_>>()
        };
        assert_eq!(found("a: 1\n\u{feff}b: x\u{0}\n"), [5, 12]);
        assert!(found("\u{feff}a: 1\r\n\tb: 你好\n").is_empty());
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
