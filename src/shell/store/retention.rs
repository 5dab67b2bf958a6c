//! What was kept long enough leaves the journal, too: the fields that an entry has ended are taken from all before it.
//!
//! Only fields, where they were told: a message that repeated one stays. A pass begins where the last one ended, and
//! begins anew after a crash. Needs that no engine has the state.

use super::{
    StoreError, archive, corrupt,
    forget::{finish, open, pages, rows},
    path, recovery, wire,
};
use crate::{
    base::ids::{GroupId, MemberId},
    engine::{entry::Fact, state::State},
};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// How far the journal has been rewritten.
const DONE: &str = "retention";

/// The fields of each member that were kept long enough.
type Ended = BTreeMap<MemberId, BTreeSet<String>>;

/// Takes from the journal what was kept long enough; how many decisions were rewritten. The caller holds the state's
/// lock.
pub fn expire(dir: &Path) -> Result<usize, StoreError> {
    let file = path(dir);
    if !file.exists() {
        return Ok(0);
    }
    if !is_declared(&file)? {
        return Ok(0);
    }
    let mut conn = match open(&file) {
        Ok(conn) => conn,
        // An older form knows no retention yet.
        Err(StoreError::NoCopy { .. }) => return Ok(0),
        Err(error) => return Err(error),
    };
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let after = recovery::meta(&transaction, DONE)?.unwrap_or_default();
    let (mut ended, mut last) = (BTreeMap::<GroupId, Ended>::new(), after);
    archive::within(&transaction, None, after, &mut |row| {
        last = row.seq + row.count - 1;
        if row.entries.contains("fields_expired") {
            for entry in row.read()? {
                let Fact::FieldsExpired { members } = entry.fact else { continue };
                let group = ended.entry(row.group.clone()).or_default();
                for (member, fields) in members {
                    group.entry(member).or_default().extend(fields);
                }
            }
        }
        Ok(true)
    })?;
    let mut changed = 0;
    for (group, ended) in &ended {
        let without = |seq: i64, version: i64, text: &str| without(ended, seq, version, text);
        changed += rows(&transaction, group, &without)?;
        changed += pages(&transaction, group, &without)?;
        snapshot(&transaction, group, ended)?;
    }
    if last > after {
        transaction.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            params![DONE, last],
        )?;
    }
    transaction.commit()?;
    finish(conn)?;
    Ok(usize::try_from(changed).unwrap_or(usize::MAX))
}

/// Whether a stored version of a playbook speaks of a retention; nothing is written to find out.
fn is_declared(file: &Path) -> Result<bool, StoreError> {
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT EXISTS (SELECT 1 FROM sources WHERE files LIKE '%retention%')";
    // A file that cannot be read is not judged here: the start does so next.
    Ok(conn.query_row(sql, [], |row| row.get(0)).unwrap_or_default())
}

/// The stored state of a group, whose runs may remember what began them.
fn snapshot(conn: &Transaction<'_>, group: &GroupId, ended: &Ended) -> Result<(), StoreError> {
    let place = || format!("the snapshot of group {group}");
    let stored = conn.query_row("SELECT state FROM snapshot WHERE grp = ?1", [group.as_str()], |row| {
        row.get::<_, String>(0)
    });
    let Some(text) = stored.optional()? else { return Ok(()) };
    let mut json: Json = serde_json::from_str(&text).map_err(|error| corrupt(place(), error))?;
    if take(&mut json, ended) {
        let text = json.to_string();
        serde_json::from_str::<State>(&text).map_err(|error| corrupt(place(), error))?;
        conn.execute("UPDATE snapshot SET state = ?2 WHERE grp = ?1", params![group.as_str(), text])?;
    }
    Ok(())
}

/// The entries of a decision without the fields; none where it has none of them.
fn without(ended: &Ended, seq: i64, version: i64, text: &str) -> Result<Option<String>, StoreError> {
    let place = || format!("journal entry {seq}");
    let mut json: Json = serde_json::from_str(text).map_err(|error| corrupt(place(), error))?;
    if !take(&mut json, ended) {
        return Ok(None);
    }
    let text = json.to_string();
    wire::read(seq, version, &text)?;
    Ok(Some(text))
}

/// Takes fields from wherever a member is described, and from the data of what was reported of one.
fn take(json: &mut Json, ended: &Ended) -> bool {
    match json {
        Json::Array(items) => items.iter_mut().fold(false, |taken, item| take(item, ended) | taken),
        Json::Object(map) => {
            let named =
                |key: &str| map.get(key).and_then(Json::as_str).and_then(|id| ended.get(&MemberId::new(id)));
            let (described, reported) = (named("id").filter(|_| map.contains_key("points")), named("member"));
            let mut taken = false;
            for (fields, places) in [(described, &["fields", "since"][..]), (reported, &["data"][..])] {
                let Some(fields) = fields else { continue };
                for place in places {
                    if let Some(Json::Object(told)) = map.get_mut(*place) {
                        let before = told.len();
                        told.retain(|name, _| !fields.contains(name));
                        taken |= told.len() != before;
                    }
                }
            }
            map.values_mut().fold(taken, |taken, item| take(item, ended) | taken)
        }
        _ => false,
    }
}
