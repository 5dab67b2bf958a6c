//! A whole copy of the database, made while others read and write it, and believed only after it was read again.
//!
//! It appears under its name when it is whole, durable and verified, or not at all.

use super::{StoreError, connect};
use crate::{
    base::time::Timestamp,
    shell::crash::{self, Point},
};
use rusqlite::{Connection, OpenFlags, backup};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Groups.
    pub groups: u64,
    /// The number of the last entry.
    pub last_seq: i64,
    /// When it was decided.
    pub last_at: Option<Timestamp>,
    /// Decisions, those in archives included.
    pub decisions: u64,
    /// Rows of the outbox.
    pub rows: u64,
    /// Messages that are on their way.
    pub open: u64,
    /// The length of the copy, in bytes.
    pub bytes: u64,
}

/// Copies a database as it is at one moment. What had the name before is replaced.
pub(super) fn copy(from: &Connection, to: &Path) -> Result<Copied, StoreError> {
    let failed = |reason: String| StoreError::NoCopy { to: to.into(), reason };
    // The name under which it is made until it is whole.
    let part = connect::beside(to, ".part");
    let made = write(from, &part).and_then(|copied| {
        crash::point(Point::BeforeCopy);
        fs::rename(&part, to).and_then(|()| sync_folder(to)).map_err(|error| failed(error.to_string()))?;
        Ok(copied)
    });
    made.map_err(|error| {
        let _ = fs::remove_file(&part);
        match error {
            StoreError::NoCopy { .. } | StoreError::Corrupt { .. } => error,
            error => failed(error.to_string()),
        }
    })
}

/// Makes what was renamed durable.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn write(from: &Connection, part: &Path) -> Result<Copied, StoreError> {
    let io = |error: io::Error| StoreError::NoCopy { to: part.into(), reason: error.to_string() };
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(part).map_err(io)?;
    // Whoever writes meanwhile does not disturb: what is counted and what is copied are of one moment.
    let moment = from.unchecked_transaction()?;
    let expected = count(&moment)?;
    let mut conn = connect::made(part)?;
    let copying = backup::Backup::new(&moment, &mut conn)?;
    while copying.step(-1)? != backup::StepResult::Done {}
    drop(copying);
    moment.finish()?;
    // One file and nothing beside it.
    conn.pragma_update(None, "journal_mode", "DELETE")?;
    verify(&conn)?;
    let found = count(&conn)?;
    if found != expected {
        let reason = format!("{found:?} was read back where {expected:?} was written");
        return Err(StoreError::NoCopy { to: part.into(), reason });
    }
    conn.close().map_err(|(_, error)| error)?;
    let file = File::open(part).map_err(io)?;
    file.sync_all().map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    Ok(Copied { bytes, ..found })
}

/// Reads every page.
pub(super) fn verify(conn: &Connection) -> Result<(), StoreError> {
    let said: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(super::corrupt(super::FILE, said)) }
}

/// What a database holds.
pub(super) fn count(conn: &Connection) -> Result<Copied, StoreError> {
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    let mut decisions = number("SELECT count(*) FROM journal")?;
    if super::form::has(conn, 3)? {
        decisions += number("SELECT COALESCE(sum(decisions), 0) FROM archive")?;
    }
    let (last_seq, last_at) = super::form::last(conn)?;
    Ok(Copied {
        groups: number("SELECT count(*) FROM groups")? as u64,
        last_seq,
        last_at,
        decisions: decisions as u64,
        rows: number("SELECT count(*) FROM outbox")? as u64,
        open: number("SELECT count(*) FROM outbox WHERE open = 1")? as u64,
        bytes: 0,
    })
}

/// A database that is only read, wherever it lies.
pub(super) fn read_only(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = connect::with(file, flags)?;
    super::form::prepare(&conn)?;
    Ok(conn)
}
