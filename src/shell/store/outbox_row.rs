//! A row of the outbox as readers see it: one message, and where it is on its way.
//!
//! The message itself is read from the journal. Reads only; takes a connection that somebody else opened.

use super::{StoreError, archive::LookedAt, corrupt, form};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::Timestamp,
    },
    engine::{
        effect::Effect,
        entry::{Entry, Outgoing},
    },
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Where a message is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// Waits for the courier.
    Pending,
    /// An attempt is under way, or was when the process died.
    Claimed,
    /// The platform took it, or a person says so.
    Delivered,
    /// Refused for good; may be retried.
    Dead,
    /// The outcome is unknown and a person decides.
    InDoubt,
    /// A person copies it out.
    Manual,
    /// Not sent in time.
    Expired,
}

impl MessageStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Claimed,
        Self::Delivered,
        Self::Dead,
        Self::InDoubt,
        Self::Manual,
        Self::Expired,
    ];

    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claimed => "claimed",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::InDoubt => "in_doubt",
            Self::Manual => "manual",
            Self::Expired => "expired",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether nothing will happen to it any more unless a person asks.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Delivered | Self::Expired)
    }
}

/// One row with its message.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// Its number: the number of its journal entry.
    pub key: i64,
    /// The group that speaks.
    pub group: GroupId,
    /// The effect.
    pub effect: EffectId,
    /// The channel that the message goes to.
    pub channel: ChannelName,
    /// Where it is on its way.
    pub status: MessageStatus,
    /// Attempts made.
    pub attempts: u32,
    /// Parts of a split message that were taken.
    pub part: u32,
    /// Whether the outcome of an attempt is unknown, so that a second copy is possible.
    pub in_doubt: bool,
    /// What the platform said, or why it failed.
    pub note: String,
    /// When it was decided.
    pub created: Timestamp,
    /// The next attempt, where one is waited for.
    pub until: Option<Timestamp>,
    /// When the first of its attempts failed.
    pub failed: Option<Timestamp>,
    /// When it was settled.
    pub settled: Option<Timestamp>,
    /// The message.
    pub outgoing: Outgoing,
}

/// The newest row of an effect, settled or not.
pub(super) fn newest(
    conn: &Connection,
    group: &GroupId,
    effect: &EffectId,
) -> Result<Option<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM outbox WHERE grp = ?1 AND effect = ?2 ORDER BY key DESC LIMIT 1",
        columns(conn)?
    );
    let row = conn
        .prepare_cached(&sql)?
        .query_row(params![group.as_str(), effect.as_str()], |row| Ok(read_row(row)))
        .optional()?;
    row.map(|row| with_message(conn, &mut LookedAt::default(), row?)).transpose()
}

/// The open row of an effect.
pub(super) fn one(
    conn: &Connection,
    group: &GroupId,
    effect: &EffectId,
) -> Result<Option<OutboxRow>, StoreError> {
    let sql = format!("SELECT {} FROM outbox WHERE grp = ?1 AND effect = ?2 AND open = 1", columns(conn)?);
    let row = conn
        .prepare_cached(&sql)?
        .query_row(params![group.as_str(), effect.as_str()], |row| Ok(read_row(row)))
        .optional()?;
    row.map(|row| with_message(conn, &mut LookedAt::default(), row?)).transpose()
}

/// Where the open row of an effect is; nothing where it has none, or a person is to paste it.
pub(super) fn open_status(
    conn: &Connection,
    group: &GroupId,
    effect: &EffectId,
) -> Result<Option<MessageStatus>, StoreError> {
    let sql = "SELECT status FROM outbox WHERE grp = ?1 AND effect = ?2 AND open = 1";
    let status: Option<String> = conn
        .prepare_cached(sql)?
        .query_row(params![group.as_str(), effect.as_str()], |row| row.get(0))
        .optional()?;
    let status = status.and_then(|status| MessageStatus::parse(&status));
    Ok(status.filter(|status| *status != MessageStatus::Manual))
}

