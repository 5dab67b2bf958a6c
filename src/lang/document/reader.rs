//! Typed reading of nodes: records every problem and keeps going.
//!
//! Every function gives `None` exactly when it has reported why; callers never report again.

use super::{
    near,
    node::{Entry, Kind, Node, Scalar},
    quoting::{half_width, in_units},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report},
        source::Span,
        time::{ClockTime, Duration},
    },
    lang::codes,
};
use std::{str::FromStr, sync::Arc};

/// A text cut to what fits into a message.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 40 && line.len() == text.trim_end().len() {
        return line.to_owned();
    }
    let start: String = line.chars().take(38).collect();
    format!("{start}…")
}

/// A value of the wrong kind.
pub(crate) fn wrong_kind(report: &mut Report, node: &Node, expected: &str) {
    let mut diagnostic = Diagnostic::error(
        codes::WRONG_KIND,
        node.span,
        format!("expected {expected}, found {}", node.found()),
    );
    if let Some(help) = node.text().and_then(missing_space) {
        diagnostic = diagnostic.help(help);
    }
    report.push(diagnostic);
}

/// `post:大家好` where a mapping is expected: what it should have been.
fn missing_space(text: &str) -> Option<String> {
    let end = text.find([':', '\u{ff1a}'])?;
    let key = &text[..end];
    let rest = text[end..].trim_start_matches([':', '\u{ff1a}']).trim_start();
    let word = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    word.then(|| format!("write `{key}: {rest}`, with a plain colon and a space after it"))
}

/// A scalar that cannot be read as what it should be.
pub(crate) fn bad_value(report: &mut Report, node: &Node, expected: &str, help: Option<String>) {
    let mut diagnostic = Diagnostic::error(
        codes::BAD_VALUE,
        node.span,
        format!("expected {expected}, found {}", node.found()),
    );
    diagnostic.help = help;
    report.push(diagnostic);
}

/// A mapping with a closed set of keys.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'n> {
    /// Where the mapping is.
    pub(crate) span: Span,
    /// What it describes, with its article: "a play".
    pub(crate) what: &'static str,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// Reads a mapping; every key that is not allowed is reported.
    pub(crate) fn read(
        report: &mut Report,
        node: &'n Node,
        what: &'static str,
        allowed: &[&str],
    ) -> Option<Self> {
        let fields = Self::open(report, node, what)?;
        for entry in fields.entries {
            if !allowed.contains(&&*entry.key.value) {
                unknown_key(report, entry, what, allowed);
            }
        }
        Some(fields)
    }

    /// Reads a mapping without looking at its keys.
    pub(crate) fn open(report: &mut Report, node: &'n Node, what: &'static str) -> Option<Self> {
        let Some(entries) = node.entries() else {
            wrong_kind(report, node, &format!("{what}, which is a mapping"));
            return None;
        };
        Some(Self { span: node.span, what, entries })
    }

    /// Keys and values in the order of the file.
    pub(crate) fn entries(&self) -> &'n [Entry] {
        self.entries
    }

    /// The value of a key; none where the key is missing or has nothing behind it.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value).filter(|node| !node.is_null())
    }

    /// The key and its value, whatever it is.
    pub(crate) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| &*entry.key.value == key)
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, report: &mut Report, key: &str, help: &str) -> Option<&'n Node> {
        match self.entry(key) {
            Some(entry) if !entry.value.is_null() => Some(&entry.value),
            Some(entry) => {
                report.push(
                    Diagnostic::error(codes::MISSING_VALUE, entry.key.span, format!("`{key}` has no value"))
                        .help(help),
                );
                None
            }
            None => {
                report.push(
                    Diagnostic::error(
                        codes::MISSING_KEY,
                        first_line(self),
                        format!("{} needs `{key}`", self.what),
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

/// A key that is not known, with what was probably meant.
pub(crate) fn unknown_key(report: &mut Report, entry: &Entry, what: &str, allowed: &[&str]) {
    let key = &*entry.key.value;
    let bare = half_width(key).map(|plain| plain.trim_matches('"').trim_end_matches(':').to_owned());
    let help = match bare.filter(|plain| allowed.contains(&plain.as_str())) {
        Some(plain) => format!("write `{plain}` with plain, half-width signs"),
        None => near::advice(key, allowed, "key"),
    };
    report.push(
        Diagnostic::error(
            codes::UNKNOWN_KEY,
            entry.key.span,
            format!("{what} has no key `{}`", shorten(key)),
        )
        .help(help),
    );
}

/// A scalar.
pub(crate) fn scalar<'n>(report: &mut Report, node: &'n Node, expected: &str) -> Option<&'n Scalar> {
    let scalar = node.scalar();
    if scalar.is_none() {
        wrong_kind(report, node, expected);
    }
    scalar
}

/// A text as it was written.
pub(crate) fn text<'n>(report: &mut Report, node: &'n Node, expected: &str) -> Option<&'n Arc<str>> {
    scalar(report, node, expected).map(|scalar| &scalar.text)
}

