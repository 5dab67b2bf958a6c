//! A state directory as the reading commands see it: where it is, which groups it has, which are meant.
//!
//! Only reads; an engine may be running on it at the same time. Owns the variable that says who asks.

#![expect(clippy::disallowed_methods, reason = "owns the variable that says who asks")]

use super::{
    args::{GroupArg, StateArg, time_of_all},
    failure::Failure,
};
use crate::{
    base::{
        ids::{GroupId, MemberId},
        phrase::phrase,
        time::{Timestamp, Zone},
    },
    engine::state::State,
    lang,
    model::playbook::Playbook,
    shell::{
        clock,
        runtime::rehearsal_beside,
        socket,
        store::{Reader, Recovered, StoreError},
        view::{
            GroupShown,
            known::{KnownVersion, KnownVersions},
        },
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    rc::Rc,
    sync::{Arc, LazyLock},
};

/// Where a reading command looks: a directory, or the playbook file beside it.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ReadArgs {
    /// The playbook file whose state is meant [default: the state of this directory].
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) state: StateArg,
    #[command(flatten)]
    pub(super) group: GroupArg,
    #[command(flatten)]
    pub(super) format: super::args::FormatArg,
}

/// The state directory that is meant: as given, else `.playbook` beside the file, else here; where no engine runs on
/// that and a rehearsal runs beside it, the rehearsal's. Its clock is the one that counts from now on.
pub(super) fn directory(state: Option<&Path>, file: Option<&Path>) -> PathBuf {
    let mut dir = kept(state, file);
    let beside = rehearsal_beside(&dir);
    if state.is_none() && beside.is_dir() && socket::answers(&beside) && !socket::answers(&dir) {
        dir = beside;
    }
    clock::follow(&dir);
    dir
}

/// A file that is named is there: what lies beside it would otherwise be answered from as if it were its own.
pub(super) fn is_there(state: Option<&Path>, file: Option<&Path>) -> Result<(), Failure> {
    let Some(file) = file.filter(|file| state.is_none() && !file.exists()) else { return Ok(()) };
    let file = file.display();
    Err(Failure::environment(phrase!("there is no file {file}", "没有文件 {file}")).help(phrase!(
        "name the playbook file, or leave it out where its state is in this folder",
        "请写剧本文件；状态就在这个文件夹里时，可以不写"
    )))
}

fn kept(state: Option<&Path>, file: Option<&Path>) -> PathBuf {
    match (state, file) {
        (Some(dir), _) => dir.into(),
        // A directory in the place of the file is the state, or has it.
        (None, Some(path)) if path.is_dir() => {
            let inside = path.join(".playbook");
            if inside.is_dir() { inside } else { path.into() }
        }
        (None, Some(file)) => file.parent().unwrap_or(Path::new("")).join(".playbook"),
        (None, None) => PathBuf::from(".playbook"),
    }
}

/// The state directory of a command that changes something. An engine and a rehearsal of the same folder are not
/// taken for each other.
pub(super) fn engine_directory(state: Option<&Path>) -> Result<PathBuf, Failure> {
    let dir = directory(state, None);
    let beside = rehearsal_beside(&dir);
    if state.is_none() && beside.is_dir() && beside != dir && socket::answers(&beside) {
        let (dir, beside) = (dir.display(), beside.display());
        return Err(Failure::usage(phrase!(
            "an engine and a rehearsal both run here; which one is meant?",
            "这里既有引擎在运行，也有演练在进行；指的是哪一个？"
        ))
        .help(phrase!(
            "add `--state {dir}` for the engine, `--state {beside}` for the rehearsal",
            "引擎加 `--state {dir}`，演练加 `--state {beside}`"
        )));
    }
    Ok(dir)
}

/// What a reading command reads.
pub(super) struct Opened {
    /// The database.
    pub(super) reader: Reader,
    /// What is known of the groups.
    pub(super) recovered: Recovered,
    /// The group that is meant, if only one is.
    pub(super) only: Option<GroupId>,
    zones: BTreeMap<GroupId, Zone>,
    versions: KnownVersions,
}

impl ReadArgs {
    /// The state directory that is meant.
    pub(super) fn dir(&self) -> Result<PathBuf, Failure> {
        is_there(self.state.state.as_deref(), self.file.as_deref())?;
        Ok(directory(self.state.state.as_deref(), self.file.as_deref()))
    }

