//! What the courier is given, and what it reports back: jobs, settlements, and the ledger that records them.
//!
//! Plain values and one trait; the runtime implements the trait with its store.

use super::target::Target;
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::Timestamp,
    },
    engine::input,
    model::message::{Label, Message},
};
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// The outbox row that a job stands for.
pub type Key = i64;

/// One message to deliver. Jobs of one group and channel are delivered in the order in which they are submitted.
#[derive(Debug, Clone)]
pub struct Job {
    /// The outbox row.
    pub key: Key,
    /// The group that speaks.
    pub group: GroupId,
    /// The effect: with the group the idempotency key.
    pub effect: EffectId,
    /// Where to.
    pub target: Arc<Target>,
    /// What.
    pub message: Arc<Message>,
    /// The message's label.
    pub label: Option<Label>,
    /// Not attempted after this.
    pub expires: Option<Timestamp>,
    /// Not attempted before this.
    pub not_before: Option<Timestamp>,
    /// Attempts made so far; 0 again when a person has it retried.
    pub attempts: u32,
    /// Parts of a split message that were accepted so far.
    pub part: u32,
    /// The outcome of an earlier attempt is unknown.
    pub in_doubt: bool,
    /// A person wants it sent, so that `in_doubt: hold` does not hold it once more.
    pub retried: bool,
    /// The row was committed as claimed, after [`super::courier::CourierHandle::reserve`] had allowed it.
    pub claimed: bool,
}

/// How a job left the courier, or why it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform took it.
    Accepted,
    /// Refused for good, or out of attempts: dead, until somebody retries it.
    Dead,
    /// The outcome is unknown and the channel says `hold`: waits for a person.
    Held,
    /// Its `expires` passed first.
    Expired,
    /// Not settled: it is tried again. The row is open and no longer claimed.
    Deferred {
        /// The earliest next attempt.
        until: Timestamp,
    },
}

/// What became of one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The outbox row.
    pub key: Key,
    /// Its group.
    pub group: GroupId,
    /// Its effect.
    pub effect: EffectId,
    /// Its channel.
    pub channel: ChannelName,
    /// How it ended.
    pub outcome: Outcome,
    /// Attempts made in all.
    pub attempts: u32,
    /// Parts accepted.
    pub part: u32,
    /// The outcome of at least one attempt was unknown, so a second copy is possible.
    pub in_doubt: bool,
    /// The platform's note, or the reason in words; may be empty; never a secret.
    pub note: String,
}

impl Settlement {
    /// The input that tells the engine; none for a plain acceptance and for one that waits.
    pub fn receipt(&self) -> Option<input::Receipt> {
        match &self.outcome {
            Outcome::Accepted if self.in_doubt => {
                let note = if self.note.is_empty() { "in doubt" } else { &self.note };
                Some(input::Receipt::Accepted { note: note.to_owned() })
            }
            Outcome::Accepted | Outcome::Deferred { .. } => None,
            Outcome::Dead => Some(input::Receipt::Refused { reason: self.note.clone() }),
            Outcome::Held => Some(input::Receipt::InDoubt { reason: self.note.clone() }),
            Outcome::Expired => Some(input::Receipt::expired(self.in_doubt)),
        }
    }
}

/// What the courier wants recorded, in one commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Settled or deferred jobs, in the order in which they ended.
    pub settlements: Vec<Settlement>,
    /// Rows that are about to be attempted: from this commit on, an unsettled one is in doubt after a crash.
    pub claims: Vec<Key>,
}

/// Records claims and settlements durably.
pub trait Ledger: Send + Sync + 'static {
    /// Commits the batch and returns the claimed rows that are no longer open (withdrawn, settled by a person):
    /// these are not attempted. The future resolves after the commit. An error is retried with the same batch
    /// until the courier is stopped, so that it has to be repeatable.
    fn record(&self, batch: Batch) -> BoxFuture<'_, Result<Vec<Key>, LedgerError>>;

    /// What the platform said when it accepted a message, for one that answers it; nothing where that is not
    /// known any more.
    fn note(&self, _group: &GroupId, _effect: &EffectId) -> BoxFuture<'_, Option<String>> {
        Box::pin(async { None })
    }
}

/// The ledger could not commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the outbox could not be written: {0}")]
pub struct LedgerError(pub String);
