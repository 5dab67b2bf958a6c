//! What had its time lately and did not happen, alike in several groups as one row.
//!
//! Pure: followed entry by entry, so that no page has to look through the journal.

use super::{
    board::Board,
    cards::minute,
    history::{Kinds, run_of},
};
use crate::{
    base::{
        ids::{GroupId, RunId},
        phrase::Phrase,
        time::{Timestamp, Zone},
    },
    engine::entry::{Entry, Fact},
    sim::timeline,
};
use imbl::{OrdSet, Vector};
use std::sync::Arc;

/// Rows of what did not happen that the console keeps.
const MISSED_ROWS_MAX: usize = 64;

/// Something that did not happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// When that was decided first.
    pub at: Timestamp,
    /// What it is about.
    pub about: String,
    /// What happened instead, in words.
    pub text: Phrase,
    /// The run, in the first group.
    pub run: Option<(GroupId, RunId)>,
    /// The groups.
    pub places: OrdSet<GroupId>,
    /// The zone of the first group.
    pub zone: Zone,
}

/// The newest of it, newest last. A clone is a few pointers.
#[derive(Debug, Clone, Default)]
pub struct Omissions(Vector<Arc<Missing>>);

impl Omissions {
    /// Something was decided, newer than all others.
    pub(super) fn note(&mut self, group: &GroupId, entry: &Entry, board: &Board) {
        if !Kinds::of(entry).meets(Kinds::MISSED) {
            return;
        }
        let Some(here) = board.group_of(group).filter(|here| here.now.book.is_some()) else { return };
        // Nobody missed what was due before there was a group.
        if let Fact::Skipped { from: due, .. } | Fact::StepSkipped { due, .. } = &entry.fact
            && *due < here.state().created
        {
            return;
        }
        let zone = here.zone();
        let Some(words) = timeline::describe(entry, &zone) else { return };
        let same = |row: &Arc<Missing>| {
            minute(row.at) == minute(entry.at) && row.about == words.about && row.text == words.text
        };
        if let Some(at) = self.0.iter().rposition(same)
            && let Some(row) = self.0.get_mut(at)
        {
            Arc::make_mut(row).places.insert(group.clone());
            return;
        }
        let run = match &entry.fact {
            Fact::Skipped { run, .. } => Some(run.clone()),
            _ => run_of(entry),
        };
        self.0.push_back(Arc::new(Missing {
            at: entry.at,
            about: words.about,
            text: words.text,
            run: run.map(|run| (group.clone(), run)),
            places: OrdSet::unit(group.clone()),
            zone,
        }));
        if self.0.len() > MISSED_ROWS_MAX {
            self.0.pop_front();
        }
    }

    /// What did not happen since an instant, newest first.
    pub fn since(&self, from: Timestamp) -> impl Iterator<Item = &Arc<Missing>> {
        self.0.iter().rev().filter(move |row| row.at >= from)
    }
}
