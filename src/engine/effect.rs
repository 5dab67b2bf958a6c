//! Effects: what committed entries want done outside.
//!
//! A projection of entries and nothing else: an effect without its entry does not exist.

use super::entry::{Entry, Fact, Outgoing};
use crate::base::{ids::EffectId, value::Value};

/// What an entry wants done outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect<'a> {
    /// Put this into the outbox.
    Send(&'a Outgoing),
    /// Call this script.
    Call {
        /// The call.
        effect: &'a EffectId,
        /// The script's path.
        script: &'a str,
        /// The function.
        function: &'a str,
        /// The argument of the call.
        args: &'a Value,
    },
    /// Settle this outbox row: a person said that it is delivered.
    Settle(&'a EffectId),
}

impl Entry {
    /// What this entry wants done outside, if anything.
    pub fn effect(&self) -> Option<Effect<'_>> {
        match &self.fact {
            Fact::Posted(out) | Fact::Released(out) | Fact::Notified(out) => Some(Effect::Send(out)),
            Fact::ScriptCalled { effect, script, function, args, .. } => {
                Some(Effect::Call { effect, script, function, args })
            }
            Fact::Delivered { effect, .. } => Some(Effect::Settle(effect)),
            _ => None,
        }
    }
}

/// What entries want done outside, each with its place among them.
pub fn effects(entries: &[Entry]) -> impl Iterator<Item = (usize, Effect<'_>)> {
    entries.iter().enumerate().filter_map(|(index, entry)| Some((index, entry.effect()?)))
}

/// The run that an effect belongs to: everything before the last two parts of its id.
pub fn effect_run(effect: &EffectId) -> Option<&str> {
    let id = effect.as_str();
    let (rest, _) = id.rsplit_once('/')?;
    rest.rsplit_once('/').map(|(run, _)| run)
}
