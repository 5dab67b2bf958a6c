//! Typed reading of nodes: records every problem and keeps going.
//!
//! Every function gives `None` exactly when it has reported why; callers never report again.

use super::{
    meant::meant,
    near,
    node::{KeyEntry, Node, NodeKind, Scalar, ValueStyle, shorten},
    quoting::{half_width, in_units},
};
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report, fix::Fix, suggest::certain},
        source::Span,
        time::{ClockTime, Duration},
    },
    lang::codes,
};
use std::{ops::Range, str::FromStr, sync::Arc};

/// A value of the wrong kind.
pub(crate) fn wrong_kind(report: &mut Report, node: &Node, expected: impl Into<Phrase>) {
    let (expected, found) = (expected.into(), node.found());
    let mut diagnostic = Diagnostic::error(
        codes::WRONG_KIND,
        node.span,
        phrase!("expected {expected}, found {found}", "应为{expected}，写的却是{found}"; expected, found),
    );
    // What was put together from several lines is shown and mended nowhere as one.
    let whole = |text: &&str| text.len() == (node.span.end - node.span.start) as usize;
    if let Some((help, colon)) =
        node.text().filter(|text| whole(text) || !spaced(text)).and_then(missing_space)
    {
        let folded = node.text().is_some_and(|text| !whole(&text));
        diagnostic = diagnostic.help(if folded { first_colon() } else { help });
        if let NodeKind::Scalar(Scalar { style: ValueStyle::Plain, .. }) = node.kind {
            let at = node.span.start as usize;
            diagnostic = diagnostic.fix(Span::new(node.span.source, at + colon.start, at + colon.end), ": ");
        }
    }
    if let Some(dash) = dash(node) {
        diagnostic = diagnostic.help(phrase!(
            "`{dash}` begins no list: write `-` and a space before each item",
            "`{dash}` 开不了列表：每一项前面写 `-` 和空格"
        ));
        let at = node.span.start as usize;
        diagnostic = diagnostic.fix(Span::new(node.span.source, at, at + dash.len_utf8()), "-");
    }
    if let Some(text) = braces(node) {
        diagnostic = diagnostic.help(phrase!(
            "braces begin a mapping; if they are meant as text, put it in quotes: \"{text}\"",
            "花括号会被读成映射；如果就是文字，请加引号：\"{text}\""
        ));
    }
    report.push(diagnostic);
}

/// A sign like `-` before what was meant as the first item of a list: `– post: hi`, `－ 甲`.
fn dash(node: &Node) -> Option<char> {
    let first = match &node.kind {
        NodeKind::Mapping(entries) => &*entries.first()?.key.value,
        NodeKind::Scalar(Scalar { style: ValueStyle::Plain, text, .. }) => text,
        _ => return None,
    };
    let mut signs = first.chars();
    let dash = signs.next().filter(|sign| "–—−－‐‑―•·●○◦▪".contains(*sign))?;
    signs.next().filter(|sign| sign.is_whitespace()).map(|_| dash)
}

/// `{花括号}` where text is expected: as it was meant.
fn braces(node: &Node) -> Option<String> {
    let [only] = node.entries()? else { return None };
    only.value.is_null().then(|| format!("{{{}}}", only.key.value))
}

/// Whether a space, which may be the end of a line, follows the first colon.
fn spaced(text: &str) -> bool {
    let behind = text.find([':', '\u{ff1a}']).map(|at| text[at..].trim_start_matches([':', '\u{ff1a}']));
    behind.is_some_and(|behind| behind.starts_with(char::is_whitespace))
}

/// What to do about a colon with lines below it.
fn first_colon() -> Phrase {
    pair("write a plain colon and a space after the key", "键后面写半角冒号，再加一个空格").into()
}

/// `post:大家好` where a mapping is expected: what it should have been, and where the colon is. An address is none.
fn missing_space(text: &str) -> Option<(Phrase, Range<usize>)> {
    let end = text.find([':', '\u{ff1a}'])?;
    let key = &text[..end];
    let rest = text[end..].trim_start_matches([':', '\u{ff1a}']).trim_start();
    let word = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let colon = end..text.len() - rest.len();
    (word && !rest.starts_with('/') && !rest.is_empty()).then(|| {
        let help = phrase!(
            "write `{key}: {rest}`, with a plain colon and a space after it",
            "写成 `{key}: {rest}`，用半角冒号，后面加一个空格"
        );
        (help, colon)
    })
}

