//! Runs of all groups by their minute and play: what is under way, what ended lately, what failed, what is about a moment
//! of a date. An index of the board.
//!
//! Pure. Keeps what ended in the last days only, so that it does not grow with the life of the groups.

use super::cards::minute;
use crate::{
    base::{
        ids::{GroupId, PlayName, RunId},
        limits,
        time::{Duration, Timestamp},
    },
    engine::{
        entry::Outcome,
        state::{Run, State},
    },
};
use imbl::{OrdMap, OrdSet, ordmap::DiffItem};
use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

/// How long behind the newest an ended run is on the board of the console, in milliseconds.
const ENDED_KEPT_MS: i64 = 48 * 3_600_000;
/// Failed runs that the board of the console has.
const HISTORY_FAILED_MAX: usize = 10_000;

/// A run in a group.
pub type RunPlace = (GroupId, RunId);

/// What makes ended runs one row: minute, play, how they ended, and the reason where it is not simply done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndedKey {
    /// The minute in which they ended.
    pub at: Timestamp,
    /// The play of these runs.
    pub play: PlayName,
    outcome: u8,
    reason: u64,
}

/// The runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunIndex {
    /// Under way, by the minute in which they began.
    pub open: OrdMap<(Timestamp, PlayName), OrdSet<RunPlace>>,
    /// Ended lately.
    pub ended: OrdMap<EndedKey, OrdSet<RunPlace>>,
    /// Failed lately, by when.
    pub failed: OrdSet<(Timestamp, GroupId, RunId)>,
    /// Under way and about a date, by its moment.
    pub dated: OrdSet<(Timestamp, PlayName, GroupId, RunId)>,
}

impl RunIndex {
    /// A group has changed.
    pub(super) fn note(&mut self, group: &GroupId, old: &State, new: &State) {
        for item in old.runs.diff(&new.runs) {
            match item {
                DiffItem::Add(id, run) => {
                    // Tried again: it has not ended after all.
                    if let Some(ended) = old.finished.iter().find(|ended| ended.id == *id) {
                        self.one(group, ended, false);
                    }
                    self.one(group, run, true);
                }
                DiffItem::Remove(_, run) => self.one(group, run, false),
                DiffItem::Update { old: (_, old), new: (_, new) } => {
                    self.one(group, old, false);
                    self.one(group, new, true);
                }
            }
        }
        if !Arc::ptr_eq(&old.finished, &new.finished) {
            let known = old.finished.back();
            let is_new = |run: &&Arc<Run>| known.is_none_or(|known| !Arc::ptr_eq(known, run));
            for run in new.finished.iter().rev().take_while(is_new) {
                self.one(group, run, true);
            }
            if new.finished.is_empty() {
                for run in old.finished.iter() {
                    self.one(group, run, false);
                }
            }
            self.expire();
        }
    }

    fn one(&mut self, group: &GroupId, run: &Arc<Run>, comes: bool) {
        let place = (group.clone(), run.id.clone());
        let Some(outcome) = run.outcome else {
            let key = (minute(run.started), run.play.clone());
            put(&mut self.open, key, place, comes);
            if run.cause.date.is_some() {
                let dated = (run.anchor, run.play.clone(), group.clone(), run.id.clone());
                if comes {
                    self.dated.insert(dated)
                } else {
                    self.dated.remove(&dated)
                };
            }
            return;
        };
        let at = run.finished.unwrap_or(run.started);
        if outcome == Outcome::Failed {
            let failed = (at, group.clone(), run.id.clone());
            if comes {
                self.failed.insert(failed)
            } else {
                self.failed.remove(&failed)
            };
        }
        if comes && self.ended.get_max().is_some_and(|(newest, _)| at < oldest(newest.at, ENDED_KEPT_MS)) {
            return;
        }
        let reason = if outcome == Outcome::Done { 0 } else { mark(&run.reason.en) };
        let key = EndedKey { at: minute(at), play: run.play.clone(), outcome: outcome as u8, reason };
        put(&mut self.ended, key, place, comes);
    }

    /// What ended long before the newest goes.
    fn expire(&mut self) {
        while let (Some((first, _)), Some((last, _))) = (self.ended.get_min(), self.ended.get_max()) {
            if first.at >= oldest(last.at, ENDED_KEPT_MS) {
                break;
            }
            let first = first.clone();
            self.ended.remove(&first);
        }
        while let (Some(first), Some(last)) = (self.failed.get_min(), self.failed.get_max()) {
            let many = self.failed.len() > HISTORY_FAILED_MAX;
            if !many && first.0 >= oldest(last.0, limits::FAILED_SHOWN_MS) {
                break;
            }
            let first = first.clone();
            self.failed.remove(&first);
        }
    }
}

fn oldest(newest: Timestamp, kept_ms: i64) -> Timestamp {
    newest.plus(-Duration::from_millis(kept_ms))
}

fn mark(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Puts a place under a key, or takes it away; a key without places goes.
fn put<K: Ord + Clone>(map: &mut OrdMap<K, OrdSet<RunPlace>>, key: K, place: RunPlace, comes: bool) {
    if comes {
        map.entry(key).or_default().insert(place);
    } else if let Some(places) = map.get_mut(&key) {
        places.remove(&place);
        if places.is_empty() {
            map.remove(&key);
        }
    }
}