    /// Opens the state.
    pub(super) fn open(&self) -> Result<Opened, Failure> {
        let dir = self.dir()?;
        let failed = |error: StoreError| {
            let help = match error {
                // It says so itself.
                StoreError::Missing(_) => None,
                _ => Some(phrase!(
                    "`playbook run FILE` makes a state; `--state DIR` names another one",
                    "`playbook run FILE` 会建立状态目录；`--state DIR` 指出另一个"
                )),
            };
            Failure { help, ..Failure::environment(error.in_words()) }
        };
        let reader = Reader::open(&dir).map_err(failed)?;
        let recovered = reader.states().map_err(failed)?;
        let only = self.group.group.as_ref().map(GroupId::new);
        if let Some(id) = only.as_ref().filter(|id| !recovered.groups.contains_key(*id)) {
            let names: Vec<&str> = recovered.groups.keys().map(GroupId::as_str).collect();
            return Err(Failure::usage(phrase!(
                "there is no group {id} in {dir}",
                "{dir} 里没有群 {id}",
                dir = dir.display()
            ))
            .help(phrase!("its groups are {}", "那里的群有 {}", names.join(", "))));
        }
        let mut names: BTreeMap<&str, Zone> = BTreeMap::new();
        let zones = recovered.infos.iter().map(|(group, info)| {
            let zone = names.entry(&info.zone).or_insert_with(|| info.zone()).clone();
            (group.clone(), zone)
        });
        let zones = zones.collect();
        Ok(Opened { reader, recovered, only, zones, versions: KnownVersions::default() })
    }
}

impl Opened {
    /// The groups that are meant, in order of id.
    pub(super) fn groups(&self) -> impl Iterator<Item = GroupShown<'_>> {
        let all = self.recovered.groups.iter();
        all.filter(|(id, _)| self.only.as_ref().is_none_or(|only| only == *id)).map(|(id, group)| {
            let info = self.recovered.infos.get(id);
            GroupShown { id, state: &group.state, info, zone: self.zones.get(id).unwrap_or(&UTC) }
        })
    }

    /// Whether rows have to say of which group they are.
    pub(super) fn several(&self) -> bool {
        self.only.is_none() && self.recovered.groups.len() > 1
    }

    /// Whether a command that answers has to say which group it means, also where one was asked for.
    pub(super) fn has_several(&self) -> bool {
        self.recovered.groups.len() > 1
    }

    /// What people call a member of a group, where that is known.
    pub(super) fn name(&self, group: &GroupId, member: Option<&MemberId>) -> Option<String> {
        let known = self.recovered.groups.get(group)?.state.members.get(member?)?;
        Some(known.name.clone()).filter(|name| !name.is_empty())
    }

    /// Reads an instant, in the zone of the groups that are meant.
    pub(super) fn time(&self, text: &str) -> Result<Timestamp, Failure> {
        let infos = self.recovered.infos.iter();
        let meant = infos.filter(|(id, _)| self.only.as_ref().is_none_or(|only| only == *id));
        time_of_all(text, &meant.map(|(id, info)| (id.clone(), info.clone())).collect())
    }

    /// The zone of a group.
    pub(super) fn zone(&self, group: &GroupId) -> &Zone {
        self.zones.get(group).unwrap_or(&UTC)
    }

    /// What is known of the version in force for a group, from the sources that the state keeps.
    pub(super) fn version(&self, state: &State) -> Rc<KnownVersion> {
        self.versions.of(state.digest.as_ref(), clock::now(), |digest| {
            let (folder, path) = self.reader.sources(digest).ok()??;
            lang::compile(&folder, &path).playbook
        })
    }

    /// The playbook in force for a group.
    pub(super) fn playbook(&self, state: &State) -> Option<Arc<Playbook>> {
        self.version(state).playbook.clone()
    }
}

/// The zone of a group of which nothing else is known.
static UTC: LazyLock<Zone> = LazyLock::new(Zone::utc);

/// The database could not be read.
pub(super) fn unreadable(error: StoreError) -> Failure {
    Failure::environment(error.in_words())
}

/// Who asks, where `--by` does not say: the user of this machine.
pub(super) fn who() -> Option<String> {
    std::env::var("USER").ok().filter(|name| !name.is_empty())
}
