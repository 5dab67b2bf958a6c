//! How groups are, gathered for `status`: the same from the states that a running engine publishes and from those in
//! its file.
//!
//! Reads the database for what no state holds. Decides and changes nothing.

use super::{
    clock,
    ears::EarNow,
    refusals::{self, Refusals},
    runtime::publish::Published,
    store::{Reader, StoreError},
    view::{
        GroupShown,
        known::{KnownFacts, KnownVersion, KnownVersions},
        status::{Status, status},
        tasks::{TaskRow as Task, tasks},
    },
};
use crate::{
    base::{
        ids::GroupId,
        limits,
        locale::Locale,
        time::{Duration, Timestamp, Zone},
    },
    engine::state::State,
    lang,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path, rc::Rc};

/// What somebody wants to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyWanted {
    /// The only group that is meant.
    pub group: Option<GroupId>,
    /// Everything of every group; otherwise of several groups only what a line has room for.
    pub all: bool,
    /// How many coming things, and how many that did not happen, of each group.
    pub number: usize,
    /// The language of who asks.
    #[serde(default)]
    pub locale: Locale,
}

impl SurveyWanted {
    /// Whether everything is shown of each of so many groups.
    pub fn whole(&self, groups: usize) -> bool {
        self.all || self.group.is_some() || groups <= 1
    }
}

/// How one group is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurveySeen {
    /// The status of the group.
    pub status: Status,
    /// What waits for people, where everything is shown.
    pub tasks: Vec<Task>,
}

/// Where a survey looks.
pub struct Sources<'a> {
    /// The database.
    pub reader: &'a Reader,
    /// What is known of the version in force for a group.
    pub version: &'a dyn Fn(&State) -> Rc<KnownVersion>,
    /// Files whose newest version is refused.
    pub refused: &'a Refusals,
    /// How the ears are of an engine that runs.
    pub ears: Vec<EarNow>,
    /// Whether an engine runs on the state.
    pub running: bool,
    /// Real time.
    pub now: Timestamp,
}

/// How every group of `groups` is, in their order; `known` says how many there are in all.
pub fn survey<'a>(
    sources: &Sources<'_>,
    wanted: &SurveyWanted,
    (groups, known): (impl Iterator<Item = GroupShown<'a>>, usize),
) -> Result<Vec<SurveySeen>, StoreError> {
    let (only, reader, now) = (wanted.group.as_ref(), sources.reader, sources.now);
    let whole = wanted.whole(known);
    let (most, missed) = if whole { (wanted.number, wanted.number) } else { (1, 0) };
    let backlog = reader.backlog(only)?;
    let parked = reader.parked(only, now.plus(-Duration::from_millis(limits::FAILED_SHOWN_MS)))?;
    let skipped = reader.skipped(only, missed)?;
    let one = |group: GroupShown<'a>| {
        let facts = KnownFacts {
            version: &(sources.version)(group.state),
            backlog: backlog.get(group.id).map_or(&[], Vec::as_slice),
            parked: parked.get(group.id),
            refused: group.info.and_then(|info| sources.refused.get(&info.file)),
            skipped: skipped.get(group.id).map_or(&[], Vec::as_slice),
            ears: &sources.ears,
            running: sources.running,
            now,
            most,
        };
        let tasks = if whole { tasks(group).collect() } else { Vec::new() };
        SurveySeen { status: status(group, &facts), tasks }
    };
    Ok(groups.map(one).collect())
}

/// The same of those groups of a running engine that are meant, from what it publishes.
pub fn of_published(
    published: &Published,
    reader: &Reader,
    dir: &Path,
    wanted: &SurveyWanted,
    meant: &dyn Fn(&GroupId) -> bool,
) -> Result<Vec<SurveySeen>, StoreError> {
    let (snapshot, infos) = (published.snapshot(), reader.groups()?);
    let mut zones: BTreeMap<&str, Zone> = BTreeMap::new();
    for info in infos.values() {
        zones.entry(&info.zone).or_insert_with(|| info.zone());
    }
    let (utc, versions, now) = (Zone::utc(), KnownVersions::default(), clock::now());
    let version = |state: &State| {
        versions.of(state.digest.as_ref(), now, |digest| {
            // A group that rests stands at a version that no file has.
            snapshot.playbooks.get(digest).cloned().or_else(|| {
                let (folder, path) = reader.sources(digest).ok()??;
                lang::compile(&folder, &path).playbook
            })
        })
    };
    let groups = snapshot.groups.iter().filter(|(id, _)| meant(id)).map(|(id, group)| {
        let info = infos.get(id);
        let zone = info.and_then(|info| zones.get(info.zone.as_str())).unwrap_or(&utc);
        GroupShown { id, state: &group.state, info, zone }
    });
    let ears = published.ears().all().into_values().collect();
    let sources =
        Sources { reader, version: &version, refused: &refusals::read(dir), ears, running: true, now };
    survey(&sources, wanted, (groups, snapshot.groups.len()))
}
