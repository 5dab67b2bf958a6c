//! `playbook clock`: whether a group's clock agrees with the machine's, and how one that is ahead gets back.

use super::{args::Target, failure::Failure, output::Output};
use crate::{engine::input::Command, engine::view, shell::clock};

/// Shows a group's clock, and sets it back where the machine's clock was wrong for a while.
///
/// A group's clock never goes backwards by itself. After the machine's clock was ahead, nothing of the group is due
/// until it gets there again. What was settled meanwhile stays settled: no occurrence starts twice.
#[derive(Debug, clap::Args)]
pub(super) struct Clock {
    /// Set a clock that is ahead back to now.
    #[arg(long)]
    set_back: bool,
    #[command(flatten)]
    target: Target,
}

impl Clock {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        if self.set_back {
            let to = clock::now();
            let said =
                format!("the clock of {} is set back to {}", remote.group, to.to_rfc3339(&remote.zone));
            return remote.command(Command::SetBackClock { to }, &said, out);
        }
        let state = remote.state()?;
        out.line(match view::clock_ahead(&state, clock::now()) {
            Some(ahead) => view::clock_ahead_in_words(ahead),
            None => format!(
                "the clock of {} was {} at its last decision, and is not ahead of the machine's",
                remote.group,
                state.clock.to_rfc3339(&remote.zone)
            ),
        })?;
        Ok(())
    }
}
