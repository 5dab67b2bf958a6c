//! The first error of a version that is refused: where it stands, what it is and what to do.
//!
//! Words only, made fit for a line; which version goes on is decided elsewhere.

use crate::{
    base::{
        diagnostic::Severity,
        phrase::{Phrase, phrase},
        visible,
    },
    lang::Compiled,
};

/// The first error of a version with its place and what to do, as the end of a sentence; nothing where there is none.
pub(super) fn first_error(compiled: &Compiled) -> Phrase {
    let mut errors = compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let Some(found) = errors.next() else { return Phrase::default() };
    let place = found.span.map_or_else(String::new, |span| {
        let source = compiled.sources.get(span.source);
        format!("{}:{}: ", source.path, source.place(span.start).line)
    });
    let message = &found.message;
    let line = match &found.help {
        Some(help) => phrase!(". {place}{message}; {help}", "。{place}{message}；{help}"; message, help),
        None => phrase!(". {place}{message}", "。{place}{message}"; message),
    };
    let [en, zh] = [line.en, line.zh].map(|line| visible::line(&line).into_owned());
    Phrase { en, zh }
}
