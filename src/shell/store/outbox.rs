//! The outbox: which messages are still on their way, and what became of the others.
//!
//! A row is a projection of a journal entry; the message itself is read from there. Takes a transaction or a
//! connection that somebody else opened.

use super::{
    MAY_HAVE_BEEN_SENT, StoreError,
    archive::LookedAt,
    outbox_row::{MessageStatus, OutboxRow, columns, one, read_row, with_message},
};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::{Duration, Timestamp},
    },
    courier::Doubt,
    engine::{
        effect::Effect,
        entry::{Entry, Fact},
        input::Receipt,
        operation::Operation,
    },
    shell::answers,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// What was found open when the store was opened.
#[derive(Debug, Clone, PartialEq)]
pub enum OpenMessage {
    /// Goes to the courier.
    Send(Box<OutboxRow>),
    /// Is settled and the engine has not heard of it.
    Tell(GroupId, EffectId, Receipt),
}

/// Adds the rows of a decision and settles what its entries settle. Gives the keys of the rows that the courier
/// is to have, in order, and of those that are in doubt from the first. `first` is the number of the first entry.
pub(super) fn project(
    conn: &Connection,
    group: &GroupId,
    at: Timestamp,
    first: i64,
    entries: &[Entry],
    claimed: &[EffectId],
    doubt: Option<&Doubt>,
) -> Result<Vec<(usize, i64)>, StoreError> {
    let mut keys = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let key = first + index as i64;
        match entry.effect() {
            Some(Effect::Send(out)) => {
                let doubtful = doubt.is_some_and(|doubt| doubt.covers(out));
                let status = if out.manual.is_some() {
                    MessageStatus::Manual
                } else if doubtful {
                    MessageStatus::InDoubt
                } else if claimed.contains(&out.effect) {
                    MessageStatus::Claimed
                } else {
                    MessageStatus::Pending
                };
                conn.prepare_cached(
                    "INSERT INTO outbox (key, grp, effect, channel, status, open, attempts, created_at, \
                     in_doubt, told, note) VALUES (?1, ?2, ?3, ?4, ?5, 1, 0, ?6, ?7, NOT ?7, ?8)",
                )?
                .execute(params![
                    key,
                    group.as_str(),
                    out.effect.as_str(),
                    out.channel.as_str(),
                    status.as_str(),
                    at.as_millis(),
                    doubtful,
                    if doubtful { MAY_HAVE_BEEN_SENT } else { "" }
                ])?;
                if out.manual.is_none() {
                    keys.push((index, key));
                }
            }
            Some(Effect::Settle(effect)) => {
                conn.prepare_cached(
                    "UPDATE outbox SET status = 'delivered', open = 0, told = 1, settled_at = ?3 \
                     WHERE grp = ?1 AND effect = ?2 AND open = 1",
                )?
                .execute(params![group.as_str(), effect.as_str(), at.as_millis()])?;
            }
            Some(Effect::Call { .. }) | None => {}
        }
        if let Fact::Operator { did: Operation::Unhushed { send: false, channels }, .. } = &entry.fact {
            give_up(conn, group, at, channels)?;
        }
        if let Fact::Operator { did: Operation::Recalled { effect, .. }, .. } = &entry.fact {
            recall(conn, group, at, effect)?;
        }
        if let Fact::Operator { did: Operation::Dropped { effect, .. }, by } = &entry.fact {
            give_one_up(conn, group, at, effect, by.as_deref())?;
        }
        if let Fact::DeliveryFailed { effect, reason, .. } = &entry.fact {
            // What a person should have copied has nobody else who could settle it.
            conn.prepare_cached(
                "UPDATE outbox SET status = 'expired', open = 0, told = 1, note = ?3, settled_at = ?4 \
                 WHERE grp = ?1 AND effect = ?2 AND status = 'manual' AND open = 1",
            )?
            .execute(params![group.as_str(), effect.as_str(), reason.en, at.as_millis()])?;
        }
    }
    Ok(keys)
}

