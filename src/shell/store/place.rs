//! Whether the state file is still the one that was opened.
//!
//! A directory that was removed or replaced under a running engine takes writes that nobody will read again, and lets a
//! second engine start beside it. Looks only; opens and changes nothing.

use super::{Ack, StoreError};
use crate::{
    base::limits,
    shell::{files, lock::FILE as LOCK_FILE},
};
use std::{
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    time::Duration,
};
use tokio::sync::mpsc::UnboundedSender;

/// Looks go on until this is dropped.
#[derive(Debug)]
pub(super) struct Looks(#[expect(dead_code, reason = "its end ends the looks")] Sender<()>);

/// Looks at the file and at the lock beside it from time to time, and tells once when one is another or gone, as of a
/// write that failed: beside another lock a second engine could start.
pub(super) fn watch(file: &Path, tell: &UnboundedSender<Ack>) -> Result<Looks, StoreError> {
    let lock = file.with_file_name(LOCK_FILE);
    let mut watched: Vec<(PathBuf, (u64, u64))> = Vec::new();
    watched.push((file.into(), files::place_of(file).ok_or_else(|| gone(file))?));
    // A store that tests open has none.
    watched.extend(files::place_of(&lock).map(|place| (lock, place)));
    let (sender, ended) = channel();
    let tell = tell.clone();
    std::thread::Builder::new()
        .name("state file".into())
        .spawn(move || {
            let pause = Duration::from_millis(limits::STATE_FILE_LOOK_MS);
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let other = watched.iter().find(|(file, place)| files::place_of(file) != Some(*place));
                if let Some((file, _)) = other {
                    let _ = tell.send(Ack::Failed(gone(file)));
                    return;
                }
            }
        })
        .map_err(|error| StoreError::Io(error.to_string()))?;
    Ok(Looks(sender))
}

fn gone(file: &Path) -> StoreError {
    StoreError::Gone(file.to_owned())
}
