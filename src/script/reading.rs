//! The values inside a condition, for people: what stood on either side of each comparison.
//!
//! Cuts the text of an expression that has compiled; a piece that cannot stand alone is left out. Decides nothing.

use super::{expr::Expr, facts::Facts, names::Name};
use crate::base::value::Value;
use std::sync::Arc;

/// A piece of an expression and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The piece, as it was written.
    pub source: String,
    /// Its value, as text; a text in quotes.
    pub value: String,
}

/// What compares, longest first.
const COMPARISONS: [&str; 7] = [">=", "<=", "==", "!=", ">", "<", " in "];

impl Expr {
    /// The values of everything in the expression that can change, in the order in which it is written.
    pub fn readings(&self, facts: &Arc<Facts>) -> Vec<Reading> {
        let mut pieces = Vec::new();
        let clauses = clauses(self.source());
        for clause in &clauses {
            match compared(clause) {
                Some((left, right)) => pieces.extend([left, right]),
                None => pieces.push(clause.trim_start_matches('!').trim()),
            }
        }
        let mut readings: Vec<Reading> = Vec::new();
        for piece in pieces.into_iter().map(unwrapped).filter(|piece| changes(piece, facts)) {
            if piece == self.source().trim() || readings.iter().any(|known| known.source == piece) {
                continue;
            }
            if let Some(value) = self.piece(piece).and_then(|piece| written(&piece, facts)) {
                readings.push(Reading { source: piece.to_owned(), value });
            }
        }
        readings
    }
}

fn written(piece: &Expr, facts: &Arc<Facts>) -> Option<String> {
    if let Ok(Value::Str(text)) = piece.eval(facts) {
        return Some(format!("\"{text}\""));
    }
    let text = piece.eval_text(facts).ok()?;
    Some(if text.is_empty() { "nothing".into() } else { text })
}

/// Whether a piece names anything: a number, a text or a length is the same for ever.
fn changes(piece: &str, facts: &Facts) -> bool {
    words(piece).any(|word| Name::parse(word).is_some() || facts.bindings.contains_key(word))
}

/// The identifiers outside texts that follow no dot.
fn words(piece: &str) -> impl Iterator<Item = &str> {
    let mut previous = ' ';
    let mut starts = Vec::new();
    for (at, c, depth) in plain(piece) {
        let begins = (c.is_ascii_alphabetic() || c == '_') && depth.is_some();
        if begins && !(previous.is_ascii_alphanumeric() || previous == '_' || previous == '.') {
            starts.push(at);
        }
        previous = c;
    }
    starts.into_iter().map(move |start| {
        let rest = &piece[start..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    })
}

/// The parts between `&&` and `||`, whatever brackets they stand in.
fn clauses(source: &str) -> Vec<&str> {
    let source = unwrapped(source);
    let mut cuts = Vec::new();
    let mut previous = (' ', 0);
    for (at, c, depth) in plain(source) {
        let pair = (c == '&' || c == '|') && previous.0 == c && depth == Some(0);
        if pair && previous.1 + 1 == at {
            cuts.push(at - 1);
            previous = (' ', at);
        } else {
            previous = (c, at);
        }
    }
    if cuts.is_empty() {
        return vec![source];
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for cut in cuts.into_iter().chain([source.len()]) {
        parts.extend(clauses(&source[from..cut]));
        from = (cut + 2).min(source.len());
    }
    parts
}

/// The two sides of a comparison.
fn compared(clause: &str) -> Option<(&str, &str)> {
    plain(clause).filter(|(_, _, depth)| *depth == Some(0)).find_map(|(at, _, _)| {
        let sign = COMPARISONS.iter().find(|sign| clause[at..].starts_with(**sign))?;
        Some((&clause[..at], &clause[at + sign.len()..]))
    })
}

/// Without blanks and without brackets that hold all of it.
fn unwrapped(piece: &str) -> &str {
    let piece = piece.trim();
    let Some(inner) = piece.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return piece };
    let closes_early = plain(piece).any(|(at, _, depth)| at > 0 && at + 1 < piece.len() && depth == Some(0));
    if closes_early { piece } else { unwrapped(inner) }
}

/// Every character with the number of brackets it stands in, an opening or a closing one not counted as inside;
/// none within a text.
fn plain(source: &str) -> impl Iterator<Item = (usize, char, Option<usize>)> + '_ {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    source.char_indices().map(move |(at, c)| {
        if let Some(open) = quote {
            if !escaped && c == open {
                quote = None;
            }
            escaped = !escaped && c == '\\';
            return (at, c, None);
        }
        match c {
            '"' | '\'' | '`' => {
                quote = Some(c);
                (at, c, None)
            }
            '(' | '[' | '{' => {
                depth += 1;
                (at, c, Some(depth - 1))
            }
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                // Belongs to what it closes.
                (at, c, Some(depth + 1))
            }
            _ => (at, c, Some(depth)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{
            locale::Locale,
            time::{Timestamp, Zone},
        },
        script::names::{Known, Names},
    };

    fn read(source: &str) -> Vec<String> {
        let known = Known { globals: Names::ALL, ..Known::default() };
        let expr = Expr::compile(source, &known).unwrap();
        let mut facts = Facts::bare("g".into(), Timestamp::from_millis(0), Zone::utc(), Locale::En);
        facts.group.title = "Book club".into();
        facts.vars = Arc::new(
            [(Arc::from("city"), Value::str("Xi'an")), (Arc::from("open"), Value::Bool(true))].into(),
        );
        let readings = expr.readings(&Arc::new(facts));
        readings.into_iter().map(|reading| format!("{} = {}", reading.source, reading.value)).collect()
    }

    #[test]
    fn both_sides_of_a_comparison_are_read_and_what_never_changes_is_not() {
        assert_eq!(read("members.count >= 60"), ["members.count = 0"]);
        assert_eq!(read("60 <= members.count"), ["members.count = 0"]);
        assert_eq!(read("vars.city == \"a && b\""), ["vars.city = \"Xi'an\""]);
        assert_eq!(read("vars.open"), [""; 0], "its value is what the condition is");
        assert_eq!(read("!vars.open"), ["vars.open = true"]);
    }

    #[test]
    fn every_clause_is_read_once_whatever_brackets_it_stands_in() {
        let both = "(members.count > 3 || (vars.open && !(vars.city == \"x\"))) && members.count < 9";
        assert_eq!(read(both), ["members.count = 0", "vars.open = true", "vars.city == \"x\" = false"]);
        assert_eq!(
            read("members.where(|m| m.points > 2).count > 1"),
            ["members.where(|m| m.points > 2).count = 0"]
        );
        assert_eq!(read("\"x\" in [vars.city, \"y\"]"), ["[vars.city, \"y\"] = Xi'an, y"]);
    }
}
