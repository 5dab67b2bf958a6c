//! Why an approval ends a run.

use crate::base::phrase::{Phrase, Words, pair, phrase};

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
    pub(super) fn reason(&self) -> Phrase {
        match self {
            Self::Rejected { by, note } => said(pair("rejected", "拒绝"), by.as_deref(), note.as_deref()),
            Self::Silent => pair("nobody decided in time", "没有人按时决定").into(),
            Self::Missed => pair("the approval was missed", "审批错过了时间").into(),
        }
    }
}

pub(super) fn said(what: Words, by: Option<&str>, note: Option<&str>) -> Phrase {
    let (en, zh) = by.map_or_else(Default::default, |by| (format!(" by {by}"), format!("{by} ")));
    let note = note.map_or_else(Phrase::default, |note| phrase!(": {note}", "：{note}"));
    Phrase { en: format!("{}{en}", what.en), zh: format!("{zh}{}", what.zh) }.and(&note)
}
