//! How a database file is opened: a regular one, so that nobody waits for a pipe, and what lies beside it likewise.
//!
//! Opens only; what is in it is not judged here.

use super::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

/// Opens a database to be read and written, and makes it where it is missing.
pub(super) fn made(file: &Path) -> Result<Connection, StoreError> {
    with(file, OpenFlags::default())
}

/// Opens a database.
pub(super) fn with(file: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let place = beside(file, ending);
        if std::fs::metadata(&place).is_ok_and(|meta| !meta.is_file()) {
            return Err(StoreError::NoFile(place));
        }
    }
    Ok(Connection::open_with_flags(file, flags)?)
}

/// The file of the same name with an ending.
pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
