//! The writer: one thread that owns the connection, drains its channel and commits once.
//!
//! Nobody is told of anything before its transaction is committed. A full disk and somebody else's lock are waited for;
//! after any other error nothing more is written: the engine stops, and what was not committed has not happened.

use super::{
    Ack, Acked, Covering, Decision, GroupInfo, OpenMessage, OutboxRow, Recovered, StoreError, StoreHandle,
    Work, connect, corrupt, cursor, form, inbox, members, outbox, path, place, query, recovery,
    restore::{self, RestoreMark},
    robots, schema,
    sealed::Sealer,
    session, sound, wire,
};
use crate::{
    base::{
        ids::{Digest, GroupId},
        limits,
        member::Members,
        source::MemoryFolder,
        time::{Duration, Timestamp},
    },
    courier::Doubt,
    engine::state::State,
    shell::{
        clock,
        crash::{self, Point},
        editions::EDITION,
    },
};
use rusqlite::{Connection, params};
use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread::JoinHandle,
    time::Instant,
};
use tokio::sync::mpsc::UnboundedSender;

/// The open store: the writer thread and what it was opened with.
#[derive(Debug)]
pub struct Store {
    handle: StoreHandle,
    thread: JoinHandle<()>,
    file: PathBuf,
    looks: place::Looks,
}

impl Store {
    /// Opens or makes the database of a state directory, brings it to the present form, and reads what is in it.
    /// The caller holds the directory's lock.
    pub fn open(
        dir: &Path,
        tell: UnboundedSender<Ack>,
    ) -> Result<(Self, Recovered, Vec<OpenMessage>), StoreError> {
        let file = path(dir);
        let mut conn = connect::made(&file)?;
        form::prepare(&conn)?;
        sound::open(&conn, &file, &tell)?;
        let (mark, reached) = RestoreMark::open(dir)?;
        // An empty file begins a life, but not where there was one.
        if let Some((entries, _)) = reached.filter(|_| schema::is_new(&conn)) {
            return Err(StoreError::Lost { file, entries });
        }
        let upgraded = schema::migrate(&mut conn, &file)?;
        let put_back = restore::put_back(&conn, reached)?;
        let mut recovered = Recovered {
            upgraded,
            put_back,
            backlog: super::health::backlog(&conn, None)?,
            ..recovery::load(&conn, None)?
        };
        if recovered.put_back.is_some() {
            recovered.sessions = session::none(&conn)?;
        }
        mark.set(recovered.last_seq, recovered.last_at.unwrap_or(Timestamp::MIN));
        let open = outbox::open(&conn)?;
        let looks = place::watch(&file, &tell)?;
        // What holds the file longer than this is told of.
        conn.busy_timeout(std::time::Duration::from_secs(1))?;
        let (sender, receiver) = channel();
        let hurry = Arc::<AtomicBool>::default();
        let writer = Writer {
            conn,
            sealer: Sealer::beside(&file),
            tell,
            members: std::mem::take(&mut recovered.stored),
            next_seq: recovered.last_seq + 1,
            broken: None,
            prune_at: Timestamp::MIN,
            reached: recovered.last_at.unwrap_or(Timestamp::MIN),
            doubt: recovered.doubt,
            mark,
            hurry: hurry.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || writer.run(&receiver))
            .map_err(|e| StoreError::Io(e.to_string()))?;
        Ok((Self { handle: StoreHandle { sender, hurry }, thread, file, looks }, recovered, open))
    }

    /// For whoever gives work.
    pub fn handle(&self) -> StoreHandle {
        self.handle.clone()
    }

    /// The texts a playbook version was compiled from, and the path of the playbook among them.
    pub fn sources(&self, digest: &Digest) -> Result<Option<(MemoryFolder, String)>, StoreError> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        query::sources(&connect::with(&self.file, flags)?, &self.file, digest)
    }

    /// Commits what is queued and closes the database. Every other handle has to be dropped before.
    pub fn close(self) {
        drop(self.looks);
        drop(self.handle);
        let _ = self.thread.join();
    }
}

