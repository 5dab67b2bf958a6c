//! Read-only views for `status`, `runs`, `log`, `outbox`, `tasks`, `members`: engine running or not.
//!
//! A reader sees what was committed when it was asked; it never waits for the writer and never changes anything.

use super::{
    Backlog, Busy, Copied, Cursor, FailingNow, Letter, MessageStatus, OutboxRow, Parked, StoreError, archive,
    copy, cursor, erase,
    group_info::{self, GroupInfo},
    health, inbox, outbox, outbox_row, path,
    recovery::{self, Recovered},
    schema,
    sealed::Sealer,
    sound,
    wire::LogLine,
};
use crate::{
    base::{
        ids::{Digest, EffectId, GroupId, MemberId},
        source::MemoryFolder,
        time::Timestamp,
    },
    engine::{
        entry::{Entry, Fact},
        state::State,
    },
};
use rusqlite::{Connection, OptionalExtension as _};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A connection that only reads.
pub struct Reader {
    conn: Connection,
    file: PathBuf,
}

impl Reader {
    /// Opens the database of a state directory.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let file = path(dir);
        if !file.exists() {
            return Err(StoreError::Missing(dir.into()));
        }
        let conn = copy::read_only(&file)?;
        schema::check(&conn)?;
        sound::read(&conn)?;
        Ok(Self { conn, file })
    }

    /// Opens the database of an engine that runs: it has looked itself whether the database is whole.
    pub fn beside_engine(dir: &Path) -> Result<Self, StoreError> {
        let file = path(dir);
        Ok(Self { conn: copy::read_only(&file)?, file })
    }

    /// Opens a copy of a database.
    pub fn of_copy(file: &Path) -> Result<Self, StoreError> {
        let conn = copy::read_only(file)?;
        schema::check(&conn)?;
        Ok(Self { conn, file: file.into() })
    }

    /// Makes a whole copy of the database, verified, that appears under its name or not at all.
    pub fn copy(&self, to: &Path) -> Result<Copied, StoreError> {
        copy::copy(&self.conn, to)
    }

    /// The state of every group, as of one moment.
    pub fn states(&self) -> Result<Recovered, StoreError> {
        let transaction = self.conn.unchecked_transaction()?;
        let recovered = recovery::load(&transaction, None)?;
        transaction.finish()?;
        Ok(recovered)
    }

    /// The state of one group, as of one moment; none where the state directory does not have it. Reads no other group.
    pub fn state(&self, group: &GroupId) -> Result<Option<State>, StoreError> {
        let transaction = self.conn.unchecked_transaction()?;
        let mut recovered = recovery::load(&transaction, Some(group))?;
        transaction.finish()?;
        Ok(recovered.groups.remove(group).map(|found| found.state))
    }

    /// What is known of every group.
    pub fn groups(&self) -> Result<BTreeMap<GroupId, GroupInfo>, StoreError> {
        group_info::groups(&self.conn)
    }

    /// Calls `each` for every entry after a number, in order, archived ones too; of one group, or of all.
    pub fn log(
        &self,
        group: Option<&GroupId>,
        after: i64,
        each: &mut dyn FnMut(LogLine),
    ) -> Result<(), StoreError> {
        self.log_while(group, after, &mut |line| {
            each(line);
            true
        })
    }

    /// The same as long as `each` wants more.
    pub fn log_while(
        &self,
        group: Option<&GroupId>,
        after: i64,
        each: &mut dyn FnMut(LogLine) -> bool,
    ) -> Result<(), StoreError> {
        archive::each(&self.conn, group, after, &mut |row| {
            for (seq, entry) in (row.seq..).zip(row.read()?) {
                if seq > after && !each(LogLine { seq, group: row.group.clone(), entry }) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// The entries of some decisions, named by the numbers of their first entries, in the order in which they are named.
    pub fn decisions(&self, numbers: &[i64]) -> Result<Vec<LogLine>, StoreError> {
        let mut lines = Vec::new();
        self.decisions_while(numbers, &mut |line| {
            lines.push(line);
            true
        })?;
        Ok(lines)
    }

    /// Calls `each` for the entries of some decisions, in the order in which they are named, as long as it wants more.
    pub fn decisions_while(
        &self,
        numbers: &[i64],
        each: &mut dyn FnMut(LogLine) -> bool,
    ) -> Result<(), StoreError> {
        let mut held = archive::LookedAt::default();
        for number in numbers {
            let Some(row) = held.row(&self.conn, *number)? else { continue };
            for (seq, entry) in (row.seq..).zip(row.read()?) {
                if !each(LogLine { seq, group: row.group.clone(), entry }) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Calls `each` for the decisions up to a number, newest first, archived ones last; until it says no.
    pub fn backwards(
        &self,
        to: i64,
        each: &mut dyn FnMut(i64, GroupId, Vec<Entry>) -> bool,
    ) -> Result<(), StoreError> {
        let moment = self.conn.unchecked_transaction()?;
        archive::backwards(&moment, to, &mut |row| Ok(each(row.seq, row.group.clone(), row.read()?)))
    }

    /// The number of the last entry; 0 where there is none.
    pub fn last(&self) -> Result<i64, StoreError> {
        let sql = "SELECT seq + count - 1 FROM journal ORDER BY seq DESC LIMIT 1";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// Messages that were refused for good or may have arrived, oldest first, at most so many.
    pub fn stuck(&self, most: usize) -> Result<Vec<OutboxRow>, StoreError> {
        outbox_row::stuck(&self.conn, most)
    }

    /// Channels whose attempts fail just now, at most so many.
    pub fn failing(&self, most: usize) -> Result<Vec<FailingNow>, StoreError> {
        health::failing(&self.conn, most)
    }

    /// Of the messages that these entries send, those that have not arrived, and where they are.
    pub fn on_the_way(
        &self,
        lines: &[LogLine],
    ) -> Result<BTreeMap<(GroupId, EffectId), MessageStatus>, StoreError> {
        let mut found = BTreeMap::new();
        for line in lines {
            let (Fact::Posted(out) | Fact::Released(out)) = &line.entry.fact else { continue };
            if let Some(status) = outbox_row::open_status(&self.conn, &line.group, &out.effect)? {
                found.insert((line.group.clone(), out.effect.clone()), status);
            }
        }
        Ok(found)
    }

    /// Open messages by group, channel and status: how each channel fares.
    pub fn backlog(&self, group: Option<&GroupId>) -> Result<BTreeMap<GroupId, Vec<Backlog>>, StoreError> {
        health::backlog(&self.conn, group)
    }

    /// Whether the journal has somebody by an id: as one who is known, or at least, where `anywhere` is said, in any
    /// place of it.
    pub fn has_met(
        &self,
        group: Option<&GroupId>,
        member: &MemberId,
        anywhere: bool,
    ) -> Result<bool, StoreError> {
        let written = serde_json::Value::from(member.as_str()).to_string();
        let mut met = false;
        archive::each(&self.conn, group, 0, &mut |row| {
            met = if anywhere {
                row.entries.contains(&written)
            } else {
                row.read()?.iter().any(|entry| erase::who(&entry.fact).contains(member))
            };
            Ok(!met)
        })?;
        Ok(met)
    }

    /// Inputs that were parked since an instant, by group.
    pub fn parked(
        &self,
        group: Option<&GroupId>,
        since: Timestamp,
    ) -> Result<BTreeMap<GroupId, Parked>, StoreError> {
        health::parked(&self.conn, group, since)
    }

    /// The last entries about what did not happen, at most so many a group, newest first.
    pub fn skipped(
        &self,
        group: Option<&GroupId>,
        most: usize,
    ) -> Result<BTreeMap<GroupId, Vec<LogLine>>, StoreError> {
        health::skipped(&self.conn, group, most)
    }

    /// The open row of one effect.
    pub fn message(&self, group: &GroupId, effect: &EffectId) -> Result<Option<OutboxRow>, StoreError> {
        outbox_row::one(&self.conn, group, effect)
    }

    /// The newest row of one effect, settled or not.
    pub fn sent(&self, group: &GroupId, effect: &EffectId) -> Result<Option<OutboxRow>, StoreError> {
        outbox_row::newest(&self.conn, group, effect)
    }

    /// Outbox rows, oldest first: those that are open or were ever in doubt, or all that are kept.
    pub fn outbox(&self, group: Option<&GroupId>, all: bool) -> Result<Vec<OutboxRow>, StoreError> {
        outbox_row::list(&self.conn, group, all, (0, usize::MAX))
    }

    /// At most so many of them, after the one with a key.
    pub fn outbox_after(
        &self,
        group: Option<&GroupId>,
        all: bool,
        after: i64,
        most: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        outbox_row::list(&self.conn, group, all, (after, most))
    }

    /// For each report from outside, whether it was recorded before.
    pub fn letters(&self, letters: &[Letter]) -> Result<Vec<bool>, StoreError> {
        inbox::known(&self.conn, letters)
    }

    /// How much came from a sender since an instant.
    pub fn busy(&self, source: &str, from: Timestamp) -> Result<Busy, StoreError> {
        inbox::busy(&self.conn, source, from)
    }

    /// Up to where an ear has heard.
    pub fn cursor(&self, channel: &str) -> Result<Option<Cursor>, StoreError> {
        cursor::read(&self.conn, channel)
    }

    /// What platforms said when they accepted a group's messages whose effects begin so.
    pub fn notes(&self, group: &GroupId, prefix: &str) -> Result<Vec<String>, StoreError> {
        outbox::notes(&self.conn, group, prefix)
    }

    /// The texts a playbook version was compiled from, and the path of the playbook among them.
    pub fn sources(&self, digest: &Digest) -> Result<Option<(MemoryFolder, String)>, StoreError> {
        sources(&self.conn, &self.file, digest)
    }
}

/// The texts of a version from a database, and the file that it lies in.
pub(super) fn sources(
    conn: &Connection,
    file: &Path,
    digest: &Digest,
) -> Result<Option<(MemoryFolder, String)>, StoreError> {
    let found = Sealer::beside(file).read(conn, digest)?;
    let folder = |files: BTreeMap<String, String>| {
        MemoryFolder(files.into_iter().map(|(k, v)| (k, v.into())).collect())
    };
    Ok(found.map(|(files, path)| (folder(files), path)))
}
