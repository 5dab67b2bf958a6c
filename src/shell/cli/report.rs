//! `playbook report`: what really happened, from the journal, as `simulate` shows what would.

use super::{
    args::{self, FormatArg, GroupArg, StateArg},
    failure::Failure,
    output::{BAD, Format, Output, WARN, clip, paint},
    simulate, simulate_short, simulate_sums,
    state::{Opened, ReadArgs, unreadable},
};
use crate::{
    base::{
        ids::GroupId,
        phrase::{Phrase, pair, phrase},
        time::{Duration, Timestamp},
    },
    model::playbook::Playbook,
    shell::{
        clock, pages,
        past::{self, Past},
        view::report::report,
    },
    sim::plan::Window,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

/// Shows what really happened: what went wrong first, then a line a day or a week, then the sums.
///
/// From the journal, archived decisions too, engine running or not. `--format html` is the page that `simulate` has,
/// `--format json` one object for each playbook.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// The playbook file whose state is meant [default: the state of this directory].
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    state: StateArg,
    #[command(flatten)]
    group: GroupArg,
    /// From when on; a civil time is in the playbook's zone [default: so many days ago, or when the group began].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<String>,
    /// How many days.
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3_660))]
    days: u32,
    /// How to write it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: simulate::HistoryFormat,
}

/// So many troubles are told one by one.
const TROUBLES_SHOWN: usize = 15;

/// The groups of one playbook.
type MeantGroups = (Arc<Playbook>, BTreeSet<GroupId>);

impl ReportArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let (file, state, group) = (self.file.clone(), self.state.clone(), self.group.clone());
        let opened = ReadArgs { file, state, group, format: FormatArg { format: Format::Text } }.open()?;
        let books = books(&opened)?;
        if let (simulate::HistoryFormat::Html, Some((other, _))) = (self.format, books.get(1)) {
            let other = &other.name;
            return Err(Failure::usage(phrase!(
                "a page shows one playbook, and {other} is there as well",
                "一页只写一个剧本，这里还有 {other}"
            ))
            .help(phrase!("name one of its groups with --group", "用 `--group` 指出其中一个群")));
        }
        for (playbook, groups) in &books {
            let past = self.past(&opened, playbook, groups)?;
            match self.format {
                simulate::HistoryFormat::Html => out.file(&pages::report::lived(playbook, &past))?,
                simulate::HistoryFormat::Json => out.json(&report(playbook, &past))?,
                simulate::HistoryFormat::Text => text(playbook, &past, out)?,
            }
        }
        Ok(())
    }

    /// Gathers what the window holds.
    fn past(
        &self,
        opened: &Opened,
        playbook: &Arc<Playbook>,
        groups: &BTreeSet<GroupId>,
    ) -> Result<Past, Failure> {
        let clocks = opened.groups().filter(|group| groups.contains(group.id)).map(|group| group.state.clock);
        let now = clocks.fold(clock::now(), Timestamp::max);
        let until = now.plus(Duration::from_millis(1));
        let (from, to) = if let Some(text) = &self.from {
            let from = args::time(text, &playbook.zone)?;
            (from, Window::days(playbook, from, self.days).to.min(until))
        } else {
            let back = Duration::DAY.times(1 - i64::from(self.days));
            let from = playbook.zone.day_bounds(now.plus(back)).0;
            (past::begin(&opened.reader, groups, &playbook.zone, from).map_err(unreadable)?, until)
        };
        if to <= from {
            return Err(Failure::usage(phrase!(
                "--from is ahead of us: nothing has happened yet",
                "`--from` 还没到：什么都没发生"
            )));
        }
        let weekly = to.since(from) > Duration::DAY.times(i64::from(simulate_short::DAILY_MAX));
        past::gather(&opened.reader, playbook, groups, (from, to), weekly).map_err(unreadable)
    }
}

/// The playbooks of the groups that are meant, each in the version in force.
fn books(opened: &Opened) -> Result<Vec<MeantGroups>, Failure> {
    let mut books: BTreeMap<String, MeantGroups> = BTreeMap::new();
    for group in opened.groups() {
        let Some(playbook) = opened.playbook(group.state) else { continue };
        let known = books.entry(playbook.name.to_string()).or_insert_with(|| (playbook, BTreeSet::new()));
        known.1.insert(group.id.clone());
    }
    if books.is_empty() {
        return Err(Failure::environment(phrase!(
            "there is no group here of which a report could be made",
            "这里没有可以写报告的群"
        )));
    }
    Ok(books.into_values().collect())
}

/// What went wrong, then a line a day or a week, then the sums.
fn text(playbook: &Playbook, past: &Past, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    out.heading(pair("What went wrong", "出了什么问题").of(locale))?;
    for trouble in past.troubles.iter().take(TROUBLES_SHOWN) {
        let style = if matches!(trouble.kind, "failed" | "parked" | "refused") { BAD } else { WARN };
        let line = clip(trouble.text.of(locale), out.width.saturating_sub(2).max(40));
        out.line(format!("  {}", paint(style, &line)))?;
    }
    let more = past.troubles.len().saturating_sub(TROUBLES_SHOWN);
    if more > 0 {
        out.line(phrase!("  and {more} more", "  另有 {more} 件").of(locale))?;
    }
    if past.troubles.is_empty() {
        let none: Phrase = phrase!(
            "nothing: no step failed or was missed, and every message was taken",
            "没有：没有步骤失败或错过，消息都送出去了"
        );
        out.line(format!("  {}", none.of(locale)))?;
    }
    out.line("")?;
    simulate_short::pages(&past.diary, out)?;
    simulate_sums::summary(playbook, &past.options, &past.lived, out)
}
