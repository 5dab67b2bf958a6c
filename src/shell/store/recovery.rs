//! Recovery: the last snapshot of every group, then its later entries, applied and never decided again.

use super::{Backlog, StoreError, Upgraded, corrupt, form, group_info::GroupInfo, session::SessionRow, wire};
use crate::{
    base::{ids::GroupId, member::Members, time::Timestamp},
    courier::{Doubt, RobotMemory},
    engine::{
        self,
        state::{STATE_VERSION, State},
    },
};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// One group as it was when the last transaction was committed.
#[derive(Debug, Clone)]
pub struct RecoveredGroup {
    /// The state of the group.
    pub state: State,
    /// The number of its first entry that no snapshot holds.
    pub uncovered: Option<i64>,
}

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Recovered {
    /// By group.
    pub groups: BTreeMap<GroupId, RecoveredGroup>,
    /// What readers know of them.
    pub infos: BTreeMap<GroupId, GroupInfo>,
    /// The last number that was given to an entry; 0 for none.
    pub last_seq: i64,
    /// By group, the members that are stored in rows: those of its snapshot.
    pub(super) stored: BTreeMap<GroupId, Members>,
    /// How many entries were applied.
    pub replayed: u64,
    /// When the last entry was decided.
    pub last_at: Option<Timestamp>,
    /// Messages that are open, by group; only where the engine starts.
    pub backlog: BTreeMap<GroupId, Vec<Backlog>>,
    /// What robots did lately.
    pub robots: Vec<RobotMemory>,
    /// Who is signed in.
    pub sessions: Vec<SessionRow>,
    /// The edition of which people were told last.
    pub edition: i64,
    /// What a lost engine may have sent, where a copy was put back.
    pub doubt: Option<Doubt>,
    /// The state was of an older form.
    pub upgraded: Option<Upgraded>,
    /// The state is an older copy of what was here: so many of its messages are in doubt.
    pub put_back: Option<usize>,
}

/// Reads one group, or all. The caller holds a transaction where others write.
pub(super) fn load(conn: &Connection, only: Option<&GroupId>) -> Result<Recovered, StoreError> {
    let mut recovered = Recovered {
        infos: super::group_info::groups(conn)?,
        sessions: super::session::all(conn)?,
        robots: super::robots::load(conn)?,
        ..Recovered::default()
    };
    let mut covered: BTreeMap<GroupId, i64> = BTreeMap::new();
    let select = format!("SELECT grp, seq, version, state FROM snapshot WHERE {}", form::of_group(only));
    let mut statement = conn.prepare(&select)?;
    let mut rows = statement.query([only.map(GroupId::as_str)])?;
    while let Some(row) = rows.next()? {
        let group = GroupId::from(row.get::<_, String>(0)?);
        let text: String = row.get(3)?;
        let version: i64 = row.get(2)?;
        if version > i64::from(STATE_VERSION) {
            return Err(StoreError::Newer { found: version as usize, known: STATE_VERSION as usize });
        }
        let state =
            serde_json::from_str(&text).map_err(|e| corrupt(format!("the snapshot of group {group}"), e))?;
        covered.insert(group.clone(), row.get(1)?);
        recovered.groups.insert(group, RecoveredGroup { state, uncovered: None });
    }
    if form::has(conn, form::MEMBERS_FORM)? {
        recovered.stored = super::members::load(conn, only)?;
        for (group, members) in &recovered.stored {
            if let Some(found) = recovered.groups.get_mut(group) {
                found.state.members = members.clone();
            }
        }
    }
    replay(conn, only, &covered, &mut recovered)?;
    recovered.edition = meta(conn, "edition")?.unwrap_or_default();
    recovered.doubt = meta(conn, "doubt_until")?.map(|until| Doubt { until: Timestamp::from_millis(until) });
    Ok(recovered)
}

pub(super) fn meta(conn: &Connection, name: &str) -> Result<Option<i64>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

fn replay(
    conn: &Connection,
    only: Option<&GroupId>,
    covered: &BTreeMap<GroupId, i64>,
    recovered: &mut Recovered,
) -> Result<(), StoreError> {
    let checkpoint = meta(conn, "checkpoint")?.unwrap_or_default();
    (recovered.last_seq, recovered.last_at) = form::last(conn)?;
    let select = format!(
        "SELECT seq, grp, version, entries FROM journal WHERE seq > ?2 AND {} ORDER BY seq",
        form::of_group(only)
    );
    let mut statement = conn.prepare(&select)?;
    let mut rows = statement.query(params![only.map(GroupId::as_str), checkpoint])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let group = row.get_ref(1)?.as_str().map_err(|e| corrupt(format!("journal entry {seq}"), e))?;
        if covered.get(group).is_some_and(|covered| *covered >= seq) {
            continue;
        }
        let entries = wire::read(seq, row.get(2)?, row.get_ref(3)?.as_str().unwrap_or_default())?;
        let group = GroupId::new(group);
        let found = recovered
            .groups
            .entry(group.clone())
            .or_insert_with(|| RecoveredGroup { state: State::new(group), uncovered: None });
        found.uncovered.get_or_insert(seq);
        for (index, entry) in (0_i64..).zip(&entries) {
            engine::apply(&mut found.state, entry)
                .map_err(|e| corrupt(format!("journal entry {}", seq + index), e))?;
        }
        recovered.replayed += entries.len() as u64;
    }
    Ok(())
}
