//! `playbook run`: the engine itself.

use super::{
    failure::{Code, Failure},
    output::Output,
};
use crate::shell::{
    runtime::{self, RunOptions},
    terminal::ColorChoice,
};
use std::path::PathBuf;

/// Runs playbooks until told to stop.
///
/// Posts go out when they are due, each once, through restarts and edits. A saved file takes effect without a
/// restart, and while a file has errors its last good version goes on, from the state also after a restart. Stop
/// with Ctrl-C or SIGTERM: attempts in flight are finished and everything is recorded.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// The playbook files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The state directory [default: `.playbook` beside the first file].
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Send nothing: print every post as its platform would show it, and throw the state away.
    #[arg(long)]
    rehearse: bool,
    /// Leave saved files alone until `playbook reload` or the next start.
    #[arg(long)]
    no_watch: bool,
    /// End with 1 when a file has errors, also where the state has its last good version.
    #[arg(long)]
    strict: bool,
    /// Begin the file's new groups anew, also where groups of the state are in it no more.
    #[arg(long)]
    fresh: bool,
}

impl Run {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let color = if out.color() { ColorChoice::Always } else { ColorChoice::Never };
        let options = RunOptions {
            files: self.files.clone(),
            state: self.state.clone(),
            rehearse: self.rehearse,
            watch: !self.no_watch,
            strict: self.strict,
            fresh: self.fresh,
            color,
            locale: out.languages.people,
        };
        runtime::run(&options).map_err(|error| {
            let code = match error.code {
                1 => Code::Playbook,
                2 => Code::Usage,
                3 => Code::Environment,
                _ => Code::Bug,
            };
            Failure { code, message: error.message, help: error.help }
        })
    }
}
