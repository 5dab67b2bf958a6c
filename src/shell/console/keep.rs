//! Keeps the board and the history of a running engine, beside the driver: follows what it publishes, and reads of the
//! journal what was before.
//!
//! Whoever makes a page takes what is kept, by one pointer, and waits for nobody. Decides nothing.

#![expect(clippy::disallowed_methods, reason = "owns the tasks that follow the engine")]

use super::{
    board::{Board, Changed, Here},
    history::{History, Kinds},
    lately::Omissions,
};
use crate::{
    base::{
        ids::ChannelName,
        limits,
        time::{Duration as Span, Timestamp},
    },
    courier::{ParcelKey, ParcelOutcome},
    engine::{
        effect::Effect,
        entry::{Entry, Fact},
    },
    shell::{
        clock,
        runtime::publish::{Commit, Heard, Published},
        store::{LogLine, OutboxRow, Reader, StoreError},
    },
};
use arc_swap::ArcSwap;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{
        Semaphore, SemaphorePermit,
        broadcast::{self, Receiver},
        watch,
    },
    time::{sleep, timeout},
};

const BOARD_REST: Duration = Duration::from_millis(limits::BOARD_REST_MS);
const LIVE_REST: Duration = Duration::from_millis(limits::LIVE_REST_MS);
/// Changes that a page which is slow may be behind; then it looks at everything.
const BEHIND_MAX: usize = 16;
/// Decisions that are read before anything is shown: enough for the first pages.
const NEWEST: usize = limits::PAGE_ROWS * 10;
/// Decisions that are read of the past before others get as much time.
const BREATH: usize = 2_000;

/// What platforms took, by the title of a file and its channel.
pub type Accepted = imbl::OrdMap<(String, ChannelName), Taken>;

/// How many messages ended how, by the title of a file, since the engine began.
pub type Outcomes = imbl::OrdMap<(String, &'static str), u64>;

/// Lengths that are kept of one channel.
const LENGTHS_KEPT: usize = 128;
/// Messages on their way of which it is known when they were decided.
const UNDER_WAY_KNOWN: usize = 4_096;

/// What a platform took of a channel, since the engine began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// When it took something last.
    pub at: Timestamp,
    /// How long the last messages took from their decision on, in milliseconds.
    lengths_ms: imbl::Vector<i64>,
}

impl Taken {
    /// What half of the last messages did not exceed, and what 95 of a hundred did not.
    pub fn lengths(&self) -> Option<(Span, Span)> {
        let mut all: Vec<i64> = self.lengths_ms.iter().copied().collect();
        all.sort_unstable();
        let of = |share: usize| all.get(all.len().saturating_sub(1) * share / 100).copied();
        Some((Span::from_millis(of(50)?), Span::from_millis(of(95)?)))
    }
}

/// What pages that are open are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The number of the last entry.
    pub seq: i64,
    /// The parts that are different, none where everything may be.
    pub parts: Vec<String>,
}

/// What is kept.
#[derive(Debug)]
pub struct Kept {
    board: ArcSwap<Board>,
    history: ArcSwap<History>,
    accepted: ArcSwap<Accepted>,
    lately: ArcSwap<Omissions>,
    outcomes: ArcSwap<Outcomes>,
    /// The number of the last entry that the board and what did not happen have.
    reached: watch::Sender<i64>,
    news: broadcast::Sender<Arc<News>>,
    dir: PathBuf,
    /// Places for streams of changes.
    pub(super) places: Arc<Semaphore>,
    /// Turns for what goes through much of the journal.
    turns: Semaphore,
}

impl Kept {
    /// Nothing yet; for an engine whose state is in a folder.
    pub fn new(dir: &Path) -> Arc<Self> {
        let (news, _) = broadcast::channel(BEHIND_MAX);
        Arc::new(Self {
            board: ArcSwap::default(),
            history: ArcSwap::default(),
            accepted: ArcSwap::default(),
            lately: ArcSwap::default(),
            outcomes: ArcSwap::default(),
            reached: watch::Sender::new(0),
            news,
            dir: dir.into(),
            turns: Semaphore::new(limits::WHY_AT_ONCE),
            places: Arc::new(Semaphore::new(limits::LIVE_STREAMS_MAX)),
        })
    }