/// A message that has not left yet does not leave any more.
fn recall(conn: &Connection, group: &GroupId, at: Timestamp, effect: &EffectId) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE outbox SET status = 'expired', open = 0, told = 1, note = 'it was recalled before it left', \
         settled_at = ?3 WHERE grp = ?1 AND effect = ?2 AND status = 'pending' AND open = 1",
    )?
    .execute(params![group.as_str(), effect.as_str(), at.as_millis()])?;
    Ok(())
}

/// A message that somebody had to decide about is given up.
fn give_one_up(
    conn: &Connection,
    group: &GroupId,
    at: Timestamp,
    effect: &EffectId,
    by: Option<&str>,
) -> Result<(), StoreError> {
    let note = by.map_or_else(|| "it was given up".to_owned(), |by| format!("given up by {by}"));
    conn.prepare_cached(
        "UPDATE outbox SET status = 'expired', open = 0, told = 1, note = ?4, settled_at = ?3 \
         WHERE grp = ?1 AND effect = ?2 AND status IN ('dead', 'in_doubt') AND open = 1",
    )?
    .execute(params![group.as_str(), effect.as_str(), at.as_millis(), note])?;
    Ok(())
}

/// What waited for channels of a group while members saw nothing is not sent any more.
fn give_up(
    conn: &Connection,
    group: &GroupId,
    at: Timestamp,
    channels: &[ChannelName],
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "UPDATE outbox SET status = 'expired', open = 0, told = 1, note = ?3, settled_at = ?4 \
         WHERE grp = ?1 AND channel = ?2 AND status = 'pending' AND open = 1",
    )?;
    for channel in channels {
        statement.execute(params![
            group.as_str(),
            channel.as_str(),
            "it was on its way when members were to see nothing",
            at.as_millis()
        ])?;
    }
    Ok(())
}

/// Marks rows as about to be attempted; gives those that are not open any more.
pub(super) fn claim(conn: &Connection, keys: &[i64]) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(
        "UPDATE outbox SET status = 'claimed', until = NULL WHERE key = ?1 AND status IN ('pending', 'claimed')",
    )?;
    let mut gone = Vec::new();
    for key in keys {
        if statement.execute([key])? == 0 {
            gone.push(*key);
        }
    }
    Ok(gone)
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settle {
    /// The row.
    pub key: i64,
    /// Where it is now.
    pub status: MessageStatus,
    /// Attempts made in all.
    pub attempts: u32,
    /// Parts taken.
    pub part: u32,
    /// Whether a second copy is possible.
    pub in_doubt: bool,
    /// What was said.
    pub note: String,
    /// The next attempt.
    pub until: Option<Timestamp>,
    /// An attempt has failed, and the message is tried again.
    pub failed: bool,
    /// Whether the engine is told by an input that follows.
    pub tell: bool,
}

/// Records what became of rows. A row that a person has settled meanwhile stays as it is.
pub(super) fn settle(conn: &Connection, now: Timestamp, settles: &[Settle]) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "UPDATE outbox SET status = ?2, open = ?3, attempts = ?4, part = ?5, in_doubt = ?6, note = ?7, \
         until = ?8, settled_at = ?9, told = ?10, \
         failed_at = CASE WHEN ?11 THEN coalesce(failed_at, ?12) ELSE failed_at END WHERE key = ?1 AND status IN ('pending', 'claimed')",
    )?;
    for row in settles {
        let settled = row.status.is_settled();
        statement.execute(params![
            row.key,
            row.status.as_str(),
            !settled || row.tell,
            row.attempts,
            row.part,
            row.in_doubt,
            row.note,
            row.until.map(Timestamp::as_millis),
            settled.then_some(now.as_millis()),
            !row.tell,
            row.failed,
            now.as_millis(),
        ])?;
    }
    Ok(())
}

/// The engine has heard what became of an effect.
pub(super) fn told(conn: &Connection, group: &GroupId, effect: &EffectId) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE outbox SET told = 1, open = settled_at IS NULL WHERE grp = ?1 AND effect = ?2 AND open = 1",
    )?
    .execute(params![group.as_str(), effect.as_str()])?;
    Ok(())
}

