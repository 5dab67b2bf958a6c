//! `hidden-letter`: a letter that shows nothing, or shows what stands around it in another order.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
    source::{SourceId, Span},
    visible,
    words::tick,
};

pub(super) const CODE: Code = Code {
    slug: "hidden-letter",
    severity: Severity::Warning,
    meaning: pair(
        "a letter shows nothing, or turns the order of the others around",
        "有一个字符看不见，或者会打乱其他文字的显示顺序",
    ),
    explanation: pair(
        "Letters without a shape make two names differ that look the same, and controls of direction make a line read \
             otherwise than it is. They come with text that was copied from a web page. Where a line has Hebrew or Arabic \
             letters, the marks that such text needs are not warned about.",
        "没有字形的字符会让看起来一样的两个名字其实不同；控制方向的字符会让一行字读起来和实际不一样。它们多半是从网页复制文字时带进来的。\
             含有希伯来文或阿拉伯文的行里，这类文字需要的方向标记不会警告。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    title: Monday\u{202e} hello\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    title: Monday hello\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    practices: &[],
};

/// So many are said of one file.
const SAID_MAX: usize = 20;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (id, source) in cx.sources.iter() {
        // A mark of the encoding at the beginning belongs to the file.
        let text = source.text.trim_start_matches('\u{feff}');
        let mut at = source.text.len() - text.len();
        let lines = text.split_inclusive('\n').filter_map(|line| {
            let start = at;
            at += line.len();
            hidden(line).map(|(place, length, c)| (start + place, length, c))
        });
        out.extend(lines.take(SAID_MAX).map(|(place, length, c)| one(id, place, length, c)));
    }
}

fn one(id: SourceId, place: usize, length: usize, c: char) -> Diagnostic {
    let code = tick(format!("U+{:04X}", u32::from(c)));
    found(
        &CODE,
        Span::new(id, place, place + length),
        phrase!("there is a letter here that cannot be seen ({code})", "这里有一个看不见的字符（{code}）"),
    )
    .help(pair("delete it, or type the line anew", "删掉它，或者把这一行重新输入一遍"))
}

/// The first letter of a line that hides, with its place and its length in bytes: as it is, or as an escape.
fn hidden(line: &str) -> Option<(usize, usize, char)> {
    if line.is_ascii() && !line.contains("\\u") {
        return None;
    }
    let from_the_right = line
        .chars()
        .any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'));
    let hides = |c: char| {
        let belongs = from_the_right
            && matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202c}' | '\u{2066}'..='\u{2069}');
        visible::is_hidden(c) && !c.is_control() && !belongs
    };
    let plain = line.char_indices().find(|(_, c)| hides(*c)).map(|(at, c)| (at, c.len_utf8(), c));
    let escaped = line.match_indices("\\u").find_map(|(at, _)| {
        let digits = line.get(at + 2..at + 6)?;
        let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        hides(c).then_some((at, 6, c))
    });
    plain.or(escaped)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE, hidden};

    #[test]
    fn what_cannot_be_seen_is_found_as_it_is_and_as_an_escape() {
        assert_eq!(hidden("post: a\u{200b}b").map(|(at, _, c)| (at, c)), Some((7, '\u{200b}')));
        assert_eq!(hidden("post: \"\\u202e\"").map(|(at, _, c)| (at, c)), Some((7, '\u{202e}')));
        for plain in ["post: 你好", "post: 👨‍👩‍👧", "post: C:\\users", "שלום\u{200f}!", "a\tb\r\n"]
        {
            assert_eq!(hidden(plain), None, "{plain}");
        }
        assert!(hidden("שלום\u{202e}").is_some());
        let file = "plays:\n  a\u{2060}b:\n    every: monday at 09:00\n    steps:\n      - post: x\n";
        assert_eq!(messages(&CODE, file), ["there is a letter here that cannot be seen (`U+2060`)"]);
    }
}
