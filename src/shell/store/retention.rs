//! What was kept long enough leaves the journal, too: the fields that an entry has ended are taken from all before it.
//!
//! Only fields where they were told, and what somebody who left wrote or filled in: a message that repeated one stays. A
//! pass begins where the last one ended, and begins anew after a crash. Needs that no engine has the state.

use super::{
    StoreError, archive, connect, corrupt,
    forget::{finish, open, pages, rows},
    form, members, path, recovery, wire,
};
use crate::{
    base::ids::{GroupId, MemberId},
    engine::{
        entry::Fact,
        leavers::{FORMS, WORDS},
        state::State,
    },
};
use rusqlite::{OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde_json::Value as Json;
use std::{collections::BTreeMap, path::Path};

/// How far the journal has been rewritten.
const DONE: &str = "retention";

/// Entries that are read again at a start rather than written down as read.
const READ_AGAIN_MAX: i64 = 10_000;

/// The fields of each member that were kept long enough, each with the number of the entry up to which it was told: one
/// that is told again afterwards is kept anew.
type Ended = BTreeMap<MemberId, BTreeMap<String, i64>>;

/// Takes from the journal what was kept long enough; how many decisions were rewritten. The caller holds the state's
/// lock.
pub fn expire(dir: &Path) -> Result<usize, StoreError> {
    let file = path(dir);
    if !file.exists() || !has_members(&file) {
        return Ok(0);
    }
    let mut conn = open(&file)?;
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let after = recovery::meta(&transaction, DONE)?.unwrap_or_default();
    let (last, ended) = ended(&transaction, after)?;
    let mut changed = 0;
    for (group, ended) in &ended {
        let without = |seq: i64, version: i64, text: &str| without(ended, seq, version, text);
        changed += rows(&transaction, group, &without)?;
        changed += pages(&transaction, group, &without)?;
        snapshot(&transaction, group, ended)?;
    }
    // The mark spares reading again, no more: a start writes nothing for it alone, for whether the file is whole is looked
    // at next.
    if !ended.is_empty() || last - after >= READ_AGAIN_MAX {
        transaction.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            params![DONE, last],
        )?;
    }
    transaction.commit()?;
    finish(conn)?;
    Ok(usize::try_from(changed).unwrap_or(usize::MAX))
}

