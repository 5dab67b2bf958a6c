//! Whether the state file is still the one that was opened.
//!
//! A directory that was removed or replaced under a running engine takes writes that nobody will read again, and lets a
//! second engine start beside it. Looks only; opens and changes nothing.

#![expect(clippy::disallowed_methods, reason = "owns the look at the state file's identity")]

use super::{Ack, StoreError};
use crate::base::limits;
use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    time::Duration,
};
use tokio::sync::mpsc::UnboundedSender;

/// Looks go on until this is dropped.
#[derive(Debug)]
pub(super) struct Looks(#[expect(dead_code, reason = "its end ends the looks")] Sender<()>);

/// Looks at the file from time to time, and tells once when it is another one or gone, as of a write that failed.
pub(super) fn watch(file: &Path, tell: &UnboundedSender<Ack>) -> Result<Looks, StoreError> {
    let opened = identity(file).ok_or_else(|| gone(file))?;
    let (sender, ended) = channel();
    let (file, tell) = (PathBuf::from(file), tell.clone());
    std::thread::Builder::new()
        .name("state file".into())
        .spawn(move || {
            let pause = Duration::from_millis(limits::STATE_FILE_LOOK_MS);
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                if identity(&file) != Some(opened) {
                    let _ = tell.send(Ack::Failed(gone(&file)));
                    return;
                }
            }
        })
        .map_err(|error| StoreError::Io(error.to_string()))?;
    Ok(Looks(sender))
}

/// Device and inode.
fn identity(file: &Path) -> Option<(u64, u64)> {
    fs::metadata(file).ok().map(|meta| (meta.dev(), meta.ino()))
}

fn gone(file: &Path) -> StoreError {
    StoreError::Gone(file.to_owned())
}
