//! Alerts that nobody has taken yet: a part of the state.

use super::outgoing::Outgoing;
use crate::{
    base::{
        ids::{ChannelName, EffectId},
        limits,
    },
    model::message::Message,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the ids of alerts begin with.
pub(super) const ALERT: &str = "alert/";

/// Alerts that nobody has taken yet and that somebody else could be told: where each went, and what it says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OpenAlerts(pub(super) BTreeMap<EffectId, (ChannelName, Message)>);

impl OpenAlerts {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A message went out: an alert whose receipt is waited for is kept, in the place of the one that it follows.
    pub(super) fn sent(&mut self, out: &Outgoing) {
        if !is_alert(&out.effect) || !out.is_awaited() {
            return;
        }
        if let Some(before) = out.effect.as_str().strip_suffix('+') {
            self.0.remove(&EffectId::new(before));
        }
        self.0.insert(out.effect.clone(), (out.channel.clone(), out.message.clone()));
        if self.0.len() > limits::ALERTS_OPEN_MAX {
            self.0.pop_first();
        }
    }

    /// Somebody has taken it, or nobody is left who could.
    pub(super) fn settled(&mut self, effect: &EffectId) {
        self.0.remove(effect);
    }
}

/// Whether a message is an alert.
pub(super) fn is_alert(effect: &EffectId) -> bool {
    effect.as_str().starts_with(ALERT)
}
