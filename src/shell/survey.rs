//! How groups are, gathered for `status`: the same from the states that a running engine publishes and from those in
//! its file.
//!
//! Reads the database for what no state holds. Decides and changes nothing.

use super::{
    ears::EarNow,
    refusals::Refusals,
    store::{Reader, StoreError},
    view::{
        Group,
        status::{Facts, Status, Version, status},
        tasks::{Row as Task, tasks},
    },
};
use crate::{
    base::{
        ids::GroupId,
        limits,
        time::{Duration, Timestamp},
    },
    engine::state::State,
};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// What somebody wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The only group that is meant.
    pub group: Option<GroupId>,
    /// Everything of every group; otherwise of several groups only what a line has room for.
    pub all: bool,
    /// How many coming things, and how many that did not happen, of each group.
    pub number: usize,
}

impl Wanted {
    /// Whether everything is shown of each of so many groups.
    pub fn whole(&self, groups: usize) -> bool {
        self.all || self.group.is_some() || groups <= 1
    }
}

/// How one group is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Its status.
    pub status: Status,
    /// What waits for people, where everything is shown.
    pub tasks: Vec<Task>,
}

/// Where a survey looks.
pub struct Sources<'a> {
    /// The database.
    pub reader: &'a Reader,
    /// What is known of the version in force for a group.
    pub version: &'a dyn Fn(&State) -> Rc<Version>,
    /// Files whose newest version is refused.
    pub refused: &'a Refusals,
    /// How the ears are of an engine that runs.
    pub ears: Vec<EarNow>,
    /// Real time.
    pub now: Timestamp,
}

/// How every group of `groups` is, in their order; `known` says how many there are in all.
pub fn survey<'a>(
    sources: &Sources<'_>,
    wanted: &Wanted,
    (groups, known): (impl Iterator<Item = Group<'a>>, usize),
) -> Result<Vec<Seen>, StoreError> {
    let (only, reader, now) = (wanted.group.as_ref(), sources.reader, sources.now);
    let whole = wanted.whole(known);
    let (most, missed) = if whole { (wanted.number, wanted.number) } else { (1, 0) };
    let backlog = reader.backlog(only)?;
    let parked = reader.parked(only, now.plus(-Duration::from_millis(limits::FAILED_SHOWN_MS)))?;
    let skipped = reader.skipped(only, missed)?;
    let one = |group: Group<'a>| {
        let facts = Facts {
            version: &(sources.version)(group.state),
            backlog: backlog.get(group.id).map_or(&[], Vec::as_slice),
            parked: parked.get(group.id),
            refused: group.info.and_then(|info| sources.refused.get(&info.file)),
            skipped: skipped.get(group.id).map_or(&[], Vec::as_slice),
            ears: &sources.ears,
            now,
            most,
        };
        let tasks = if whole { tasks(group).collect() } else { Vec::new() };
        Seen { status: status(group, &facts), tasks }
    };
    Ok(groups.map(one).collect())
}
