//! Where a diagnostic is, in lines and columns, for formats that have no excerpt.

use super::Diagnostic;
use crate::base::source::{Place, SourceMap};

/// A file and a range in it. Lines and columns begin at 1, columns count characters, and the end is one past
/// the last character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent<'a> {
    /// The path as a person knows it; empty when nothing was read.
    pub file: &'a str,
    /// The first character.
    pub start: Place,
    /// One past the last character.
    pub end: Place,
}

/// The range of a diagnostic; one without a place is at the beginning of the first file.
pub fn extent<'a>(diagnostic: &Diagnostic, sources: &'a SourceMap) -> Extent<'a> {
    let first = Place { line: 1, column: 1 };
    match diagnostic.span {
        Some(span) => {
            let source = sources.get(span.source);
            let text = source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            let end = span.start as usize + text.trim_end_matches(['\n', '\r', ' ']).len();
            Extent { file: &source.path, start: source.place(span.start), end: source.place(end as u32) }
        }
        None => Extent { file: sources.iter().next().map_or("", |(_, s)| &s.path), start: first, end: first },
    }
}
