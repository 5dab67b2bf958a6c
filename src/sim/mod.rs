//! What would happen? The plan of what is certain, and the real engine in virtual time.
//!
//! Pure: never reads a clock, a file or a socket; the same arguments give the same bytes.

pub mod timetable;
pub mod preview;
pub mod plan;
pub mod forecast;
pub mod ics;
pub mod world;
pub mod crowd;
pub mod courier;
pub mod oracle;
pub mod group;
pub mod fault;
pub mod timeline;
pub mod scenario;
pub mod why;
pub mod tally;
pub mod report;
pub mod talk;
pub mod spread;
pub mod replay;
pub mod difference;

use crate::{
    base::{
        ids::{EffectId, GroupId},
        source::Folder,
        time::Timestamp,
        value::Value,
    },
    engine::{entry::Entry, state::State},
    lang,
    model::{
        playbook::{Playbook, Playbooks},
        program::Program,
        step::Verb,
    },
    script::sandbox::{Host, Script},
};
use group::GroupSim;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    ops::Range,
    sync::{Arc, Mutex},
};
use world::World;

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Options {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant that is no longer simulated.
    pub to: Timestamp,
    /// Synthetic members of each group at the beginning.
    pub members: u32,
    /// The same seed gives the same history.
    pub seed: u64,
    /// Everything around the engine: people, operators, channels.
    pub world: Arc<World>,
}

/// One fact of one group.
#[derive(Debug, Clone, Copy)]
pub struct Transition<'a> {
    /// The group.
    pub group: &'a GroupId,
    /// Which entry of the group it is, from 1.
    pub n: u64,
    /// The fact.
    pub entry: &'a Entry,
    /// The group's state after it.
    pub state: &'a State,
}

/// Why a simulation is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A script failed in a step.
    Script {
        /// When.
        at: Timestamp,
        /// In which group.
        group: GroupId,
        /// In which call.
        effect: EffectId,
        /// Why.
        error: String,
    },
    /// A promise was broken: a bug of the engine.
    Invariant {
        /// When.
        at: Timestamp,
        /// In which group.
        group: GroupId,
        /// What was found.
        what: String,
    },
}

/// The scripts of a playbook, compiled, and the files that they read.
pub struct Material {
    scripts: BTreeMap<Arc<str>, Result<Script, String>>,
    host: FolderHost,
}

impl Material {
    /// Reads and compiles every script that a playbook runs; one that does not compile fails only the steps that
    /// need it.
    pub fn new(playbook: &Playbook, folder: Arc<dyn Folder>) -> Self {
        let steps = playbook
            .plays
            .iter()
            .flat_map(|play| [&play.program, &play.moved, &play.cancelled])
            .flat_map(Program::steps);
        let mut scripts = BTreeMap::new();
        for step in steps {
            if let Verb::Run(run) = &step.verb
                && !scripts.contains_key(&run.script)
            {
                let script = folder.read(&run.script).map_err(|error| error.to_string()).and_then(|source| {
                    Script::compile_with(&run.script, &source, folder.as_ref()).map_err(|errors| {
                        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                    })
                });
                scripts.insert(run.script.clone(), script);
            }
        }
        Self { scripts, host: FolderHost { folder, parsed: Mutex::default(), fixtures: BTreeMap::new() } }
    }

    /// Answers of addresses that scripts fetch; there are no others in a simulation.
    pub fn with_fixtures(mut self, fixtures: BTreeMap<String, Value>) -> Self {
        self.host.fixtures = fixtures;
        self
    }

    /// A script by its path, or why there is none.
    pub fn script(&self, path: &str) -> Result<&Script, String> {
        match self.scripts.get(path) {
            Some(Ok(script)) => Ok(script),
            Some(Err(error)) => Err(error.clone()),
            None => Err(format!("no step of the playbook runs {path}")),
        }
    }

    /// What scripts may ask of the outside.
    pub fn host(&self) -> &dyn Host {
        &self.host
    }
}

/// Data files from the folder, each read once; the network only as far as there are fixtures.
struct FolderHost {
    folder: Arc<dyn Folder>,
    parsed: Mutex<BTreeMap<String, Value>>,
    fixtures: BTreeMap<String, Value>,
}

impl Host for FolderHost {
    fn data(&self, path: &str) -> Result<Value, String> {
        let mut parsed =
            self.parsed.lock().map_err(|_| "a script ended in the middle of a read".to_owned())?;
        if let Some(value) = parsed.get(path) {
            return Ok(value.clone());
        }
        let text = self.folder.read(path).map_err(|error| error.to_string())?;
        let value = lang::parse_data(path, &text)?;
        parsed.insert(path.to_owned(), value.clone());
        Ok(value)
    }

    fn fetch(&self, url: &str) -> Result<Value, String> {
        self.fixtures.get(url).cloned().ok_or_else(|| {
            format!(
                "{url} has no fixture; a simulation reaches no network, so give the answer in its world file"
            )
        })
    }

    fn expired(&self) -> bool {
        false
    }
}

/// Lives every group of a playbook through a stretch of time with the real engine; `sink` sees each fact in order
/// of time, groups side by side. Gives what was not good; it stops at the first broken promise.
pub fn simulate<E>(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    sink: impl FnMut(&Transition<'_>) -> Result<(), E>,
) -> Result<Vec<Finding>, E> {
    simulate_groups(playbook, material, options, 0..playbook.groups.len(), sink)
}

/// The same for some of the groups, by their places in the order of ids: groups do not know of each other, so that
/// several threads may live a part each.
pub fn simulate_groups<E>(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    groups: Range<usize>,
    mut sink: impl FnMut(&Transition<'_>) -> Result<(), E>,
) -> Result<Vec<Finding>, E> {
    let mut playbooks = Playbooks::default();
    playbooks.insert(playbook.clone());
    let ids = playbook.groups.keys().skip(groups.start).take(groups.len());
    let mut groups: Vec<GroupSim> = ids.map(|id| GroupSim::new(id, playbook, options)).collect();
    let mut findings = Vec::new();
    let mut heap = BinaryHeap::new();
    for (index, group) in groups.iter_mut().enumerate() {
        group.adopt(&playbooks, material, options, &mut findings, &mut sink)?;
        heap.extend(group.next_at().map(|at| Reverse((at, index))));
    }
    while let Some(Reverse((at, index))) = heap.pop() {
        if at >= options.to || findings.iter().any(|finding| matches!(finding, Finding::Invariant { .. })) {
            break;
        }
        let group = &mut groups[index];
        group.step(&playbooks, material, &mut findings, &mut sink)?;
        heap.extend(group.next_at().map(|at| Reverse((at, index))));
    }
    Ok(findings)
}
