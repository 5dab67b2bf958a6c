//! Whether the process may use the memory it needs: a limit that is too small ends a program without a word.

use super::{Command, failure::Failure};
use crate::base::limits;
use rustix::process::{Resource, getrlimit};

/// Refuses a limit (`ulimit -v`) under which the command could not do its work.
pub(super) fn enough(command: &Command) -> Result<(), Failure> {
    let least = match command {
        Command::Run(_) => limits::RUN_MEMORY_BYTES_MIN,
        _ => limits::COMMAND_MEMORY_BYTES_MIN,
    };
    match getrlimit(Resource::As).current {
        Some(most) if most < least => {
            let mega = |bytes: u64| bytes / (1024 * 1024);
            let text = format!(
                "this process may use {} MiB of memory (ulimit -v) and needs at least {} MiB",
                mega(most),
                mega(least)
            );
            Err(Failure::environment(text).help("raise the limit, or take it away"))
        }
        _ => Ok(()),
    }
}
