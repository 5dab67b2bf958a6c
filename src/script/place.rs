//! Rhai's lines and columns as byte ranges of the source.

use rhai::Position;
use std::ops::Range;

/// The bytes of the word, number or string at a place; the end of the source for a place that is none.
pub(super) fn range(source: &str, position: Position) -> Range<usize> {
    let Some(start) = offset(source, position) else {
        return if position.is_none() { 0..source.len() } else { source.len()..source.len() };
    };
    start..start + token_length(&source[start..])
}

/// Line and column, both from 1; 0 where there is none.
pub(super) fn line_column(position: Position) -> (u32, u32) {
    (position.line().unwrap_or(0) as u32, position.position().unwrap_or(0) as u32)
}

fn offset(source: &str, position: Position) -> Option<usize> {
    let line = position.line()?;
    let column = position.position().unwrap_or(1).max(1);
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = source.get(start..)?;
    let (within, _) = rest.char_indices().nth(column - 1)?;
    Some(start + within)
}

fn token_length(rest: &str) -> usize {
    let mut letters = rest.chars();
    match letters.next() {
        None => 0,
        Some(quote @ ('"' | '`')) => string_length(rest, quote),
        Some(c) if c.is_alphanumeric() || c == '_' => {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        }
        Some(c) => {
            let two = rest.get(..2).is_some_and(|two| {
                ["==", "!=", "<=", ">=", "&&", "||", "??", "+=", "-=", "*=", "/=", ".."].contains(&two)
            });
            if two { 2 } else { c.len_utf8() }
        }
    }
}

fn string_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\\' if !escaped && quote == '"' => escaped = true,
            c if c == quote && !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    rest.len()
}
