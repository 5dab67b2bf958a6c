//! What is remembered of robots: when they sent lately, and how long their platforms want them to wait.
//!
//! A row a robot, named by its digest; no address. Takes a transaction or a connection that somebody else opened.

use super::{StoreError, form};
use crate::{
    base::time::Timestamp,
    courier::{RobotId, RobotMemory},
};
use rusqlite::{Connection, params};

/// Keeps what robots did.
pub(super) fn keep(conn: &Connection, robots: &[RobotMemory]) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO robots (robot, paused_until, sent) VALUES (?1, ?2, ?3) \
         ON CONFLICT (robot) DO UPDATE SET paused_until = ?2, sent = ?3",
    )?;
    for memory in robots {
        let sent: Vec<String> = memory.sent.iter().map(|at| at.as_millis().to_string()).collect();
        let until = memory.paused_until.map(Timestamp::as_millis);
        statement.execute(params![memory.robot.0, until, sent.join(" ")])?;
    }
    Ok(())
}

/// Everything that is remembered. A word that is no instant is left out.
pub(super) fn load(conn: &Connection) -> Result<Vec<RobotMemory>, StoreError> {
    if !form::has(conn, form::ROBOTS_FORM)? {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare("SELECT robot, paused_until, sent FROM robots")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let sent: String = row.get(2)?;
        let sent = sent.split(' ').filter_map(|at| at.parse().ok()).map(Timestamp::from_millis).collect();
        let paused_until = row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis);
        found.push(RobotMemory { robot: RobotId(row.get(0)?), paused_until, sent });
    }
    Ok(found)
}

/// Forgets robots that have nothing to be remembered any more.
pub(super) fn prune(conn: &Connection, before: Timestamp) -> Result<(), StoreError> {
    let old: Vec<String> = load(conn)?
        .into_iter()
        .filter(|memory| {
            memory.paused_until.is_none_or(|until| until < before)
                && memory.sent.last().is_none_or(|last| *last < before)
        })
        .map(|memory| memory.robot.0)
        .collect();
    for robot in old {
        conn.execute("DELETE FROM robots WHERE robot = ?1", [robot])?;
    }
    Ok(())
}
