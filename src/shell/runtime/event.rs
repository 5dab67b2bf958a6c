//! What comes back to the driver from beside it: from script threads, the courier's ledger, the watcher, the compiler,
//! decisions of large groups, signals of the process.
//!
//! Plain values; whoever sends one has recorded what must not be lost.

use super::{book, pending::Pending};
use crate::{
    base::{
        ids::{EffectId, GroupId},
        phrase::Phrase,
        time::Timestamp,
    },
    courier::Settlement,
    engine::{
        self,
        input::{Input, Receipt},
    },
    script::action::CallOutcome,
    shell::{store::OutboxRow, watch::WatchNotice},
};

/// What comes back to the driver from beside it.
pub(super) enum Event {
    /// Somebody asks the process to stop.
    Stop,
    /// A script call has ended.
    Script(GroupId, EffectId, Result<CallOutcome, Phrase>),
    /// Messages have left the courier, or wait for another attempt; recorded already.
    Settled(Vec<Settled>),
    /// A dead message is on its way again.
    Revived(Box<OutboxRow>),
    /// The watcher of the playbooks' files says something.
    Watch(WatchNotice),
    /// Somebody without a socket asks that the files are read again.
    Reload,
    /// A file was compiled again; the number is the book's.
    Recompiled(usize, Result<book::Reopened, Phrase>),
    /// A large group's decision was made.
    Decided(Box<Decided>),
    /// An input that was checked beside the driver.
    Input(GroupId, Box<Pending>),
    /// A person has set a rehearsal's clock.
    Clock,
}

/// A settlement and whether the engine hears of it.
#[derive(Debug)]
pub(super) struct Settled {
    /// What became of a message.
    pub(super) settlement: Settlement,
    /// What the engine hears.
    pub(super) receipt: Option<Receipt>,
}

/// Decisions that were made beside the driver.
pub(super) struct Decided {
    /// The group.
    pub(super) group: GroupId,
    /// Its inputs in order, and what each came to.
    pub(super) made: Vec<Made>,
    /// When they were decided.
    pub(super) at: Timestamp,
}

/// An input and what it came to.
pub(super) type Made = (Pending, engine::Step);

impl Event {
    /// What became of a message that the courier does not have; recorded already.
    pub(super) fn receipt(group: GroupId, effect: EffectId, receipt: Receipt) -> Self {
        let input = Input::receipt(&effect, receipt);
        Self::Input(group, Box::new(Pending { told: Some(effect), ..Pending::new(input) }))
    }
}
