//! One engine a state directory: an operating system's lock, so that a dead engine leaves none.
//!
//! The file's content (who, since when) is only for the message; the lock itself is what counts.

#![expect(clippy::disallowed_methods, reason = "owns the lock file and waits a moment for it")]

use super::{clock, private};
use crate::base::{
    locale::Locale,
    phrase::{Phrase, phrase},
    time::Timestamp,
};
use std::{
    fs::{File, TryLockError},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// The lock's name in a state directory.
pub(super) const FILE: &str = "lock";
/// A process that was just killed holds its lock until the operating system has taken it down: whoever restarts an
/// engine without waiting for that is not refused.
const HANDOVER_TRIES: u32 = 10;
const HANDOVER_WAIT: Duration = Duration::from_millis(20);

/// Held as long as the engine runs; the operating system lets go of it when the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    mended: Vec<Phrase>,
}

/// Who holds a lock whose file is empty.
const UNSAID: &str = "it has not said who it is";

impl LockError {
    /// The same in every language.
    pub fn in_words(&self) -> Phrase {
        let zh = match self {
            Self::Held { dir, holder } => format!(
                "{} 的状态上已经有引擎在运行：{}。先停下它，或者用 `--state DIR` 给这一个另外的状态目录",
                dir.display(),
                for_so_long(holder, Locale::Zh).replace("process ", "进程 ").replace(UNSAID, "没有说是谁")
            ),
            Self::Io { dir, source } => {
                format!("状态目录 {} 用不了：{source}。用 `--state DIR` 给一个可以写的", dir.display())
            }
        };
        let en = match self {
            Self::Held { holder, .. } => self.to_string().replace(holder, &for_so_long(holder, Locale::En)),
            Self::Io { .. } => self.to_string(),
        };
        Phrase { en, zh }
    }
}

/// Who holds a lock, and for how long: what its file says since when is in UTC, which nobody reads.
fn for_so_long(holder: &str, locale: Locale) -> String {
    let Some((who, since)) = holder.split_once(" since ") else { return holder.to_owned() };
    let Ok(since) = since.parse::<jiff::Timestamp>() else { return holder.to_owned() };
    let long = locale.duration(clock::now().since(Timestamp::from_jiff(since)));
    match locale {
        Locale::En => format!("{who}, which has been running for {long}"),
        Locale::Zh => format!("{who}，已运行 {long}"),
    }
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
    /// Makes the directory private, or makes it where it is missing, and takes its lock.
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        let io = |source| LockError::Io { dir: dir.into(), source };
        let mut mended = private::folder(dir).map_err(io)?;
        let path = dir.join(FILE);
        let mut tries = 0;
        let mut file = loop {
            let mut file = private::open(&path).map_err(io)?;
            match file.try_lock() {
                // Somebody may have put another in its place meanwhile.
                Ok(()) if is_at(&file, &path) => break file,
                Ok(()) => {}
                Err(TryLockError::Error(source)) => return Err(io(source)),
                Err(TryLockError::WouldBlock) if tries >= HANDOVER_TRIES => {
                    let Some(process) = foreign_holder(&file) else {
                        let mut holder = String::new();
                        let _ = file.read_to_string(&mut holder);
                        let holder = holder.trim();
                        let holder = if holder.is_empty() { UNSAID } else { holder };
                        return Err(LockError::Held { dir: dir.into(), holder: holder.into() });
                    };
                    // It was opened while the file was open to others; no engine of ours has it.
                    mended.push(phrase!(
                        "process {process} of another user held the lock; it is replaced",
                        "别的用户的进程 {process} 占着锁，已经换掉"
                    ));
                    let _ = std::fs::remove_file(&path);
                    tries = 0;
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(HANDOVER_WAIT),
            }
            tries += 1;
        };
        file.set_len(0).map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        let since = clock::now().to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        writeln!(file, "process {} since {since}", std::process::id()).map_err(io)?;
        file.flush().map_err(io)?;
        Ok(Self { _file: file, mended })
    }

    /// What was open to others and is private now, to be said.
    pub fn mended(&self) -> &[Phrase] {
        &self.mended
    }
}

/// Whether a path still leads to this very file.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(file), Ok(path)) => (file.dev(), file.ino()) == (path.dev(), path.ino()),
        _ => false,
    }
}

/// A process of another user that holds the lock of a file, where no process of ours does. The system lists the
/// holders; where it does not, nobody is accused.
fn foreign_holder(file: &File) -> Option<u32> {
    let inode = file.metadata().ok()?.ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let mut found = None;
    for line in locks.lines() {
        // `7: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF`; who waits has an arrow before the kind.
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, _, process, place, ..] = words[..] else { continue };
        if place.rsplit(':').next() != Some(&inode) {
            continue;
        }
        let process: u32 = process.parse().ok()?;
        let owner = std::fs::metadata(format!("/proc/{process}")).ok()?.uid();
        if owner == private::user() {
            return None;
        }
        found = Some(process);
    }
    found
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
