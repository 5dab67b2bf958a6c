//! Which form a state has, how every connection is set up, and where its journal ends.
//!
//! Reads any form of ours; changes none.

use super::StoreError;
use crate::base::{ids::GroupId, time::Timestamp};
use rusqlite::{Connection, OptionalExtension as _};
use std::time::Duration;

/// The first form whose header says so; archives came with it.
pub(super) const NAMED_FORM: usize = 3;
/// The first form that remembers what robots did, and since when attempts have failed.
pub(super) const ROBOTS_FORM: usize = 4;
/// The first form that has members apart from snapshots.
pub(super) const MEMBERS_FORM: usize = 5;
/// The first form that has what members did lately.
pub(super) const HABITS_FORM: usize = 7;
/// The first form that has sessions.
pub(super) const SESSION_FORM: usize = 8;

/// Settings of every connection.
pub(super) fn prepare(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;")?;
    Ok(())
}

/// Whether the tables of a form are there; a reader meets older forms, too.
pub(super) fn has(conn: &Connection, form: usize) -> Result<bool, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? >= form as i64)
}

/// The number of the last entry, and when it was decided.
pub(super) fn last(conn: &Connection) -> Result<(i64, Option<Timestamp>), StoreError> {
    let ends = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let sql = "SELECT seq + count - 1, at FROM journal ORDER BY seq DESC LIMIT 1";
    let mut found = conn.query_row(sql, [], ends).optional()?;
    if found.is_none() && has(conn, 3)? {
        let sql = "SELECT last, until FROM archive ORDER BY first DESC LIMIT 1";
        found = conn.query_row(sql, [], ends).optional()?;
    }
    Ok(found.map_or((0, None), |(seq, at)| (seq, Some(Timestamp::from_millis(at)))))
}

/// The condition of a statement that reads the rows of one group, which its first parameter names, or of all.
pub(super) const fn of_group(only: Option<&GroupId>) -> &'static str {
    if only.is_some() { "grp = ?1" } else { "?1 IS NULL" }
}
