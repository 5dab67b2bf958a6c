//! A playbook file from disk, compiled.
//!
//! Owns the reading of playbook folders for commands that need no engine.

#![expect(clippy::disallowed_methods, reason = "owns the reading of playbook folders")]

use super::failure::{Code, Failure};
use crate::{
    base::{
        limits,
        source::{Folder, FolderError, normal_path},
    },
    lang::{self, Compiled},
    model::playbook::Playbook,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A folder on disk.
#[derive(Debug, Clone)]
pub(super) struct DiskFolder {
    root: PathBuf,
}

impl Folder for DiskFolder {
    fn read(&self, path: &str) -> Result<Arc<str>, FolderError> {
        let clean = normal_path(path).ok_or_else(|| FolderError::Outside(path.into()))?;
        let full = self.root.join(&clean);
        let unreadable = |e: &dyn std::fmt::Display| FolderError::Unreadable {
            path: clean.clone(),
            reason: e.to_string(),
        };
        let size = match std::fs::metadata(&full) {
            Ok(meta) => meta.len(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(FolderError::Missing(clean)),
            Err(e) => return Err(unreadable(&e)),
        };
        let limit = limits::DATA_BYTES_MAX as u64;
        if size > limit {
            return Err(FolderError::TooLarge { path: clean, found: size, limit });
        }
        std::fs::read_to_string(&full).map(Arc::from).map_err(|e| unreadable(&e))
    }
}

/// A file that was compiled, with or without errors.
pub(super) struct Loaded {
    /// The path as it was given.
    pub(super) path: PathBuf,
    /// The folder it is in.
    pub(super) folder: DiskFolder,
    /// What came of it.
    pub(super) compiled: Compiled,
}

/// Compiles a file; its errors are in the report, and only a file that is not there fails.
pub(super) fn compile(path: &Path) -> Result<Loaded, Failure> {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|_| !path.is_dir()) else {
        return Err(Failure::usage(format!("{} is not a playbook file", path.display()))
            .help("name the YAML file itself, such as community.yaml"));
    };
    if let Err(e) = std::fs::metadata(path) {
        return Err(Failure::environment(format!("{} cannot be read: {e}", path.display())));
    }
    let root = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = DiskFolder { root: root.into() };
    let compiled = lang::compile(&folder, name);
    Ok(Loaded { path: path.into(), folder, compiled })
}

impl Loaded {
    /// The playbook, or the failure of a command that needs one.
    pub(super) fn playbook(&self) -> Result<&Arc<Playbook>, Failure> {
        self.compiled.playbook.as_ref().ok_or_else(|| {
            let path = self.path.display();
            Failure::new(Code::Playbook, format!("{path} has errors"))
                .help(format!("`playbook check {path}` shows them"))
        })
    }
}