    /// Follows an engine until it ends.
    pub fn follow(self: &Arc<Self>, published: Published) {
        tokio::spawn(self.clone().followed(published));
    }

    /// A turn to go through much of the journal, once it comes.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// What is.
    pub fn board(&self) -> Arc<Board> {
        self.board.load_full()
    }

    /// What was.
    pub fn history(&self) -> Arc<History> {
        self.history.load_full()
    }

    /// When platforms took something last, since the engine began.
    pub fn accepted(&self) -> Arc<Accepted> {
        self.accepted.load_full()
    }

    /// How messages ended, since the engine began.
    pub fn outcomes(&self) -> Arc<Outcomes> {
        self.outcomes.load_full()
    }

    /// What did not happen lately.
    pub fn lately(&self) -> Arc<Omissions> {
        self.lately.load_full()
    }

    /// Waits, for a moment, until everything up to an entry is kept.
    pub async fn reach(&self, seq: i64) {
        let mut reached = self.reached.subscribe();
        let wait = Duration::from_millis(limits::BOARD_WAIT_MS_MAX);
        // Whoever waited in vain sees what is kept.
        let _ = timeout(wait, reached.wait_for(|reached| *reached >= seq)).await;
    }

    /// Bytes that the disk of the state has room for.
    pub fn room(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.dir).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// The state directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What changes from now on.
    pub fn listen(&self) -> Receiver<Arc<News>> {
        self.news.subscribe()
    }

    async fn followed(self: Arc<Self>, published: Published) {
        let mut heard = published.subscribe();
        let first = published.snapshot();
        let board = Board::default().next(&first).0;
        self.board.store(Arc::new(board));
        let mut seen = first.seq;
        let kept = self.clone();
        // What comes meanwhile waits in the stream; what is lost there is read again.
        if let Ok(Ok(history)) = tokio::task::spawn_blocking(move || kept.read_past(NEWEST)).await {
            self.history.store(Arc::new(history));
        }
        self.look_at_lately().await;
        self.reached.send_replace(seen);
        self.look_at_stuck().await;
        let kept = self.clone();
        let older = tokio::task::spawn_blocking(move || kept.read_past(limits::HISTORY_DECISIONS_MAX));
        let mut older = Some(older);
        let mut story = History::clone(&self.history());
        let (mut pending, mut told) = (Changed::default(), Instant::now());
        let mut under_way = BTreeMap::new();
        loop {
            // What has waited long enough is told also when nothing else comes.
            let idle = pending.parts.is_empty() && older.is_none();
            let wait = if idle { Duration::from_hours(1) } else { LIVE_REST };
            let first = match timeout(wait, heard.next()).await {
                Ok(Some(first)) => Some(first),
                Ok(None) => return,
                Err(_) => None,
            };
            let (mut stuck, mut missed, mut settled) = (false, false, false);
            let mut next = first;
            while let Some(one) = next {
                let (decided, lost) = note(&one, &mut story);
                settled |= matches!(one, Heard::Settled(_));
                self.note_accepted(&one, &mut under_way);
                seen = seen.max(self.note_lately(&one));
                (stuck, missed) = (stuck | decided, missed | lost);
                next = heard.waiting();
            }
            if missed && let Ok(newest) = self.catch_up(&story) {
                story = newest;
            }
            if older.as_ref().is_some_and(tokio::task::JoinHandle::is_finished)
                && let Some(Ok(Ok(past))) = match older.take() {
                    Some(older) => Some(older.await),
                    None => None,
                }
            {
                story = joined(&past, &story);
            }
            self.history.store(Arc::new(story.clone()));
            let (board, changed) = self.board().next(&published.snapshot());
            pending.parts.extend(changed.parts);
            self.board.store(Arc::new(board));
            if missed {
                seen = seen.max(self.board().now.seq);
                self.look_at_lately().await;
            }
            self.reached.send_replace(seen);
            let troubled = !self.board().dead.0.is_empty() && !pending.parts.is_empty();
            if stuck || troubled || (settled && !self.board().failing.is_empty()) {
                self.look_at_stuck().await;
                pending.parts.extend(["channels".to_owned(), "today".to_owned()]);
            }
            if !pending.parts.is_empty() && told.elapsed() >= LIVE_REST {
                let seq = self.board().now.seq;
                let parts = std::mem::take(&mut pending.parts);
                let all = parts.len() > limits::LIVE_PARTS_MAX;
                let parts = if all { Vec::new() } else { parts.into_iter().collect() };
                // An error says that no page is open.
                let _ = self.news.send(Arc::new(News { seq, parts }));
                told = Instant::now();
            }
            sleep(BOARD_REST).await;
        }
    }

