//! An input that waits for its turn, and who wants to know what becomes of it.

use crate::{
    base::ids::EffectId,
    engine::input::Input,
    shell::{
        door::Took,
        socket::CommandReply,
        store::{Covering, Letter},
    },
};
use std::sync::Arc;
use tokio::sync::{mpsc::UnboundedSender, oneshot};

/// An input that waits for its turn.
pub(super) struct Pending {
    /// The input.
    pub(super) input: Input,
    /// The effect whose receipt it is.
    pub(super) told: Option<EffectId>,
    /// Which reports from outside it is.
    pub(super) letters: Vec<Letter>,
    /// Whether it is recorded by itself, whoever wants it.
    pub(super) alone: bool,
    /// For each of them from an ear, its cursor.
    pub(super) coverings: Vec<Arc<Covering>>,
    /// Who wants to know.
    pub(super) reply: Option<Reply>,
}

/// Who wants to know what became of an input.
pub(super) enum Reply {
    /// Somebody who gave a command.
    Command(oneshot::Sender<CommandReply>),
    /// The door and the ears, of facts.
    Facts(Vec<Answering>),
}

/// Who wants to know of a fact.
pub(super) struct Answering {
    /// Its place among those that came together.
    pub(super) place: usize,
    /// Where it is said.
    pub(super) took: UnboundedSender<(usize, Took)>,
    /// Whether it was there before.
    pub(super) again: bool,
}

impl Answering {
    /// Says what became of it.
    pub(super) fn say(self, took: &Took) {
        let took = if self.again { Took::Repeated } else { took.clone() };
        // Whoever asked may have gone.
        let _ = self.took.send((self.place, took));
    }
}

impl Pending {
    /// An input that nobody waits for.
    pub(super) fn new(input: Input) -> Self {
        Self { input, told: None, letters: Vec::new(), alone: true, coverings: Vec::new(), reply: None }
    }
}
