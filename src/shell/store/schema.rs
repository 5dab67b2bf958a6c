//! The database's form: pragmas, numbered migrations, and what is refused.
//!
//! A migration is never edited once it was released; a new form is a new number.

use super::StoreError;
use rusqlite::Connection;
use std::time::Duration;

/// In order; the database's `user_version` is how many of them it has seen.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// Settings of every connection.
pub(super) fn prepare(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;")?;
    Ok(())
}

/// Settings of the connection that writes, and the migrations that are missing.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    let found = version(conn)?;
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer { found, known: MIGRATIONS.len() });
    }
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let transaction = conn.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", (index + 1) as i64)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Refuses a form that this program does not know; a reader migrates nothing.
pub(super) fn check(conn: &Connection) -> Result<(), StoreError> {
    let found = version(conn)?;
    match found {
        0 => Err(StoreError::Empty),
        n if n > MIGRATIONS.len() => Err(StoreError::Newer { found, known: MIGRATIONS.len() }),
        _ => Ok(()),
    }
}

fn version(conn: &Connection) -> Result<usize, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?.max(0) as usize)
}
