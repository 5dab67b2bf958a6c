//! What the driver lets others see: after each commit all states as one snapshot, and what was committed and what
//! became of messages as a stream.
//!
//! A reader never touches the driver or the writer: looking at a snapshot is a few pointers, and it stays as it was.
//! Whoever is too slow for the stream loses its place there and is told how much it lost; the driver never waits.

use super::targets::Outlets;
use crate::{
    base::{ids::GroupId, limits, phrase::Phrase},
    courier::Settlement,
    engine::{entry::Entry, state::State},
    model::playbook::{Playbook, Playbooks},
    shell::{
        dialled::Dialled,
        ears::{
            board::EarBoard,
            known::{KnownEar, KnownHook},
        },
        senders::KnownSender,
        watchman::Watchman,
    },
};
use arc_swap::ArcSwap;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::broadcast::{
    self, Receiver, Sender, WeakSender,
    error::{RecvError, TryRecvError},
};

/// Something that `check` warns of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// The file and the line; empty where it is about the whole.
    pub place: String,
    /// The code, as `playbook explain` knows it.
    pub code: &'static str,
    /// What was found.
    pub message: Phrase,
}

/// A file as the engine runs it.
#[derive(Debug)]
pub struct InForce {
    /// The file as it was given.
    pub file: PathBuf,
    /// Its version in force.
    pub playbook: Arc<Playbook>,
    /// Warnings of that version.
    pub warnings: Arc<Vec<Noticed>>,
    /// Where its messages go; in a rehearsal nowhere, or to one channel.
    pub targets: Arc<Outlets>,
    /// Who may report facts about its groups, with their keys.
    pub senders: Arc<Vec<KnownSender>>,
    /// Who is told that the engine works.
    pub watchman: Option<Watchman>,
    /// The ears that it asks for, with what they need.
    pub ears: Arc<Vec<KnownEar>>,
    /// The channels of which platforms tell `/hooks/…`.
    pub hooks: Arc<Vec<KnownHook>>,
}

/// A group as it is now.
#[derive(Debug)]
pub struct GroupNow {
    /// What all its committed entries add up to.
    pub state: Arc<State>,
    /// The file that runs it; none while it rests.
    pub book: Option<Arc<InForce>>,
}

/// The same state and the same file in force, by their addresses: what was published once does not change.
impl PartialEq for GroupNow {
    fn eq(&self, other: &Self) -> bool {
        let book = match (&self.book, &other.book) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        book && Arc::ptr_eq(&self.state, &other.state)
    }
}

/// All groups after one commit. A clone is a few pointers, and never changes.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The number of the last committed entry.
    pub seq: i64,
    /// Every group in the state, those that rest included.
    pub groups: imbl::OrdMap<GroupId, Arc<GroupNow>>,
    /// The files, in the order in which they were given.
    pub books: Arc<Vec<Arc<InForce>>>,
    /// Every version that a group or one of its open runs needs.
    pub playbooks: Arc<Playbooks>,
}

/// A decision that is a fact now.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The group.
    pub group: GroupId,
    /// The number of its first entry.
    pub first: i64,
    /// Its entries; none where an input changed nothing but the record.
    pub entries: Arc<Vec<Entry>>,
    /// The group after it.
    pub now: Arc<GroupNow>,
}

/// What a subscriber hears.
#[derive(Debug, Clone)]
pub enum Heard {
    /// Decisions that were committed together, in their order.
    Commits(Arc<Vec<Commit>>),
    /// What became of messages; recorded.
    Settled(Arc<Vec<Settlement>>),
    /// For the moment there is nothing more to do.
    Idle,
    /// The subscriber was too slow: so much before the next is lost to it. The snapshot has their sum.
    Lost(u64),
}

/// The driver's end.
#[derive(Debug)]
pub struct Publisher {
    next: Snapshot,
    shared: Arc<ArcSwap<Snapshot>>,
    stream: Sender<Heard>,
    ears: EarBoard,
    dialled: Dialled,
    /// Nothing was said since it was said that there is nothing more to do.
    idle: bool,
}

impl Default for Publisher {
    fn default() -> Self {
        Self {
            next: Snapshot::default(),
            shared: Arc::default(),
            stream: Sender::new(limits::STREAM_COMMITS_MAX),
            ears: EarBoard::default(),
            dialled: Dialled::default(),
            idle: false,
        }
    }
}

impl Publisher {
    /// A reader's end.
    pub fn published(&self) -> Published {
        Published {
            shared: self.shared.clone(),
            stream: self.stream.downgrade(),
            ears: self.ears.clone(),
            dialled: self.dialled.clone(),
        }
    }

