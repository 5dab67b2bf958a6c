//! The inbox: which facts from outside are recorded, so that one that comes again is none.
//!
//! A row is written in the transaction of its decision. Takes a connection that somebody else opened.

use super::StoreError;
use crate::base::{
    limits,
    time::{Duration, Timestamp},
};
use rusqlite::{Connection, params};
use std::sync::Arc;

/// One report from outside: who sent it, and its id there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Letter {
    /// The sender.
    pub source: Arc<str>,
    /// The id that the sender gave.
    pub id: Arc<str>,
}

/// Records that it came.
pub(super) fn keep(conn: &Connection, letter: &Letter, at: Timestamp) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT OR IGNORE INTO inbox (source, id, at) VALUES (?1, ?2, ?3)")?
        .execute(params![&*letter.source, &*letter.id, at.as_millis()])?;
    Ok(())
}

/// For each, whether it came before.
pub(super) fn known(conn: &Connection, letters: &[Letter]) -> Result<Vec<bool>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT 1 FROM inbox WHERE source = ?1 AND id = ?2")?;
    let mut known = Vec::with_capacity(letters.len());
    for letter in letters {
        known.push(statement.exists(params![&*letter.source, &*letter.id])?);
    }
    Ok(known)
}

/// How much came in which hour of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// By the hour (UTC).
    pub hours: [u64; 24],
    /// When the first of it came.
    pub first: Option<Timestamp>,
}

/// What came from a sender since an instant, by the hour of the day.
pub(super) fn busy(conn: &Connection, source: &str, from: Timestamp) -> Result<Busy, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT (at / 3600000) % 24, count(*), min(at) FROM inbox WHERE source = ?1 AND at >= ?2 GROUP BY 1",
    )?;
    let mut busy = Busy { hours: [0; 24], first: None };
    let mut rows = statement.query(params![source, from.as_millis()])?;
    while let Some(row) = rows.next()? {
        let (hour, count, first): (usize, i64, i64) =
            (row.get::<_, i64>(0)?.max(0) as usize, row.get(1)?, row.get(2)?);
        if let Some(known) = busy.hours.get_mut(hour) {
            *known = count.max(0) as u64;
        }
        let first = Timestamp::from_millis(first);
        busy.first = Some(busy.first.map_or(first, |known| known.min(first)));
    }
    Ok(busy)
}

/// Forgets some that came long ago, and the oldest of too many. Says whether there are more.
pub(super) fn prune(conn: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let most = limits::INBOX_PRUNE_ROWS_MAX;
    let before = now.plus(-Duration::DAY.times(limits::INBOX_KEEP_DAYS)).as_millis();
    let old = "DELETE FROM inbox WHERE (source, id) IN \
               (SELECT source, id FROM inbox WHERE at < ?1 ORDER BY at LIMIT ?2)";
    let gone = conn.prepare_cached(old)?.execute(params![before, most as i64])?;
    if gone == most {
        return Ok(true);
    }
    let kept: i64 = conn.prepare_cached("SELECT count(*) FROM inbox")?.query_row([], |row| row.get(0))?;
    let beyond = kept.saturating_sub(limits::INBOX_ROWS_MAX as i64).min(most as i64);
    if beyond <= 0 {
        return Ok(false);
    }
    let oldest =
        "DELETE FROM inbox WHERE (source, id) IN (SELECT source, id FROM inbox ORDER BY at LIMIT ?1)";
    conn.prepare_cached(oldest)?.execute(params![beyond])?;
    Ok(beyond == most as i64)
}
