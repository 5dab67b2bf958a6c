//! A fault: why a text could not be read as YAML, in words that help.
//!
//! Knows no tree and no reader.

use crate::base::{
    diagnostic::Diagnostic,
    phrase::{Phrase, Words, pair, phrase},
    source::{SourceId, Span},
};

/// Why the text could not be read.
pub(super) struct ReadFault {
    /// Where, in bytes of the text.
    pub(super) at: usize,
    /// The slug of its kind.
    pub(super) code: &'static str,
    /// What was found.
    pub(super) message: Phrase,
    /// What to do about it.
    pub(super) help: Option<Phrase>,
}

/// A place found in the repaired text, widened to whole characters of what was written: a repair may put several
/// one-byte characters where one long character stood.
pub(super) fn whole_characters(mut diagnostic: Diagnostic, text: &str) -> Diagnostic {
    if let Some(span) = &mut diagnostic.span {
        span.start = text.floor_char_boundary(span.start as usize) as u32;
        span.end = text.ceil_char_boundary(span.end as usize) as u32;
    }
    diagnostic
}

impl ReadFault {
    /// The diagnostic of the fault, at its place in the text.
    pub(super) fn into_diagnostic(self, source: SourceId, text: &str) -> Diagnostic {
        let mut start = self.at.min(text.len());
        // A fault at the very end is shown at the last thing that was written.
        if start == text.len() {
            start = text.trim_end().len().saturating_sub(1);
        }
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
        let diagnostic = Diagnostic::error(self.code, Span::new(source, start, end), self.message);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A fault of the text itself.
pub(super) fn fault(at: usize, code: &'static str, message: impl Into<Phrase>, help: Words) -> ReadFault {
    ReadFault { at, code, message: message.into(), help: Some(help.into()) }
}

/// An error of the YAML reader, whose own words are English only.
pub(super) fn not_yaml(said: &str) -> Phrase {
    Phrase { en: format!("this is not YAML: {said}"), zh: "从这里起不是 YAML".to_owned() }
}

/// A full-width comma or colon inside the brackets in which the reader stopped, on the same line: it separates
/// nothing, so that what follows cannot be read.
pub(super) fn wide_separator(text: &str, at: usize) -> Option<Phrase> {
    let before = text.get(..at)?.rsplit('\n').next()?;
    let inside = before.rfind(['{', '[']).map(|open| &before[open..])?;
    let wide = inside.chars().rev().find(|c| matches!(c, '，' | '：' | '；' | '、'))?;
    let plain = if wide == '：' { ": " } else { ", " };
    Some(phrase!(
        "`{wide}` is full-width and separates nothing: write `{plain}`",
        "`{wide}` 是全角符号，什么也不分开：写成半角的 `{plain}`"
    ))
}

/// What to do about an error of the YAML reader.
pub(super) fn advice(message: &str) -> Words {
    if message.contains("tab") {
        pair("indent with spaces", "用空格缩进")
    } else if message.contains("alias") || message.contains("anchor") {
        pair("a text that begins with `*` or `&` needs quotes", "以 `*` 或 `&` 开头的文字要加引号")
    } else if message.contains("quoted") {
        pair("close the quote, or double it inside single quotes", "把引号闭合；单引号里面的单引号要写两遍")
    } else if message.contains("flow") {
        pair(
            "close the bracket; a text that begins with `[` or `{` needs quotes",
            "把括号闭合；以 `[` 或 `{` 开头的文字要加引号",
        )
    } else {
        pair(
            "look at the indentation here and on the line above; a text with `: ` or ` #` in it needs quotes",
            "检查这一行和上一行的缩进；含有 `: ` 或 ` #` 的文字要加引号",
        )
    }
}
