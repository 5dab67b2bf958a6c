//! Older decisions, compressed: pages of the journal that stay readable for `log`, `why` and replay.
//!
//! A page takes the place of its rows in one transaction, after it was unpacked again and found equal. Only what
//! every group's snapshot holds goes into a page, so that recovery never reads one. The engine may run meanwhile:
//! it writes between two pages.

use super::{StoreError, connect, copy, corrupt, form, path, schema, wire};
use crate::{
    base::{ids::GroupId, limits, time::Timestamp},
    engine::entry::Entry,
    shell::{
        crash::{self, Point},
        lock::{Lock, LockError},
    },
};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use std::{
    io::{Read as _, Write as _},
    path::Path,
    time::Instant,
};

/// The form of a page: lines of JSON, one a decision, compressed with zlib.
pub(super) const PAGE_FORM: i64 = 1;

/// A decision as it is stored, in the journal or in a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredDecision {
    /// The number of its first entry.
    pub(super) seq: i64,
    /// The group of the decision.
    pub(super) group: GroupId,
    /// The real time.
    pub(super) at: i64,
    /// How many entries.
    pub(super) count: i64,
    /// The form of its entries.
    pub(super) version: i64,
    /// The rules that decided.
    pub(super) edition: i64,
    /// Its entries as text.
    pub(super) entries: String,
}

impl StoredDecision {
    /// The entries of the decision.
    pub(super) fn read(&self) -> Result<Vec<Entry>, StoreError> {
        wire::read(self.seq, self.version, &self.entries)
    }
}

/// What a compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compacted {
    /// Decisions that are in pages now.
    pub decisions: u64,
    /// Their length as text.
    pub text_bytes: u64,
    /// Their length in pages.
    pub page_bytes: u64,
    /// Playbook versions that nobody needs any more.
    pub sources: u64,
    /// The database before.
    pub before_bytes: u64,
    /// The database after.
    pub after_bytes: u64,
    /// Whether an engine ran meanwhile: then free space stays in the file and is used again.
    pub online: bool,
}

/// Moves what was decided before an instant into pages, engine running or not.
pub fn compact(dir: &Path, before: Timestamp) -> Result<Compacted, StoreError> {
    let file = path(dir);
    if !file.exists() {
        return Err(StoreError::Missing(dir.into()));
    }
    let lock = match Lock::take(dir) {
        Ok(lock) => Some(lock),
        Err(LockError::Held { .. }) => None,
        Err(error) => return Err(StoreError::Locked(error.in_words())),
    };
    let mut conn = connect::with(&file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    form::prepare(&conn)?;
    schema::check(&conn)?;
    if !form::has(&conn, form::NAMED_FORM)? {
        let reason = "it has an older form: start the engine once, which brings it to the present one";
        return Err(StoreError::NoCopy { to: file, reason: reason.into() });
    }
    conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    let mut done = Compacted { online: lock.is_none(), before_bytes: length(&file), ..Compacted::default() };
    loop {
        let begun = Instant::now();
        if !page(&mut conn, before, &mut done)? {
            break;
        }
        if done.online {
            // The engine gets as much time as this takes.
            std::thread::sleep(begun.elapsed());
        }
    }
    done.sources = drop_sources(&conn, before)?;
    if done.online {
        conn.execute_batch("PRAGMA incremental_vacuum(4096);")?;
    } else {
        copy::verify(&conn)?;
        conn.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;")?;
    }
    crash::point(Point::AfterVacuum);
    // Somebody who reads just now keeps it from being shortened; the next idle moment of an engine does it then.
    let _ = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
    done.after_bytes = length(&file);
    Ok(done)
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |meta| meta.len())
}

/// Moves one page; says whether there may be another.
fn page(conn: &mut Connection, before: Timestamp, done: &mut Compacted) -> Result<bool, StoreError> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let rows = oldest(&transaction, before)?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(false) };
    let pages = pack(&rows)?;
    if unpack(first.seq, PAGE_FORM, &pages)? != rows {
        return Err(corrupt(format!("the page of entry {}", first.seq), "it does not read back as it was"));
    }
    let since = rows.iter().map(|row| row.at).min().unwrap_or_default();
    let until = rows.iter().map(|row| row.at).max().unwrap_or_default();
    transaction.execute(
        "INSERT INTO archive (first, last, since, until, decisions, form, pages) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![first.seq, last.seq + last.count - 1, since, until, rows.len() as i64, PAGE_FORM, pages],
    )?;
    let deleted = transaction
        .execute("DELETE FROM journal WHERE seq BETWEEN ?1 AND ?2", params![first.seq, last.seq])?;
    if deleted != rows.len() {
        return Err(corrupt(format!("the page of entry {}", first.seq), "its rows changed meanwhile"));
    }
    crash::point(Point::BeforeArchive);
    transaction.commit()?;
    crash::point(Point::AfterArchive);
    done.decisions += rows.len() as u64;
    done.text_bytes += rows.iter().map(|row| row.entries.len() as u64).sum::<u64>();
    done.page_bytes += pages.len() as u64;
    Ok(true)
}

