//! Arguments that several commands share, and how a time is written on the command line.
//!
//! Reads no file and no clock.

use super::{failure::Failure, output::Format};
use crate::{
    base::{
        ids::{GroupId, TaskId},
        phrase::phrase,
        time::{Duration, Timestamp, Zone},
    },
    shell::{instant, store::GroupInfo},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// `--format`
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct FormatArg {
    /// How to write the result.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

/// Where an engine keeps its state.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct StateArg {
    /// The state directory [default: `.playbook`, here or beside the only playbook of this directory].
    #[arg(long, value_name = "DIR")]
    pub(super) state: Option<PathBuf>,
}

/// Which group is meant.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct GroupArg {
    /// The group; needed only where there are several.
    #[arg(long, short, value_name = "GROUP")]
    pub(super) group: Option<String>,
}

/// What every command to a running engine takes.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct TargetArg {
    #[command(flatten)]
    pub(super) state: StateArg,
    #[command(flatten)]
    pub(super) group: GroupArg,
    /// Who asks; it is written into the journal [default: the user's name on this machine].
    #[arg(long, value_name = "NAME")]
    pub(super) by: Option<String>,
}

/// Reads a time as people write it, in the zone of those whom it is about.
pub(super) fn time(text: &str, zone: &Zone) -> Result<Timestamp, Failure> {
    instant::read(text, zone).map_err(Failure::usage)
}

/// Reads a time that is about all groups of a state: in the zone that they share.
pub(super) fn time_of_all(text: &str, groups: &BTreeMap<GroupId, GroupInfo>) -> Result<Timestamp, Failure> {
    let zones: BTreeSet<&str> = groups.values().map(|info| &*info.zone).collect();
    if zones.len() > 1 && !instant::has_offset(text) {
        let named = zones.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(phrase!(
            "{text:?} is another instant in each of the zones of these groups: {named}",
            "这些群不在同一个时区（{named}），{text:?} 在各处不是同一时刻"
        ))
        .help(phrase!(
            "write it with its offset: 2026-12-01T08:00:00+08:00",
            "把时差也写上：2026-12-01T08:00:00+08:00"
        )));
    }
    time(text, &groups.values().next().map_or_else(Zone::utc, GroupInfo::zone))
}

/// A task's id as people type it: `T1` is `t1`.
pub(super) fn task(text: &str) -> TaskId {
    let is_id = text.strip_prefix('T').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    if is_id { TaskId::from(text.to_lowercase()) } else { TaskId::new(text) }
}

/// Reads a length of time as playbooks write it.
pub(super) fn length(text: &str) -> Result<Duration, Failure> {
    let plain = text.trim().replace("分钟", "m").replace("小时", "h").replace('天', "d").replace('秒', "s");
    plain.parse().map_err(|_| {
        Failure::usage(phrase!(
            "{text:?} is not a length of time; expected 10m, 2h or 1d",
            "{text:?} 不是时长；应写成 10m、2h 或 1d"
        ))
    })
}

/// Reads a zone's name.
pub(super) fn zone(name: &str) -> Result<Zone, Failure> {
    Zone::named(name).ok_or_else(|| {
        Failure::usage(phrase!(
            "there is no time zone {name:?}; expected an IANA name such as Asia/Shanghai",
            "没有时区 {name:?}；应是 IANA 名称，例如 Asia/Shanghai"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_both_languages() {
        assert_eq!(length("30分钟").unwrap(), length("30m").unwrap());
        assert_eq!(length("2 小时").ok(), length("2 h").ok());
        assert!(length("soon").is_err());
    }
}
