//! What readers need to know of all groups at once: messages that wait, inputs that were parked, what did not happen.
//! One query each, whatever the number of groups.

use super::{MessageStatus, StoreError, corrupt, form, wire, wire::LogLine};
use crate::{
    base::{
        ids::{ChannelName, GroupId},
        limits,
        time::Timestamp,
    },
    engine::entry::{Fact, Skip},
};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Messages of one group to one channel that are open in one status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// The channel.
    pub channel: ChannelName,
    /// The status.
    pub status: MessageStatus,
    /// How many messages wait.
    pub count: u64,
    /// Whether attempts of them have failed.
    pub failing: bool,
    /// Since when attempts have been failing; where none has, when the first message was decided.
    pub since: Timestamp,
    /// The next attempt.
    pub next: Option<Timestamp>,
    /// What was said of the oldest that something was said of.
    pub note: String,
}

/// A channel of a group whose attempts fail just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingNow {
    /// The group.
    pub group: GroupId,
    /// The channel.
    pub channel: ChannelName,
    /// Since when attempts have been failing.
    pub since: Timestamp,
    /// How many messages wait for one that does not.
    pub count: u64,
    /// What was said of one of them.
    pub note: String,
}

/// Channels whose attempts fail just now, at most so many.
pub(super) fn failing(conn: &Connection, most: usize) -> Result<Vec<FailingNow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT grp, channel, MIN(failed_at), COUNT(*), MAX(note) FROM outbox WHERE open = 1 \
         AND status IN ('pending', 'claimed') AND failed_at IS NOT NULL GROUP BY grp, channel LIMIT ?1",
    )?;
    let rows = statement.query_map([most as i64], |row| {
        Ok(FailingNow {
            group: GroupId::from(row.get::<_, String>(0)?),
            channel: ChannelName::from(row.get::<_, String>(1)?),
            since: Timestamp::from_millis(row.get(2)?),
            count: row.get::<_, i64>(3)?.max(0) as u64,
            note: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Inputs of one group that could not be digested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// How many inputs are parked.
    pub count: u64,
    /// When the last was.
    pub last: Timestamp,
    /// Why the last was.
    pub reason: String,
}

/// SQLite takes the bare column from the row that has the least key. The engine brings a state of an older form, that
/// does not know since when an attempt has failed, to this one when it starts.
fn open_rows(conn: &Connection) -> Result<String, StoreError> {
    let failed = if form::has(conn, form::ROBOTS_FORM)? {
        "failed_at"
    } else {
        "CASE WHEN attempts > 0 THEN created_at END"
    };
    Ok(format!(
        "SELECT grp, channel, status, COUNT(*), MIN({failed}) IS NOT NULL, COALESCE(MIN({failed}), MIN(created_at)), \
         MIN(until), note, MIN(CASE WHEN note <> '' THEN key END) \
         FROM outbox WHERE open = 1 AND (?1 IS NULL OR grp = ?1) GROUP BY grp, channel, status"
    ))
}

/// Open messages by group, channel and status.
pub(super) fn backlog(
    conn: &Connection,
    group: Option<&GroupId>,
) -> Result<BTreeMap<GroupId, Vec<Backlog>>, StoreError> {
    let mut statement = conn.prepare(&open_rows(conn)?)?;
    let mut rows = statement.query(params![group.map(GroupId::as_str)])?;
    let mut found: BTreeMap<GroupId, Vec<Backlog>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let status: String = row.get(2)?;
        let status = MessageStatus::parse(&status)
            .ok_or_else(|| corrupt("the outbox", format!("status {status:?}")))?;
        let one = Backlog {
            channel: ChannelName::from(row.get::<_, String>(1)?),
            status,
            count: row.get::<_, i64>(3)?.max(0) as u64,
            failing: row.get(4)?,
            since: Timestamp::from_millis(row.get(5)?),
            next: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
            note: row.get(7)?,
        };
        found.entry(GroupId::from(row.get::<_, String>(0)?)).or_default().push(one);
    }
    Ok(found)
}

/// Inputs that were parked since an instant, by group.
pub(super) fn parked(
    conn: &Connection,
    group: Option<&GroupId>,
    since: Timestamp,
) -> Result<BTreeMap<GroupId, Parked>, StoreError> {
    let mut statement = conn.prepare(
        "SELECT grp, COUNT(*), MAX(at), reason FROM parked \
         WHERE at >= ?2 AND (?1 IS NULL OR grp = ?1) GROUP BY grp",
    )?;
    let mut rows = statement.query(params![group.map(GroupId::as_str), since.as_millis()])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let parked = Parked {
            count: row.get::<_, i64>(1)?.max(0) as u64,
            last: Timestamp::from_millis(row.get(2)?),
            reason: row.get(3)?,
        };
        found.insert(GroupId::from(row.get::<_, String>(0)?), parked);
    }
    Ok(found)
}

const SKIPPED: &str = "SELECT seq, grp, version, entries FROM journal WHERE seq > \
         (SELECT COALESCE(MAX(seq), 0) FROM journal) - ?2 AND (?1 IS NULL OR grp = ?1) \
         AND (instr(entries, '\"skipped\"') OR instr(entries, '\"step_skipped\"')) ORDER BY seq DESC";

/// The last entries about what did not happen, at most so many a group, newest first. No further back than the last
/// entries of the journal that one look may read.
pub(super) fn skipped(
    conn: &Connection,
    group: Option<&GroupId>,
    most: usize,
) -> Result<BTreeMap<GroupId, Vec<LogLine>>, StoreError> {
    let mut found: BTreeMap<GroupId, Vec<LogLine>> = BTreeMap::new();
    if most == 0 {
        return Ok(found);
    }
    let mut statement = conn.prepare(SKIPPED)?;
    let mut rows = statement.query(params![group.map(GroupId::as_str), limits::SKIPPED_LOOK_BACK])?;
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let id = GroupId::from(row.get::<_, String>(1)?);
        let of = found.entry(id.clone()).or_default();
        if of.len() >= most {
            if group.is_some() {
                break;
            }
            continue;
        }
        let entries = wire::read(first, row.get(2)?, row.get_ref(3)?.as_str().unwrap_or_default())?;
        let lines = (first..).zip(entries).map(|(seq, entry)| LogLine { seq, group: id.clone(), entry });
        let mut lines: Vec<LogLine> = lines.filter(|line| did_not_happen(&line.entry.fact)).collect();
        lines.reverse();
        of.extend(lines);
        of.truncate(most);
    }
    Ok(found)
}

/// Whether a fact says that something which had its time did not happen. A step whose condition is false is none.
fn did_not_happen(fact: &Fact) -> bool {
    match fact {
        Fact::Skipped { .. } => true,
        Fact::StepSkipped { reason, .. } => !matches!(reason, Skip::When { .. } | Skip::Behind),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_all_groups_is_one_query_that_reads_what_it_needs() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(include_str!("migrations/0001.sql")).unwrap();
        conn.execute_batch(include_str!("migrations/0004.sql")).unwrap();
        let plan = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| {
            let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let rows = statement.query_map(parameters, |row| row.get::<_, String>(3)).unwrap();
            rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
        };
        let none: Option<&str> = None;
        let open = plan(&open_rows(&conn).unwrap(), &[&none]);
        assert!(open.contains("USING INDEX outbox_open"), "{open}");
        let skipped = plan(SKIPPED, &[&none, &limits::SKIPPED_LOOK_BACK]);
        assert!(skipped.contains("SEARCH journal USING INTEGER PRIMARY KEY (rowid>?)"), "{skipped}");
    }
}
