//! A playbook's folder on disk, read by relative path and never outside it.
//!
//! Remembers what was read and what was looked for in vain, so that the watcher knows which paths matter and a
//! version can be compiled again from the very same texts. A file that somebody is writing keeps its last version.

#![expect(clippy::disallowed_methods, reason = "owns the reading of playbook folders")]

use super::{
    files::{self, ReadError},
    watch::Eyes,
};
use crate::base::{
    decode::{Encoding, decode},
    limits,
    phrase::{Phrase, phrase},
    picture::{Glimpse, PictureFormat},
    source::{Folder, FolderError, normal_path},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// By normal path, the text that was read; none where there was nothing to read.
pub type Reads = BTreeMap<String, Option<Arc<str>>>;

/// A folder on disk.
#[derive(Debug)]
pub struct DiskFolder {
    root: PathBuf,
    reads: Mutex<Reads>,
    /// A text in the place of a file of the folder, by its normal path.
    given: Option<(String, Arc<str>)>,
    /// Who knows which files are being written; none where nobody watches.
    eyes: Option<Eyes>,
    /// What a file that is being written is taken for.
    last: Reads,
    unsettled: AtomicBool,
}

impl DiskFolder {
    /// A folder that nothing was read from yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            reads: Mutex::default(),
            given: None,
            eyes: None,
            last: Reads::new(),
            unsettled: AtomicBool::new(false),
        }
    }

    /// With a text in the place of a file.
    pub fn with(self, name: &str, text: &str) -> Self {
        Self { given: Some((name.to_owned(), Arc::from(text))), ..self }
    }

    /// With a watcher, which knows what is being written: such a file keeps its text in `last`.
    pub fn watched(self, eyes: Eyes, last: Reads) -> Self {
        Self { eyes: Some(eyes), last, ..self }
    }

    /// Whether a file was wanted that is being written and has no last version: what was made of the folder is no
    /// version of it.
    pub fn is_unsettled(&self) -> bool {
        self.unsettled.load(Ordering::SeqCst)
    }

    /// The folder and the name of a playbook file in it. An error says what is wrong with the path.
    pub fn of_file(file: &Path) -> Result<(Self, String), Phrase> {
        let name = file.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|_| !file.is_dir()) else {
            return Err(phrase!(
                "{} is not a playbook file; name the YAML file itself, such as community.yaml",
                "{} 不是剧本文件；请写 YAML 文件本身，例如 community.yaml",
                file.display()
            ));
        };
        if !file.exists() {
            return Err(phrase!("there is no file {}", "没有文件 {}", file.display()));
        }
        let root = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok((Self::new(root), name.to_owned()))
    }

    /// The folder's path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Everything that was read until now.
    pub fn reads(&self) -> Reads {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where a file really lies. A link may lead about inside the folder, and nowhere else.
    fn real(&self, clean: &str) -> Result<PathBuf, FolderError> {
        let failed = |error: std::io::Error| failed(clean, error.into());
        let root = std::fs::canonicalize(&self.root).map_err(failed)?;
        let real = std::fs::canonicalize(self.root.join(clean)).map_err(failed)?;
        if real.starts_with(&root) { Ok(real) } else { Err(FolderError::Outside(clean.into())) }
    }

    /// A file that is no text: all of it.
    pub fn bytes(&self, path: &str, most: usize) -> Result<Vec<u8>, FolderError> {
        let clean = normal_path(path).ok_or_else(|| FolderError::Outside(path.into()))?;
        files::bytes(&self.real(&clean)?, most).map_err(|error| failed(&clean, error))
    }

    fn load(&self, clean: &str) -> Result<Arc<str>, FolderError> {
        let failed = |error: ReadError| failed(clean, error);
        let real = self.real(clean)?;
        let read = files::bytes(&real, size_max(clean));
        // Asked afterwards: a writer that came meanwhile has been noticed by now.
        if self.eyes.as_ref().is_some_and(|eyes| eyes.is_written(&real)) {
            return Err(FolderError::BeingWritten(clean.into()));
        }
        match decode(&read.map_err(failed)?) {
            Ok((text, Encoding::Utf8)) => Ok(Arc::from(text)),
            // Tables come from spreadsheets, which write what their country wrote; the other files are written here.
            Ok((text, _)) if is_table(clean) => Ok(Arc::from(text)),
            Ok((_, encoding)) => Err(FolderError::Encoding { path: clean.into(), encoding }),
            Err(error) => Err(FolderError::NotText { path: clean.into(), error }),
        }
    }

    /// The last version of a file that is being written.
    fn held(&self, clean: &str) -> Option<Arc<str>> {
        let held = self.last.get(clean).cloned().flatten();
        if held.is_none() {
            self.unsettled.store(true, Ordering::SeqCst);
        }
        held
    }
}

