//! What the live courier is given: jobs, and the ledger in which it records what became of them.
//!
//! Plain values and one trait; the runtime implements the trait with its store.

use super::target::Target;
use crate::shell::dialled::Dialled;
use crate::{
    base::{
        ids::{EffectId, GroupId},
        time::Timestamp,
    },
    courier::{Parcel, ParcelKey, RobotId, RobotMemory, Settlement},
    model::message::{Button, Label, Message},
};
use futures_util::future::BoxFuture;
use std::{collections::BTreeMap, sync::Arc};

/// One message to deliver. Jobs of one group and channel are delivered in the order in which they are submitted.
#[derive(Debug, Clone)]
pub struct Job {
    /// The outbox row.
    pub key: ParcelKey,
    /// The group that speaks.
    pub group: GroupId,
    /// The effect: with the group the idempotency key.
    pub effect: EffectId,
    /// Where the message goes.
    pub target: Arc<Target>,
    /// The message to deliver.
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
    /// The engine hears of its acceptance, too.
    pub awaited: bool,
    /// The row was committed as claimed, after [`super::courier::CourierHandle::reserve`] had allowed it.
    pub claimed: bool,
}

impl Job {
    /// What the lanes know of it.
    pub(super) fn parcel(&self) -> Parcel {
        Parcel {
            key: self.key,
            group: self.group.clone(),
            effect: self.effect.clone(),
            route: Arc::clone(&self.target.route),
            expires: self.expires,
            not_before: self.not_before,
            attempts: self.attempts,
            part: self.part,
            in_doubt: self.in_doubt,
            retried: self.retried,
            awaited: self.awaited,
            claimed: self.claimed,
        }
    }
}

/// What the courier wants recorded, in one commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerBatch {
    /// Settled or deferred jobs, in the order in which they ended.
    pub settlements: Vec<Settlement>,
    /// What a restart has to know of robots.
    pub robots: BTreeMap<RobotId, RobotMemory>,
    /// Rows that are about to be attempted: from this commit on, an unsettled one is in doubt after a crash.
    pub claims: Vec<ParcelKey>,
}

/// Records claims and settlements durably.
pub trait Ledger: Send + Sync + 'static {
    /// Commits the batch and returns the claimed rows that are no longer open (withdrawn, settled by a person):
    /// these are not attempted. The future resolves after the commit. An error is retried with the same batch
    /// until the courier is stopped, so that it has to be repeatable.
    fn record(&self, batch: LedgerBatch) -> BoxFuture<'_, Result<Vec<ParcelKey>, LedgerError>>;

    /// What the platform said when it accepted a message, a line a part, for one that answers or revises it; none
    /// where it was not accepted, or that is not known any more.
    fn note(&self, _group: &GroupId, _effect: &EffectId) -> BoxFuture<'_, Option<String>> {
        Box::pin(async { None })
    }
}

/// The ledger could not commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the outbox could not be written: {0}")]
pub struct LedgerError(pub String);

/// What the courier needs from the shell around it.
pub struct CourierNeeds {
    /// Records claims and settlements.
    pub ledger: Arc<dyn Ledger>,
    /// The real time.
    pub now: fn() -> Timestamp,
    /// Prints a post of a `console` channel.
    pub print: Arc<dyn Fn(&str) + Send + Sync>,
    /// Where a message that asks something can be answered; made anew for every attempt, the same each time.
    pub answer_at: AnswerAt,
    /// The programs over whose connections can be spoken.
    pub dialled: Dialled,
}

/// Gives the button of a message that asks something.
pub type AnswerAt = Arc<dyn Fn(&GroupId, &EffectId, &Message) -> Option<Button> + Send + Sync>;
