//! `playbook check`: what is wrong or doubtful in playbook files.

use super::{failure::Failure, load, output::Output};
use std::path::PathBuf;

/// Checks playbook files and says what is wrong, where, and what to do.
///
/// Needs no secrets. Ends with 1 when there is an error.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// The playbook files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Check {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        for file in &self.files {
            let loaded = load::compile(file)?;
            let playbook = loaded.playbook()?;
            out.line(format!("{}: {} plays", file.display(), playbook.plays.len()))?;
        }
        Ok(())
    }
}