/// The YAML files of a folder that have a `name:` at their top, as a playbook has, by name.
pub fn playbooks_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let yaml = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let named = |path: &PathBuf| {
        files::text(path, limits::PLAYBOOK_BYTES_MAX)
            .is_ok_and(|text| text.lines().any(|line| line.starts_with("name:")))
    };
    let mut found: Vec<PathBuf> = entries.filter(yaml).filter(named).collect();
    found.sort();
    found
}

/// Why a file was not read.
fn failed(clean: &str, error: ReadError) -> FolderError {
    match error {
        error if error.is_missing() => FolderError::Missing(clean.into()),
        ReadError::TooLarge { found, limit } => FolderError::TooLarge { path: clean.into(), found, limit },
        ReadError::BeingWritten => FolderError::BeingWritten(clean.into()),
        error => FolderError::Unreadable { path: clean.into(), reason: error.to_string() },
    }
}

impl Folder for DiskFolder {
    fn read(&self, path: &str) -> Result<Arc<str>, FolderError> {
        let clean = normal_path(path).ok_or_else(|| FolderError::Outside(path.into()))?;
        if let Some((_, text)) = self.given.as_ref().filter(|(name, _)| *name == clean) {
            return Ok(text.clone());
        }
        let found = match self.load(&clean) {
            Err(FolderError::BeingWritten(path)) => self.held(&clean).ok_or(FolderError::BeingWritten(path)),
            found => found,
        };
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        let first = reads.insert(clean.clone(), found.as_ref().ok().cloned()).is_none();
        drop(reads);
        if first && let Some(eyes) = &self.eyes {
            eyes.look_at(self.root.join(&clean));
        }
        found
    }

    fn glimpse(&self, path: &str) -> Result<Option<Glimpse>, FolderError> {
        let bytes = self.bytes(path, limits::DATA_BYTES_MAX)?;
        Ok(Some(Glimpse { bytes: bytes.len() as u64, format: PictureFormat::of(&bytes) }))
    }
}

fn is_table(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("csv"))
}

/// How large a file of this kind may be, in bytes.
fn size_max(path: &str) -> usize {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("rhai") => limits::SCRIPT_BYTES_MAX,
        _ => limits::DATA_BYTES_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, DiskFolder) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("in/deep")).unwrap();
        std::fs::write(dir.path().join("secret"), "no").unwrap();
        std::fs::write(dir.path().join("in/a.csv"), "\u{feff}x,y").unwrap();
        let folder = DiskFolder::new(dir.path().join("in"));
        (dir, folder)
    }

    #[test]
    fn a_mark_at_the_beginning_is_not_text() {
        let (_dir, folder) = folder();
        assert_eq!(folder.read("deep/../a.csv").unwrap().as_ref(), "x,y");
        assert_eq!(folder.reads().get("a.csv"), Some(&Some(Arc::from("x,y"))));
    }

    #[test]
    fn nothing_outside_is_read() {
        let (dir, folder) = folder();
        for path in ["../secret", "/etc/hostname", "deep/../../secret"] {
            assert!(matches!(folder.read(path), Err(FolderError::Outside(_))), "{path}");
        }
        std::os::unix::fs::symlink(dir.path().join("secret"), dir.path().join("in/link")).unwrap();
        assert!(matches!(folder.read("link"), Err(FolderError::Outside(_))));
        std::os::unix::fs::symlink("a.csv", dir.path().join("in/inner")).unwrap();
        assert!(folder.read("inner").is_ok());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let (dir, folder) = folder();
        assert!(matches!(folder.read("no.csv"), Err(FolderError::Missing(_))));
        assert_eq!(folder.reads().get("no.csv"), Some(&None));
        std::fs::write(dir.path().join("in/latin"), b"caf\xe9").unwrap();
        assert!(matches!(folder.read("latin"), Err(FolderError::NotText { .. })));
        std::fs::write(dir.path().join("in/big.rhai"), vec![b' '; limits::SCRIPT_BYTES_MAX + 1]).unwrap();
        assert!(matches!(folder.read("big.rhai"), Err(FolderError::TooLarge { .. })));
        assert!(matches!(folder.read("deep"), Err(FolderError::Unreadable { .. })));
    }
}
