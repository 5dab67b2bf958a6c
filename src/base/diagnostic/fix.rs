//! A change of the text that mends a problem for certain, and how several are made at once.
//!
//! A fix never guesses: where two changes would do, there is none. Works on texts; whoever holds the file writes it.

use super::Diagnostic;
use crate::base::source::{SourceId, Span};

/// What to write instead of what is at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The bytes that go.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

/// The fixes of one file that can be made together: in order of place, none touching another. What is left out is
/// found again when the changed file is read.
pub fn together<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>, file: SourceId) -> Vec<&'a Fix> {
    let mut fixes: Vec<&Fix> = diagnostics.into_iter().filter_map(|found| found.fix.as_ref()).collect();
    fixes.retain(|fix| fix.span.source == file);
    fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
    let mut end = None;
    fixes.retain(|fix| {
        let free = end.is_none_or(|end| fix.span.start > end);
        if free {
            end = Some(fix.span.end);
        }
        free
    });
    fixes
}

/// The text with the fixes made; every other byte is as it was.
pub fn apply(text: &str, fixes: &[&Fix]) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for fix in fixes {
        let (start, end) = (fix.span.start as usize, fix.span.end as usize);
        let Some(before) = text.get(at..start).filter(|_| text.is_char_boundary(end)) else { continue };
        out.push_str(before);
        out.push_str(&fix.text);
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::phrase::Phrase;

    #[test]
    fn fixes_that_touch_are_made_one_after_the_other() {
        let found = |start, end, text: &str| {
            let span = Span::new(SourceId(0), start, end);
            Diagnostic::error("demo", span, Phrase::same("x")).fix(span, text)
        };
        let all = [found(4, 6, "CD"), found(0, 2, "AB"), found(5, 7, "no"), found(6, 8, "no")];
        let fixes = together(&all, SourceId(0));
        assert_eq!(apply("ab--cd--", &fixes), "AB--CD--");
        assert!(together(&all, SourceId(1)).is_empty());
    }
}
