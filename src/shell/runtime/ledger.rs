//! The courier's ledger, kept in the store: claims and settlements are commits, receipts become inputs.

use super::event::{Event, Settled};
use crate::{
    base::ids::{EffectId, GroupId},
    courier::{ParcelKey, ParcelOutcome, Settlement},
    engine::input::Receipt,
    shell::{
        answers,
        delivery::job::{Ledger, LedgerBatch, LedgerError},
        store::{MessageStatus, Settle, StoreHandle},
    },
};
use futures_util::future::BoxFuture;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc::UnboundedSender;

/// Messages that were refused once and are on their way again: the engine hears also of their acceptance.
pub(super) type Revived = Arc<Mutex<BTreeSet<ParcelKey>>>;

/// Records in the store.
pub(super) struct StoreLedger {
    /// The store that the ledger is kept in.
    pub(super) store: StoreHandle,
    /// Whom to tell, after the commit.
    pub(super) events: UnboundedSender<Event>,
    /// Messages on their way again.
    pub(super) revived: Revived,
}

impl StoreLedger {
    fn receipt(&self, settlement: &Settlement) -> Option<Receipt> {
        // The adapter's sentence is known in every language here; the courier passes on what was noted.
        let receipt = settlement.receipt().map(|receipt| match receipt {
            Receipt::Refused { reason } => Receipt::Refused { reason: answers::in_words(&reason.en) },
            Receipt::InDoubt { reason } => Receipt::InDoubt { reason: answers::in_words(&reason.en) },
            other => other,
        });
        if receipt.is_some() || settlement.outcome != ParcelOutcome::Accepted {
            return receipt;
        }
        let revived = self.revived.lock().unwrap_or_else(PoisonError::into_inner);
        revived.contains(&settlement.key).then(|| Receipt::Accepted { note: settlement.note.clone() })
    }
}

impl Ledger for StoreLedger {
    fn record(&self, batch: LedgerBatch) -> BoxFuture<'_, Result<Vec<ParcelKey>, LedgerError>> {
        Box::pin(async move {
            let settled: Vec<Settled> = batch
                .settlements
                .into_iter()
                .map(|settlement| Settled { receipt: self.receipt(&settlement), settlement })
                .collect();
            let rows = settled.iter().map(row).collect();
            let gone = self
                .store
                .record(batch.claims, rows, batch.robots.into_values().collect())
                .await
                .map_err(|error| LedgerError(error.to_string()))?;
            if !settled.is_empty() {
                // The driver may have stopped: it hears of these when it is started again.
                let _ = self.events.send(Event::Settled(settled));
            }
            Ok(gone)
        })
    }

    fn note(&self, group: &GroupId, effect: &EffectId) -> BoxFuture<'_, Option<String>> {
        let (group, effect) = (group.clone(), effect.clone());
        Box::pin(async move { self.store.note(group, effect).await })
    }
}

fn row(settled: &Settled) -> Settle {
    let from = &settled.settlement;
    let (status, until) = match &from.outcome {
        ParcelOutcome::Accepted => (MessageStatus::Delivered, None),
        ParcelOutcome::Dead => (MessageStatus::Dead, None),
        ParcelOutcome::Held => (MessageStatus::InDoubt, None),
        ParcelOutcome::Expired => (MessageStatus::Expired, None),
        ParcelOutcome::Deferred { until, .. } => (MessageStatus::Pending, Some(*until)),
    };
    Settle {
        key: from.key,
        status,
        attempts: from.attempts,
        part: from.part,
        in_doubt: from.in_doubt,
        note: match &settled.receipt {
            Some(Receipt::InDoubt { reason }) if from.note.is_empty() => reason.en.clone(),
            _ => from.note.clone(),
        },
        until,
        failed: matches!(from.outcome, ParcelOutcome::Deferred { failed: true, .. }),
        tell: settled.receipt.is_some(),
    }
}

/// The effect of a receipt that comes back.
pub(super) fn effect(settled: &Settled) -> EffectId {
    settled.settlement.effect.clone()
}
