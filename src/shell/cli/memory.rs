//! Whether the process may use the memory it needs: a limit that is too small ends a program without a word.

use super::{Command, failure::Failure};
use crate::base::{limits, phrase::phrase};
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
            let (most, least) = (mega(most), mega(least));
            let text = phrase!(
                "this process may use {most} MiB of memory (ulimit -v) and needs at least {least} MiB",
                "这个进程最多可用 {most} MiB 内存（`ulimit -v`），至少要 {least} MiB"
            );
            Err(Failure::environment(text)
                .help(phrase!("raise the limit, or take it away", "把上限调高，或者去掉")))
        }
        _ => Ok(()),
    }
}
