//! One engine a state directory: an operating system's lock, so that a dead engine leaves none.
//!
//! The file's content (who, since when) is only for the message; the lock itself is what counts.

#![expect(clippy::disallowed_methods, reason = "waits a moment for a lock whose holder was just killed")]

use super::clock;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// A process that was just killed holds its lock until the operating system has taken it down: whoever restarts an
/// engine without waiting for that is not refused.
const HANDOVER_TRIES: u32 = 10;
const HANDOVER_WAIT: Duration = Duration::from_millis(20);

/// Held as long as the engine runs; the operating system lets go of it when the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another engine runs on this state.
    #[error(
        "another engine is running on the state in {}: {holder}. Stop it first, or give this one a state \
         directory of its own with --state DIR", dir.display()
    )]
    Held {
        /// The state directory.
        dir: PathBuf,
        /// Who holds it, as the lock file says.
        holder: String,
    },
    /// The file or its directory cannot be used.
    #[error("the state directory {} cannot be used: {source}. Give a writable one with --state DIR", dir.display())]
    Io {
        /// The state directory.
        dir: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Lock {
    /// Makes the directory where it is missing and takes its lock.
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        let io = |source| LockError::Io { dir: dir.into(), source };
        // Members and messages are in it: nobody else's business.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| {
            let taken = error.kind() == std::io::ErrorKind::AlreadyExists;
            io(if taken { std::io::Error::other("a file has that name") } else { error })
        })?;
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(dir.join("lock"))
            .map_err(io)?;
        let mut taken = file.try_lock();
        for _ in 0..HANDOVER_TRIES {
            if !matches!(taken, Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(HANDOVER_WAIT);
            taken = file.try_lock();
        }
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                let holder = if holder.is_empty() { "it has not said who it is" } else { holder };
                return Err(LockError::Held { dir: dir.into(), holder: holder.into() });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        let since = clock::now().to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        writeln!(file, "process {} since {since}", std::process::id()).map_err(io)?;
        file.flush().map_err(io)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_by_name_and_free_again_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("deep/state");
        let first = Lock::take(&state).unwrap();
        let text = Lock::take(&state).unwrap_err().to_string();
        assert!(text.contains(&format!("process {} since 2", std::process::id())), "{text}");
        drop(first);
        Lock::take(&state).unwrap();
    }
}
