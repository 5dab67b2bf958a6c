//! `playbook reload`: a running engine reads its files again.

use super::{client, failure::Failure, output::Output, state::directory};
use std::path::PathBuf;

/// Has a running engine read every file and every secret again, without a restart.
///
/// Saved files are noticed without it, except with `run --no-watch`. Ends with 4 where a file is refused: the last
/// good version goes on. SIGHUP does the same.
#[derive(Debug, clap::Args)]
pub(super) struct ReloadArgs {
    /// The playbook file whose engine is meant [default: the engine of this directory].
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    state: super::args::StateArg,
}

impl ReloadArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), self.file.as_deref());
        for line in client::reload(&dir)?.lines() {
            out.say(line)?;
        }
        Ok(())
    }
}
