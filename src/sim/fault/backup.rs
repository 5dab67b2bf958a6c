//! A copy of what is durable in a life: the state with its outbox, and what was promised until then.
//!
//! Holds and reads; when a copy is made and put back is the life's.

use crate::{
    engine::{self, entry::Entry, input::Input, state::State},
    sim::{
        courier::CourierCopy,
        oracle::{Oracle, decision::Decisions, delivery::Deliveries},
    },
};
use std::collections::VecDeque;

/// A copy of what is durable, with what was promised until then.
#[derive(Debug)]
pub(super) struct Backup {
    /// The state as it was stored last, and the entries since.
    pub(super) stored: (String, Vec<String>),
    /// What the outbox holds.
    pub(super) courier: CourierCopy,
    /// Receipts that had not been heard.
    pub(super) untold: VecDeque<Input>,
    /// What was promised of the history until then.
    pub(super) oracle: Oracle,
    /// Which inputs had been heard.
    pub(super) decisions: Decisions,
    /// What had been decided to be sent.
    pub(super) deliveries: Deliveries,
    /// How many inputs had been committed.
    pub(super) history: usize,
}

/// The state that was stored, and the entries since applied to it.
pub(super) fn recovered((state, entries): &(String, Vec<String>)) -> Result<State, String> {
    let mut state: State = serde_json::from_str(state)
        .map_err(|error| format!("a stored state cannot be read: {error} (G2)"))?;
    for text in entries {
        let entry: Entry =
            serde_json::from_str(text).map_err(|error| format!("{text} cannot be read: {error} (G2)"))?;
        engine::apply(&mut state, &entry)
            .map_err(|error| format!("{text} cannot be applied again: {error} (G2)"))?;
    }
    Ok(state)
}
