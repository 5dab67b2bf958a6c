//! What people do to tasks beside answering them.
//!
//! `undo`, `reassign`, `handover`, `remind`.

use super::{
    args::{self, TargetArg},
    failure::Failure,
    output::Output,
};
use crate::{base::phrase::phrase, engine::input::Command, shell::clock};
use std::sync::Arc;

/// Takes an answer back (done, approved, rejected), until a later step has used it. Removals cannot be.
#[derive(Debug, clap::Args)]
pub(super) struct UndoArgs {
    /// The task, as it was answered.
    #[arg(value_name = "TASK")]
    task: String,
    #[command(flatten)]
    target: TargetArg,
}

impl UndoArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let command = Command::Undo { task: args::task(&self.task), by: remote.by.clone() };
        remote.command(command, phrase!("{} is open again", "{} 重新打开", self.task), out)
    }
}

/// Asks somebody else, and tells them.
#[derive(Debug, clap::Args)]
pub(super) struct ReassignArgs {
    /// The task, as `playbook tasks` shows it.
    #[arg(value_name = "TASK")]
    task: String,
    /// A role, or one of `people`.
    #[arg(long, value_name = "WHO")]
    to: String,
    #[command(flatten)]
    target: TargetArg,
}

impl ReassignArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let (task, to) = (args::task(&self.task), Arc::from(self.to.as_str()));
        let command = Command::Reassign { task, to, by: remote.by.clone() };
        remote.command(command, phrase!("{} is for {} now", "{} 现在归 {}", self.task, self.to), out)
    }
}

/// Gives everything that is open for one person to another, and tells them once.
#[derive(Debug, clap::Args)]
pub(super) struct HandoverArgs {
    /// Whose, by their id or name.
    #[arg(value_name = "WHO")]
    from: String,
    /// A role, or one of `people`.
    #[arg(long, value_name = "WHO")]
    to: String,
    /// In every group.
    #[arg(long, conflicts_with = "group")]
    all: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl HandoverArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        // In some groups they may have nothing open; in one of all they must.
        let (mut moved, mut refused) = (false, None);
        for remote in self.target.one_or_all(self.all)? {
            let (from, to) = (Arc::from(self.from.as_str()), Arc::from(self.to.as_str()));
            let command = Command::Handover { from, to, by: remote.by.clone() };
            let said =
                phrase!("what was open for {} is for {} now", "{} 手上没做完的现在归 {}", self.from, self.to);
            match remote.command(command, remote.in_group(self.all, said), out) {
                Ok(()) => moved = true,
                Err(error) => refused = Some(error),
            }
        }
        refused.filter(|_| !moved).map_or(Ok(()), Err)
    }
}

/// Reminds whoever is asked, now or in a while.
#[derive(Debug, clap::Args)]
pub(super) struct RemindArgs {
    /// The task, as `playbook tasks` shows it.
    #[arg(value_name = "TASK")]
    task: String,
    /// In how long: 2h, 30m; at once when it is left out.
    #[arg(long = "in", value_name = "LENGTH")]
    length: Option<String>,
    #[command(flatten)]
    target: TargetArg,
}

impl RemindArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let length = self.length.as_deref().map(args::length).transpose()?;
        let (remote, task) = (self.target.remote()?, args::task(&self.task));
        let at = length.map(|length| clock::now().plus(length));
        let command = Command::Remind { task, at, by: remote.by.clone() };
        let said = match at {
            None => phrase!("reminded of {}", "已提醒 {}", self.task),
            Some(at) => {
                let at = at.to_rfc3339(&remote.zone);
                phrase!("a reminder of {} comes at {at}", "{} 会在 {at} 再提醒", self.task)
            }
        };
        remote.command(command, said, out)
    }
}