/// What was said when a message was delivered, a line a part; none when it was not.
pub(super) fn note(
    conn: &Connection,
    group: &GroupId,
    effect: &EffectId,
) -> Result<Option<String>, StoreError> {
    let found = conn
        .prepare_cached(
            "SELECT note FROM outbox WHERE grp = ?1 AND effect = ?2 AND status = 'delivered' \
             ORDER BY key DESC LIMIT 1",
        )?
        .query_row(params![group.as_str(), effect.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// What was said when messages were delivered whose effects begin so.
pub(super) fn notes(conn: &Connection, group: &GroupId, prefix: &str) -> Result<Vec<String>, StoreError> {
    // Every letter of an effect's id comes before the last of all.
    let end = format!("{prefix}\u{10ffff}");
    let mut statement = conn.prepare_cached(
        "SELECT note FROM outbox WHERE grp = ?1 AND effect >= ?2 AND effect < ?3 AND status = 'delivered' AND note <> ''",
    )?;
    let rows = statement.query_map(params![group.as_str(), prefix, end], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts a dead or doubtful row back on its way. `None` when there is no such row.
pub(super) fn revive(
    conn: &Connection,
    group: &GroupId,
    effect: &EffectId,
) -> Result<Option<OutboxRow>, StoreError> {
    let changed = conn
        .prepare_cached(
            "UPDATE outbox SET status = 'pending', until = NULL, told = 1 \
             WHERE grp = ?1 AND effect = ?2 AND open = 1 AND status IN ('dead', 'in_doubt')",
        )?
        .execute(params![group.as_str(), effect.as_str()])?;
    if changed == 0 {
        return Ok(None);
    }
    one(conn, group, effect)
}

/// Everything that is open, in the order in which it was decided; attempts under way become doubtful.
pub(super) fn open(conn: &Connection) -> Result<Vec<OpenMessage>, StoreError> {
    conn.execute(
        "UPDATE outbox SET status = 'pending', in_doubt = 1, attempts = max(attempts, 1) \
         WHERE open = 1 AND status = 'claimed'",
        [],
    )?;
    let sql = format!("SELECT {} FROM outbox WHERE open = 1 ORDER BY key", columns(conn)?);
    let (mut found, mut held) = (Vec::new(), LookedAt::default());
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let told: bool = row.get(12)?;
        let row = read_row(row)?;
        let receipt = match row.status {
            _ if told => None,
            MessageStatus::Delivered => Some(Receipt::Accepted { note: row.note.clone() }),
            MessageStatus::Expired => Some(Receipt::expired(row.in_doubt)),
            MessageStatus::InDoubt => Some(Receipt::InDoubt { reason: answers::in_words(&row.note) }),
            MessageStatus::Dead => Some(Receipt::Refused { reason: answers::in_words(&row.note) }),
            MessageStatus::Pending | MessageStatus::Claimed | MessageStatus::Manual => None,
        };
        match receipt {
            Some(receipt) => found.push(OpenMessage::Tell(row.group, row.effect, receipt)),
            None if row.status == MessageStatus::Pending => {
                found.push(OpenMessage::Send(Box::new(with_message(conn, &mut held, row)?)));
            }
            None => {}
        }
    }
    Ok(found)
}

/// Deletes some of the rows that were settled long ago; says whether there may be more.
pub(super) fn prune(
    conn: &Connection,
    now: Timestamp,
    keep: Duration,
    most: usize,
) -> Result<bool, StoreError> {
    let before = now.plus(-keep).as_millis();
    // Keys are in order of creation: what lies behind the first younger row is younger.
    let mut statement =
        conn.prepare_cached("SELECT key, open, settled_at, created_at FROM outbox ORDER BY key")?;
    let mut rows = statement.query([])?;
    let mut old: Vec<i64> = Vec::new();
    while let Some(row) = rows.next()? {
        let settled: Option<i64> = row.get(2)?;
        if row.get::<_, i64>(3)? >= before || old.len() == most {
            break;
        }
        if !row.get::<_, bool>(1)? && settled.is_some_and(|at| at < before) {
            old.push(row.get(0)?);
        }
    }
    drop(rows);
    let mut statement = conn.prepare_cached("DELETE FROM outbox WHERE key = ?1")?;
    for key in &old {
        statement.execute([key])?;
    }
    let deleted = old.len();
    Ok(deleted == most)
}