    /// What of this did not happen; gives the number of the last entry.
    fn note_lately(&self, heard: &Heard) -> i64 {
        let Heard::Commits(commits) = heard else { return 0 };
        let missed = |entry: &&Entry| Kinds::of(entry).meets(Kinds::MISSED);
        if commits.iter().any(|commit| commit.entries.iter().any(|entry| missed(&entry))) {
            let (mut lately, board) = (Omissions::clone(&self.lately()), self.board());
            for commit in commits.iter() {
                for entry in commit.entries.iter().filter(missed) {
                    lately.note(&commit.group, entry, &board);
                }
            }
            self.lately.store(Arc::new(lately));
        }
        let last = |commit: &Commit| commit.first + commit.entries.len() as i64 - 1;
        commits.iter().map(last).max().unwrap_or_default()
    }

    /// Reads of the journal what did not happen lately.
    async fn look_at_lately(self: &Arc<Self>) {
        let kept = self.clone();
        let read = tokio::task::spawn_blocking(move || -> Result<Vec<LogLine>, StoreError> {
            let reader = Reader::beside_engine(&kept.dir)?;
            let since = clock::now().plus(-Span::from_millis(limits::MISSED_SHOWN_MS));
            let span = (since, Timestamp::MAX);
            let most = limits::MISSED_LOOK_BACK;
            let found = kept.history_now(&reader)?.between(None, Kinds::MISSED, span, most);
            let mut lines = reader.decisions(&found.decisions)?;
            lines.sort_by_key(|line| line.seq);
            Ok(lines)
        });
        if let Ok(Ok(lines)) = read.await {
            let (mut lately, board) = (Omissions::default(), self.board());
            for line in &lines {
                lately.note(&line.group, &line.entry, &board);
            }
            self.lately.store(Arc::new(lately));
        }
    }

    fn note_accepted(&self, heard: &Heard, decided: &mut BTreeMap<ParcelKey, Timestamp>) {
        let settled = match heard {
            Heard::Settled(settled) => settled,
            Heard::Commits(commits) => {
                for commit in commits.iter() {
                    let sent = (commit.first..).zip(commit.entries.iter());
                    let sent = sent.filter(|(_, entry)| matches!(entry.effect(), Some(Effect::Send(_))));
                    decided.extend(sent.map(|(key, entry)| (key, entry.at)));
                }
                while decided.len() > UNDER_WAY_KNOWN {
                    decided.pop_first();
                }
                return;
            }
            Heard::Idle | Heard::Lost(_) => return,
        };
        let (mut accepted, board, now) = (Accepted::clone(&self.accepted()), self.board(), clock::now());
        let mut outcomes = Outcomes::clone(&self.outcomes());
        for one in settled.iter() {
            let word = match one.outcome {
                ParcelOutcome::Accepted => "accepted",
                ParcelOutcome::Dead => "refused",
                ParcelOutcome::Held => "in_doubt",
                ParcelOutcome::Expired => "expired",
                ParcelOutcome::Deferred { .. } => continue,
            };
            if let Some(playbook) = board.group_of(&one.group).and_then(Here::playbook) {
                *outcomes.entry((playbook.title.to_string(), word)).or_default() += 1;
            }
        }
        self.outcomes.store(Arc::new(outcomes));
        for one in settled.iter().filter(|one| matches!(one.outcome, ParcelOutcome::Accepted)) {
            let length = decided.remove(&one.key).map(|at| now.since(at).as_millis().max(0));
            let Some(playbook) = board.group_of(&one.group).and_then(Here::playbook) else { continue };
            let key = (playbook.title.to_string(), one.channel.clone());
            let taken =
                accepted.entry(key).or_insert_with(|| Taken { at: now, lengths_ms: imbl::Vector::new() });
            taken.at = now;
            taken.lengths_ms.extend(length);
            if taken.lengths_ms.len() > LENGTHS_KEPT {
                taken.lengths_ms.pop_front();
            }
        }
        self.accepted.store(Arc::new(accepted));
    }

