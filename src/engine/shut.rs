//! Why an approval ends a run.

/// Why a gate stays shut.
pub(super) enum Shut {
    /// Somebody said no.
    Rejected { by: Option<String>, note: Option<String> },
    /// Nobody decided in time.
    Silent,
    /// It was too late to ask.
    Missed,
}

impl Shut {
    /// For the journal.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Rejected { by, note } => said("rejected", by.as_deref(), note.as_deref()),
            Self::Silent => "nobody decided in time".into(),
            Self::Missed => "the approval was missed".into(),
        }
    }
}

pub(super) fn said(what: &str, by: Option<&str>, note: Option<&str>) -> String {
    let by = by.map_or_else(String::new, |by| format!(" by {by}"));
    let note = note.map_or_else(String::new, |note| format!(": {note}"));
    format!("{what}{by}{note}")
}