    /// How a group is from now on; seen with the next [`Publisher::publish`].
    pub fn group(&mut self, group: GroupId, now: GroupNow) -> Arc<GroupNow> {
        let now = Arc::new(now);
        self.next.groups.insert(group, now.clone());
        now
    }

    /// Which files and versions there are from now on; seen with the next [`Publisher::publish`].
    pub fn books(&mut self, books: Vec<Arc<InForce>>, playbooks: Playbooks) {
        self.next.books = Arc::new(books);
        self.next.playbooks = Arc::new(playbooks);
    }

    /// Everything that was said since the last time is seen from now on; then subscribers hear of the commits.
    pub fn publish(&mut self, seq: i64, commits: Vec<Commit>) {
        self.next.seq = self.next.seq.max(seq);
        self.shared.store(Arc::new(self.next.clone()));
        if !commits.is_empty() {
            self.say(Heard::Commits(Arc::new(commits)));
        }
    }

    /// What became of messages.
    pub fn settled(&mut self, settlements: Vec<Settlement>) {
        self.say(Heard::Settled(Arc::new(settlements)));
    }

    /// For the moment there is nothing more to do; said once.
    pub fn idle(&mut self) {
        if !self.idle {
            self.say(Heard::Idle);
            self.idle = true;
        }
    }

    fn say(&mut self, what: Heard) {
        self.idle = false;
        // An error says that nobody listens.
        let _ = self.stream.send(what);
    }
}

/// What others hold. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Published {
    shared: Arc<ArcSwap<Snapshot>>,
    stream: WeakSender<Heard>,
    ears: EarBoard,
    dialled: Dialled,
}

impl Published {
    /// All groups after the last commit.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.load_full()
    }

    /// The programs that have dialled us.
    pub fn dialled(&self) -> &Dialled {
        &self.dialled
    }

    /// How the ears are.
    pub fn ears(&self) -> &EarBoard {
        &self.ears
    }

    /// Everything that is committed from now on. A snapshot taken after this misses nothing that is not heard.
    pub fn subscribe(&self) -> Subscription {
        let gone = || broadcast::channel(1).1;
        Subscription(self.stream.upgrade().map_or_else(gone, |stream| stream.subscribe()))
    }
}

/// A place in the stream of commits.
#[derive(Debug)]
pub struct Subscription(Receiver<Heard>);

impl Subscription {
    /// Waits for what comes next; none when the engine has ended.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(heard) => Some(heard),
            Err(RecvError::Lagged(lost)) => Some(Heard::Lost(lost)),
            Err(RecvError::Closed) => None,
        }
    }

    /// What has come and was not heard yet; none when that is nothing.
    pub fn waiting(&mut self) -> Option<Heard> {
        match self.0.try_recv() {
            Ok(heard) => Some(heard),
            Err(TryRecvError::Lagged(lost)) => Some(Heard::Lost(lost)),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(publisher: &mut Publisher, group: &str, epoch: u64) -> Commit {
        let group = GroupId::from(group);
        let state = Arc::new(State { epoch, ..State::new(group.clone()) });
        let now = publisher.group(group.clone(), GroupNow { state, book: None });
        Commit { group, first: epoch as i64, entries: Arc::default(), now }
    }

    #[test]
    fn a_snapshot_stays_as_it_was_and_the_next_has_what_was_published() {
        let mut publisher = Publisher::default();
        let published = publisher.published();
        let first = commit(&mut publisher, "a", 1);
        assert!(published.snapshot().groups.is_empty(), "seen before it was published");
        publisher.publish(1, vec![first]);
        let before = published.snapshot();
        let second = commit(&mut publisher, "a", 2);
        let other = commit(&mut publisher, "b", 1);
        publisher.publish(3, vec![second, other]);
        let epoch = |snapshot: &Snapshot| snapshot.groups.get("a").unwrap().state.epoch;
        assert_eq!((before.seq, before.groups.len(), epoch(&before)), (1, 1, 1));
        let after = published.snapshot();
        assert_eq!((after.seq, after.groups.len(), epoch(&after)), (3, 2, 2));
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_how_much_it_lost_and_goes_on() {
        let mut publisher = Publisher::default();
        let mut slow = publisher.published().subscribe();
        let beyond = 3;
        for n in 0..(limits::STREAM_COMMITS_MAX + beyond) as u64 {
            let one = commit(&mut publisher, "a", n);
            publisher.publish(n as i64, vec![one]);
        }
        assert!(matches!(slow.next().await, Some(Heard::Lost(lost)) if lost == beyond as u64));
        let Some(Heard::Commits(commits)) = slow.next().await else { panic!("nothing was kept") };
        assert_eq!(commits[0].first, beyond as i64);
        drop(publisher);
        while slow.waiting().is_some() {}
        assert!(slow.next().await.is_none(), "the engine has ended");
    }
}
