//! What happens next: `decide`, `apply`, `deadline`.
//!
//! Pure. Knows no text format, no spans, no clock, no database. Time arrives with the input; what is decided is
//! returned as entries and becomes a fact only when somebody has committed them and `apply` has been called.

pub mod entry;
pub mod input;
pub mod state;

use crate::{
    base::{ids::EffectId, time::Timestamp},
    model::playbook::Playbooks,
    script::facts::Facts,
};
use entry::Entry;
use input::Input;
use state::{Deadline, State};
use std::sync::Arc;

/// An entry that cannot follow the state it was applied to: a bug, or a journal that was tampered with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IllegalEntry(pub String);

/// Decides what an input means now. Pure: the same arguments give the same entries; nothing is changed.
pub fn decide(state: &State, playbooks: &Playbooks, input: &Input, now: Timestamp) -> Vec<Entry> {
    let _ = (state, playbooks, input, now);
    Vec::new()
}

/// Records one fact. The same function serves live operation and recovery.
pub fn apply(state: &mut State, entry: &Entry) -> Result<(), IllegalEntry> {
    let _ = (state, entry);
    Ok(())
}

/// When to call again, and why. Kept up to date by `apply`, not searched for.
pub fn deadline(state: &State) -> Option<Deadline> {
    state.timers.get_min().map(|(at, reason)| Deadline { at: *at, reason: reason.clone() })
}

/// What the script of a call that has not returned can see, or `None` where there is no such call.
pub fn script_facts(state: &State, playbooks: &Playbooks, effect: &EffectId) -> Option<Arc<Facts>> {
    let _ = (state, playbooks, effect);
    None
}
