//! How text becomes a playbook: spanned document → names → model → checks → lints.
//!
//! `compile` always returns, with every problem it found. Knows nothing of runs and reads no file itself.

pub mod codes;
pub(crate) mod compile;
pub(crate) mod document;
pub mod data;
mod read_text;
pub mod ending;
pub mod explain;
pub mod ics;
mod keys;
pub mod lint;
pub mod roster;
pub mod schema;
mod spoiled;

use crate::{
    base::{
        diagnostic::{Diagnostic, Report},
        source::{Folder, SourceMap, Span},
        value::Value,
    },
    model::playbook::Playbook,
    script::sandbox::Scripts,
};
use std::{collections::BTreeMap, sync::Arc};

/// What a compilation gave.
#[derive(Debug)]
pub struct Compiled {
    /// The playbook; none when the report has an error.
    pub playbook: Option<Arc<Playbook>>,
    /// Every problem of the playbook and of the files it is made of.
    pub report: Report,
    /// Errors of its scripts: `check` counts them, and `run` starts all the same and fails only the steps that
    /// need such a script.
    pub script_problems: Vec<Diagnostic>,
    /// The scripts that its steps run, compiled, with what they import. A version with errors has those that were
    /// reached.
    pub scripts: Scripts,
    /// Every text that was read, the playbook first; `use`d files, data files, calendars and scripts after it.
    pub sources: SourceMap,
    /// The secrets that stand in those texts, as they are written there.
    pub open_secrets: Vec<Arc<str>>,
    /// Where things were written: `plays.welcome`, `plays.welcome.steps.2`, `channels.group`, …
    pub origins: BTreeMap<String, Span>,
}

/// Compiles the file `path` of a folder.
pub fn compile(folder: &dyn Folder, path: &str) -> Compiled {
    compile::compile(folder, path)
}

/// Reads a data file's text by the ending of its path: YAML, JSON, CSV (a list of maps), else text.
pub fn parse_data(path: &str, text: &str) -> Result<Value, String> {
    data::parse(path, text).map_err(|problem| problem.to_string())
}
