//! The database's form: pragmas, numbered migrations, and what is refused.
//!
//! A migration is never edited once it was released; a new form is a new number. All that are missing are one
//! transaction, and before it the database is copied beside itself.

use super::{StoreError, connect::beside, copy, form::NAMED_FORM};
use crate::shell::crash::{self, Point};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// In order; the database's `user_version` is how many of them it has seen.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
];

/// Says in the file's header whose it is; the last migration that made a whole form sets it.
const APPLICATION_ID: i64 = i64::from_be_bytes(*b"\0\0\0\0plbk");
/// A state that was brought from an older form to the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    /// The form it had.
    pub from: usize,
    /// The form it has.
    pub to: usize,
    /// Where it lies as it was.
    pub copy: PathBuf,
}

/// Settings of the connection that writes, and the migrations that are missing. A state of an older form is copied
/// beside itself first; where there is no room for that nothing is changed.
pub(super) fn migrate(conn: &mut Connection, file: &Path) -> Result<Option<Upgraded>, StoreError> {
    let found = known(conn)?;
    if found == 0 {
        // Before the first table, so that pages that become free can be given back little by little.
        conn.execute_batch("PRAGMA auto_vacuum = INCREMENTAL;")?;
    }
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    if found == MIGRATIONS.len() {
        return Ok(None);
    }
    // Where the state of the older form is kept as it was.
    let copy = beside(file, &format!(".form-{found}"));
    let upgraded = Upgraded { from: found, to: MIGRATIONS.len(), copy };
    if found > 0 {
        copy::copy(conn, &upgraded.copy).map_err(|error| StoreError::NotUpgraded {
            from: found,
            to: MIGRATIONS.len(),
            reason: error.to_string(),
        })?;
        crash::point(Point::AfterCopy);
    }
    let transaction = conn.transaction()?;
    for sql in &MIGRATIONS[found..] {
        transaction.execute_batch(sql)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    crash::point(Point::BeforeMigrate);
    transaction.commit()?;
    crash::point(Point::AfterMigrate);
    Ok((found > 0).then_some(upgraded))
}

/// Whether nothing was ever written into it.
pub(super) fn is_new(conn: &Connection) -> bool {
    matches!(known(conn), Ok(0))
}

/// Refuses a form that this program does not know; a reader migrates nothing.
pub(super) fn check(conn: &Connection) -> Result<(), StoreError> {
    if known(conn)? == 0 { Err(StoreError::Empty) } else { Ok(()) }
}

/// The form of a database of ours that this program can read; 0 for one with nothing in it.
fn known(conn: &Connection) -> Result<usize, StoreError> {
    let found = conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?.max(0) as usize;
    let id: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let ours: i64 = conn.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('journal', 'outbox', 'snapshot')",
        [],
        |row| row.get(0),
    )?;
    let foreign = match found {
        0 => id != 0 || tables > 0,
        form if form < NAMED_FORM => id != 0 || ours != 3,
        _ => id != APPLICATION_ID,
    };
    if foreign {
        return Err(StoreError::Foreign);
    }
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer { found, known: MIGRATIONS.len() });
    }
    Ok(found)
}
