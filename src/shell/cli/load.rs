//! A playbook file from disk, compiled, for commands that need no engine.
//!
//! Reads through [`DiskFolder`] and never outside the playbook's folder.

use super::failure::{Exit, Failure};
use crate::{
    base::{limits, phrase::phrase},
    lang::{self, Compiled},
    model::playbook::Playbook,
    shell::workspace::DiskFolder,
};
use std::{
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file that was compiled, with or without errors.
pub(super) struct LoadedFile {
    /// The path as it was given.
    pub(super) path: PathBuf,
    /// The folder it is in.
    pub(super) folder: Arc<DiskFolder>,
    /// What came of it.
    pub(super) compiled: Compiled,
}

/// Compiles a file; its errors are in the report, and only a file that is not there fails.
pub(super) fn compile(path: &Path) -> Result<LoadedFile, Failure> {
    let (folder, name) = if path.as_os_str() == STDIN {
        (DiskFolder::new(".").with(STDIN, &read_stdin()?), STDIN.to_owned())
    } else {
        DiskFolder::of_file(path).map_err(Failure::environment)?
    };
    let compiled = lang::compile(&folder, &name);
    Ok(LoadedFile { path: path.into(), folder: Arc::new(folder), compiled })
}

/// Standard input in the place of a file; what it names is looked for in this directory.
const STDIN: &str = "-";

/// Standard input as text, at most as much as a playbook may be.
pub(super) fn read_stdin() -> Result<String, Failure> {
    let most = limits::PLAYBOOK_BYTES_MAX;
    let mut text = String::new();
    let read = std::io::stdin().take(most as u64 + 1).read_to_string(&mut text);
    read.map_err(|error| {
        Failure::environment(phrase!("standard input cannot be read: {error}", "读不了标准输入：{error}"))
    })?;
    if text.len() > most {
        return Err(Failure::usage(phrase!(
            "standard input has more than {most} bytes, the most of a playbook",
            "标准输入超过 {most} 字节，这是剧本的上限"
        )));
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

impl LoadedFile {
    /// The playbook, or the failure of a command that needs one.
    pub(super) fn playbook(&self) -> Result<&Arc<Playbook>, Failure> {
        self.compiled.playbook.as_ref().ok_or_else(|| {
            let path = self.path.display();
            Failure::new(Exit::Playbook, phrase!("{path} has errors", "{path} 有错误"))
                .help(phrase!("`playbook check {path}` shows them", "`playbook check {path}` 会列出它们"))
        })
    }
}
