//! Putting a copy of the database in the place of a lost one.
//!
//! What the lost one had done after the copy was made is not known. So what the copy holds as on its way, and
//! whatever is due up to the moment at which the lost engine ended, is in doubt: held until a person says that it
//! arrived, or sends it again. A copy that was put there by hand is told by the mark that every commit leaves beside
//! the database.

use super::{
    FILE, StoreError,
    connect::{self, beside},
    copy::{self, Copied, sync_folder},
    forget::{self, Forgotten},
    form, path, schema, session,
};
use crate::{
    base::time::Timestamp,
    shell::{
        clock,
        console::KEY_FILE,
        crash::{self, Point},
        lock::Lock,
        private,
    },
};
use rusqlite::{Connection, params};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// What is said of a message that a lost engine may have sent.
pub const MAY_HAVE_BEEN_SENT: &str = "the state was restored from a copy: it may have been sent already";

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the copy holds.
    pub copied: Copied,
    /// Messages of the copy that are in doubt now.
    pub doubtful: usize,
    /// What is due up to then is in doubt, too.
    pub until: Timestamp,
    /// Where the state that was there lies now.
    pub aside: Option<PathBuf>,
    /// Who had been forgotten since the copy was made, and is forgotten in it now.
    pub forgotten: Vec<Forgotten>,
}

/// Puts a copy in the place of a state. No engine runs on it; the state that was there is kept aside.
pub fn restore(from: &Path, dir: &Path, until: Option<Timestamp>) -> Result<Restored, StoreError> {
    // What is no copy leaves nothing behind, not even a folder.
    match fs::metadata(from) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(StoreError::NoFile(from.into())),
        Err(_) => return Err(StoreError::NoCopy { to: from.into(), reason: "there is no such file".into() }),
    }
    // The copy itself stays as it is, whatever happens here.
    let source = whole_copy(from)?;
    let _lock = Lock::take(dir).map_err(|error| StoreError::Locked(error.in_words()))?;
    let now = clock::now();
    // What a clock ran ahead to was decided, and sent, too.
    let mark = mark_path(dir);
    let mark = mark.exists().then(|| private::open(&mark)).transpose();
    let mark = mark.map_err(|error| StoreError::Io(error.to_string()))?;
    let reached = mark.as_ref().and_then(reached).map_or(now, |(_, at)| at);
    let until = until.unwrap_or(now.max(reached));
    let file = path(dir);
    let fresh = dir.join("state.db.restored");
    let copied = copy::copy(&source, &fresh)?;
    drop(source);
    let conn = connect::made(&fresh)?;
    let doubtful = doubt(&conn, until)?;
    if form::has(&conn, form::SESSION_FORM)? {
        session::none(&conn)?;
    }
    conn.close().map_err(|(_, error)| error)?;
    let forgotten = forget::again(dir, &fresh)?;
    let io = |error: io::Error| StoreError::Io(error.to_string());
    File::open(&fresh).and_then(|file| file.sync_all()).map_err(io)?;
    crash::point(Point::BeforeRestore);
    let aside = if file.exists() { Some(set_aside(&file, now)?) } else { None };
    crash::point(Point::AfterAside);
    fs::rename(&fresh, &file).and_then(|()| sync_folder(&file)).map_err(io)?;
    crash::point(Point::AfterRestore);
    // From here on the marks are those of the restored state; and links of before lead nowhere.
    for gone in [mark_path(dir), dir.join(KEY_FILE)] {
        match fs::remove_file(gone) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    Ok(Restored { copied, doubtful, until, aside, forgotten })
}

/// A copy that can be read to its end. What is wrong with it is never said of the state.
fn whole_copy(from: &Path) -> Result<Connection, StoreError> {
    let read = || -> Result<Connection, StoreError> {
        let source = copy::read_only(from)?;
        schema::check(&source)?;
        copy::verify(&source)?;
        Ok(source)
    };
    read().map_err(|error| match error {
        StoreError::Corrupt { reason, .. } if begins_as_a_database(from) => {
            StoreError::NoCopy { to: from.into(), reason: format!("it is damaged: {reason}") }
        }
        StoreError::Foreign | StoreError::Empty | StoreError::Corrupt { .. } => {
            StoreError::NoBackup(from.into())
        }
        error => error,
    })
}

/// Whether a file begins as every database does.
fn begins_as_a_database(from: &Path) -> bool {
    let mut begins = [0; 16];
    let read = File::open(from).and_then(|file| file.read_exact_at(&mut begins, 0));
    read.is_ok() && begins == *b"SQLite format 3\0"
}

