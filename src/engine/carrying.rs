//! A step that is being carried out: what it belongs to, where it leads, and what became of it.
//!
//! What steps share; decides nothing.

use super::{IllegalEntry, state::Run};
use crate::{
    base::{offset::Offset, phrase::Phrase, time::Timestamp},
    model::{group::Group, play::Play, playbook::Playbook, step::Step, text::Text},
    script::expr::EvalError,
};
use std::{borrow::Cow, sync::Arc};

/// A step that is being carried out, and what it belongs to.
pub(super) struct At<'s> {
    pub(super) run: Arc<Run>,
    pub(super) playbook: &'s Arc<Playbook>,
    pub(super) group: &'s Arc<Group>,
    pub(super) play: &'s Arc<Play>,
    pub(super) step: &'s Arc<Step>,
    /// The step's operation.
    pub(super) pc: u32,
    /// Where to go when it does not proceed.
    pub(super) otherwise: u32,
    /// Where to go when nobody has decided.
    pub(super) silent: u32,
    /// When it was due.
    pub(super) due: Timestamp,
    /// When it ends, if it ends now: a wait whose time has come ended at that time, however late the wake.
    pub(super) ends: Timestamp,
}

impl At<'_> {
    /// What the step says: what an operator has written for this run, else what the file says.
    pub(super) fn words<'t>(&self, text: &'t Text) -> Cow<'t, Text> {
        match self.run.amended.words.get(&self.step.id) {
            Some(words) => Cow::Owned(Text::literal(words)),
            None => Cow::Borrowed(text),
        }
    }

    /// The instant that an offset from the anchor means in this run.
    pub(super) fn offset(&self, offset: Offset) -> Timestamp {
        let zone = self.play.zone_or(&self.playbook.zone);
        self.run.moved(offset.apply(self.run.anchor, zone))
    }
}

/// What became of a step.
pub(super) enum Went {
    /// It has ended; the run goes on there.
    On(u32),
    /// The run waits, or has ended.
    Waits,
}

/// Why a step failed: the playbook's fault, or ours.
pub(super) enum Trouble {
    /// An expression, a name or a limit.
    Step(Phrase),
    /// An entry that cannot be.
    Bug(IllegalEntry),
}

impl From<EvalError> for Trouble {
    fn from(error: EvalError) -> Self {
        Self::Step(error.0)
    }
}

impl From<IllegalEntry> for Trouble {
    fn from(error: IllegalEntry) -> Self {
        Self::Bug(error)
    }
}

/// What carrying out a step gives.
pub(super) type Carried = Result<Went, Trouble>;
