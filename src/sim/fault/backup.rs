//! A copy of a state, and what becomes of a life when it is put back: what platforms have they keep, and what may have
//! been sent since is in doubt.
//!
//! Does with the parts of a life what restoring does with a database; decides nothing.

use super::{
    StepTold,
    life::{Life, recovered},
};
use crate::{
    base::{ids::EffectId, phrase::Phrase},
    courier::Doubt,
    engine::input::{Input, Receipt},
    sim::{
        courier::{CourierCopy, CourierEvent},
        oracle::{Oracle, decision::Decisions, delivery::Deliveries},
    },
};
use std::collections::VecDeque;

/// A copy of what is durable, with what was promised until then.
#[derive(Debug)]
pub(super) struct Backup {
    stored: (String, Vec<String>),
    courier: CourierCopy,
    untold: VecDeque<Input>,
    oracle: Oracle,
    decisions: Decisions,
    deliveries: Deliveries,
    history: usize,
}

impl Backup {
    /// A copy of a life as it is now.
    pub(super) fn of(life: &Life<'_>) -> Self {
        Self {
            stored: life.stored.clone(),
            courier: life.courier.copy(),
            untold: life.untold.clone(),
            oracle: life.oracle.clone(),
            decisions: life.decisions.clone(),
            deliveries: life.deliveries.clone(),
            history: life.history.len(),
        }
    }
}

impl Life<'_> {
    /// The state is lost, and a copy of it takes its place.
    pub(super) fn restore(&mut self, backup: &Backup, told: &mut StepTold<'_>) -> Result<(), String> {
        self.survived.restores += 1;
        told(self.survived.steps, self.wall(), &|| "the state is lost, and the copy is put back".to_owned());
        self.call = None;
        self.time = self.time.plus(self.dice.down());
        self.state = recovered(&backup.stored)?;
        self.stored.clone_from(&backup.stored);
        self.untold.clone_from(&backup.untold);
        self.oracle.clone_from(&backup.oracle);
        self.decisions.clone_from(&backup.decisions);
        self.deliveries.put_back(&backup.deliveries);
        self.history.truncate(backup.history);
        self.reached = self.reached.max(self.wall());
        self.doubt = Some(Doubt { until: self.reached });
        let mut events = Vec::new();
        self.courier.put_back(&backup.courier, &mut events);
        self.seen(events, told)?;
        self.courier.restart(self.time);
        Ok(())
    }

    /// A message that is decided again, or was lost with what had decided it: it waits for a person.
    pub(super) fn may_have_been_sent(&mut self, effect: &EffectId) -> Result<(), String> {
        let receipt = Receipt::InDoubt { reason: Phrase::same("the state was put back") };
        self.untold.push_back(Input::receipt(effect, receipt.clone()));
        let settled = CourierEvent::Settled { effect: effect.clone(), receipt: Some(receipt) };
        for event in [CourierEvent::Doubted { effect: effect.clone() }, settled] {
            self.deliveries.see(&event, self.wall())?;
        }
        Ok(())
    }
}
