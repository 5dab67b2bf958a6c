//! What a state directory says of playbook files whose newest version is refused: since when and why, so that
//! whoever asks sees it while the last good version goes on.

#![expect(clippy::disallowed_methods, reason = "owns the note of refused files")]

use super::{files, private};
use crate::base::{limits, phrase::Phrase, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io::Write as _, path::Path};

/// A refused version of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFile {
    /// Since when the file is refused.
    pub since: Timestamp,
    /// Why, and what goes on instead.
    pub why: String,
    /// The same in Chinese.
    #[serde(default)]
    pub zh: String,
}

impl RefusedFile {
    /// Why, in every language; a note of an older version has one.
    pub fn reason(&self) -> Phrase {
        let zh = if self.zh.is_empty() { &self.why } else { &self.zh };
        Phrase { en: self.why.clone(), zh: zh.clone() }
    }
}

/// By the file as it was given to `run`.
pub type Refusals = BTreeMap<String, RefusedFile>;

const NOTE: &str = "control.refused";

/// What is refused; nothing where there is no note.
pub fn read(dir: &Path) -> Refusals {
    let text = files::text(&dir.join(NOTE), limits::DATA_BYTES_MAX).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Keeps what is refused from now on.
pub fn write(dir: &Path, refusals: &Refusals) -> std::io::Result<()> {
    let (note, beside) = (dir.join(NOTE), dir.join("control.refused.new"));
    if refusals.is_empty() {
        return match std::fs::remove_file(&note) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let text = serde_json::to_vec(refusals)?;
    let mut file = private::open(&beside)?;
    file.set_len(0)?;
    file.write_all(&text)?;
    std::fs::rename(&beside, &note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_read_back_and_gone_when_nothing_is() {
        let dir = tempfile::tempdir().unwrap();
        let refusal = RefusedFile {
            since: Timestamp::from_millis(5_000),
            why: "it has errors".into(),
            zh: "有错误".into(),
        };
        let refusals = Refusals::from([("p.yaml".to_owned(), refusal)]);
        for _ in 0..2 {
            write(dir.path(), &refusals).unwrap();
            assert_eq!(read(dir.path()), refusals);
        }
        write(dir.path(), &Refusals::new()).unwrap();
        write(dir.path(), &Refusals::new()).unwrap();
        assert_eq!(read(dir.path()), Refusals::new());
    }
}