/// What is said after the commit, in the order of the work.
#[derive(Default)]
struct Answers {
    acked: Vec<Acked>,
    recorded: VecDeque<Vec<i64>>,
    revived: VecDeque<Option<OutboxRow>>,
    noted: VecDeque<Option<String>>,
    claims: bool,
    settles: bool,
    snapshots: bool,
    members: BTreeMap<GroupId, Members>,
    /// Cursors whose facts are among these, one for each fact.
    covered: Vec<Arc<Covering>>,
}

struct Writer {
    /// By group, the members that its rows have; shares their parts with the states.
    members: BTreeMap<GroupId, Members>,
    conn: Connection,
    sealer: Sealer,
    tell: UnboundedSender<Ack>,
    next_seq: i64,
    broken: Option<StoreError>,
    prune_at: Timestamp,
    /// The last instant that the clock or an entry had.
    reached: Timestamp,
    doubt: Option<Doubt>,
    mark: RestoreMark,
    hurry: Arc<AtomicBool>,
}

/// How long the writer has to be without work before it tidies up.
const IDLE: std::time::Duration = std::time::Duration::from_secs(2);

impl Writer {
    fn run(mut self, receiver: &Receiver<Work>) {
        let mut tidy = true;
        loop {
            let first = if tidy {
                match receiver.recv_timeout(IDLE) {
                    Ok(work) => work,
                    Err(RecvTimeoutError::Timeout) => {
                        tidy = self.tidy();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            } else {
                match receiver.recv() {
                    Ok(work) => work,
                    Err(_) => break,
                }
            };
            tidy = true;
            let mut batch = vec![first];
            while batch.len() < limits::COMMIT_DECISIONS_MAX
                && let Ok(work) = receiver.try_recv()
            {
                batch.push(work);
            }
            self.commit(batch);
            // Where somebody always has work, too.
            self.prune();
        }
        // The log of changes is folded into the file, so that a copy of the one file is a whole copy.
        let _ = self.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
    }

    /// What can be done while nobody waits. Says whether there is more of it.
    fn tidy(&mut self) -> bool {
        if self.broken.is_some() {
            return false;
        }
        let more = self.prune();
        let _ = self.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
        more
    }

    /// Deletes some rows that were settled long ago, where it is time to. Says whether there are more.
    fn prune(&mut self) -> bool {
        let now = clock::now();
        if self.broken.is_some() || now < self.prune_at {
            return false;
        }
        let keep = Duration::DAY.times(limits::OUTBOX_KEEP_DAYS);
        let more = matches!(outbox::prune(&self.conn, now, keep, limits::OUTBOX_PRUNE_ROWS_MAX), Ok(true));
        let more = matches!(inbox::prune(&self.conn, now), Ok(true)) || more;
        // A day is longer than any window of a limit.
        let _ = robots::prune(&self.conn, now.plus(-Duration::DAY));
        self.prune_at = now.plus(if more { Duration::SECOND } else { Duration::HOUR });
        more
    }

    /// Commits a batch. What passes by itself, a full disk or somebody else's lock, is waited for: nothing is
    /// acknowledged meanwhile, so nothing is sent.
    fn commit(&mut self, batch: Vec<Work>) {
        if self.broken.is_some() {
            // Dropping the work drops its reply channels: whoever waits hears that the store has stopped.
            return;
        }
        let (next_seq, begun, mut told) = (self.next_seq, Instant::now(), false);
        loop {
            let mut answers = Answers::default();
            let error = match self.write(&batch, &mut answers) {
                Ok(()) => {
                    answers.covered.drain(..).for_each(|covering| covering.drop_one());
                    if told {
                        let _ = self.tell.send(Ack::GoesOn);
                    }
                    return answer(&self.tell, batch, answers);
                }
                Err(error) => error,
            };
            self.next_seq = next_seq;
            let _ = self.conn.execute_batch("ROLLBACK;");
            let long = begun.elapsed().as_millis() > u128::from(limits::STORE_WAIT_MS_MAX);
            if !error.passes() || long || self.hurry.load(Ordering::Relaxed) {
                refuse(batch, &error);
                let _ = self.tell.send(Ack::Failed(error.clone()));
                self.broken = Some(error);
                return;
            }
            if !std::mem::replace(&mut told, true) {
                let _ = self.tell.send(Ack::Waits(error));
            }
            std::thread::sleep(std::time::Duration::from_millis(limits::STORE_RETRY_MS));
        }
    }

    fn write(&mut self, batch: &[Work], answers: &mut Answers) -> Result<(), StoreError> {
        if let Some(full) = crash::disk_is_full() {
            // Fewer pages than there are: no further one can be had.
            let most = if full { 1 } else { i64::from(u32::MAX - 1) };
            self.conn.pragma_update(None, "max_page_count", most)?;
        }
        self.conn.execute_batch("BEGIN IMMEDIATE;")?;
        for work in batch {
            self.work(work, answers)?;
        }
        if !answers.acked.is_empty() {
            crash::point(Point::BeforeCommit);
        }
        if answers.settles {
            crash::point(Point::BeforeSettle);
        }
        self.conn.execute_batch("COMMIT;")?;
        self.members.append(&mut answers.members);
        if !answers.acked.is_empty() {
            self.reached = self.reached.max(clock::now());
            self.mark.set(self.next_seq - 1, self.reached);
        }
        if !answers.acked.is_empty() {
            crash::point(Point::AfterCommit);
        }
        if answers.claims {
            crash::point(Point::AfterClaim);
        }
        if answers.settles {
            crash::point(Point::AfterSettle);
        }
        if answers.snapshots {
            crash::point(Point::AfterSnapshot);
        }
        Ok(())
    }

    fn work(&mut self, work: &Work, answers: &mut Answers) -> Result<(), StoreError> {
        match work {
            Work::Decide(decision) => {
                let acked = self.decide(decision)?;
                for covering in &decision.coverings {
                    cursor::cover(&self.conn, covering, &mut answers.covered)?;
                }
                answers.acked.push(acked);
            }
            Work::Record { claims, settles, robots, .. } => {
                answers.settles |= !settles.is_empty();
                answers.claims |= !claims.is_empty();
                robots::keep(&self.conn, robots)?;
                outbox::settle(&self.conn, clock::now(), settles)?;
                answers.recorded.push_back(outbox::claim(&self.conn, claims)?);
            }
            Work::Revive { group, effect, .. } => {
                answers.revived.push_back(outbox::revive(&self.conn, group, effect)?);
            }
            Work::Note { group, effect, .. } => {
                answers.noted.push_back(outbox::note(&self.conn, group, effect)?);
            }
            Work::Source { digest, path, files, secrets } => {
                let at_ms = clock::now().as_millis();
                self.sealer.keep(&self.conn, (digest, path), files, secrets, at_ms)?;
            }
            Work::Group(group, info) => self.group(group, info)?,
            Work::Rests(group) => {
                self.conn
                    .prepare_cached("UPDATE groups SET file = '' WHERE grp = ?1")?
                    .execute([group.as_str()])?;
            }
            Work::Snapshot(state, seq) => {
                answers.snapshots = true;
                self.snapshot(state, *seq, answers)?;
            }
            Work::Checkpoint(seq) => {
                self.conn
                    .prepare_cached("UPDATE meta SET value = ?1 WHERE name = 'checkpoint'")?
                    .execute([seq])?;
            }
            Work::Edition(edition) => {
                self.conn
                    .prepare_cached("UPDATE meta SET value = ?1 WHERE name = 'edition'")?
                    .execute([edition])?;
            }
            Work::Session(kept) => session::keep(&self.conn, kept)?,
            Work::Cursor(cursor) => cursor::keep(&self.conn, cursor)?,
            Work::Flush(_) => {}
        }
        Ok(())
    }

    fn decide(&mut self, decision: &Decision) -> Result<Acked, StoreError> {
        let Decision { group, at, entries, claimed, told, letters, coverings: _, parked } = decision;
        let first = self.next_seq;
        let mut sends = Vec::new();
        if !entries.is_empty() {
            self.conn
                .prepare_cached(
                    "INSERT INTO journal (seq, grp, at, count, version, entries, edition) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    first,
                    group.as_str(),
                    at.as_millis(),
                    entries.len() as i64,
                    wire::ENTRIES_VERSION,
                    wire::write(entries)?,
                    EDITION
                ])?;
            self.next_seq += entries.len() as i64;
            self.reached = entries.iter().map(|entry| entry.at).fold(self.reached, Timestamp::max);
            sends = outbox::project(&self.conn, group, *at, first, entries, claimed, self.doubt.as_ref())?;
        }
        if let Some(effect) = told {
            outbox::told(&self.conn, group, effect)?;
        }
        for letter in letters {
            inbox::keep(&self.conn, letter, *at)?;
        }
        if let Some((input, reason)) = parked {
            self.conn
                .prepare_cached("INSERT INTO parked (grp, at, input, reason) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![group.as_str(), at.as_millis(), input, reason])?;
        }
        Ok(Acked { group: group.clone(), first, sends })
    }

    fn group(&self, group: &GroupId, info: &GroupInfo) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO groups (grp, playbook, title, zone, locale, file, digest) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (grp) DO UPDATE SET \
                 playbook = ?2, title = ?3, zone = ?4, locale = ?5, file = ?6, digest = ?7",
            )?
            .execute(params![
                group.as_str(),
                info.playbook,
                info.title,
                info.zone,
                info.locale,
                info.file,
                info.digest.as_str()
            ])?;
        Ok(())
    }

