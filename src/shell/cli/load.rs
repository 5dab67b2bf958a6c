//! A playbook file from disk, compiled, for commands that need no engine.
//!
//! Reads through [`DiskFolder`] and never outside the playbook's folder.

use super::failure::{Code, Failure};
use crate::{
    lang::{self, Compiled},
    model::playbook::Playbook,
    shell::workspace::DiskFolder,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file that was compiled, with or without errors.
pub(super) struct Loaded {
    /// The path as it was given.
    pub(super) path: PathBuf,
    /// The folder it is in.
    pub(super) folder: Arc<DiskFolder>,
    /// What came of it.
    pub(super) compiled: Compiled,
}

/// Compiles a file; its errors are in the report, and only a file that is not there fails.
pub(super) fn compile(path: &Path) -> Result<Loaded, Failure> {
    let (folder, name) = DiskFolder::of_file(path).map_err(Failure::environment)?;
    let compiled = lang::compile(&folder, &name);
    Ok(Loaded { path: path.into(), folder: Arc::new(folder), compiled })
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