/// A scalar that cannot be read as what it should be.
pub(crate) fn bad_value(report: &mut Report, node: &Node, expected: impl Into<Phrase>, help: Option<Phrase>) {
    let (expected, found) = (expected.into(), node.found());
    let mut diagnostic = Diagnostic::error(
        codes::BAD_VALUE,
        node.span,
        phrase!("expected {expected}, found {found}", "应为{expected}，写的却是{found}"; expected, found),
    );
    diagnostic.help = help;
    report.push(diagnostic);
}

/// Gives the problem that was just reported its fix: this text in place of the value.
fn mend(report: &mut Report, node: &Node, text: &str) {
    if let Some(last) = report.diagnostics.last_mut() {
        last.fix = Some(Fix { span: node.span, text: text.to_owned() });
    }
}

/// A mapping with a closed set of keys.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'n> {
    /// Where the mapping is.
    pub(crate) span: Span,
    /// What it describes, with its article: "a play".
    pub(crate) what: Words,
    entries: &'n [KeyEntry],
}

impl<'n> Fields<'n> {
    /// Reads a mapping; every key that is not allowed is reported.
    pub(crate) fn read(report: &mut Report, node: &'n Node, what: Words, allowed: &[&str]) -> Option<Self> {
        let fields = Self::open(report, node, what)?;
        for entry in fields.entries {
            if !allowed.contains(&&*entry.key.value) {
                unknown_key(report, entry, fields.entries, what, allowed);
            }
        }
        Some(fields)
    }

    /// Reads a mapping without looking at its keys.
    pub(crate) fn open(report: &mut Report, node: &'n Node, what: Words) -> Option<Self> {
        let Some(entries) = node.entries() else {
            wrong_kind(report, node, phrase!("{what}, which is a mapping", "{what}（映射）"; what));
            return None;
        };
        Some(Self { span: node.span, what, entries })
    }

    /// Keys and values in the order of the file.
    pub(crate) fn entries(&self) -> &'n [KeyEntry] {
        self.entries
    }

    /// The value of a key; none where the key is missing or has nothing behind it.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value).filter(|node| !node.is_null())
    }

    /// The key and its value, whatever it is.
    pub(crate) fn entry(&self, key: &str) -> Option<&'n KeyEntry> {
        self.entries.iter().find(|entry| &*entry.key.value == key)
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, report: &mut Report, key: &str, help: Words) -> Option<&'n Node> {
        match self.entry(key) {
            Some(entry) if !entry.value.is_null() => Some(&entry.value),
            Some(entry) => {
                report.push(
                    Diagnostic::error(
                        codes::MISSING_VALUE,
                        entry.key.span,
                        phrase!("`{key}` has no value", "`{key}` 后面没有值"),
                    )
                    .help(help),
                );
                None
            }
            None => {
                let what = self.what;
                report.push(
                    Diagnostic::error(
                        codes::MISSING_KEY,
                        first_line(self),
                        phrase!("{what} needs `{key}`", "{what}需要 `{key}`"; what),
                    )
                    .help(help),
                );
                None
            }
        }
    }
}

/// The first key of a mapping: a whole play would be too much to underline.
fn first_line(fields: &Fields<'_>) -> Span {
    fields.entries.first().map_or(fields.span, |entry| entry.key.span)
}