/// The oldest rows of the journal that may go: from before the instant, and in every snapshot.
fn oldest(conn: &Transaction<'_>, before: Timestamp) -> Result<Vec<StoredDecision>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, grp, at, count, version, edition, entries FROM journal \
         WHERE seq + count - 1 <= (SELECT value FROM meta WHERE name = 'checkpoint') ORDER BY seq",
    )?;
    let mut found = statement.query([])?;
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.next()? {
        let row = stored(row)?;
        if row.at >= before.as_millis() {
            break;
        }
        bytes += row.entries.len();
        rows.push(row);
        if bytes >= limits::ARCHIVE_PAGE_BYTES {
            break;
        }
    }
    Ok(rows)
}

/// A row of `seq, grp, at, count, version, edition, entries`.
fn stored(row: &rusqlite::Row<'_>) -> Result<StoredDecision, StoreError> {
    Ok(StoredDecision {
        seq: row.get(0)?,
        group: GroupId::from(row.get::<_, String>(1)?),
        at: row.get(2)?,
        count: row.get(3)?,
        version: row.get(4)?,
        edition: row.get(5)?,
        entries: row.get(6)?,
    })
}

/// Rows as a page.
pub(super) fn pack(rows: &[StoredDecision]) -> Result<Vec<u8>, StoreError> {
    let failed = |error: &dyn std::fmt::Display| corrupt("a page that was to be written", error);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(7));
    for row in rows {
        let mut line = serde_json::to_vec(row).map_err(|error| failed(&error))?;
        line.push(b'\n');
        encoder.write_all(&line).map_err(|error| failed(&error))?;
    }
    encoder.finish().map_err(|error| failed(&error))
}

/// The rows of a page.
pub(super) fn unpack(first: i64, form: i64, pages: &[u8]) -> Result<Vec<StoredDecision>, StoreError> {
    if form > PAGE_FORM {
        return Err(StoreError::Newer { found: form as usize, known: PAGE_FORM as usize });
    }
    let place = || format!("the archived page of entry {first}");
    let mut text = String::new();
    ZlibDecoder::new(pages).read_to_string(&mut text).map_err(|error| corrupt(place(), error))?;
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| corrupt(place(), error))).collect()
}

/// Calls `each` for every decision that has entries after a number, in order, archived ones first; until it says no.
pub(super) fn each(
    conn: &Connection,
    group: Option<&GroupId>,
    after: i64,
    each: &mut dyn FnMut(StoredDecision) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    // What is moved into a page meanwhile is met once.
    let moment = conn.unchecked_transaction()?;
    within(&moment, group, after, each)
}

/// The same inside a transaction that somebody else opened.
pub(super) fn within(
    moment: &Connection,
    group: Option<&GroupId>,
    after: i64,
    each: &mut dyn FnMut(StoredDecision) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    if form::has(moment, form::NAMED_FORM)? {
        let mut statement =
            moment.prepare_cached("SELECT first, form, pages FROM archive WHERE last > ?1 ORDER BY first")?;
        let mut pages = statement.query([after])?;
        while let Some(row) = pages.next()? {
            let first = row.get(0)?;
            let bytes = row.get_ref(2)?.as_blob().map_err(|error| corrupt("an archived page", error))?;
            for row in unpack(first, row.get(1)?, bytes)? {
                let meant = row.seq + row.count > after + 1 && group.is_none_or(|group| *group == row.group);
                if meant && !each(row)? {
                    return Ok(());
                }
            }
        }
    }
    let edition = if form::has(moment, form::NAMED_FORM)? { "edition" } else { "0" };
    let mut statement = moment.prepare_cached(&format!(
        "SELECT seq, grp, at, count, version, {edition}, entries FROM journal \
         WHERE seq >= ifnull((SELECT max(seq) FROM journal WHERE seq <= ?2 + 1), 0) AND seq + count > ?2 + 1 \
         AND (?1 IS NULL OR grp = ?1) ORDER BY seq"
    ))?;
    let mut rows = statement.query(params![group.map(GroupId::as_str), after])?;
    while let Some(row) = rows.next()? {
        if !each(stored(row)?)? {
            break;
        }
    }
    Ok(())
}

