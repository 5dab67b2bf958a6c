//! One group as the driver holds it: its state, the inputs that wait, the one that is under way.

use crate::{
    base::{
        ids::{EffectId, GroupId},
        time::Timestamp,
    },
    engine::{
        self,
        entry::{Entry, Fact},
        input::{Input, InputKind},
        state::State,
    },
    model::playbook::Playbooks,
    shell::socket::CommandReply,
};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::oneshot;

/// An input that waits for its turn.
pub(super) struct Pending {
    /// The input.
    pub(super) input: Input,
    /// The effect whose receipt it is.
    pub(super) told: Option<EffectId>,
    /// Who wants to know.
    pub(super) reply: Option<oneshot::Sender<CommandReply>>,
}

impl Pending {
    /// An input that nobody waits for.
    pub(super) fn new(input: Input) -> Self {
        Self { input, told: None, reply: None }
    }
}

/// A decision that was handed to the store.
pub(super) struct Flight {
    /// What was decided.
    pub(super) entries: Arc<Vec<Entry>>,
    /// The state once they are facts.
    pub(super) next: State,
    /// Effects for which the courier keeps a place.
    pub(super) claimed: Vec<EffectId>,
    /// Who wants to know.
    pub(super) reply: Option<oneshot::Sender<CommandReply>>,
    /// Whether a script's return was decided.
    pub(super) script: bool,
}

/// One group.
pub(super) struct Slot {
    /// What all its entries add up to.
    pub(super) state: State,
    /// The book that runs it; none while no file has it.
    pub(super) book: Option<usize>,
    /// Inputs in order.
    pub(super) waiting: VecDeque<Pending>,
    /// Its deadline has come.
    pub(super) wake: bool,
    /// The decision under way.
    pub(super) flight: Option<Flight>,
    /// Where it is in the timer queue.
    pub(super) armed: Option<Timestamp>,
    /// Whether it is in the ready queue.
    pub(super) ready: bool,
    /// The script call that was handed out.
    pub(super) calling: Option<EffectId>,
    /// Wakes in a row that decided nothing although the deadline stayed.
    pub(super) idle_wakes: u32,
}

/// What deciding came to.
pub(super) struct Decided {
    /// The entries.
    pub(super) entries: Vec<Entry>,
    /// The state once they are facts.
    pub(super) next: State,
    /// The input could not be digested, and why.
    pub(super) parked: Option<(String, String)>,
}

impl Slot {
    /// A group with its state.
    pub(super) fn new(state: State, book: Option<usize>) -> Self {
        Self {
            state,
            book,
            waiting: VecDeque::new(),
            wake: false,
            flight: None,
            armed: None,
            ready: false,
            calling: None,
            idle_wakes: 0,
        }
    }

    /// The next input, if none is under way.
    pub(super) fn next_input(&mut self) -> Option<Pending> {
        if self.flight.is_some() {
            return None;
        }
        // Every input fires what is due first, so a wake is only needed where nothing else waits.
        if let Some(pending) = self.waiting.pop_front() {
            return Some(pending);
        }
        if !std::mem::take(&mut self.wake) {
            return None;
        }
        let kind = InputKind::Wake { epoch: self.state.epoch };
        Some(Pending::new(Input { id: "wake".into(), kind }))
    }

    /// Decides. A decision that panics, or whose entries cannot follow the state, is replaced by an entry that
    /// says so: the input is parked and the group goes on.
    pub(super) fn decide(&self, playbooks: &Playbooks, input: &Input, now: Timestamp) -> Decided {
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let entries = engine::decide(&self.state, playbooks, input, now);
            self.follow(&entries).map(|next| (entries, next))
        }));
        let reason = match tried {
            Ok(Ok((entries, next))) => {
                let poisoned = entries.iter().find_map(|entry| match &entry.fact {
                    Fact::Poisoned { reason, .. } => Some(reason.clone()),
                    _ => None,
                });
                let parked = poisoned.map(|reason| (stored(input), reason));
                return Decided { entries, next, parked };
            }
            Ok(Err(illegal)) => format!("it led to an entry that cannot follow: {illegal}"),
            Err(panic) => format!("deciding it broke the engine: {}", text_of(panic.as_ref())),
        };
        let timer =
            matches!(input.kind, InputKind::Wake { .. }).then(|| self.state.timers.get_min().cloned());
        let fact = Fact::Poisoned { reason: reason.clone(), timer: timer.flatten() };
        let by_hand = matches!(input.kind, InputKind::Signal(_) | InputKind::Command(_));
        let id = by_hand.then(|| input.id.clone());
        let entry = Entry { at: now.max(self.state.clock), input: id, fact };
        match self.follow(std::slice::from_ref(&entry)) {
            Ok(next) => Decided { entries: vec![entry], next, parked: Some((stored(input), reason)) },
            Err(_) => Decided {
                entries: Vec::new(),
                next: self.state.clone(),
                parked: Some((stored(input), reason)),
            },
        }
    }

    /// The state after these entries.
    fn follow(&self, entries: &[Entry]) -> Result<State, engine::IllegalEntry> {
        let mut next = self.state.clone();
        for entry in entries {
            engine::apply(&mut next, entry)?;
        }
        Ok(next)
    }

    /// The group's id.
    pub(super) fn group(&self) -> &GroupId {
        &self.state.group
    }
}

fn stored(input: &Input) -> String {
    serde_json::to_string(input).unwrap_or_default()
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it gave no reason".into())
}
