//! What is wrong or doubtful in a file: one type, many renderers.
//!
//! A diagnostic says what was found, what was expected and what to do next. It never decides where it
//! is shown, and it never ends the program.

pub mod code;
pub mod extent;
pub mod fix;
pub mod github;
pub mod json;
pub mod suggest;
pub mod text;

use super::{
    limits,
    phrase::{Phrase, Words, pair},
    source::Span,
};
use fix::Fix;

/// How bad it is. A playbook exists only when nothing is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The playbook cannot run.
    Error,
    /// It can run, and probably not as meant.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// The word that formats for machines use, in any language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// What it is called in a report for people.
    pub const fn word(self) -> Words {
        match self {
            Self::Error => pair("error", "错误"),
            Self::Warning => pair("warning", "警告"),
            Self::Info => pair("info", "提示"),
        }
    }
}

/// What a diagnostic says may quote the file, and a value may be as long as the file.
fn clipped(text: impl Into<Phrase>) -> Phrase {
    text.into().clipped(limits::DIAGNOSTIC_TEXT_BYTES_MAX)
}

/// A further place that explains the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanLabel {
    /// Where the label points.
    pub span: Span,
    /// What is there, as a fragment: "first written here".
    pub text: Phrase,
}

/// One problem at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The slug of its kind, listed in `code.rs`: `unknown-key`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found and what was expected, one sentence without a full stop.
    pub message: Phrase,
    /// The place, `None` for a problem of the whole file (which is then its first byte).
    pub span: Option<Span>,
    /// What is at the place, shown under the caret: "expected a duration such as 10m".
    pub label: Phrase,
    /// Other places that matter.
    pub labels: Vec<SpanLabel>,
    /// What to do next: a sentence, or lines to write instead.
    pub help: Option<Phrase>,
    /// The change that mends it, where that is certain.
    pub fix: Option<Fix>,
    /// Rows of the craft's practices that a lint enforces: `P013`.
    pub practices: &'static [&'static str],
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<Phrase>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<Phrase>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    fn new(severity: Severity, code: &'static str, span: Span, message: impl Into<Phrase>) -> Self {
        Self {
            code,
            severity,
            message: clipped(message),
            span: Some(span),
            label: Phrase::default(),
            labels: Vec::new(),
            help: None,
            fix: None,
            practices: &[],
        }
    }

    /// Adds what stands under the caret.
    pub fn label(mut self, text: impl Into<Phrase>) -> Self {
        self.label = clipped(text);
        self
    }

    /// Adds another place.
    pub fn also(mut self, span: Span, text: impl Into<Phrase>) -> Self {
        self.labels.push(SpanLabel { span, text: clipped(text) });
        self
    }

    /// Adds what to do next.
    pub fn help(mut self, text: impl Into<Phrase>) -> Self {
        self.help = Some(clipped(text));
        self
    }

    /// Adds the change that mends it for certain.
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, text: text.into() });
        self
    }

    /// Names the practices that the lint enforces.
    pub fn practices(mut self, rows: &'static [&'static str]) -> Self {
        self.practices = rows;
        self
    }
}

/// Every problem of one compilation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// In order of place once [`Report::sort`] was called.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }

    /// How many have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// Sorts by place, then code; equal ones are kept once.
    pub fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
        self.diagnostics.dedup();
    }
}
