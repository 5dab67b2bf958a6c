//! `playbook runs`: the runs of each group, open and recent.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, Output, Table, WARN, write_or},
    state::ReadArgs,
};
use crate::{
    engine::entry::Outcome,
    shell::view::runs::{Row, runs},
};

/// Shows the runs of each group: the open ones, then those that ended last.
#[derive(Debug, clap::Args)]
pub(super) struct Runs {
    #[command(flatten)]
    read: ReadArgs,
}

impl Runs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let mut rows = opened.groups().flat_map(runs);
        if self.read.format.format == Format::Json {
            return Ok(rows.try_for_each(|row| out.json(&row))?);
        }
        let mut table = Table::new(&["group", "run", "state", "started", "what"]);
        rows.for_each(|row| cells(&mut table, row));
        Ok(write_or(&table, "No run has begun yet.", opened.several(), out)?)
    }
}

fn cells(table: &mut Table, run: Row) {
    let (word, style) = match run.outcome {
        None => ("open", WARN),
        Some(Outcome::Done) => ("done", GOOD),
        Some(Outcome::Failed) => ("failed", BAD),
        Some(Outcome::Stopped) => ("stopped", DIM),
        Some(Outcome::Cancelled) => ("cancelled", DIM),
        Some(Outcome::Replaced) => ("replaced", DIM),
    };
    let what = match (&run.step, &run.waiting) {
        (Some(step), Some(waiting)) => {
            let until = run.until.map(|at| format!(" until {}", at.minute())).unwrap_or_default();
            format!("step {step} waits for {waiting}{until}")
        }
        _ => run.reason,
    };
    let missed = if run.missed > 0 { format!("{} missed; ", run.missed) } else { String::new() };
    table.row(vec![
        run.group.to_string(),
        run.run.to_string(),
        word.to_owned(),
        run.started.minute(),
        format!("{missed}{what}"),
    ]);
    table.paint_last(2, style);
}
