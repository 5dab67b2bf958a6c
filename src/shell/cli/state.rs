//! A state directory as the reading commands see it: where it is, which groups it has, which are meant.
//!
//! Only reads; an engine may be running on it at the same time. Owns the variable that says who asks.

#![expect(clippy::disallowed_methods, reason = "owns the variable that says who asks")]

use super::{
    args::{GroupArg, StateArg},
    failure::Failure,
};
use crate::{
    base::{
        ids::GroupId,
        time::{Timestamp, Zone},
    },
    engine::state::State,
    lang,
    model::playbook::Playbook,
    shell::store::{GroupInfo, Reader, Recovered, StoreError},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a reading command looks: a directory, or the playbook file beside it.
#[derive(Debug, Clone, clap::Args)]
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

/// The state directory that is meant: as given, else `.playbook` beside the file, else here.
pub(super) fn directory(state: Option<&Path>, file: Option<&Path>) -> PathBuf {
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

/// What a reading command reads.
pub(super) struct Opened {
    /// The database.
    pub(super) reader: Reader,
    /// What is known of the groups.
    pub(super) recovered: Recovered,
    /// The group that is meant, if only one is.
    pub(super) only: Option<GroupId>,
}

/// One group to show.
pub(super) struct Shown<'a> {
    /// Its id.
    pub(super) id: &'a GroupId,
    /// Its state.
    pub(super) state: &'a State,
    /// What is known without its playbook.
    pub(super) info: Option<&'a GroupInfo>,
    /// The zone in which its times are written.
    pub(super) zone: Zone,
}

impl ReadArgs {
    /// The state directory that is meant.
    pub(super) fn dir(&self) -> PathBuf {
        directory(self.state.state.as_deref(), self.file.as_deref())
    }

    /// Opens the state.
    pub(super) fn open(&self) -> Result<Opened, Failure> {
        let dir = self.dir();
        let failed = |error: StoreError| {
            let help = match error {
                // It says so itself.
                StoreError::Missing(_) => None,
                _ => Some("`playbook run FILE` makes a state; `--state DIR` names another one".into()),
            };
            Failure { help, ..Failure::environment(error.to_string()) }
        };
        let reader = Reader::open(&dir).map_err(failed)?;
        let recovered = reader.states().map_err(failed)?;
        let only = self.group.group.as_ref().map(GroupId::new);
        if let Some(id) = only.as_ref().filter(|id| !recovered.groups.contains_key(*id)) {
            let names: Vec<&str> = recovered.groups.keys().map(GroupId::as_str).collect();
            return Err(Failure::usage(format!("there is no group {id} in {}", dir.display()))
                .help(format!("its groups are {}", names.join(", "))));
        }
        Ok(Opened { reader, recovered, only })
    }
}

impl Opened {
    /// The groups that are meant, in order of id.
    pub(super) fn groups(&self) -> impl Iterator<Item = Shown<'_>> {
        let all = self.recovered.groups.iter();
        all.filter(|(id, _)| self.only.as_ref().is_none_or(|only| only == *id)).map(|(id, group)| {
            let info = self.recovered.infos.get(id);
            Shown { id, state: &group.state, info, zone: info.map_or_else(Zone::utc, GroupInfo::zone) }
        })
    }

    /// Whether rows have to say of which group they are.
    pub(super) fn several(&self) -> bool {
        self.only.is_none() && self.recovered.groups.len() > 1
    }

    /// The zone of a group.
    pub(super) fn zone(&self, group: &GroupId) -> Zone {
        self.recovered.infos.get(group).map_or_else(Zone::utc, GroupInfo::zone)
    }

    /// The playbook in force for a group, from the sources that the state keeps.
    pub(super) fn playbook(&self, state: &State) -> Option<Arc<Playbook>> {
        let (folder, path) = self.reader.sources(state.digest.as_ref()?).ok()??;
        lang::compile(&folder, &path).playbook
    }
}

/// An instant for programs; null when there is none.
pub(super) fn instant(at: Option<Timestamp>, zone: &Zone) -> Option<String> {
    at.map(|at| at.to_rfc3339(zone))
}

/// An instant for people: the date with the clock.
pub(super) fn when(at: Timestamp, zone: &Zone) -> String {
    zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Who asks, where `--by` does not say: the user of this machine.
pub(super) fn who() -> Option<String> {
    std::env::var("USER").ok().filter(|name| !name.is_empty())
}
