//! `playbook runs`: the runs of each group, open and recent.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, Output, Table, WARN},
    state::{ReadArgs, instant, when},
};
use crate::base::time::Zone;
use crate::engine::{
    entry::{Outcome, Waiting},
    state::Run,
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
        let mut table = Table::new(&["group", "run", "state", "started", "what"]);
        for group in opened.groups() {
            let open = group.state.runs.values();
            let ended = group.state.finished.iter().rev();
            for run in open.chain(ended) {
                match self.read.format.format {
                    Format::Json => out.json(&json(group.id.as_str(), run, &group.zone))?,
                    Format::Text => row(&mut table, group.id.as_str(), run, &group.zone),
                }
            }
        }
        if self.read.format.format == Format::Text {
            super::output::write_or(&table, "No run has begun yet.", opened.several(), out)?;
        }
        Ok(())
    }
}

fn json(group: &str, run: &Run, zone: &Zone) -> serde_json::Value {
    let wait = run.waiting.as_ref().filter(|_| run.outcome.is_none());
    serde_json::json!({
        "group": group,
        "run": run.id,
        "play": run.play,
        "number": run.number,
        "anchor": run.anchor.to_rfc3339(zone),
        "started": run.started.to_rfc3339(zone),
        "finished": instant(run.finished, zone),
        "outcome": run.outcome,
        "reason": run.reason,
        "step": wait.map(|wait| &wait.step),
        "waiting": wait.map(|wait| waiting(&wait.waiting)),
        "until": instant(wait.and_then(|wait| wait.until), zone),
        "missed": run.missed,
    })
}

fn row(table: &mut Table, group: &str, run: &Run, zone: &Zone) {
    let (word, style) = match run.outcome {
        None => ("open", WARN),
        Some(Outcome::Done) => ("done", GOOD),
        Some(Outcome::Failed) => ("failed", BAD),
        Some(Outcome::Stopped) => ("stopped", DIM),
        Some(Outcome::Cancelled) => ("cancelled", DIM),
        Some(Outcome::Replaced) => ("replaced", DIM),
    };
    let what = match (&run.outcome, &run.waiting) {
        (None, Some(wait)) => {
            let until = wait.until.map(|at| format!(" until {}", when(at, zone))).unwrap_or_default();
            format!("step {} waits for {}{until}", wait.step, waiting(&wait.waiting))
        }
        _ => run.reason.clone(),
    };
    let missed = if run.missed > 0 { format!("{} missed; ", run.missed) } else { String::new() };
    table.row(vec![
        group.to_owned(),
        run.id.to_string(),
        word.to_owned(),
        when(run.started, zone),
        format!("{missed}{what}"),
    ]);
    table.paint_last(2, style);
}

/// What a run waits for, in words.
fn waiting(waiting: &Waiting) -> String {
    match waiting {
        Waiting::Due => "its time".into(),
        Waiting::Script { .. } => "its script".into(),
        Waiting::Retry => "the next try".into(),
        Waiting::Approval { task } => format!("approval {task}"),
        Waiting::Answers { task } => format!("answers to {task}"),
        Waiting::Time => "its time".into(),
        Waiting::Signal { name } => format!("signal {name}"),
        Waiting::Task { task } => format!("task {task}"),
        Waiting::Grace { members } => format!("the grace of {} members", members.len()),
        Waiting::Removal { task } => format!("removals of {task}"),
    }
}
