//! `playbook clock`: whether a group's clock agrees with the machine's, and how one that is ahead gets back.

use super::{args::TargetArg, failure::Failure, output::Output};
use crate::{base::phrase::phrase, engine::input::Command, engine::view, shell::clock};

/// Shows a group's clock, and sets it back where the machine's clock was wrong for a while.
///
/// A group's clock never goes backwards by itself. After the machine's clock was ahead, nothing of the group is due
/// until it gets there again. What was settled meanwhile stays settled: no occurrence starts twice.
#[derive(Debug, clap::Args)]
pub(super) struct ClockArgs {
    /// Set a clock that is ahead back to now.
    #[arg(long)]
    set_back: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl ClockArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        if self.set_back {
            let to = clock::now();
            let (group, at) = (&remote.group, remote.time(to));
            let said = phrase!("the clock of {group} is set back to {at}", "{group} 的时钟拨回到 {at}"; at);
            return remote.command(Command::SetBackClock { to }, said, out);
        }
        let state = remote.state()?;
        let ahead = view::clock_ahead(&state, clock::now()).map(view::clock_ahead_in_words);
        out.say(ahead.unwrap_or_else(|| {
            let (group, at) = (&remote.group, remote.time(state.clock));
            phrase!(
                "the clock of {group} was {at} at its last decision, and is not ahead of the machine's",
                "{group} 上次决定时的时钟是 {at}，没有快过本机";
                at
            )
        }))?;
        Ok(())
    }
}
