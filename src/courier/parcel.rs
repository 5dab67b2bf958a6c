//! A parcel: what the lanes know of one message on its way, and what became of it.
//!
//! Everything but its words; plain values.

use super::route::Route;
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        phrase::Phrase,
        time::Timestamp,
    },
    engine::input,
};
use std::sync::Arc;

/// The outbox row that a parcel stands for.
pub type ParcelKey = i64;

/// One message to deliver. Those of one group and channel are delivered in the order in which they are submitted.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The outbox row.
    pub key: ParcelKey,
    /// The group that speaks.
    pub group: GroupId,
    /// The effect: with the group the idempotency key.
    pub effect: EffectId,
    /// Where the parcel goes.
    pub route: Arc<Route>,
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
    /// Its row is recorded as about to be attempted.
    pub claimed: bool,
}

/// How a message left the courier, or why it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParcelOutcome {
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
        /// An attempt has failed; otherwise it only gave its turn away, or a part of it was accepted.
        failed: bool,
    },
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The outbox row.
    pub key: ParcelKey,
    /// The group whose message is settled.
    pub group: GroupId,
    /// The effect that is settled.
    pub effect: EffectId,
    /// The channel that the message went to.
    pub channel: ChannelName,
    /// How it ended.
    pub outcome: ParcelOutcome,
    /// Attempts made in all.
    pub attempts: u32,
    /// Parts accepted.
    pub part: u32,
    /// The outcome of at least one attempt was unknown, so a second copy is possible.
    pub in_doubt: bool,
    /// The engine hears of its acceptance, too.
    pub awaited: bool,
    /// The platform's note, or the reason in words; may be empty; never a secret.
    pub note: String,
}

impl Settlement {
    /// The input that tells the engine; none for one that waits, and for a plain acceptance on which nothing depends.
    pub fn receipt(&self) -> Option<input::Receipt> {
        match &self.outcome {
            ParcelOutcome::Accepted if self.in_doubt => {
                let note = if self.note.is_empty() { "in doubt" } else { &self.note };
                Some(input::Receipt::Accepted { note: note.to_owned() })
            }
            ParcelOutcome::Accepted if self.awaited => {
                Some(input::Receipt::Accepted { note: self.note.clone() })
            }
            ParcelOutcome::Accepted | ParcelOutcome::Deferred { .. } => None,
            ParcelOutcome::Dead => Some(input::Receipt::Refused { reason: Phrase::same(&self.note) }),
            ParcelOutcome::Held => Some(input::Receipt::InDoubt { reason: Phrase::same(&self.note) }),
            ParcelOutcome::Expired => Some(input::Receipt::expired(self.in_doubt)),
        }
    }
}

impl Parcel {
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| now > expires)
    }

    pub(super) fn settlement(&self, outcome: ParcelOutcome, note: String) -> Settlement {
        Settlement {
            key: self.key,
            group: self.group.clone(),
            effect: self.effect.clone(),
            channel: self.route.name.clone(),
            outcome,
            attempts: self.attempts,
            part: self.part,
            in_doubt: self.in_doubt,
            awaited: self.awaited,
            note,
        }
    }
}