    /// The newest decisions of the journal, with so many at most that have something to tell; whether there are older
    /// ones is in what is read. The engine gets as much time as this takes.
    fn read_past(&self, most: usize) -> Result<History, StoreError> {
        let reader = Reader::beside_engine(&self.dir)?;
        let mut history = History::default();
        let (mut older, mut begun, mut read, mut told) = (false, Instant::now(), 0, 0);
        reader.backwards(reader.last()?, &mut |seq, group, entries| {
            let kinds = Kinds::of_all(&entries);
            older = told >= most || !history.earlier((seq, since(&entries)), &group, kinds);
            told += usize::from(kinds != Kinds::default());
            read += 1;
            if read % BREATH == 0 {
                std::thread::sleep(begun.elapsed());
                begun = Instant::now();
            }
            !older
        })?;
        history.cut(older);
        Ok(history)
    }

    /// What was, up to this moment.
    pub fn history_now(&self, reader: &Reader) -> Result<History, StoreError> {
        Self::caught_up(reader, &self.history())
    }

    /// Reads what the stream has lost.
    fn catch_up(&self, story: &History) -> Result<History, StoreError> {
        Self::caught_up(&Reader::beside_engine(&self.dir)?, story)
    }

    fn caught_up(reader: &Reader, story: &History) -> Result<History, StoreError> {
        let (last, mut newest) = (story.last().unwrap_or(0), Vec::new());
        reader.backwards(reader.last()?, &mut |seq, group, entries| {
            let newer = seq > last && newest.len() < limits::HISTORY_DECISIONS_MAX;
            if newer {
                newest.push(((seq, since(&entries)), group, Kinds::of_all(&entries)));
            }
            newer
        })?;
        let mut story = story.clone();
        for (seq, group, kinds) in newest.iter().rev() {
            story.newer(*seq, group, *kinds);
        }
        Ok(story)
    }

    /// Reads which messages somebody has to decide about, and which channels fail.
    pub async fn look_at_stuck(self: &Arc<Self>) {
        let dir = self.dir.clone();
        let read = tokio::task::spawn_blocking(move || -> Result<_, StoreError> {
            let reader = Reader::beside_engine(&dir)?;
            let rows: Vec<OutboxRow> = reader.stuck(limits::STUCK_MAX + 1)?;
            Ok((rows, reader.failing(limits::PLACES_LOOKED_AT_MAX)?))
        });
        if let Ok(Ok((rows, failing))) = read.await {
            self.board.store(Arc::new(self.board().with_dead(rows).with_failing(failing)));
        }
    }
}

/// When a decision was made.
fn since(entries: &[Entry]) -> Timestamp {
    entries.first().map(|entry| entry.at).unwrap_or_default()
}

/// Notes what was heard; whether it may be about messages that somebody decides about, and whether any was lost.
fn note(heard: &Heard, story: &mut History) -> (bool, bool) {
    match heard {
        Heard::Commits(commits) => {
            let mut stuck = false;
            for commit in commits.iter().filter(|commit| !commit.entries.is_empty()) {
                story.newer(
                    (commit.first, since(&commit.entries)),
                    &commit.group,
                    Kinds::of_all(&commit.entries),
                );
                stuck |= commit.entries.iter().any(|entry| {
                    matches!(
                        entry.fact,
                        Fact::DeliveryFailed { .. } | Fact::Delivered { .. } | Fact::Expired { .. }
                    )
                });
            }
            (stuck, false)
        }
        Heard::Settled(settled) => {
            let fails = |outcome: &ParcelOutcome| matches!(outcome, ParcelOutcome::Deferred { .. });
            (settled.iter().any(|one| fails(&one.outcome)), false)
        }
        Heard::Idle => (false, false),
        Heard::Lost(_) => (true, true),
    }
}

/// What was read of the past, and what has come since.
fn joined(past: &History, since: &History) -> History {
    let mut all = past.clone();
    since.onto(&mut all);
    all
}