/// Rows for people, oldest first: those that are open or were ever in doubt, or all; after a key, and at most so many.
pub(super) fn list(
    conn: &Connection,
    group: Option<&GroupId>,
    all: bool,
    (after, most): (i64, usize),
) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM outbox WHERE (?1 IS NULL OR grp = ?1) AND (?2 OR open = 1 OR in_doubt = 1) \
         AND key > ?3 ORDER BY key LIMIT ?4",
        columns(conn)?
    );
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params![
        group.map(GroupId::as_str),
        all,
        after,
        i64::try_from(most).unwrap_or(i64::MAX)
    ])?;
    let (mut found, mut held) = (Vec::new(), LookedAt::default());
    while let Some(row) = rows.next()? {
        found.push(with_message(conn, &mut held, read_row(row)?)?);
    }
    Ok(found)
}

/// Messages that were refused for good or may have arrived, oldest first, at most so many.
pub(super) fn stuck(conn: &Connection, most: usize) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM outbox INDEXED BY outbox_open WHERE open = 1 AND status IN ('dead', 'in_doubt') \
         ORDER BY key LIMIT ?1",
        columns(conn)?
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params![most as i64])?;
    let (mut found, mut held) = (Vec::new(), LookedAt::default());
    while let Some(row) = rows.next()? {
        found.push(with_message(conn, &mut held, read_row(row)?)?);
    }
    Ok(found)
}

/// The columns of a row; forms before the fourth do not know since when attempts have failed.
pub(super) fn columns(conn: &Connection) -> Result<String, StoreError> {
    let failed_at = if form::has(conn, form::ROBOTS_FORM)? { "failed_at" } else { "NULL" };
    Ok(format!(
        "key, grp, effect, channel, status, attempts, part, in_doubt, note, created_at, until, settled_at, told, \
         {failed_at}"
    ))
}

/// A row without its message.
pub(super) fn read_row(row: &Row<'_>) -> Result<OutboxRow, StoreError> {
    let key: i64 = row.get(0)?;
    let status: String = row.get(4)?;
    let channel: String = row.get(3)?;
    let effect = EffectId::from(row.get::<_, String>(2)?);
    Ok(OutboxRow {
        key,
        group: GroupId::from(row.get::<_, String>(1)?),
        channel: ChannelName::from(channel),
        status: MessageStatus::parse(&status)
            .ok_or_else(|| corrupt(format!("outbox row {key}"), format!("status {status:?}")))?,
        attempts: row.get(5)?,
        part: row.get(6)?,
        in_doubt: row.get(7)?,
        note: row.get(8)?,
        created: Timestamp::from_millis(row.get(9)?),
        until: row.get::<_, Option<i64>>(10)?.map(Timestamp::from_millis),
        settled: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_millis),
        failed: row.get::<_, Option<i64>>(13)?.map(Timestamp::from_millis),
        outgoing: Outgoing {
            effect: effect.clone(),
            channel: ChannelName::new(""),
            message: crate::model::message::Message::default(),
            label: None,
            own_label: None,
            play: None,
            due: Timestamp::MIN,
            expires: None,
            urgent: false,
            reactive: false,
            by_hand: false,
            before: None,
            muted: false,
            names_only: false,
            late_left: None,
            open_for: None,
            awaited: false,
            manual: None,
        },
        effect,
    })
}

/// Fills the message in from the journal. Rows in order of their keys read each decision once.
pub(super) fn with_message(
    conn: &Connection,
    held: &mut LookedAt,
    mut row: OutboxRow,
) -> Result<OutboxRow, StoreError> {
    let place = || format!("outbox row {}", row.key);
    match held.entry(conn, row.key)?.map(Entry::effect) {
        Some(Some(Effect::Send(out))) => row.outgoing = out.clone(),
        Some(_) => return Err(corrupt(place(), "its entry sends nothing")),
        None => return Err(corrupt(place(), "its entry is gone")),
    }
    Ok(row)
}