    fn snapshot(&self, state: &State, seq: i64, answers: &mut Answers) -> Result<(), StoreError> {
        let mut state = state.clone();
        let members = std::mem::take(&mut state.members);
        let nobody = Members::new();
        let before = answers.members.get(&state.group).or(self.members.get(&state.group)).unwrap_or(&nobody);
        members::store(&self.conn, &state.group, before, &members)?;
        answers.members.insert(state.group.clone(), members);
        let text = serde_json::to_string(&state).map_err(|e| corrupt("a state to be written", e))?;
        self.conn
            .prepare_cached(
                "INSERT INTO snapshot (grp, seq, at, version, state) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (grp) DO UPDATE SET seq = ?2, at = ?3, version = ?4, state = ?5",
            )?
            .execute(params![state.group.as_str(), seq, state.clock.as_millis(), state.version, text])?;
        Ok(())
    }
}

fn answer(tell: &UnboundedSender<Ack>, batch: Vec<Work>, mut answers: Answers) {
    if !answers.acked.is_empty() {
        let _ = tell.send(Ack::Committed(answers.acked));
    }
    // Whoever asked may have gone.
    for work in batch {
        match work {
            Work::Record { reply, .. } => {
                let _ = reply.send(Ok(answers.recorded.pop_front().unwrap_or_default()));
            }
            Work::Revive { reply, .. } => {
                let _ = reply.send(Ok(answers.revived.pop_front().flatten()));
            }
            Work::Note { reply, .. } => {
                let _ = reply.send(answers.noted.pop_front().flatten());
            }
            Work::Flush(reply) => {
                let _ = reply.send(Ok(()));
            }
            _ => {}
        }
    }
}

fn refuse(batch: Vec<Work>, error: &StoreError) {
    for work in batch {
        match work {
            Work::Record { reply, .. } => {
                let _ = reply.send(Err(error.clone()));
            }
            Work::Revive { reply, .. } => {
                let _ = reply.send(Err(error.clone()));
            }
            Work::Flush(reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            _ => {}
        }
    }
}
