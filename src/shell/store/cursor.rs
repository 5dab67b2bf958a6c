//! Cursors: up to where each ear has heard its platform. Written with the last of the facts that it covers.
//!
//! Takes a connection that somebody else opened.

use super::StoreError;
use crate::base::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Up to where an ear has heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The ear's connection.
    pub channel: Arc<str>,
    /// In the platform's words; empty where it has none.
    pub value: String,
    /// When something was heard last.
    pub at: Timestamp,
}

/// A cursor and how many of the facts that it covers are not recorded yet.
#[derive(Debug)]
pub struct Covering {
    cursor: Cursor,
    left: AtomicUsize,
}

impl Covering {
    /// A cursor that is true once so many facts are recorded.
    pub fn new(cursor: Cursor, facts: usize) -> Self {
        Self { cursor, left: AtomicUsize::new(facts) }
    }

    /// A fact was there before: it needs no record.
    pub fn drop_one(&self) {
        let less = |left: usize| left.checked_sub(1);
        let _ = self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
    }

    /// How many facts are not recorded yet.
    fn left(&self) -> usize {
        self.left.load(Ordering::Acquire)
    }

    /// What is covered.
    const fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// Keeps it in the place of the one before.
pub(super) fn keep(conn: &Connection, cursor: &Cursor) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO cursor (channel, value, at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (channel) DO UPDATE SET value = ?2, at = ?3",
    )?
    .execute(params![&*cursor.channel, cursor.value, cursor.at.as_millis()])?;
    Ok(())
}

/// A fact is recorded; with the last that its cursor covers, the cursor is. `covered` has those of this transaction.
pub(super) fn cover(
    conn: &Connection,
    covering: &Arc<Covering>,
    covered: &mut Vec<Arc<Covering>>,
) -> Result<(), StoreError> {
    covered.push(covering.clone());
    let here = covered.iter().filter(|other| Arc::ptr_eq(other, covering)).count();
    if here >= covering.left() { keep(conn, covering.cursor()) } else { Ok(()) }
}

/// The cursor of an ear.
pub(super) fn read(conn: &Connection, channel: &str) -> Result<Option<Cursor>, StoreError> {
    let found = conn
        .prepare_cached("SELECT value, at FROM cursor WHERE channel = ?1")?
        .query_row([channel], |row| {
            Ok(Cursor {
                channel: Arc::from(channel),
                value: row.get(0)?,
                at: Timestamp::from_millis(row.get(1)?),
            })
        })
        .optional()?;
    Ok(found)
}
