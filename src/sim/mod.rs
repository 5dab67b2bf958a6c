//! What would happen? The plan of what is certain, and the real engine in virtual time.
//!
//! Pure: never reads a clock, a file or a socket; the same arguments give the same bytes.

pub mod named;
pub mod supposed;
pub mod preview;
pub mod plan;
pub mod forecast;
pub mod ics;
pub mod world;
pub mod crowd;
pub mod courier;
pub mod oracle;
pub mod group;
pub mod part;
pub mod fault;
pub mod timeline;
pub mod scenario;
pub mod why;
pub mod tally;
pub mod diary;
pub mod report;
pub mod talk;
pub mod spread;
pub mod recording;
pub mod replay;
pub mod difference;

use crate::{
    base::{
        ids::{EffectId, GroupId, RunId, StepId},
        source::Folder,
        time::Timestamp,
        value::Value,
    },
    engine::{
        entry::{Entry, Fact},
        state::State,
    },
    lang,
    model::{playbook::Playbook, program::Program, step::Verb},
    script::sandbox::{Host, Script},
};
use part::Part;
use std::{
    collections::{BTreeMap, BTreeSet},
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

/// One fact of one group, and what a report wants to know of the group just after it.
#[derive(Debug, Clone, Copy)]
pub struct Transition<'a> {
    /// The group.
    pub group: &'a GroupId,
    /// Which entry of the group it is, from 1.
    pub n: u64,
    /// The fact.
    pub entry: &'a Entry,
    /// How many members the group has.
    pub members: usize,
    /// How many it ever had.
    pub members_ever: u64,
    /// For a message of a member: the name they are shown by; else nothing.
    pub speaker: &'a str,
}

impl<'a> Transition<'a> {
    /// Of an entry and the state after it.
    pub fn new(state: &'a State, n: u64, entry: &'a Entry) -> Self {
        let speaker = match &entry.fact {
            Fact::SignalReceived(signal) if &*signal.name == "message" => signal.member.as_ref(),
            _ => None,
        };
        let speaker =
            speaker.map_or("", |id| state.members.get(id).map_or(id.as_str(), |member| member.name.as_str()));
        let (members, members_ever) = (state.members.len(), state.members_ever);
        Self { group: &state.group, n, entry, members, members_ever, speaker }
    }
}

/// Why a simulation is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A script failed in a step.
    Script {
        /// When the script failed.
        at: Timestamp,
        /// In which group.
        group: GroupId,
        /// In which call.
        effect: EffectId,
        /// Why the script failed.
        error: String,
    },
    /// A step failed, and its run with it.
    Step {
        /// When the step failed.
        at: Timestamp,
        /// In which group.
        group: GroupId,
        /// Of which run.
        run: RunId,
        /// The step that failed.
        step: StepId,
        /// Why the step failed.
        error: String,
    },
    /// A promise was broken: a bug of the engine.
    Invariant {
        /// When the promise was broken.
        at: Timestamp,
        /// In which group.
        group: GroupId,
        /// What was found.
        what: String,
    },
}

impl Finding {
    /// When it was found.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Script { at, .. } | Self::Step { at, .. } | Self::Invariant { at, .. } => *at,
        }
    }

    /// Whether a promise was broken.
    pub fn is_broken_promise(&self) -> bool {
        matches!(self, Self::Invariant { .. })
    }
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
                let script = Script::read(&run.script, folder.as_ref())
                    .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
                scripts.insert(run.script.clone(), script);
            }
        }
        let secrets = playbook.secret_files();
        let host = FolderHost { folder, secrets, parsed: Mutex::default(), fixtures: BTreeMap::new() };
        Self { scripts, host }
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
    secrets: BTreeSet<String>,
    parsed: Mutex<BTreeMap<String, Value>>,
    fixtures: BTreeMap<String, Value>,
}

impl Host for FolderHost {
    fn has(&self, path: &str) -> bool {
        self.folder.read(path).is_ok()
    }

    fn data(&self, path: &str) -> Result<Value, String> {
        let mut parsed =
            self.parsed.lock().map_err(|_| "a script ended in the middle of a read".to_owned())?;
        if let Some(value) = parsed.get(path) {
            return Ok(value.clone());
        }
        if self.secrets.contains(path) {
            return Err(format!("{path} is a secret of a channel, which scripts do not read"));
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

/// Lives every group of a playbook through a stretch of time with the real engine. `keep` sees each fact as it
/// happens, group by group; `sink` gets what was kept in order of time, groups side by side. Gives what was not good;
/// a group with a broken promise goes no further.
pub fn simulate<T, E>(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    mut keep: impl FnMut(&Transition<'_>) -> Option<T>,
    mut sink: impl FnMut(T) -> Result<(), E>,
) -> Result<Vec<Finding>, E> {
    let groups = playbook.groups.len();
    let mut part = Part::new(playbook, material, options, 0..groups);
    let mut findings = Vec::new();
    for end in part::stretches(options, groups) {
        part::hand_over(part.live(end, &mut keep), &mut findings, &mut sink)?;
    }
    Ok(findings)
}