/// Copies the database aside, page by page as it is, damaged ones too. What was put aside before stays.
fn set_aside(file: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    let io = |error: io::Error| StoreError::Io(error.to_string());
    let name = format!("{FILE}.before-{}", now.to_jiff().strftime("%Y%m%dT%H%M%SZ"));
    let (mut kept, aside) = free_name(file, &name).map_err(io)?;
    // Its log of changes must not be taken for the new one's. One that is damaged keeps it under the new name.
    let folded = connect::made(file).and_then(|conn| {
        Ok(conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")?)
    });
    for ending in ["-wal", "-shm"] {
        let log = beside(file, ending);
        if log.exists() {
            if folded.is_ok() {
                fs::remove_file(&log).map_err(io)?;
            } else {
                fs::rename(&log, beside(&aside, ending)).map_err(io)?;
            }
        }
    }
    // There is a state under its own name at every moment: a start in between must not begin a new life.
    io::copy(&mut File::open(file).map_err(io)?, &mut kept).map_err(io)?;
    kept.sync_all().map_err(io)?;
    sync_folder(file).map_err(io)?;
    Ok(aside)
}

/// Makes a file of a name beside another one; where the name is taken, of the first that is free with a number.
fn free_name(file: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let mut number = 1_u64;
    loop {
        let name = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        let place = file.with_file_name(name);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number = number.saturating_add(1),
            made => return made.map(|made| (made, place)),
        }
    }
}

/// Marks what is on its way as doubtful, and what is due until then. Gives how many messages were on their way.
pub(super) fn doubt(conn: &Connection, until: Timestamp) -> Result<usize, StoreError> {
    let transaction = conn.unchecked_transaction()?;
    let doubtful = transaction.execute(
        "UPDATE outbox SET status = 'in_doubt', in_doubt = 1, told = 0, until = NULL, note = ?1 \
         WHERE open = 1 AND status IN ('pending', 'claimed')",
        [MAY_HAVE_BEEN_SENT],
    )?;
    transaction.execute(
        "INSERT INTO meta (name, value) VALUES ('doubt_until', ?1) \
         ON CONFLICT (name) DO UPDATE SET value = max(value, ?1)",
        params![until.as_millis()],
    )?;
    transaction.commit()?;
    Ok(doubtful)
}

fn mark_path(dir: &Path) -> PathBuf {
    dir.join("state.mark")
}

/// How far the state has come, beside it: an older copy in its place is told by this.
#[derive(Debug)]
pub(super) struct RestoreMark(File);

/// Its length is always the same, so that it is written over in one go.
const MARK_BYTES: usize = 41;

impl RestoreMark {
    /// Opens the mark of a state directory. Gives how far the state had come when it was written last.
    pub(super) fn open(dir: &Path) -> Result<(Self, Option<(i64, Timestamp)>), StoreError> {
        let file = private::open(&mark_path(dir)).map_err(|error| StoreError::Io(error.to_string()))?;
        let found = reached(&file);
        Ok((Self(file), found))
    }

    /// Writes how far the state has come. Only after its commit, so that the mark is never ahead.
    pub(super) fn set(&self, seq: i64, at: Timestamp) {
        let text = format!("{seq:<20}{:<20}\n", at.as_millis());
        // A mark that is behind is harmless; the next commit writes it again.
        let _ = self.0.write_all_at(text.as_bytes(), 0);
    }
}

/// How far a mark says that a state had come: its last entry, and the last instant it knew.
fn reached(mark: &File) -> Option<(i64, Timestamp)> {
    let mut text = [0; MARK_BYTES];
    let read = mark.read_at(&mut text, 0).unwrap_or_default();
    let text = String::from_utf8_lossy(&text[..read]).into_owned();
    let mut numbers = text.split_whitespace().map(str::parse::<i64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(seq)), Some(Ok(at))) => Some((seq, Timestamp::from_millis(at))),
        _ => None,
    }
}

/// Whether the database is an older copy of what was here, and what follows from that: how many messages were on
/// their way.
pub(super) fn put_back(
    conn: &Connection,
    mark: Option<(i64, Timestamp)>,
) -> Result<Option<usize>, StoreError> {
    let (last, _) = form::last(conn)?;
    match mark {
        Some((seq, at)) if last > 0 && last < seq => doubt(conn, at).map(Some),
        _ => Ok(None),
    }
}