/// A key that is not known, with what was probably meant. `siblings` are all entries of its mapping.
pub(crate) fn unknown_key(
    report: &mut Report,
    entry: &KeyEntry,
    siblings: &[KeyEntry],
    what: impl Into<Phrase>,
    allowed: &[&str],
) {
    let what = what.into();
    let key = &*entry.key.value;
    let bare = half_width(key).map(|plain| plain.trim_matches('"').trim_end_matches(':').to_owned());
    let plain = bare.filter(|plain| allowed.contains(&plain.as_str()));
    let help = match &plain {
        Some(plain) => phrase!("write `{plain}` with plain, half-width signs", "用半角符号写成 `{plain}`"),
        None => near::advice(key, allowed, pair("key", "键")),
    };
    let certain = plain.or_else(|| certain(key, allowed.iter().copied()).map(str::to_owned));
    let key = shorten(key);
    let message = phrase!("{what} has no key `{key}`", "{what}没有 `{key}` 这个键"; what);
    let mut diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, entry.key.span, message).help(help);
    // Beside the key that is meant, a second one would be written twice.
    let certain = certain.filter(|name| !siblings.iter().any(|other| *other.key.value == **name));
    diagnostic.fix = certain.map(|text| Fix { span: entry.key.span, text });
    report.push(diagnostic);
}

/// A scalar.
pub(crate) fn scalar<'n>(
    report: &mut Report,
    node: &'n Node,
    expected: impl Into<Phrase>,
) -> Option<&'n Scalar> {
    let scalar = node.scalar();
    if scalar.is_none() {
        wrong_kind(report, node, expected);
    }
    scalar
}

/// A text as it was written.
pub(crate) fn text<'n>(
    report: &mut Report,
    node: &'n Node,
    expected: impl Into<Phrase>,
) -> Option<&'n Arc<str>> {
    scalar(report, node, expected).map(|scalar| &scalar.text)
}

/// A scalar that parses.
pub(crate) fn parsed<T: FromStr>(report: &mut Report, node: &Node, expected: impl Into<Phrase>) -> Option<T> {
    let expected = expected.into();
    let text = text(report, node, expected.clone())?;
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let reads = |plain: &String| plain.trim().parse::<T>().is_ok();
    let plain = half_width(text).filter(reads);
    let help = plain
        .as_ref()
        .map(|plain| phrase!("write `{}` with half-width signs", "用半角符号写成 `{}`", plain.trim()));
    let plain = plain.or_else(|| in_units(text).filter(reads));
    let plain = plain.or_else(|| meant(text).into_iter().find(reads));
    let help = help.or_else(|| plain.as_ref().map(|plain| phrase!("write `{}`", "写成 `{}`", plain.trim())));
    bad_value(report, node, expected, help);
    if let Some(plain) = plain {
        mend(report, node, plain.trim());
    }
    None
}

/// A length of time.
pub(crate) fn duration(report: &mut Report, node: &Node) -> Option<Duration> {
    let expected = pair("a duration such as 10m, 1h30m or 7d", "时长，例如 10m、1h30m 或 7d");
    if let Some(text) = node.text()
        && !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
    {
        bad_value(
            report,
            node,
            expected,
            Some(phrase!(
                "say which unit: `{text}m`, `{text}h` or `{text}d`",
                "写明单位：`{text}m`、`{text}h` 或 `{text}d`"
            )),
        );
        return None;
    }
    parsed(report, node, expected)
}

/// A length of time that is not zero.
pub(crate) fn positive(report: &mut Report, node: &Node) -> Option<Duration> {
    let length = duration(report, node)?;
    if length.as_millis() <= 0 {
        bad_value(report, node, pair("a duration longer than nothing", "大于零的时长"), None);
        return None;
    }
    Some(length)
}

/// A clock time.
pub(crate) fn clock(report: &mut Report, node: &Node) -> Option<ClockTime> {
    parsed(report, node, pair("a clock time such as 20:30 or 09:00", "钟点，例如 20:30 或 09:00"))
}

/// `true` or `false`.
pub(crate) fn boolean(report: &mut Report, node: &Node) -> Option<bool> {
    let expected = pair("`true` or `false`", "`true` 或 `false`");
    match &*scalar(report, node, expected)?.text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        word => {
            let help = match word.to_ascii_lowercase().as_str() {
                "yes" | "on" | "y" => Some(
                    pair(
                        "`yes` and `on` are plain words here: write `true`",
                        "`yes` 和 `on` 在这里只是普通的词：请写 `true`",
                    )
                    .into(),
                ),
                "no" | "off" | "n" => Some(
                    pair(
                        "`no` and `off` are plain words here: write `false`",
                        "`no` 和 `off` 在这里只是普通的词：请写 `false`",
                    )
                    .into(),
                ),
                _ => None,
            };
            bad_value(report, node, expected, help);
            match word.to_ascii_lowercase().as_str() {
                "yes" | "on" | "y" => mend(report, node, "true"),
                "no" | "off" | "n" => mend(report, node, "false"),
                _ => {}
            }
            None
        }
    }
}