/// Calls `each` for the decisions up to a number, newest first, archived ones last; until it says no.
pub(super) fn backwards(
    moment: &Connection,
    to: i64,
    each: &mut dyn FnMut(&StoredDecision) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let named = form::has(moment, form::NAMED_FORM)?;
    let edition = if named { "edition" } else { "0" };
    let mut statement = moment.prepare_cached(&format!(
        "SELECT seq, grp, at, count, version, {edition}, entries FROM journal WHERE seq <= ?1 ORDER BY seq DESC"
    ))?;
    let mut rows = statement.query([to])?;
    while let Some(row) = rows.next()? {
        if !each(&stored(row)?)? {
            return Ok(());
        }
    }
    if !named {
        return Ok(());
    }
    let mut statement = moment
        .prepare_cached("SELECT first, form, pages FROM archive WHERE first <= ?1 ORDER BY first DESC")?;
    let mut pages = statement.query([to])?;
    while let Some(row) = pages.next()? {
        let bytes = row.get_ref(2)?.as_blob().map_err(|error| corrupt("an archived page", error))?;
        for row in unpack(row.get(0)?, row.get(1)?, bytes)?.iter().rev().filter(|row| row.seq <= to) {
            if !each(row)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The decisions that were looked at last, so that the messages of one decision, and the decisions of one page, are
/// read once.
#[derive(Default)]
pub(super) struct LookedAt {
    decision: Option<(i64, Vec<Entry>)>,
    page: Vec<StoredDecision>,
}

impl LookedAt {
    /// The entry with a number.
    pub(super) fn entry(&mut self, conn: &Connection, key: i64) -> Result<Option<&Entry>, StoreError> {
        let holds = |first: i64, count: usize| first <= key && key < first + count as i64;
        if !self.decision.as_ref().is_some_and(|(first, entries)| holds(*first, entries.len())) {
            self.decision = match self.row(conn, key)? {
                Some(row) => Some((row.seq, row.read()?)),
                None => None,
            };
        }
        Ok(self.decision.as_ref().and_then(|(first, entries)| entries.get((key - first) as usize)))
    }

    /// The decision that has the entry with a number.
    pub(super) fn row(&mut self, conn: &Connection, key: i64) -> Result<Option<StoredDecision>, StoreError> {
        let mut statement = conn.prepare_cached(
            "SELECT seq, grp, at, count, version, 0, entries FROM journal WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1",
        )?;
        let mut rows = statement.query([key])?;
        if let Some(row) = rows.next()? {
            let row = stored(row)?;
            if key < row.seq + row.count {
                return Ok(Some(row));
            }
        }
        let within = |row: &&StoredDecision| row.seq <= key && key < row.seq + row.count;
        if !self.page.iter().any(|row| within(&row)) && form::has(conn, form::NAMED_FORM)? {
            let mut statement = conn.prepare_cached(
                "SELECT first, form, pages FROM archive WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
            )?;
            let mut rows = statement.query([key])?;
            self.page = match rows.next()? {
                Some(row) => {
                    let bytes =
                        row.get_ref(2)?.as_blob().map_err(|error| corrupt("an archived page", error))?;
                    unpack(row.get(0)?, row.get(1)?, bytes)?
                }
                None => Vec::new(),
            };
        }
        Ok(self.page.iter().find(within).cloned())
    }
}

/// Drops the texts of playbook versions from before an instant that no group and no run has any more. They are looked
/// for while others write; a version that comes back is stored again by who brings it.
fn drop_sources(conn: &Connection, before: Timestamp) -> Result<u64, StoreError> {
    let mut statement = conn.prepare(
        "SELECT digest FROM sources WHERE at < ?1 \
         AND NOT EXISTS (SELECT 1 FROM groups WHERE groups.digest = sources.digest) \
         AND NOT EXISTS (SELECT 1 FROM snapshot WHERE instr(state, sources.digest)) \
         AND NOT EXISTS (SELECT 1 FROM journal WHERE instr(entries, sources.digest))",
    )?;
    let nobodys = statement.query_map([before.as_millis()], |row| row.get::<_, String>(0))?;
    let mut dropped = 0;
    for digest in nobodys.collect::<Result<Vec<_>, _>>()? {
        dropped += conn.execute("DELETE FROM sources WHERE digest = ?1", [digest])?;
    }
    Ok(dropped as u64)
}
