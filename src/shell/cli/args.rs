//! Arguments that several commands share, and how a time is written on the command line.
//!
//! Reads no file; of the clock only which day is today.

use super::{failure::Failure, output::Format};
use crate::{
    base::{
        ids::TaskId,
        phrase::phrase,
        time::{Duration, Timestamp, Zone},
    },
    shell::{clock, inquiry},
};
use jiff::{Span, civil::Date};
use std::path::PathBuf;

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

/// Reads a time as people write it: RFC 3339, or a civil time of the zone with or without its clock.
pub(super) fn time(text: &str, zone: &Zone) -> Result<Timestamp, Failure> {
    let said = as_said(text, zone.date(clock::now()));
    Ok(inquiry::time(said.as_deref().unwrap_or(text), zone)?)
}

/// A day as people say it from today (`tomorrow 20:00`, 明天, 12月12日 20:00), as a date.
fn as_said(text: &str, today: Date) -> Option<String> {
    const DAYS: [(&str, i64); 5] = [("today", 0), ("tomorrow", 1), ("今天", 0), ("明天", 1), ("后天", 2)];
    let text = text.trim();
    let spoken = DAYS.iter().find_map(|(word, days)| Some((days, text.strip_prefix(word)?)));
    let (day, rest) = if let Some((days, rest)) = spoken {
        (today.checked_add(Span::new().try_days(*days).ok()?).ok()?, rest)
    } else {
        let (month, rest) = text.split_once('月')?;
        let (day, rest) = rest.split_once(['日', '号'])?;
        let of = |year| Date::new(year, month.trim().parse().ok()?, day.trim().parse().ok()?).ok();
        let this = of(today.year())?;
        // A day that has passed is meant of the next year.
        (if this < today { of(today.year().checked_add(1)?)? } else { this }, rest)
    };
    Some(format!("{day} {}", rest.trim().replace('：', ":")).trim_end().to_owned())
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
    fn times_are_read_as_people_write_them() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let read = |text| time(text, &zone).map(|at| at.to_rfc3339(&zone));
        assert_eq!(read("2026-12-01").unwrap(), "2026-12-01T00:00:00+08:00");
        assert_eq!(read("2026-12-01 08:00").unwrap(), "2026-12-01T08:00:00+08:00");
        assert_eq!(read("2026/1/5").unwrap(), "2026-01-05T00:00:00+08:00");
        assert_eq!(read("2026-12-01T08:00:00Z").unwrap(), "2026-12-01T16:00:00+08:00");
        assert_eq!(read("2026-12-01T08:00:00+09:00").unwrap(), "2026-12-01T07:00:00+08:00");
        let today = "2026-12-20".parse().unwrap();
        let said = |text| as_said(text, today);
        assert_eq!(said("tomorrow 20:00").as_deref(), Some("2026-12-21 20:00"));
        assert_eq!(said("后天").as_deref(), Some("2026-12-22"));
        assert_eq!(said("12月20日 20：00").as_deref(), Some("2026-12-20 20:00"));
        assert_eq!(said("1月2号").as_deref(), Some("2027-01-02"));
        assert_eq!(said("2026年12月20日"), None);
        assert_eq!(length("30分钟").unwrap(), length("30m").unwrap());
        assert!(read("someday").unwrap_err().message.en.contains("2026-12-01 08:00"));
    }
}