/// A whole number in a range.
pub(crate) fn integer(report: &mut Report, node: &Node, least: i64, most: i64) -> Option<i64> {
    let expected = if least == 0 {
        pair("a whole number, 0 or more", "不小于 0 的整数").into()
    } else {
        phrase!("a whole number, {least} or more", "不小于 {least} 的整数")
    };
    let number: i64 = parsed(report, node, expected.clone())?;
    if number < least || number > most {
        let limit = if number > most {
            phrase!("a whole number, at most {most}", "不大于 {most} 的整数")
        } else {
            expected
        };
        bad_value(report, node, limit, None);
        return None;
    }
    Some(number)
}

/// A whole number above nothing that fits 32 bits.
pub(crate) fn count(report: &mut Report, node: &Node) -> Option<u32> {
    integer(report, node, 1, 1_000_000_000).map(|n| n as u32)
}

/// One word of a closed list.
pub(crate) fn choice<T: Copy>(report: &mut Report, node: &Node, words: &[(&str, T)]) -> Option<T> {
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let expected = || phrase!("one of {list}", "{list} 中的一个");
    let text = text(report, node, expected())?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == &**text) {
        return Some(*value);
    }
    bad_value(report, node, expected(), Some(near::advice(text, &names, pair("word", "词"))));
    if let Some(name) = certain(text, names) {
        mend(report, node, name);
    }
    None
}

/// One scalar, or a list of scalars, as nodes.
pub(crate) fn one_or_many<'n>(report: &mut Report, node: &'n Node, expected: Words) -> Vec<&'n Node> {
    match &node.kind {
        NodeKind::Scalar(_) => vec![node],
        NodeKind::Sequence(items) => {
            items.iter().filter(|item| scalar(report, item, expected).is_some()).collect()
        }
        NodeKind::Null | NodeKind::Mapping(_) => {
            wrong_kind(
                report,
                node,
                phrase!("{expected}, or a list of them", "{expected}，或它们的列表"; expected),
            );
            Vec::new()
        }
    }
}

/// The items of a list.
pub(crate) fn list<'n>(
    report: &mut Report,
    node: &'n Node,
    expected: impl Into<Phrase>,
) -> Option<&'n [Node]> {
    if node.items().is_none() {
        wrong_kind(report, node, expected);
    }
    node.items()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceId;

    fn node(text: &str) -> Node {
        let mut report = Report::default();
        let document = super::super::parse::parse(SourceId(0), text, &mut report).expect("a document");
        assert_eq!(report.diagnostics, Vec::new());
        document.root
    }

    #[test]
    fn an_unknown_key_says_what_was_meant() {
        let mut report = Report::default();
        let node = node("tilte: x\n“steps”: y\n");
        Fields::read(&mut report, &node, pair("a play", "玩法"), &["title", "steps"]).expect("fields");
        let help: Vec<_> =
            report.diagnostics.iter().filter_map(|d| d.help.as_ref().map(|help| help.en.as_str())).collect();
        assert_eq!(help, ["did you mean `title`?", "write `steps` with plain, half-width signs"]);
    }

    #[test]
    fn a_value_that_cannot_be_read_says_what_was_expected() {
        let mut report = Report::default();
        let node = node("a: 10\nb: yes\nc: 20\u{ff1a}30\n");
        assert_eq!(duration(&mut report, node.get("a").expect("a")), None);
        assert_eq!(boolean(&mut report, node.get("b").expect("b")), None);
        assert_eq!(clock(&mut report, node.get("c").expect("c")), None);
        let help: Vec<_> =
            report.diagnostics.iter().filter_map(|d| d.help.as_ref().map(|help| help.en.as_str())).collect();
        assert_eq!(
            help,
            [
                "say which unit: `10m`, `10h` or `10d`",
                "`yes` and `on` are plain words here: write `true`",
                "write `20:30` with half-width signs"
            ]
        );
    }
}
