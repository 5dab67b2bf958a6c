//! What the routes have of the engine, and how much each sender may still report.

use super::{address, answer::Turned, arrivals::Arrivals, bucket::Bucket, pulse::Pulse};
use crate::{
    base::{limits, time::Timestamp},
    shell::{
        clock,
        console::{Console, keep::Kept},
        ears::{Inlet, KnownHook},
        runtime::publish::{InForce, Published},
        senders::KnownSender,
        socket::AskedFor,
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, mpsc};

/// Whether a request came over a socket of this machine alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near(pub(super) bool);

/// Whose connection it is.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub Option<std::net::IpAddr>);

/// What the routes have of the engine. Cheap to share; nothing in it is changed from here.
#[derive(Debug)]
pub struct Inside {
    /// Where the door is, and its names.
    pub addresses: address::Addresses,
    /// How the driver is.
    pub pulse: Arc<Pulse>,
    /// What the engine shows of itself.
    pub published: Published,
    /// Where facts go.
    pub arrived: mpsc::Sender<Arrivals>,
    /// Where commands go.
    pub asked: mpsc::Sender<AskedFor>,
    /// Where what platforms tell goes.
    pub inlet: Inlet,
    /// The state directory.
    pub dir: PathBuf,
    /// The console.
    pub console: Console,
    /// What its pages are made from.
    pub kept: Arc<Kept>,
    /// Places for requests that are being answered.
    pub(super) places: Semaphore,
    /// Places for streams of the journal.
    pub(super) streams: Arc<Semaphore>,
    /// What each sender may still report.
    buckets: Mutex<BTreeMap<Arc<str>, Bucket>>,
}

impl Inside {
    /// Of an engine that is about to run.
    pub fn new(
        addresses: address::Addresses,
        pulse: Arc<Pulse>,
        published: Published,
        (arrived, asked, inlet): (mpsc::Sender<Arrivals>, mpsc::Sender<AskedFor>, Inlet),
        dir: &Path,
        console: Console,
    ) -> Self {
        let places = Semaphore::new(limits::DOOR_REQUESTS_MAX);
        Self {
            addresses,
            pulse,
            published,
            arrived,
            asked,
            kept: Kept::new(dir),
            inlet,
            dir: dir.into(),
            console,
            places,
            streams: Arc::new(Semaphore::new(limits::DOOR_STREAMS_MAX)),
            buckets: Mutex::default(),
        }
    }

    /// Turns away a sender that has reported too much lately.
    pub(super) fn open_bucket(&self, senders: &[(Arc<InForce>, KnownSender)]) -> Result<(), Turned> {
        let now = clock::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.published.snapshot();
        // Senders come and go with edits.
        buckets.retain(|source, _| {
            let senders =
                known.books.iter().flat_map(|book| book.senders.iter()).map(|sender| &sender.source);
            let hooks = known.books.iter().flat_map(|book| book.hooks.iter()).map(KnownHook::source);
            senders.chain(hooks).any(|known| known == source)
        });
        for (_, sender) in senders {
            open(&mut buckets, &sender.source, now)?;
        }
        Ok(())
    }

    /// Takes what a platform tells out of its channel's bucket, or turns it away.
    pub(super) fn pour(&self, hook: &KnownHook, signals: usize) -> Result<(), Turned> {
        let now = clock::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        open(&mut buckets, hook.source(), now)?.take(signals, now);
        Ok(())
    }

    /// Changes what senders may still report.
    pub(super) fn in_buckets(&self, senders: &[(Arc<InForce>, KnownSender)], change: impl Fn(&mut Bucket)) {
        let now = clock::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, sender) in senders {
            change(buckets.entry(sender.source.clone()).or_insert_with(|| Bucket::full(now)));
        }
    }
}

/// The bucket of a source, unless it is empty.
fn open<'b>(
    buckets: &'b mut BTreeMap<Arc<str>, Bucket>,
    source: &Arc<str>,
    now: Timestamp,
) -> Result<&'b mut Bucket, Turned> {
    let bucket = buckets.entry(source.clone()).or_insert_with(|| Bucket::full(now));
    match bucket.open(now) {
        Ok(()) => Ok(bucket),
        Err(seconds) => {
            let rate = limits::SENDER_SIGNALS_PER_S;
            Err(Turned::busy(format!("{source} may report {rate} signals a second"), seconds))
        }
    }
}
