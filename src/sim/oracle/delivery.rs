//! What must be true of what platforms get: at least once, a second copy only in doubt, in order, in time.
//!
//! Watches what was decided on one side and what arrived on the other.

use crate::{
    base::{
        ids::{ChannelName, EffectId},
        time::Timestamp,
    },
    engine::{effect::Effect, entry::Entry, input::Receipt},
    sim::courier::CourierEvent,
};
use std::collections::{BTreeMap, BTreeSet};

/// Watches the deliveries of one group.
#[derive(Debug, Default, Clone)]
pub struct Deliveries {
    decided: BTreeMap<EffectId, SentEffect>,
    arrived: BTreeMap<ChannelName, u64>,
    /// Attempts whose outcome was made unknown.
    doubted: BTreeSet<EffectId>,
    /// Copies that platforms have of what is no longer known to have been decided: the state is an older one.
    lost: BTreeMap<EffectId, SentEffect>,
    count: u64,
}

#[derive(Debug, Clone)]
struct SentEffect {
    /// Its place in the order of release.
    place: u64,
    due: Timestamp,
    expires: Option<Timestamp>,
    copies: u32,
    settled: bool,
    manual: bool,
    awaited: bool,
}

impl Deliveries {
    /// A message was decided.
    pub fn decided(&mut self, entry: &Entry) {
        if let Some(Effect::Send(out)) = entry.effect() {
            self.count += 1;
            // What comes at another time than it did in the lost life is said anew: its date was moved, or it answers
            // something else.
            let lost = self.lost.remove(&out.effect).filter(|lost| lost.due == out.due);
            let sent = SentEffect {
                place: self.count,
                expires: out.expires,
                due: out.due,
                copies: lost.map_or(0, |lost| lost.copies),
                settled: false,
                manual: out.manual.is_some(),
                awaited: out.is_awaited(),
            };
            self.decided.insert(out.effect.clone(), sent);
        }
    }

    /// A copy of the state of an earlier time is put back: what platforms have they keep, the rest is as it was then.
    pub fn put_back(&mut self, copy: &Self) {
        let now = std::mem::replace(&mut self.decided, copy.decided.clone());
        for (effect, sent) in now {
            match self.decided.get_mut(&effect) {
                Some(known) => known.copies = sent.copies,
                None => drop(self.lost.insert(effect, sent)),
            }
        }
    }

    /// Something was seen outside; the broken promise in words, if there is one.
    pub fn see(&mut self, event: &CourierEvent, wall: Timestamp) -> Result<(), String> {
        match event {
            CourierEvent::Arrived { channel, effect, in_doubt } => {
                self.arrived(channel, effect, *in_doubt, wall)
            }
            CourierEvent::Doubted { effect } => {
                self.doubted.insert(effect.clone());
                Ok(())
            }
            CourierEvent::Settled { effect, receipt } => {
                let Some(sent) = self.decided.get_mut(effect) else {
                    return Err(format!("{effect} was settled and never decided (G2)"));
                };
                if std::mem::replace(&mut sent.settled, true) {
                    return Err(format!("{effect} was settled twice (G2)"));
                }
                let doubt = match receipt {
                    // It is told because something depends on it, in doubt or not.
                    Some(Receipt::Accepted { .. }) => !sent.awaited,
                    receipt => matches!(receipt, Some(Receipt::InDoubt { .. })),
                };
                if doubt && !self.doubted.contains(effect) {
                    return Err(format!(
                        "{effect} is said to be in doubt, and nothing went wrong with it (G2)"
                    ));
                }
                if receipt.is_none() && sent.copies == 0 {
                    return Err(format!("{effect} counts as delivered and never arrived (G2)"));
                }
                Ok(())
            }
        }
    }

    fn arrived(
        &mut self,
        channel: &ChannelName,
        effect: &EffectId,
        in_doubt: bool,
        wall: Timestamp,
    ) -> Result<(), String> {
        let Some(sent) = self.decided.get_mut(effect) else {
            return Err(format!("{effect} arrived and was never decided (G2)"));
        };
        sent.copies += 1;
        if sent.copies > 1 {
            return if in_doubt && self.doubted.contains(effect) {
                Ok(())
            } else {
                Err(format!("a second copy of {effect} arrived, and it was not in doubt (G2)"))
            };
        }
        if let Some(expires) = sent.expires.filter(|expires| *expires < wall) {
            return Err(format!("{effect} arrived at {wall:?} and had expired at {expires:?} (G5)"));
        }
        let last = self.arrived.entry(channel.clone()).or_default();
        if sent.place < *last {
            return Err(format!(
                "{effect} arrived on {channel} behind a message that was decided later (G4)"
            ));
        }
        *last = sent.place;
        Ok(())
    }

    /// In the end: what was decided has left the outbox, or is still in it.
    pub fn end<'a>(&self, open: impl Iterator<Item = &'a EffectId>) -> Result<(), String> {
        let open: BTreeSet<&EffectId> = open.collect();
        let lost = self
            .decided
            .iter()
            .find(|(effect, sent)| !sent.settled && !sent.manual && !open.contains(effect));
        match lost {
            Some((effect, _)) => Err(format!("{effect} was decided and is lost (G2)")),
            None => Ok(()),
        }
    }
}
