//! What happens next: `step`, `effects`, `apply`, `deadline`.
//!
//! Pure. Knows no text format, no spans, no clock, no database. Time arrives with the input; what is decided is
//! returned as entries and becomes a fact only when somebody has committed them and `apply` has been called.
//!
//! A driver waits for an input or the deadline, takes a [`step`], commits its entries, takes over its state, and only
//! then does what the entries want done outside ([`effects`]). If the commit fails nothing has changed. Recovery
//! applies what was committed ([`apply`]) and never decides again.

pub mod alert;
pub mod amended;
pub mod answered;
pub mod broken;
pub mod by_hand;
pub mod cause;
pub mod choosing;
pub mod chatter;
pub mod condition;
pub mod deaf;
pub mod doctor;
pub mod dispatched;
pub mod effect;
pub mod entry;
pub mod failing;
pub mod gate;
pub mod in_the_way;
pub mod input;
pub mod joined_ids;
pub mod filled_in;
pub mod leavers;
pub mod moderation;
pub mod numbers;
pub mod operation;
pub mod outcome;
pub mod outgoing;
pub mod pause_ends;
mod pausing;
pub mod question;
pub mod readings;
pub mod recent;
pub mod reword;
pub mod run;
pub mod signal;
pub mod skip;
pub mod standing;
pub mod state;
pub mod task;
pub mod timer;
pub mod turns;
mod trouble;
pub mod view;
pub mod waiting;
mod addressee;
mod adopt;
mod advance;
pub(crate) mod advertising;
mod looping;
mod ahead;
mod alone;
mod apply;
pub(crate) mod budget;
mod caretaking;
mod carrying;
mod channel;
mod coming;
mod command;
mod dates;
mod decide;
mod draft;
mod due;
mod ear_news;
mod evening;
mod facts;
mod hands;
mod hearing;
mod hush;
mod idle;
mod joining;
mod keeping;
mod member_dates;
mod midnight;
mod mistyped;
mod notice;
mod of_member;
mod open;
mod open_alerts;
mod phase;
mod press;
mod receive;
mod removing;
mod admitting;
mod request;
mod revise;
mod rota;
mod ruling;
mod setting;
mod shut;
mod skipping;
mod steps;
mod tiers;
mod whenever;

use crate::{
    base::{ids::EffectId, time::Timestamp},
    model::playbook::Playbooks,
    script::{facts::Facts, names::Names},
};
use entry::Entry;
use facts::ExprAbout;
use state::State;
use std::sync::Arc;
use timer::Deadline;

pub use decide::{Step, answer_unfit, step, step_in_place};
pub use effect::effects;

/// An entry that cannot follow the state it was applied to: a bug, or a journal that was tampered with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IllegalEntry(pub String);

/// Records one fact. The same function serves live operation and recovery; recovery applies entries and never
/// decides again.
pub fn apply(state: &mut State, entry: &Entry) -> Result<(), IllegalEntry> {
    apply::apply(state, entry)
}

/// When to call again, and why. Kept up to date by `apply`, not searched for.
pub fn deadline(state: &State) -> Option<Deadline> {
    state.timers.get_min().map(|(at, reason)| Deadline { at: *at, reason: reason.clone() })
}

/// When to call again; [`deadline`] says why, too.
pub fn next_wake(state: &State) -> Option<Timestamp> {
    state.timers.get_min().map(|(at, _)| *at)
}

/// What the script of a call that has not returned can see, or `None` where there is no such call.
pub fn script_facts(state: &State, playbooks: &Playbooks, effect: &EffectId) -> Option<Arc<Facts>> {
    let call = state.calls.iter().find(|call| call.effect == *effect)?;
    let run = state.runs.get(&call.run)?;
    let (playbook, group, play) =
        reword::version_of(run, &state.group, |digest| playbooks.of(digest, &state.group).cloned())?;
    let about = ExprAbout { run: Some(run), step: Some(&call.step), ..ExprAbout::default() };
    Some(facts::build_facts(state, &playbook, &group, Some(&play), state.clock, Names::ALL, &about))
}

/// What an expression about the group sees at an instant, outside of any run; `None` before the group was adopted.
pub fn group_facts(state: &State, playbooks: &Playbooks, names: Names, now: Timestamp) -> Option<Arc<Facts>> {
    let playbook = playbooks.of(state.digest.as_ref()?, &state.group)?;
    let group = playbook.groups.get(&state.group)?;
    let now = now.max(state.clock);
    Some(facts::build_facts(state, playbook, group, None, now, names, &ExprAbout::default()))
}
