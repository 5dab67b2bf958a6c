//! Forgetting: somebody's id becomes `gone:N` and their words become empty, in everything that a state directory keeps.
//!
//! One transaction over journal, archived pages, outbox, snapshots, members and parked inputs; a request waits in a file
//! beside the state until it is done, so that a crash only makes it begin anew. Needs that no engine has the state.

use super::{
    StoreError, archive, bans, connect, copy, corrupt,
    erase::{self, Eraser},
    forgotten::{Hashes, unread},
    form, members, path, recovery, schema, wire,
};
use crate::{
    base::{
        ids::{GroupId, MemberId},
        member::Members,
    },
    engine::{
        self,
        entry::{Entry, Fact, Outcome},
        state::State,
    },
    shell::{clock, editions::EDITION, private},
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Somebody who is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Forget {
    /// In one group, or in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The member to forget.
    pub member: MemberId,
}

/// What a pass did for one person in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// The group.
    pub group: GroupId,
    /// What they are called now.
    pub gone: MemberId,
    /// Decisions that were rewritten.
    pub decisions: u64,
    /// Whether a stored version of the playbook's files names them.
    pub listed: bool,
}

/// What waits to be forgotten.
const PENDING: &str = "forget.json";

/// Writes down that somebody is to be forgotten, durably.
pub fn ask(dir: &Path, forget: &Forget) -> Result<(), StoreError> {
    let mut all = pending(dir)?;
    all.insert(forget.clone());
    let fresh = dir.join("forget.json.new");
    let text = serde_json::to_string(&all).map_err(|e| corrupt(PENDING, e))?;
    let mut file = private::open(&fresh).map_err(unread)?;
    file.set_len(0)
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .map_err(unread)?;
    fs::rename(&fresh, dir.join(PENDING)).and_then(|()| copy::sync_folder(&path(dir))).map_err(unread)
}