/// A scalar that parses.
pub(crate) fn parsed<T: FromStr>(report: &mut Report, node: &Node, expected: &str) -> Option<T> {
    let text = text(report, node, expected)?;
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let reads = |plain: &String| plain.trim().parse::<T>().is_ok();
    let help = match half_width(text).filter(reads) {
        Some(plain) => Some(format!("write `{}` with half-width signs", plain.trim())),
        None => in_units(text).filter(reads).map(|plain| format!("write `{}`", plain.trim())),
    };
    bad_value(report, node, expected, help);
    None
}

/// A length of time.
pub(crate) fn duration(report: &mut Report, node: &Node) -> Option<Duration> {
    let expected = "a duration such as 10m, 1h30m or 7d";
    if let Some(text) = node.text()
        && !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
    {
        bad_value(report, node, expected, Some(format!("say which unit: `{text}m`, `{text}h` or `{text}d`")));
        return None;
    }
    parsed(report, node, expected)
}

/// A length of time that is not zero.
pub(crate) fn positive(report: &mut Report, node: &Node) -> Option<Duration> {
    let length = duration(report, node)?;
    if length.as_millis() <= 0 {
        bad_value(report, node, "a duration longer than nothing", None);
        return None;
    }
    Some(length)
}

/// A clock time.
pub(crate) fn clock(report: &mut Report, node: &Node) -> Option<ClockTime> {
    parsed(report, node, "a clock time such as 20:30 or 09:00")
}

/// `true` or `false`.
pub(crate) fn boolean(report: &mut Report, node: &Node) -> Option<bool> {
    let expected = "`true` or `false`";
    match &*scalar(report, node, expected)?.text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        word => {
            let help = match word.to_ascii_lowercase().as_str() {
                "yes" | "on" | "y" => Some("`yes` and `on` are plain words here: write `true`".into()),
                "no" | "off" | "n" => Some("`no` and `off` are plain words here: write `false`".into()),
                _ => None,
            };
            bad_value(report, node, expected, help);
            None
        }
    }
}

/// A whole number in a range.
pub(crate) fn integer(report: &mut Report, node: &Node, least: i64, most: i64) -> Option<i64> {
    let expected = if least == 0 {
        "a whole number, 0 or more".to_owned()
    } else {
        format!("a whole number, {least} or more")
    };
    let number: i64 = parsed(report, node, &expected)?;
    if number < least || number > most {
        let limit = if number > most { format!("a whole number, at most {most}") } else { expected };
        bad_value(report, node, &limit, None);
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
    let text = text(report, node, &format!("one of {list}"))?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == &**text) {
        return Some(*value);
    }
    bad_value(report, node, &format!("one of {list}"), Some(near::advice(text, &names, "word")));
    None
}

/// One scalar, or a list of scalars, as nodes.
pub(crate) fn one_or_many<'n>(report: &mut Report, node: &'n Node, expected: &str) -> Vec<&'n Node> {
    match &node.kind {
        Kind::Scalar(_) => vec![node],
        Kind::Sequence(items) => {
            items.iter().filter(|item| scalar(report, item, expected).is_some()).collect()
        }
        Kind::Null | Kind::Mapping(_) => {
            wrong_kind(report, node, &format!("{expected}, or a list of them"));
            Vec::new()
        }
    }
}

/// The items of a list.
pub(crate) fn list<'n>(report: &mut Report, node: &'n Node, expected: &str) -> Option<&'n [Node]> {
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
        Fields::read(&mut report, &node, "a play", &["title", "steps"]).expect("fields");
        let help: Vec<_> = report.diagnostics.iter().filter_map(|d| d.help.as_deref()).collect();
        assert_eq!(help, ["did you mean `title`?", "write `steps` with plain, half-width signs"]);
    }

    #[test]
    fn a_value_that_cannot_be_read_says_what_was_expected() {
        let mut report = Report::default();
        let node = node("a: 10\nb: yes\nc: 20\u{ff1a}30\n");
        assert_eq!(duration(&mut report, node.get("a").expect("a")), None);
        assert_eq!(boolean(&mut report, node.get("b").expect("b")), None);
        assert_eq!(clock(&mut report, node.get("c").expect("c")), None);
        let help: Vec<_> = report.diagnostics.iter().filter_map(|d| d.help.as_deref()).collect();
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
