//! The members of each group, a row each: written by difference, so that a group of a hundred thousand costs what has
//! changed.
//!
//! The rows of a group are as of its snapshot: they are written in the same transaction and never without it.

use super::{StoreError, corrupt, form};
use crate::base::{
    ids::{GroupId, MemberId},
    member::{Activity, Listed, Member, Members},
    time::Timestamp,
};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Writes what is different from what the rows of a group say already; gives how many rows that touched.
pub(super) fn store(
    conn: &Connection,
    group: &GroupId,
    before: &Members,
    now: &Members,
) -> Result<usize, StoreError> {
    let changes = now.changes(before);
    let mut written = 0;
    let mut who = conn.prepare_cached(
        "INSERT INTO members (grp, id, who, seen, messages, habits) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (grp, id) DO UPDATE SET who = ?3, seen = ?4, messages = ?5, habits = ?6",
    )?;
    let mut gone = conn.prepare_cached("DELETE FROM members WHERE grp = ?1 AND id = ?2")?;
    for id in &changes.who {
        let Some(member) = now.get(id) else {
            written += gone.execute(params![group.as_str(), id.as_str()])?;
            continue;
        };
        let text = serde_json::to_string(&**member).map_err(|e| corrupt("a member to be written", e))?;
        let Activity { seen, messages } = now.activity(id);
        written += who.execute(params![
            group.as_str(),
            id.as_str(),
            text,
            seen.map(Timestamp::as_millis),
            messages as i64,
            habits(now, id)?
        ])?;
    }
    let mut does = conn.prepare_cached(
        "UPDATE members SET seen = ?3, messages = ?4, habits = ?5 WHERE grp = ?1 AND id = ?2",
    )?;
    for id in &changes.activity {
        let Activity { seen, messages } = now.activity(id);
        let (seen, messages) = (seen.map(Timestamp::as_millis), messages as i64);
        written += does.execute(params![group.as_str(), id.as_str(), seen, messages, habits(now, id)?])?;
    }
    Ok(written)
}

/// What somebody did lately, as it is stored.
fn habits(members: &Members, id: &MemberId) -> Result<Option<String>, StoreError> {
    let text = members.habits(id).map(|habits| serde_json::to_string(&**habits)).transpose();
    text.map_err(|e| corrupt("what a member did, to be written", e))
}

/// The rows of one group, or all.
pub(super) fn load(
    conn: &Connection,
    only: Option<&GroupId>,
) -> Result<BTreeMap<GroupId, Members>, StoreError> {
    let mut all: BTreeMap<GroupId, Members> = BTreeMap::new();
    let habits = if form::has(conn, form::HABITS_FORM)? { "habits" } else { "NULL" };
    let select = format!(
        "SELECT grp, id, who, seen, messages, {habits} FROM members WHERE {} ORDER BY grp, id",
        form::of_group(only)
    );
    let mut statement = conn.prepare(&select)?;
    let mut rows = statement.query([only.map(GroupId::as_str)])?;
    while let Some(row) = rows.next()? {
        let id = MemberId::from(row.get::<_, String>(1)?);
        let place = || format!("member {id}");
        let who = row.get_ref(2)?.as_str().map_err(|e| corrupt(place(), e))?;
        let member: Member = serde_json::from_str(who).map_err(|e| corrupt(place(), e))?;
        let seen = row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis);
        let messages = Some(row.get::<_, i64>(4)?.max(0) as u64);
        let group = row.get_ref(0)?.as_str().map_err(|e| corrupt(place(), e))?;
        let listed = Listed { member, seen, messages };
        if !all.contains_key(group) {
            all.insert(GroupId::new(group), Members::new());
        }
        let Some(members) = all.get_mut(group) else { continue };
        members.list(&listed);
        if let Some(text) = row.get_ref(5)?.as_str_or_null().map_err(|e| corrupt(place(), e))? {
            let habits = serde_json::from_str(text).map_err(|e| corrupt(place(), e))?;
            members.restore_habits(&id, habits);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{civil_day::CivilDay, habits::Habits};

    fn id(n: usize) -> MemberId {
        MemberId::from(format!("m{n}"))
    }

    fn database() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(include_str!("migrations/0001.sql")).unwrap();
        conn.execute_batch(include_str!("migrations/0005.sql")).unwrap();
        conn.execute_batch(include_str!("migrations/0007.sql")).unwrap();
        conn.pragma_update(None, "user_version", 7).unwrap();
        conn
    }

    /// How many rows and bytes a thousand messages of ten members write in a group of so many.
    fn written(members: usize) -> (usize, usize) {
        let conn = database();
        let group = GroupId::new("g");
        let before: Members = (0..members).map(|n| Member::new(id(n), None).into()).collect();
        assert_eq!(store(&conn, &group, &Members::new(), &before).unwrap(), members);
        let mut now = before.clone();
        for n in 0..1_000 {
            now.act(&id(n % 10), |activity| {
                activity.seen = Some(Timestamp::from_millis(1_000 + n as i64));
                activity.messages += 1;
            });
            now.count(
                &id(n % 10),
                || Habits::new(0, CivilDay::default()),
                |habits| {
                    habits.mark(CivilDay::default(), 1);
                },
            );
        }
        let rows = store(&conn, &group, &before, &now).unwrap();
        assert_eq!(load(&conn, None).unwrap().remove(&group), Some(now.clone()));
        assert_eq!(store(&conn, &group, &now, &now).unwrap(), 0);
        let changed = now.changes(&before);
        (rows, changed.activity.iter().map(|id| id.as_str().len() + 16).sum())
    }

    #[test]
    fn what_messages_write_does_not_depend_on_how_many_members_there_are() {
        assert_eq!(written(10), written(20_000));
        assert_eq!(written(10).0, 10);
    }

    #[test]
    fn rows_come_and_go_with_their_members() {
        let conn = database();
        let (a, b) = (GroupId::new("a"), GroupId::new("b"));
        let mut first = Members::new();
        first.set(Member::new(id(1), Some(Timestamp::from_millis(5))).into());
        first.act(&id(1), |activity| activity.seen = Some(Timestamp::from_millis(7)));
        store(&conn, &a, &Members::new(), &first).unwrap();
        store(&conn, &b, &Members::new(), &first).unwrap();
        let mut now = first.clone();
        now.remove(&id(1));
        now.set(Member::new(id(2), None).into());
        assert_eq!(store(&conn, &a, &first, &now).unwrap(), 2);
        let all = load(&conn, None).unwrap();
        assert_eq!((&all[&a], &all[&b]), (&now, &first));
    }
}
