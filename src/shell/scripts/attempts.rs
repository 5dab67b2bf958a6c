//! Which calls are under way, kept in files beside the state: a call is made again after a restart, and one that
//! ends the process would end it for ever.
//!
//! A file a call, there while the call runs, with the number of times it began. A call is marked only when it has run
//! for a while, so that none is blamed for a process that was killed beside it. Neither the journal nor the database
//! knows of it: a file outlives the process without being synced, and only that is asked of it.

#![expect(clippy::disallowed_methods, reason = "owns the marks of calls under way")]

use crate::{
    base::{
        ids::EffectId,
        limits,
        phrase::{Phrase, phrase},
    },
    shell::crash::{self, Point},
};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    fs::{DirBuilder, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock,
        mpsc::{RecvTimeoutError, channel},
    },
    time::Duration,
};

/// The marks of calls. Without a folder there are none, in a rehearsal.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    dir: Option<PathBuf>,
    /// Shared by calls that began for the first time; one that has ended a process runs alone, so that nobody else
    /// is blamed if it does again.
    alone: RwLock<()>,
}

impl Attempts {
    /// Keeps marks in a folder of the state directory.
    pub(super) fn new(state: Option<&Path>) -> Self {
        let dir = state.map(|state| state.join("calls")).filter(|dir| {
            DirBuilder::new().recursive(true).mode(0o700).create(dir).is_ok()
                && std::fs::symlink_metadata(dir).is_ok_and(|found| found.is_dir())
        });
        Self { dir, alone: RwLock::default() }
    }

    /// Makes a call, unless it has ended the process as often as it may.
    pub(super) fn make<R>(
        &self,
        effect: &EffectId,
        call: impl FnOnce() -> Result<R, Phrase>,
    ) -> Result<R, Phrase> {
        let Some(dir) = &self.dir else { return call() };
        let path = dir.join(name(effect));
        let deaths = read(&path);
        if deaths >= limits::CALL_DEATHS_MAX {
            return Err(phrase!(
                "this call ended the engine {deaths} times and is not made again; mend the script and start the run anew",
                "这次调用让引擎退出了 {deaths} 次，不再调用；改好脚本后重新开始活动"
            ));
        }
        let (mut shared, mut alone) = (None, None);
        if deaths == 0 {
            shared = Some(self.alone.read().unwrap_or_else(PoisonError::into_inner));
        } else {
            alone = Some(self.alone.write().unwrap_or_else(PoisonError::into_inner));
        }
        let mark = UnderWay { path };
        let result = marked_when_long(&mark, deaths + 1, call);
        drop((mark, shared.take(), alone.take()));
        result
    }
}

/// Makes a call, which is marked once it has run for a while.
fn marked_when_long<R>(mark: &UnderWay, times: u32, call: impl FnOnce() -> R) -> R {
    std::thread::scope(|scope| {
        let (over, ended) = channel::<()>();
        let watcher = std::thread::Builder::new().name("script mark".into()).spawn_scoped(scope, move || {
            let while_short = Duration::from_millis(limits::CALL_MARKED_AFTER_MS);
            if ended.recv_timeout(while_short) == Err(RecvTimeoutError::Timeout) {
                mark.write(times);
                crash::point(Point::DuringScript);
            }
        });
        if watcher.is_err() {
            // A machine without a thread to spare: marked at once.
            mark.write(times);
        }
        let result = call();
        drop(over);
        result
    })
}

/// A call under way. Gone when the call is over, whatever became of it; not when the process is.
struct UnderWay {
    path: PathBuf,
}

impl UnderWay {
    /// A disk without room keeps no call from being made.
    fn write(&self, times: u32) {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&self.path);
        if let Ok(mut file) = file {
            let _ = file.write_all(times.to_string().as_bytes());
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn read(path: &Path) -> u32 {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags((rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits().cast_signed())
        .open(path);
    let mut text = String::new();
    file.ok().and_then(|file| file.take(16).read_to_string(&mut text).ok());
    text.trim().parse().unwrap_or(0)
}

/// An effect's id as the name of a file.
fn name(effect: &EffectId) -> String {
    let mut name = String::with_capacity(64);
    for byte in Sha256::digest(effect.as_str().as_bytes()) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_ended_the_process_twice_is_not_made_again() {
        let state = tempfile::tempdir().unwrap();
        let effect = EffectId::from("run/step/0".to_owned());
        let mark = |times| UnderWay { path: state.path().join("calls").join(name(&effect)) }.leave(times);
        let calls = Attempts::new(Some(state.path()));
        assert_eq!(calls.make(&effect, || Ok(1)), Ok(1));
        mark(1);
        assert_eq!(calls.make(&effect, || Ok(2)), Ok(2), "once may be chance");
        assert_eq!(read(&state.path().join("calls").join(name(&effect))), 0, "it came back");
        mark(2);
        for _ in 0..2 {
            let refused = calls.make(&effect, || Ok(3)).unwrap_err();
            assert!(refused.en.contains("ended the engine 2 times"), "{}", refused.en);
        }
    }

    impl UnderWay {
        /// As a process leaves it that ends during the call.
        fn leave(self, times: u32) {
            self.write(times);
            std::mem::forget(self);
        }
    }
}
