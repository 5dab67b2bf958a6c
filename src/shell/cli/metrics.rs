//! `playbook metrics`: the numbers of each group, and how each is computed.

use super::{
    failure::Failure,
    output::{Format, NAME, Output, Table, write_or},
    state::ReadArgs,
};
use crate::base::phrase::pair;
use crate::shell::{
    clock,
    view::metrics::{NumberRow, metrics},
};

/// Shows the numbers of each group: who speaks, joins, stays and answers, and how well it is.
///
/// Each stands under its name for people, with what it is a part of and the name by which expressions know it. One that is not complete is marked with `~`, one that nobody can know is `unknown`
/// with the reason. The playbook's own (`metrics` in the file) come first, as a tree, each with its target. `--how` tells how each is computed; docs/metrics.md has the same.
#[derive(Debug, clap::Args)]
pub(super) struct MetricsArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Tell how each number is computed.
    #[arg(long)]
    how: bool,
    /// Show what numbers are made of: arrivals by source, tasks by play, role and person, answers by who was on duty, what was screened by kind.
    #[arg(long)]
    by: bool,
}

impl MetricsArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let now = clock::now();
        let json = self.read.format.format == Format::Json;
        let locale = if json { out.languages.programs } else { out.languages.people };
        let rows: Vec<NumberRow> = opened
            .groups()
            .flat_map(|group| metrics(group, opened.playbook(group.state).as_deref(), now, locale))
            .collect();
        if json {
            return Ok(rows.iter().try_for_each(|row| out.json(row))?);
        }
        table(&rows, opened.several(), (self.how, self.by), out)
    }
}

/// How deep one of the playbook's own numbers stands in the tree: below the last one that names it as a part.
fn depth(before: &[NumberRow], row: &NumberRow) -> usize {
    let parent =
        before.iter().rposition(|above| above.group == row.group && above.parts.contains(&row.metric));
    parent.filter(|_| row.own).map_or(0, |at| depth(&before[..at], &before[at]) + 1)
}

/// Writes numbers as a table, or one a line.
pub(super) fn write(rows: &[NumberRow], several: bool, json: bool, out: &mut Output) -> Result<(), Failure> {
    if json {
        return Ok(rows.iter().try_for_each(|row| out.json(row))?);
    }
    table(rows, several, (false, false), out)
}

/// Writes numbers as a table, with how they are computed and with what they are made of where that is asked for.
fn table(
    rows: &[NumberRow],
    several: bool,
    (how, by): (bool, bool),
    out: &mut Output,
) -> Result<(), Failure> {
    let locale = out.languages.people;
    let mut table = Table::new(
        &[
            pair("group", "群"),
            pair("number", "数字"),
            pair("value", "值"),
            pair("of", "总数"),
            pair("name", "名称"),
            pair("remark", "说明"),
        ],
        out.languages.people,
    );
    for (place, row) in rows.iter().enumerate() {
        let depth = depth(&rows[..place], row);
        let mark = if row.complete || row.value.is_none() { "" } else { "~" };
        let remarks = [row.unknown.clone(), Some(row.how.clone()).filter(|_| how), Some(row.aim(locale))];
        let remarks: Vec<String> = remarks.into_iter().flatten().filter(|said| !said.is_empty()).collect();
        table.row(vec![
            row.group.to_string(),
            format!("{}{}", "  ".repeat(depth), row.called(locale)),
            format!("{mark}{}", row.shown(locale)),
            row.of.map(|of| of.to_string()).unwrap_or_default(),
            row.name(),
            remarks.join(" · "),
        ]);
        table.paint_last(4, NAME);
        for (part, one) in row.by.iter().filter(|_| by) {
            let part = if part.is_empty() { locale.pick("not said", "没说") } else { part };
            table.row(vec![
                row.group.to_string(),
                format!("{}{part}", "  ".repeat(depth + 1)),
                row.shown_of(one.value, locale),
                one.of.map(|of| of.to_string()).unwrap_or_default(),
                String::new(),
                String::new(),
            ]);
        }
    }
    Ok(write_or(&table, pair("There are no groups yet.", "还没有群。"), several, out)?)
}
