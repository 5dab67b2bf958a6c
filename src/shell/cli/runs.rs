//! `playbook runs`: the runs of each group, open and recent.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, Output, Table, WARN, write_or},
    state::ReadArgs,
};
use crate::{
    base::{
        locale::Locale,
        phrase::{Phrase, pair, phrase},
    },
    engine::entry::Outcome,
    shell::view::runs::{RunRow, runs},
    sim::timeline::ended,
};

/// Shows the runs of each group: the open ones, then those that ended last.
#[derive(Debug, clap::Args)]
pub(super) struct RunsArgs {
    #[command(flatten)]
    read: ReadArgs,
}

impl RunsArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let mut rows = opened.groups().flat_map(|group| runs(group, opened.playbook(group.state).as_deref()));
        if self.read.format.format == Format::Json {
            return Ok(rows.try_for_each(|row| out.json(&row))?);
        }
        let locale = out.languages.people;
        let mut table = Table::new(
            &[
                pair("group", "群"),
                pair("run", "活动"),
                pair("state", "状态"),
                pair("started", "开始"),
                pair("what", "说明"),
            ],
            locale,
        );
        let several = opened.several();
        let mut rehearses = false;
        rows.for_each(|row| {
            rehearses |= row.rehearses;
            cells(&mut table, row, locale);
        });
        write_or(&table, pair("No run has begun yet.", "还没有活动开始过。"), several, out)?;
        if rehearses && !several {
            out.say(phrase!("this group only rehearses: nothing is sent", "这个群只演练：什么都不发"))?;
        }
        Ok(())
    }
}

fn cells(table: &mut Table, run: RunRow, locale: Locale) {
    let (word, style) = match run.outcome {
        None => (pair("open", "进行中"), WARN),
        Some(outcome) => {
            let style = match outcome {
                Outcome::Done => GOOD,
                Outcome::Failed => BAD,
                Outcome::Stopped | Outcome::Cancelled | Outcome::Replaced => DIM,
            };
            (ended(outcome), style)
        }
    };
    let what = match (&run.step, &run.waiting) {
        (Some(step), Some(waiting)) => {
            let until =
                run.until.map(|at| phrase!(" until {}", "，最迟到 {}", at.minute())).unwrap_or_default();
            phrase!("step {step} waits for {waiting}{until}", "步骤 {step} 在等{waiting}{until}"; waiting, until)
        }
        _ => run.reason,
    };
    let missed = run.missed;
    let missed =
        if missed > 0 { phrase!("{missed} missed; ", "错过 {missed} 步；") } else { Phrase::default() };
    let only = if run.rehearses { phrase!(" (rehearses)", "（演练）") } else { Phrase::default() };
    table.row(vec![
        format!("{}{}", run.group, only.of(locale)),
        run.run.to_string(),
        word.of(locale).to_owned(),
        run.started.minute(),
        format!("{}{}", missed.of(locale), what.of(locale)),
    ]);
    table.paint_last(2, style);
}
