//! What the writer is given to do, by whom, and what it says of it.
//!
//! Queues only: nothing here touches the database.

use super::{Covering, Cursor, GroupInfo, Letter, OutboxRow, SessionChange, Settle, StoreError};
use crate::{
    base::{
        ids::{Digest, EffectId, GroupId},
        time::Timestamp,
    },
    courier::RobotMemory,
    engine::{entry::Entry, state::State},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
};
use tokio::sync::oneshot;

/// What one input of one group came to.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The group.
    pub group: GroupId,
    /// The real time.
    pub at: Timestamp,
    /// The entries; may be empty when only `told` is to be recorded.
    pub entries: Arc<Vec<Entry>>,
    /// Effects among them that the courier attempts at once: their rows begin as claimed.
    pub claimed: Vec<EffectId>,
    /// The input was the receipt of this effect: the engine has heard of it now.
    pub told: Option<EffectId>,
    /// The reports from outside that the input was: they are recorded now.
    pub letters: Vec<Letter>,
    /// For each of them from an ear its cursor, and what else that covers.
    pub coverings: Vec<Arc<Covering>>,
    /// The input could not be digested: it as JSON, and why.
    pub parked: Option<(String, String)>,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub enum Work {
    /// Commit a decision. Answered by [`Ack`].
    Decide(Decision),
    /// Commit claims and settlements; gives the claimed keys that are not open any more.
    Record {
        /// Rows that are about to be attempted.
        claims: Vec<i64>,
        /// What became of rows.
        settles: Vec<Settle>,
        /// What a restart has to know of robots.
        robots: Vec<RobotMemory>,
        /// Resolves after the commit.
        reply: oneshot::Sender<Result<Vec<i64>, StoreError>>,
    },
    /// Put a dead or doubtful row back on its way.
    Revive {
        /// The group of the message.
        group: GroupId,
        /// The message to send again.
        effect: EffectId,
        /// Resolves after the commit; `None` when there is no such row.
        reply: oneshot::Sender<Result<Option<OutboxRow>, StoreError>>,
    },
    /// Say what a platform said when it accepted a message.
    Note {
        /// The group of the message.
        group: GroupId,
        /// The message that the platform spoke of.
        effect: EffectId,
        /// `None` when it was not accepted, or nothing was said.
        reply: oneshot::Sender<Option<String>>,
    },
    /// Keep a playbook version.
    Source {
        /// The digest of the version.
        digest: Digest,
        /// The path of the playbook among the files.
        path: String,
        /// All texts it was compiled from.
        files: BTreeMap<String, Arc<str>>,
        /// What stands in them as it must not stand in the database.
        secrets: Vec<Arc<str>>,
    },
    /// Keep what readers need to know of a group.
    Group(GroupId, GroupInfo),
    /// No file runs this group any more.
    Rests(GroupId),
    /// Keep a state; it has all entries up to and including this number.
    Snapshot(Box<State>, i64),
    /// All entries up to and including this number are in snapshots.
    Checkpoint(i64),
    /// People have been told what is different by this edition.
    Edition(i64),
    /// Change who is signed in.
    Session(SessionChange),
    /// Keep up to where an ear has heard.
    Cursor(Cursor),
    /// Answer when everything before is committed.
    Flush(oneshot::Sender<Result<(), StoreError>>),
}

/// What the writer reports of decisions.
#[derive(Debug)]
pub enum Ack {
    /// These are facts now, in this order.
    Committed(Vec<Acked>),
    /// Something is in the way that passes by itself: it is tried again, and nothing is acknowledged meanwhile.
    Waits(StoreError),
    /// It has passed, and what waited is committed.
    GoesOn,
    /// Nothing more is committed. What was not acknowledged has not happened.
    Failed(StoreError),
}

/// A committed decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acked {
    /// The group.
    pub group: GroupId,
    /// The number of its first entry.
    pub first: i64,
    /// For each entry that the courier sends: its index in the decision and the key of its row.
    pub sends: Vec<(usize, i64)>,
}

/// Gives work to the writer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct StoreHandle {
    pub(super) sender: Sender<Work>,
    pub(super) hurry: Arc<AtomicBool>,
}

impl StoreHandle {
    /// Queues work. An error means that the writer has ended.
    pub fn send(&self, work: Work) -> Result<(), StoreError> {
        self.sender.send(work).map_err(|_| StoreError::Stopped)
    }

    /// Commits claims and settlements; gives the claimed keys that are not open any more.
    pub async fn record(
        &self,
        claims: Vec<i64>,
        settles: Vec<Settle>,
        robots: Vec<RobotMemory>,
    ) -> Result<Vec<i64>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Work::Record { claims, settles, robots, reply })?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// Puts a dead or doubtful row back on its way.
    pub async fn revive(&self, group: GroupId, effect: EffectId) -> Result<Option<OutboxRow>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Work::Revive { group, effect, reply })?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// What the platform said when it accepted a message; nothing when that is not known.
    pub async fn note(&self, group: GroupId, effect: EffectId) -> Option<String> {
        let (reply, answer) = oneshot::channel();
        self.send(Work::Note { group, effect, reply }).ok()?;
        answer.await.ok()?
    }

    /// From now on nothing is waited for: what cannot be committed at once has not happened.
    pub fn hurry(&self) {
        self.hurry.store(true, Ordering::Relaxed);
    }

    /// Waits until everything queued before is committed.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Work::Flush(reply))?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}