/// Whether the state has a form that knows members and what is kept of them; nothing is written to find out. A file that
/// cannot be read is not judged here: the start does so next.
fn has_members(file: &Path) -> bool {
    let conn = connect::with(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
    conn.is_ok_and(|conn| form::has(&conn, form::MEMBERS_FORM).unwrap_or_default())
}

/// What an entry after a number has ended, and the number of the last entry.
fn ended(conn: &Transaction<'_>, after: i64) -> Result<(i64, BTreeMap<GroupId, Ended>), StoreError> {
    let (mut ended, mut last, mut left) = (BTreeMap::<GroupId, Ended>::new(), after, Vec::new());
    archive::within(conn, None, after, &mut |row| {
        last = row.seq + row.count - 1;
        if row.entries.contains("fields_expired") {
            for entry in row.read()? {
                let Fact::FieldsExpired { members, left: of_leavers } = entry.fact else { continue };
                for (member, fields) in members {
                    if of_leavers {
                        left.push((row.group.clone(), member, fields, row.seq));
                    } else {
                        let known = ended.entry(row.group.clone()).or_default().entry(member).or_default();
                        known.extend(fields.into_iter().map(|field| (field, row.seq)));
                    }
                }
            }
        }
        Ok(true)
    })?;
    if left.is_empty() && ended.is_empty() {
        return Ok((last, ended));
    }
    // Who left may be back, and is another member to the journal from then on.
    let mut leaves = BTreeMap::<(GroupId, MemberId), Vec<i64>>::new();
    let mut joined = BTreeMap::<GroupId, Vec<(MemberId, MemberId)>>::new();
    archive::within(conn, None, 0, &mut |row| {
        if row.entries.contains("leaver_kept") || row.entries.contains("joined_ids") {
            for entry in row.read()? {
                match entry.fact {
                    Fact::LeaverKept(left) => {
                        leaves.entry((row.group.clone(), left.member)).or_default().push(row.seq);
                    }
                    Fact::JoinedIds(ids) => {
                        joined.entry(row.group.clone()).or_default().push((ids.from, ids.into));
                    }
                    _ => {}
                }
            }
        }
        Ok(true)
    })?;
    for (group, member, fields, seq) in left {
        let times = leaves.get(&(group.clone(), member.clone()));
        let leave = times.and_then(|times| times.iter().rev().find(|at| **at <= seq));
        let until = leave.map_or(seq, |at| *at);
        let known = ended.entry(group).or_default().entry(member).or_default();
        for field in fields {
            let known = known.entry(field).or_insert(until);
            *known = (*known).max(until);
        }
    }
    for (group, ended) in &mut ended {
        also(ended, joined.get(group).map_or(&[], Vec::as_slice));
    }
    Ok((last, ended))
}

/// What ended of somebody ended under every other id that they ever had.
fn also(ended: &mut Ended, joined: &[(MemberId, MemberId)]) {
    for (from, into) in joined.iter().rev() {
        if let Some(fields) = ended.get(into).cloned() {
            ended.entry(from.clone()).or_default().extend(fields);
        }
    }
}

/// The stored state of a group, whose runs may remember what began them.
fn snapshot(conn: &Transaction<'_>, group: &GroupId, ended: &Ended) -> Result<(), StoreError> {
    let place = || format!("the snapshot of group {group}");
    let stored = conn.query_row("SELECT state FROM snapshot WHERE grp = ?1", [group.as_str()], |row| {
        row.get::<_, String>(0)
    });
    let Some(text) = stored.optional()? else { return Ok(()) };
    let mut json: Json = serde_json::from_str(&text).map_err(|error| corrupt(place(), error))?;
    // What somebody has told anew stands in runs that began with it.
    let told = members::load(conn, Some(group))?.remove(group).unwrap_or_default();
    let mut ended = ended.clone();
    for (member, fields) in &mut ended {
        // Who came back may have filled in what is open.
        let now = told.get(member).map(|member| &member.fields);
        fields.retain(|name, _| now.is_none_or(|fields| name != FORMS && !fields.contains_key(name)));
    }
    if take(&mut json, &ended, i64::MIN) {
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
    if !take(&mut json, ended, seq) {
        return Ok(None);
    }
    let text = json.to_string();
    wire::read(seq, version, &text)?;
    Ok(Some(text))
}

/// Takes fields from wherever a member is described, from the data of what was reported of one, and from what one has
/// answered, in the decision of this number.
fn take(json: &mut Json, ended: &Ended, seq: i64) -> bool {
    match json {
        Json::Array(items) => items.iter_mut().fold(false, |taken, item| take(item, ended, seq) | taken),
        Json::Object(map) => {
            let named =
                |key: &str| map.get(key).and_then(Json::as_str).and_then(|id| ended.get(&MemberId::new(id)));
            let (described, reported) = (named("id").filter(|_| map.contains_key("points")), named("member"));
            let over = |fields: &BTreeMap<String, i64>, name: &str| {
                fields.get(name).is_some_and(|last| seq <= *last)
            };
            let mut taken = false;
            for (fields, places) in [(described, &["fields", "since"][..]), (reported, &["data"][..])] {
                let Some(fields) = fields else { continue };
                for place in places {
                    if let Some(Json::Object(told)) = map.get_mut(*place) {
                        let before = told.len();
                        told.retain(|name, _| !over(fields, name));
                        taken |= told.len() != before;
                    }
                }
            }
            if reported.is_some_and(|fields| over(fields, WORDS)) {
                taken |= silence(map);
            }
            if reported.is_some_and(|fields| over(fields, FORMS)) {
                taken |= filled_in(map);
            }
            // What is open has them by member.
            if let Some(Json::Object(answers)) = map.get_mut("answers") {
                for (id, answer) in answers {
                    let fields = ended.get(&MemberId::new(id.as_str()));
                    let form = answer.get(0).is_some_and(Json::is_null);
                    if form && fields.is_some_and(|fields| over(fields, FORMS)) {
                        taken |= answer.get_mut(1).is_some_and(blank);
                    }
                }
            }
            map.values_mut().fold(taken, |taken, item| take(item, ended, seq) | taken)
        }
        _ => false,
    }
}

/// Takes what somebody has filled in, or has asked to come in with, from their report of it, from the fact that they did, and from the result of the
/// question. Which option somebody chose stays: it is a word of whoever asked, and is counted.
fn filled_in(map: &mut serde_json::Map<String, Json>) -> bool {
    let mut taken = false;
    if matches!(
        map.get("name").and_then(Json::as_str),
        Some("answer" | "member.requested" | "join.requested")
    ) {
        taken |= match map.get_mut("data") {
            Some(Json::Object(data)) => {
                let said =
                    data.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "task" | "ask" | "option"));
                said.fold(false, |taken, (_, value)| blank(value) | taken)
            }
            Some(data) => blank(data),
            None => false,
        };
    }
    if map.contains_key("task") && !map.contains_key("option") {
        taken |= map.get_mut("value").is_some_and(blank);
    }
    taken | map.get_mut("answer").filter(|answer| answer.is_object()).is_some_and(blank)
}

/// Empties texts and numbers, in whatever they are; whether there were any.
fn blank(json: &mut Json) -> bool {
    match json {
        Json::String(text) if !text.is_empty() => {
            text.clear();
            true
        }
        Json::Number(number) if number.as_i64() != Some(0) => {
            *json = Json::from(0);
            true
        }
        Json::Array(items) => items.iter_mut().fold(false, |taken, item| blank(item) | taken),
        // An instant, a length of time, a number as it was spelled.
        Json::Object(map) if map.len() == 1 && map.keys().any(|key| key.starts_with('$')) => {
            *json = Json::from(0);
            true
        }
        Json::Object(map) => map.values_mut().fold(false, |taken, item| blank(item) | taken),
        _ => false,
    }
}

/// Takes what somebody wrote from what was reported of them: the text of a message, and the words that broke a rule.
fn silence(map: &mut serde_json::Map<String, Json>) -> bool {
    let clear = |text: Option<&mut Json>| match text {
        Some(Json::String(text)) if !text.is_empty() => {
            text.clear();
            true
        }
        _ => false,
    };
    let says = map.get("name").and_then(Json::as_str) == Some("message");
    let broke = clear(map.get_mut("words"));
    let Some(data) = map.get_mut("data") else { return broke };
    let short = says && clear(data.get_mut("text"));
    clear(data.get_mut("message").and_then(|message| message.get_mut("text"))) | short | broke
}
