//! One group as the driver holds it: its state, the inputs that wait, the one that is under way.

use super::{
    fold::{Lately, Unwanted},
    pending::{Pending, Reply},
};
use crate::{
    base::{
        ids::{EffectId, GroupId},
        limits,
        time::Timestamp,
    },
    engine::{
        entry::Entry,
        input::{Input, InputKind},
        state::State,
    },
    model::playbook::Playbooks,
};
use std::{collections::VecDeque, sync::Arc};

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
pub(super) struct GroupSlot {
    /// What all its entries add up to.
    pub(super) state: Arc<State>,
    /// The book that runs it; none while no file has it.
    pub(super) book: Option<usize>,
    /// Inputs in order.
    pub(super) waiting: VecDeque<Pending>,
    /// Its deadline has come.
    pub(super) wake: bool,
    /// The decisions under way, in order: facts from the door that waited together share a commit.
    pub(super) flights: VecDeque<Flight>,
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
    /// What was heard of it lately that is not known by its own id.
    pub(super) lately: Lately,
}

impl GroupSlot {
    /// A group with its state.
    pub(super) fn new(state: State, book: Option<usize>) -> Self {
        Self {
            state: Arc::new(state),
            book,
            waiting: VecDeque::new(),
            wake: false,
            flights: VecDeque::new(),
            deciding: false,
            armed: None,
            ready: false,
            calling: None,
            idle_wakes: 0,
            lately: Lately::default(),
        }
    }

    /// The next input, if none is under way; of facts from the door all that wait together, up to a bound.
    pub(super) fn next_inputs(&mut self, playbooks: &Playbooks) -> Vec<Pending> {
        if !self.flights.is_empty() || self.deciding {
            return Vec::new();
        }
        // Every input fires what is due first, so a wake is only needed where nothing else waits.
        if let Some(first) = self.waiting.pop_front() {
            let unwanted = Unwanted::of(&self.state, playbooks, (&first, self.waiting.front()));
            let alone = first.letters.is_empty();
            let mut together = Vec::new();
            self.lately.add(&mut together, first, unwanted, &self.state.recent);
            while !alone
                && together.len() < limits::DECISIONS_TOGETHER_MAX
                && let Some(next) = self.waiting.pop_front_if(|next| !next.letters.is_empty())
            {
                self.lately.add(&mut together, next, unwanted, &self.state.recent);
            }
            return together;
        }
        if !std::mem::take(&mut self.wake) {
            return Vec::new();
        }
        let kind = InputKind::Wake { epoch: self.state.epoch };
        vec![Pending::new(Input { id: "wake".into(), kind })]
    }

    /// The group's id.
    pub(super) fn group(&self) -> &GroupId {
        &self.state.group
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::store::Letter;

    fn pending(id: &str, from_door: bool) -> Pending {
        let input = Input { id: id.into(), kind: InputKind::Wake { epoch: 0 } };
        let letter = from_door.then(|| Letter { source: "s".into(), id: id.into() });
        Pending { letters: letter.into_iter().collect(), ..Pending::new(input) }
    }

    fn ids(inputs: &[Pending]) -> Vec<&str> {
        inputs.iter().map(|pending| pending.input.id.as_str()).collect()
    }

    #[test]
    fn facts_from_the_door_go_together_and_everything_else_alone() {
        let mut slot = GroupSlot::new(State::new(GroupId::from("g")), Some(0));
        for (id, from_door) in [("a", true), ("b", true), ("c", false), ("d", false), ("e", true)] {
            slot.waiting.push_back(pending(id, from_door));
        }
        for expected in [&["a", "b"][..], &["c"], &["d"], &["e"], &[]] {
            assert_eq!(ids(&slot.next_inputs(&Playbooks::default())), expected);
        }
        for _ in 0..=limits::DECISIONS_TOGETHER_MAX {
            slot.waiting.push_back(pending("x", true));
        }
        assert_eq!(slot.next_inputs(&Playbooks::default()).len(), limits::DECISIONS_TOGETHER_MAX);
        slot.deciding = true;
        assert!(slot.next_inputs(&Playbooks::default()).is_empty(), "others are under way");
    }
}
