//! Compilations beside the driver: which are under way, which files were refused, and who waits for an answer.
//!
//! Plain values; `reload` changes them.

use crate::{
    base::phrase::Phrase,
    shell::{refusals::Refusals, socket::CommandReply, workspace::Reads},
};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::oneshot;

/// Compilations under way, what was refused, and who asked for them.
#[derive(Debug, Default)]
pub(super) struct Compiling {
    /// By book: whether something has changed again meanwhile.
    pub(super) under_way: BTreeMap<usize, bool>,
    /// What the last refused version was read from, so that it is refused once.
    pub(super) refused: BTreeMap<usize, Reads>,
    /// What is said of refused files to whoever looks at the state.
    pub(super) refusals: Refusals,
    pub(super) asked: Vec<Requester>,
}

/// Somebody who asked for a reload and waits for the answer.
#[derive(Debug)]
pub(super) struct Requester {
    pub(super) reply: Option<oneshot::Sender<CommandReply>>,
    /// Books that have not been compiled since.
    pub(super) left: BTreeSet<usize>,
    pub(super) said: Vec<Phrase>,
    pub(super) refused: Vec<Phrase>,
}
