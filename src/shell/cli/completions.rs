//! `playbook completions`: completion scripts for shells.

use super::{failure::Failure, output::Output};

/// Prints a completion script for a shell.
///
/// For bash: `playbook completions bash > ~/.local/share/bash-completion/completions/playbook`.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

impl CompletionsArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "playbook", &mut text);
        out.file(&String::from_utf8_lossy(&text))?;
        Ok(())
    }
}