/// Who waits to be forgotten.
fn pending(dir: &Path) -> Result<BTreeSet<Forget>, StoreError> {
    match fs::read_to_string(dir.join(PENDING)) {
        // Emptied just before it goes.
        Ok(text) if text.is_empty() => Ok(BTreeSet::new()),
        Ok(text) => serde_json::from_str(&text).map_err(|e| corrupt(PENDING, e)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(unread(error)),
    }
}

/// Waits until an engine has forgotten whoever waits for it; false where that takes too long.
pub fn wait_until_forgotten(dir: &Path) -> Result<bool, StoreError> {
    let begun = std::time::Instant::now();
    while !pending(dir)?.is_empty() {
        if begun.elapsed() > std::time::Duration::from_mins(2) {
            return Ok(false);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Ok(true)
}

/// Forgets whoever waits for it. The caller holds the state's lock.
pub fn forget(dir: &Path) -> Result<Vec<Forgotten>, StoreError> {
    let pending = pending(dir)?;
    let file = path(dir);
    if pending.is_empty() || !file.exists() {
        return Ok(Vec::new());
    }
    let hashes = Hashes::open(dir)?;
    let mut conn = open(&file)?;
    let mut done = Vec::new();
    for forget in &pending {
        done.extend(of_all(&mut conn, forget, &hashes)?);
    }
    finish(conn)?;
    // Its bytes go before its name does.
    let wiped = fs::OpenOptions::new().write(true).truncate(true).open(dir.join(PENDING));
    wiped.and_then(|file| file.sync_all()).map_err(unread)?;
    fs::remove_file(dir.join(PENDING)).map_err(unread)?;
    Ok(done)
}

/// Forgets in a copy that was put back whoever had been forgotten since it was made.
pub(super) fn again(dir: &Path, file: &Path) -> Result<Vec<Forgotten>, StoreError> {
    let hashes = Hashes::open(dir)?;
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = open(file)?;
    let mut found = BTreeSet::new();
    archive::each(&conn, None, 0, &mut |row| {
        let ids = row.read()?.iter().flat_map(|entry| erase::who(&entry.fact)).collect::<BTreeSet<_>>();
        found.extend(
            ids.into_iter()
                .filter(|id| hashes.has(&row.group, id))
                .map(|member| Forget { group: Some(row.group.clone()), member }),
        );
        Ok(true)
    })?;
    for (group, members) in members::load(&conn, None)? {
        let known = members.iter().map(|member| member.id.clone()).filter(|id| hashes.has(&group, id));
        found.extend(known.map(|member| Forget { group: Some(group.clone()), member }));
    }
    let mut done = Vec::new();
    for forget in &found {
        done.extend(of_all(&mut conn, forget, &hashes)?);
    }
    finish(conn)?;
    Ok(done)
}

pub(super) fn open(file: &Path) -> Result<Connection, StoreError> {
    let conn = connect::made(file)?;
    form::prepare(&conn)?;
    schema::check(&conn)?;
    if !form::has(&conn, form::MEMBERS_FORM)? {
        let reason = "it has an older form: start the engine once, which brings it to the present one";
        return Err(StoreError::NoCopy { to: file.into(), reason: reason.into() });
    }
    conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    Ok(conn)
}

/// What was overwritten leaves the log of changes, too.
pub(super) fn finish(conn: Connection) -> Result<(), StoreError> {
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    conn.close().map_err(|(_, error)| error.into())
}

/// One person, in every group that is meant.
fn of_all(conn: &mut Connection, forget: &Forget, hashes: &Hashes) -> Result<Vec<Forgotten>, StoreError> {
    let mut statement = conn.prepare(
        "SELECT grp FROM groups UNION SELECT grp FROM snapshot UNION SELECT grp FROM journal ORDER BY 1",
    )?;
    let groups = statement.query_map([], |row| row.get::<_, String>(0))?;
    let groups: Vec<GroupId> = groups.map(|group| group.map(GroupId::from)).collect::<Result<_, _>>()?;
    drop(statement);
    let mut done = Vec::new();
    for group in groups.iter().filter(|group| forget.group.as_ref().is_none_or(|wanted| wanted == *group)) {
        let ids = ids(conn, group, &forget.member)?;
        // Before the commit: a hash too many forgets nobody who was not asked for.
        ids.iter().try_for_each(|id| hashes.add(group, id))?;
        if let Some(known) = recovery::load(conn, Some(group))?.groups.remove(group) {
            bans::keep(hashes.dir(), group, &ids, &known.state.moderation, clock::now())?;
        }
        done.extend(one(conn, group, &ids)?);
    }
    Ok(done)
}

/// All ids by which a person was ever known in a group: the one by which they are listed first.
fn ids(conn: &Connection, group: &GroupId, member: &MemberId) -> Result<Vec<MemberId>, StoreError> {
    let mut joined: Vec<(MemberId, MemberId)> = Vec::new();
    archive::each(conn, Some(group), 0, &mut |row| {
        for entry in row.read()? {
            if let Fact::JoinedIds(ids) = entry.fact {
                joined.push((ids.from, ids.into));
            }
        }
        Ok(true)
    })?;
    let (mut own, mut seen) = (member.clone(), BTreeSet::new());
    while seen.insert(own.clone())
        && let Some((_, into)) = joined.iter().rfind(|(from, _)| *from == own)
    {
        own = into.clone();
    }
    let mut all = vec![own];
    let mut next = 0;
    while let Some(id) = all.get(next).cloned() {
        next += 1;
        // An id that was somebody else's before is theirs whose it is now.
        let last = |from: &MemberId| joined.iter().rfind(|(other, _)| other == from).map(|(_, into)| into);
        for (from, _) in joined.iter().filter(|(from, _)| last(from) == Some(&id)) {
            if !all.contains(from) {
                all.push(from.clone());
            }
        }
    }
    if !all.contains(member) {
        all.push(member.clone());
    }
    Ok(all)
}

/// One person in one group, by all their ids; none where nothing of them is kept.
fn one(conn: &mut Connection, group: &GroupId, ids: &[MemberId]) -> Result<Option<Forgotten>, StoreError> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = recovery::meta(&transaction, "gone")?.unwrap_or_default();
    let named = ids.iter().zip(before + 1..).map(|(id, n)| (id.clone(), MemberId::from(format!("gone:{n}"))));
    let named: Vec<(MemberId, MemberId)> = named.collect();
    let number = before + named.len() as i64;
    let Some(gone) = named.first().map(|(_, gone)| gone.clone()) else { return Ok(None) };
    let mut eraser = Eraser::new(&named);
    archive::within(&transaction, Some(group), 0, &mut |row| {
        row.read()?.iter().for_each(|entry| eraser.listen(&entry.fact));
        Ok(true)
    })?;
    let listed = eraser.owned(&transaction)?;
    let without = |seq: i64, version: i64, text: &str| entries(&eraser, seq, version, text);
    let mut decisions = rows(&transaction, group, &without)?;
    decisions += pages(&transaction, group, &without)?;
    let known = rest(&transaction, group, &eraser)?;
    if decisions == 0 && !known {
        return Ok(None);
    }
    leave(&transaction, group, &gone)?;
    transaction.execute(
        "INSERT INTO meta (name, value) VALUES ('gone', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
        [number],
    )?;
    transaction.commit()?;
    Ok(Some(Forgotten { group: group.clone(), gone, decisions, listed }))
}

/// The entries of a decision, by number, form and text, as they are to be; none where they stay.
type Rewrite<'r> = &'r dyn Fn(i64, i64, &str) -> Result<Option<String>, StoreError>;

/// Rewrites the rows of the journal; how many became others.
pub(super) fn rows(conn: &Transaction<'_>, group: &GroupId, rewrite: Rewrite<'_>) -> Result<u64, StoreError> {
    let mut statement =
        conn.prepare("SELECT seq, version, entries FROM journal WHERE grp = ?1 ORDER BY seq")?;
    let mut found = statement.query([group.as_str()])?;
    let mut change = conn.prepare("UPDATE journal SET entries = ?2 WHERE seq = ?1")?;
    let mut changed = 0;
    while let Some(row) = found.next()? {
        let (seq, version, text): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let Some(text) = rewrite(seq, version, &text)? {
            changed += change.execute(params![seq, text])? as u64;
        }
    }
    Ok(changed)
}

/// The entries of a decision without the person, where they are in it.
fn entries(eraser: &Eraser, seq: i64, version: i64, text: &str) -> Result<Option<String>, StoreError> {
    eraser.json(text, |text| wire::read(seq, version, text).map(|_| ())).map_err(|error| match error {
        erase::Failed::Json(reason) => corrupt(format!("journal entry {seq}"), reason),
        erase::Failed::Store(error) => error,
    })
}

/// Rewrites the archived pages; how many decisions became others.
pub(super) fn pages(
    conn: &Transaction<'_>,
    group: &GroupId,
    rewrite: Rewrite<'_>,
) -> Result<u64, StoreError> {
    let mut statement = conn.prepare("SELECT first, form, pages FROM archive ORDER BY first")?;
    let mut found = statement.query([])?;
    let mut change = conn.prepare("UPDATE archive SET form = ?2, pages = ?3 WHERE first = ?1")?;
    let mut changed = 0;
    while let Some(row) = found.next()? {
        let (first, form): (i64, i64) = (row.get(0)?, row.get(1)?);
        let bytes = row.get_ref(2)?.as_blob().map_err(|error| corrupt("an archived page", error))?;
        let (mut rows, mut touched) = (archive::unpack(first, form, bytes)?, 0);
        for row in rows.iter_mut().filter(|row| row.group == *group) {
            if let Some(text) = rewrite(row.seq, row.version, &row.entries)? {
                row.entries = text;
                touched += 1;
            }
        }
        if touched > 0 {
            change.execute(params![first, archive::PAGE_FORM, archive::pack(&rows)?])?;
            changed += touched;
        }
    }
    Ok(changed)
}

/// Snapshot, members, outbox and parked inputs; whether the person was in any of them.
fn rest(conn: &Transaction<'_>, group: &GroupId, eraser: &Eraser) -> Result<bool, StoreError> {
    let mut touched = false;
    let snapshot = conn.query_row("SELECT state FROM snapshot WHERE grp = ?1", [group.as_str()], |row| {
        row.get::<_, String>(0)
    });
    if let Some(text) = snapshot.optional()? {
        let read = |text: &str| {
            serde_json::from_str::<State>(text)
                .map(|_| ())
                .map_err(|e| corrupt(format!("the snapshot of group {group}"), e))
        };
        let erased = eraser
            .json(&text, read)
            .map_err(|_| corrupt(format!("the snapshot of group {group}"), "unread"))?;
        if let Some(text) = erased {
            conn.execute("UPDATE snapshot SET state = ?2 WHERE grp = ?1", params![group.as_str(), text])?;
            touched = true;
        }
    }
    let mut who = conn.prepare("SELECT who FROM members WHERE grp = ?1 AND id = ?2")?;
    for (id, gone) in eraser.ids() {
        let text = who.query_row([group.as_str(), id], |row| row.get::<_, String>(0)).optional()?;
        let Some(text) = text else { continue };
        let erased = eraser.json(&text, |_| Ok(())).map_err(|_| corrupt("a member", "unread"))?;
        conn.execute(
            "UPDATE members SET id = ?3, who = ?4 WHERE grp = ?1 AND id = ?2",
            params![group.as_str(), id, gone, erased.unwrap_or(text)],
        )?;
        touched = true;
    }
    let mut parked = conn.prepare("SELECT id, input, reason FROM parked WHERE grp = ?1")?;
    let mut found = parked.query([group.as_str()])?;
    while let Some(row) = found.next()? {
        let (id, input, reason): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if eraser.is_in(&input) || eraser.is_in(&reason) {
            conn.execute("UPDATE parked SET input = '{}', reason = 'forgotten' WHERE id = ?1", [id])?;
            touched = true;
        }
    }
    let mut outbox = conn.prepare("SELECT key, effect, note FROM outbox WHERE grp = ?1")?;
    let mut found = outbox.query([group.as_str()])?;
    while let Some(row) = found.next()? {
        let (key, effect, note): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (effect_now, note_now) = (eraser.plain(&effect), eraser.plain(&note));
        if effect_now.is_some() || note_now.is_some() {
            conn.execute(
                "UPDATE outbox SET effect = ?2, note = ?3 WHERE key = ?1",
                params![key, effect_now.unwrap_or(effect), note_now.unwrap_or(note)],
            )?;
            touched = true;
        }
    }
    Ok(touched)
}

/// What follows for the group: they have left, what is about them ends, and what would say nothing is not sent.
fn leave(conn: &Transaction<'_>, group: &GroupId, gone: &MemberId) -> Result<(), StoreError> {
    let mut recovered = recovery::load(conn, Some(group))?;
    let Some(mut state) = recovered.groups.remove(group).map(|group| group.state) else { return Ok(()) };
    let about = |run: &&std::sync::Arc<engine::state::Run>| run.cause.member.as_ref() == Some(gone);
    let mut facts: Vec<Fact> = Vec::new();
    let held = state.held.iter().filter(|held| says_nothing(&held.outgoing));
    facts.extend(held.map(|held| Fact::Withdrawn { effect: held.outgoing.effect.clone() }));
    let ended: Vec<_> = state.runs.values().filter(about).map(|run| run.id.clone()).collect();
    for task in
        state.tasks.values().filter(|open| open.task.run.as_ref().is_some_and(|run| ended.contains(run)))
    {
        let (task, answer) = (task.task.id.clone(), "cancelled".into());
        facts.push(Fact::TaskClosed {
            task,
            answer,
            by: None,
            operator: false,
            note: crate::base::value::Value::Null,
        });
    }
    let seated = |open: &&std::sync::Arc<engine::state::OpenTask>| {
        open.task.seats.is_some() && open.answers.contains_key(gone)
    };
    facts.extend(
        (state.tasks.values().filter(seated))
            .filter(|open| open.task.run.as_ref().is_none_or(|run| !ended.contains(run)))
            .map(|open| Fact::AnswerWithdrawn { task: open.task.id.clone(), member: gone.clone() }),
    );
    facts.extend(ended.into_iter().map(|run| Fact::RunFinished {
        run,
        outcome: Outcome::Cancelled,
        reason: "forgotten".into(),
    }));
    if state.members.contains(gone) {
        facts.push(Fact::MemberGone { member: gone.clone(), forgotten: true });
    }
    let at = clock::now().max(state.clock);
    let entries: Vec<Entry> = facts.into_iter().map(|fact| Entry { at, input: None, fact }).collect();
    for entry in &entries {
        engine::apply(&mut state, entry).map_err(|error| corrupt("what was to be forgotten", error))?;
    }
    let mut last = recovered.last_seq;
    if !entries.is_empty() {
        conn.execute(
            "INSERT INTO journal (seq, grp, at, count, version, entries, edition) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                last + 1,
                group.as_str(),
                clock::now().as_millis(),
                entries.len() as i64,
                wire::ENTRIES_VERSION,
                wire::write(&entries)?,
                EDITION
            ],
        )?;
        last += entries.len() as i64;
    }
    unsent(conn, group)?;
    store(conn, &mut state, last)
}

/// Whether a message has nothing left to say.
fn says_nothing(out: &engine::entry::Outgoing) -> bool {
    let message = &out.message;
    let acts = message.revises.is_some() || message.restricts.is_some();
    message.text.is_empty() && message.image.is_none() && !acts
}

/// A message that says nothing any more is not sent.
fn unsent(conn: &Transaction<'_>, group: &GroupId) -> Result<(), StoreError> {
    let mut held = archive::LookedAt::default();
    let mut statement = conn.prepare(
        "SELECT key FROM outbox WHERE grp = ?1 AND open = 1 AND status IN ('pending', 'claimed', 'dead', 'in_doubt')",
    )?;
    let keys = statement.query_map([group.as_str()], |row| row.get::<_, i64>(0))?;
    for key in keys.collect::<Result<Vec<_>, _>>()? {
        let empty = held.entry(conn, key)?.and_then(|entry| match entry.effect() {
            Some(engine::effect::Effect::Send(out)) => Some(says_nothing(out)),
            _ => None,
        });
        if empty == Some(true) {
            conn.execute(
                "UPDATE outbox SET status = 'expired', told = 0, note = 'forgotten', settled_at = ?2 WHERE key = ?1",
                params![key, clock::now().as_millis()],
            )?;
        }
    }
    Ok(())
}

/// Stores a state as a snapshot that has every entry up to a number, its members anew.
fn store(conn: &Transaction<'_>, state: &mut State, seq: i64) -> Result<(), StoreError> {
    let group = state.group.clone();
    let now = std::mem::take(&mut state.members);
    conn.execute("DELETE FROM members WHERE grp = ?1", [group.as_str()])?;
    members::store(conn, &group, &Members::new(), &now)?;
    let text = serde_json::to_string(state).map_err(|e| corrupt("a state to be written", e))?;
    conn.execute(
        "INSERT INTO snapshot (grp, seq, at, version, state) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (grp) DO UPDATE SET seq = ?2, at = ?3, version = ?4, state = ?5",
        params![group.as_str(), seq, state.clock.as_millis(), state.version, text],
    )?;
    Ok(())
}

/// Copies beside the state, which keep what they were made of.
pub fn copies(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("state.db.") && !name.ends_with("-wal") && !name.ends_with("-shm")
        })
        .collect();
    found.sort();
    found
}
