//! One group as the driver holds it: its state, the inputs that wait, the one that is under way.

use crate::{
    base::{
        ids::{EffectId, GroupId},
        time::Timestamp,
    },
    engine::{
        entry::Entry,
        input::{Input, InputKind},
        state::State,
    },
    shell::{door::Took, socket::CommandReply, store::Letter},
};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::{mpsc::UnboundedSender, oneshot};

/// An input that waits for its turn.
pub(super) struct Pending {
    /// The input.
    pub(super) input: Input,
    /// The effect whose receipt it is.
    pub(super) told: Option<EffectId>,
    /// Which report from outside it is.
    pub(super) letter: Option<Letter>,
    /// Who wants to know.
    pub(super) reply: Option<Reply>,
}

/// Who wants to know what became of an input.
pub(super) enum Reply {
    /// Somebody who gave a command.
    Command(oneshot::Sender<CommandReply>),
    /// The door, of the fact at this place.
    Fact(usize, UnboundedSender<(usize, Took)>),
}

impl Pending {
    /// An input that nobody waits for.
    pub(super) fn new(input: Input) -> Self {
        Self { input, told: None, letter: None, reply: None }
    }
}

/// A decision that was handed to the store.
pub(super) struct Flight {
    /// What was decided.
    pub(super) entries: Arc<Vec<Entry>>,
    /// The state once they are facts.
    pub(super) next: Arc<State>,
    /// Effects for which the courier keeps a place.
    pub(super) claimed: Vec<EffectId>,
    /// Who wants to know.
    pub(super) reply: Option<Reply>,
    /// Whether a script's return was decided.
    pub(super) script: bool,
}

/// One group.
pub(super) struct Slot {
    /// What all its entries add up to.
    pub(super) state: Arc<State>,
    /// The book that runs it; none while no file has it.
    pub(super) book: Option<usize>,
    /// Inputs in order.
    pub(super) waiting: VecDeque<Pending>,
    /// Its deadline has come.
    pub(super) wake: bool,
    /// The decision under way.
    pub(super) flight: Option<Flight>,
    /// An input is being decided beside the driver.
    pub(super) deciding: bool,
    /// Where it is in the timer queue.
    pub(super) armed: Option<Timestamp>,
    /// Whether it is in the ready queue.
    pub(super) ready: bool,
    /// The script call that was handed out.
    pub(super) calling: Option<EffectId>,
    /// Wakes in a row that decided nothing although the deadline stayed.
    pub(super) idle_wakes: u32,
}

impl Slot {
    /// A group with its state.
    pub(super) fn new(state: State, book: Option<usize>) -> Self {
        Self {
            state: Arc::new(state),
            book,
            waiting: VecDeque::new(),
            wake: false,
            flight: None,
            deciding: false,
            armed: None,
            ready: false,
            calling: None,
            idle_wakes: 0,
        }
    }

    /// The next input, if none is under way.
    pub(super) fn next_input(&mut self) -> Option<Pending> {
        if self.flight.is_some() || self.deciding {
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

    /// The group's id.
    pub(super) fn group(&self) -> &GroupId {
        &self.state.group
    }
}
