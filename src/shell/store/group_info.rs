//! What is known of a group without compiling its playbook.

use super::StoreError;
use crate::base::{
    ids::{Digest, GroupId},
    time::Zone,
};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What is known of a group without compiling its playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupInfo {
    /// The playbook's name.
    pub playbook: String,
    /// The group's shown name.
    pub title: String,
    /// The group's zone by its IANA name.
    pub zone: String,
    /// The group's locale: `en`, `zh`.
    pub locale: String,
    /// The playbook's file as it was given to `run`; empty while no file runs the group.
    pub file: String,
    /// The version in force.
    pub digest: Digest,
}

impl GroupInfo {
    /// Whether the group is in the state only: no file runs it.
    pub fn rests(&self) -> bool {
        self.file.is_empty()
    }

    /// The zone; UTC where the bundled database no longer has it.
    pub fn zone(&self) -> Zone {
        Zone::named(&self.zone).unwrap_or_else(Zone::utc)
    }
}

/// What is known of every group.
pub(super) fn groups(conn: &Connection) -> Result<BTreeMap<GroupId, GroupInfo>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT grp, playbook, title, zone, locale, file, digest FROM groups")?;
    let rows = statement.query_map([], |row| {
        Ok((
            GroupId::from(row.get::<_, String>(0)?),
            GroupInfo {
                playbook: row.get(1)?,
                title: row.get(2)?,
                zone: row.get(3)?,
                locale: row.get(4)?,
                file: row.get(5)?,
                digest: Digest::from(row.get::<_, String>(6)?),
            },
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
