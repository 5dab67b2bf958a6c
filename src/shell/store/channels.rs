//! How each channel of each group fares, from the messages that are open.
//!
//! Reads only; takes a connection that somebody else opened.

use super::{StoreError, schema};
use crate::base::{
    ids::{ChannelName, GroupId},
    time::Timestamp,
};
use rusqlite::Connection;

/// The open messages of one group's channel, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelHealth {
    /// The group that speaks.
    pub group: GroupId,
    /// Where to.
    pub channel: ChannelName,
    /// Messages on their way.
    pub waiting: u32,
    /// Messages that were refused for good and wait for a person.
    pub dead: u32,
    /// Messages whose outcome is unknown and that wait for a person.
    pub in_doubt: u32,
    /// Since when attempts have been failing, and what the last one brought back.
    pub failing: Option<(Timestamp, String)>,
    /// The next attempt, where one is waited for.
    pub next: Option<Timestamp>,
}

/// Every channel that has something open, in order of groups and channels. Copies that people make are not counted.
pub(super) fn health(conn: &Connection, group: Option<&GroupId>) -> Result<Vec<ChannelHealth>, StoreError> {
    // The engine brings a state of an older form to this one when it starts.
    if !schema::has(conn, schema::ROBOTS_FORM)? {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare(
        "SELECT grp, channel, sum(status IN ('pending', 'claimed')), sum(status = 'dead'), \
         sum(status = 'in_doubt'), min(until), \
         min(CASE WHEN status IN ('pending', 'claimed') THEN failed_at END), \
         (SELECT note FROM outbox AS head WHERE head.grp = outbox.grp AND head.channel = outbox.channel \
          AND head.open = 1 AND head.status IN ('pending', 'claimed') AND head.failed_at IS NOT NULL \
          ORDER BY head.key LIMIT 1) \
         FROM outbox WHERE open = 1 AND status <> 'manual' AND (?1 IS NULL OR grp = ?1) \
         GROUP BY grp, channel ORDER BY grp, channel",
    )?;
    let mut rows = statement.query([group.map(GroupId::as_str)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let since: Option<i64> = row.get(6)?;
        let note = row.get::<_, Option<String>>(7)?.unwrap_or_default();
        let health = ChannelHealth {
            group: GroupId::from(row.get::<_, String>(0)?),
            channel: ChannelName::from(row.get::<_, String>(1)?),
            waiting: row.get(2)?,
            dead: row.get(3)?,
            in_doubt: row.get(4)?,
            failing: since.map(|since| (Timestamp::from_millis(since), note)),
            next: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        };
        if health.waiting + health.dead + health.in_doubt > 0 {
            found.push(health);
        }
    }
    Ok(found)
}
