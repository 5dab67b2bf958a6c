//! Whether the database is whole: looked at when it is opened, for a bounded time, and to the end beside the engine.
//!
//! A damaged page that is met only when something is written to it has made things worse by then. Changes nothing.

use super::{Ack, StoreError, copy, corrupt};
use crate::base::limits;
use rusqlite::{Connection, ErrorCode};
use std::{
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};
use tokio::sync::mpsc::UnboundedSender;

/// Looks at the database before anything is written. Where the time is not enough, the rest is looked at beside the
/// engine, which is told of damage as of a write that failed.
pub(super) fn open(conn: &Connection, file: &Path, tell: &UnboundedSender<Ack>) -> Result<(), StoreError> {
    if whole_in_time(conn, Duration::from_millis(limits::SOUND_MS_MAX))? {
        return Ok(());
    }
    let (file, tell) = (PathBuf::from(file), tell.clone());
    std::thread::Builder::new()
        .name("sound".into())
        .spawn(move || {
            let found = copy::read_only(&file).and_then(|conn| whole(&conn));
            if let Err(error @ StoreError::Corrupt { .. }) = found {
                let _ = tell.send(Ack::Failed(error));
            }
        })
        .map(drop)
        .map_err(|error| StoreError::Io(error.to_string()))
}

/// Looks at the database as far as a reading command has time for it; what it reads later is looked at then.
pub(super) fn read(conn: &Connection) -> Result<(), StoreError> {
    whole_in_time(conn, Duration::from_millis(limits::SOUND_READER_MS_MAX)).map(drop)
}

/// Looks at every page; false where the time was over before.
fn whole_in_time(conn: &Connection, most: Duration) -> Result<bool, StoreError> {
    let interrupt = conn.get_interrupt_handle();
    let (done, waiting) = channel::<()>();
    let timer = std::thread::Builder::new()
        .name("sound".into())
        .spawn(move || {
            if waiting.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
                interrupt.interrupt();
            }
        })
        .map_err(|error| StoreError::Io(error.to_string()))?;
    let found = look(conn);
    drop(done);
    let _ = timer.join();
    match found {
        Ok(problems) => problems.map_or(Ok(true), Err),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(false),
        // A page that is read to half of it.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
            Err(corrupt(super::FILE, error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Looks at every page, however long it takes.
fn whole(conn: &Connection) -> Result<(), StoreError> {
    look(conn)?.map_or(Ok(()), Err)
}

/// What SQLite says of the pages and of what is in them.
fn look(conn: &Connection) -> rusqlite::Result<Option<StoreError>> {
    let mut statement = conn.prepare("PRAGMA quick_check(3)")?;
    let said: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let sound = said.iter().all(|line| line == "ok");
    Ok((!sound).then(|| corrupt(super::FILE, said.join("; ").replace('\n', " "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek as _, SeekFrom, Write as _};

    fn filled(dir: &Path) -> PathBuf {
        let file = dir.join("x.db");
        let conn = Connection::open(&file).unwrap();
        conn.execute_batch("CREATE TABLE t (a TEXT)").unwrap();
        for n in 0..200 {
            conn.execute("INSERT INTO t VALUES (?1)", [format!("{n}{}", "x".repeat(500))]).unwrap();
        }
        file
    }

    #[test]
    fn a_damaged_page_is_found_and_a_whole_database_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let file = filled(dir.path());
        let long = Duration::from_mins(1);
        assert!(whole_in_time(&Connection::open(&file).unwrap(), long).unwrap());
        let mut raw = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
        raw.seek(SeekFrom::Start(10 * 4096)).unwrap();
        raw.write_all(&[0; 4096]).unwrap();
        let error = whole_in_time(&Connection::open(&file).unwrap(), long).unwrap_err().to_string();
        assert!(error.contains("playbook restore"), "{error}");
    }
}
