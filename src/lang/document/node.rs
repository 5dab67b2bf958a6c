//! The nodes of a document as plain values: mapping, sequence, scalar, nothing.
//!
//! A plain scalar keeps the text that was written (`1.10` stays `1.10`); it becomes a number or a truth value
//! only where somebody asks for a value.

use crate::base::phrase::{Phrase, pair};
use crate::base::{
    source::{Span, Spanned},
    value::Value,
};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// A node and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From its first byte to one past its last.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: NodeKind,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum NodeKind {
    /// Nothing was written, or `null`, or `~`.
    Null,
    /// Text, a number, a truth value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values, in the order of the file.
    Mapping(Vec<KeyEntry>),
}

/// A scalar as text.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    /// After YAML's unescaping and folding.
    pub(crate) text: Arc<str>,
    /// How it was written.
    pub(crate) style: ValueStyle,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueStyle {
    /// Without quotes: may be a number.
    Plain,
    /// In quotes: is text.
    Quoted,
    /// After `|` or `>`: is text.
    Block,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct KeyEntry {
    /// The key.
    pub(crate) key: Spanned<Arc<str>>,
    /// The value.
    pub(crate) value: Node,
}

impl Node {
    /// The scalar, if it is one.
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            NodeKind::Null | NodeKind::Sequence(_) | NodeKind::Mapping(_) => None,
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        self.scalar().map(|scalar| &*scalar.text)
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            NodeKind::Sequence(items) => Some(items),
            NodeKind::Null | NodeKind::Scalar(_) | NodeKind::Mapping(_) => None,
        }
    }

    /// The entries of a mapping.
    pub(crate) fn entries(&self) -> Option<&[KeyEntry]> {
        match &self.kind {
            NodeKind::Mapping(entries) => Some(entries),
            NodeKind::Null | NodeKind::Scalar(_) | NodeKind::Sequence(_) => None,
        }
    }

    /// The value under a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.iter().find(|entry| &*entry.key.value == key).map(|entry| &entry.value)
    }

    /// True where nothing was written.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Null)
    }

    /// What it is, in plain words, for messages.
    pub(crate) fn found(&self) -> Phrase {
        match &self.kind {
            NodeKind::Null => pair("nothing", "空的").into(),
            NodeKind::Scalar(scalar) => Phrase::quoted(&shorten(&scalar.text)),
            NodeKind::Sequence(_) => pair("a list", "列表").into(),
            NodeKind::Mapping(_) => pair("a mapping", "映射").into(),
        }
    }

    /// As a plain value: unquoted numbers and truth values become what they look like.
    pub(crate) fn to_value(&self) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Scalar(scalar) => scalar.to_value(),
            NodeKind::Sequence(items) => Value::list(items.iter().map(Self::to_value).collect()),
            NodeKind::Mapping(entries) => {
                Value::map(entries.iter().map(|entry| (&*entry.key.value, entry.value.to_value())))
            }
        }
    }

    /// Adds the node to a digest: its meaning, without places, comments or indentation.
    pub(crate) fn digest(&self, into: &mut Sha256) {
        let mut piece = |kind: u8, text: &str| {
            into.update([kind]);
            into.update((text.len() as u64).to_le_bytes());
            into.update(text.as_bytes());
        };
        match &self.kind {
            NodeKind::Null => piece(b'0', ""),
            NodeKind::Scalar(Scalar { text, style: ValueStyle::Plain }) => piece(b'p', text),
            NodeKind::Scalar(Scalar { text, .. }) => piece(b't', text),
            NodeKind::Sequence(items) => {
                into.update(b"[");
                for item in items {
                    item.digest(into);
                }
                into.update(b"]");
            }
            NodeKind::Mapping(entries) => {
                into.update(b"{");
                for entry in entries {
                    into.update((entry.key.value.len() as u64).to_le_bytes());
                    into.update(entry.key.value.as_bytes());
                    entry.value.digest(into);
                }
                into.update(b"}");
            }
        }
    }
}

impl Scalar {
    /// As a plain value.
    pub(crate) fn to_value(&self) -> Value {
        if self.style != ValueStyle::Plain {
            return Value::Str(self.text.clone());
        }
        match &*self.text {
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            text => number(text).unwrap_or_else(|| Value::Str(self.text.clone())),
        }
    }
}

/// A number that is written like one: no leading zeros (`007` is a name), no `+` (it is a telephone's), no
/// underscores.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit() {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().map(Value::Int);
    }
    if !digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+')) {
        return None;
    }
    Value::spelled(text)
}

/// A text cut to what fits into a message.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 40 && line.len() == text.trim_end().len() {
        return line.to_owned();
    }
    let start: String = line.chars().take(38).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Value {
        Scalar { text: Arc::from(text), style: ValueStyle::Plain }.to_value()
    }

    #[test]
    fn plain_words_become_what_they_look_like() {
        assert_eq!(plain("12"), Value::Int(12));
        assert_eq!(plain("-3"), Value::Int(-3));
        assert_eq!(plain("1.5"), Value::Float(1.5));
        assert_eq!(plain("true"), Value::Bool(true));
        for word in
            ["on", "yes", "no", "off", "007", "+8613800000000", "1_000", "1.2.3", "10:30", "0x10", "-", "1-2"]
        {
            assert_eq!(plain(word), Value::str(word));
        }
        assert_eq!(plain("99999999999999999999"), Value::str("99999999999999999999"));
    }

    #[test]
    fn quoted_numbers_are_text() {
        let scalar = Scalar { text: Arc::from("12"), style: ValueStyle::Quoted };
        assert_eq!(scalar.to_value(), Value::str("12"));
    }
}
