//! `playbook outbox`: messages on their way, and what became of them.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, Output, Table, WARN},
    state::{ReadArgs, instant, when},
};
use crate::{
    base::time::Zone,
    shell::store::{OutboxRow, Status},
};

/// Shows the messages that are on their way, refused, in doubt, or waiting for a person.
#[derive(Debug, clap::Args)]
pub(super) struct Outbox {
    #[command(flatten)]
    read: ReadArgs,
    /// Also those that were delivered or expired.
    #[arg(long, short)]
    all: bool,
}

impl Outbox {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let rows = opened
            .reader
            .outbox(opened.only.as_ref(), self.all)
            .map_err(|error| Failure::environment(error.to_string()))?;
        let mut table =
            Table::new(&["group", "effect", "channel", "status", "attempts", "decided", "message"]);
        for row in &rows {
            let zone = opened.zone(&row.group);
            match self.read.format.format {
                Format::Json => out.json(&json(row, &zone))?,
                Format::Text => cells(&mut table, row, &zone),
            }
        }
        if self.read.format.format == Format::Text {
            super::output::write_or(&table, "Nothing is on its way.", opened.several(), out)?;
        }
        Ok(())
    }
}

fn json(row: &OutboxRow, zone: &Zone) -> serde_json::Value {
    serde_json::json!({
        "group": row.group,
        "effect": row.effect,
        "channel": row.channel,
        "status": row.status.as_str(),
        "attempts": row.attempts,
        "in_doubt": row.in_doubt,
        "note": row.note,
        "created": row.created.to_rfc3339(zone),
        "until": instant(row.until, zone),
        "settled": instant(row.settled, zone),
        "play": row.outgoing.play,
        "label": row.outgoing.label,
        "text": row.outgoing.message.text,
    })
}

fn cells(table: &mut Table, row: &OutboxRow, zone: &Zone) {
    let note = if row.note.is_empty() { String::new() } else { format!("{} · ", row.note) };
    let doubt = if row.in_doubt && row.status != Status::InDoubt { " (in doubt)" } else { "" };
    table.row(vec![
        row.group.to_string(),
        row.effect.to_string(),
        row.channel.to_string(),
        format!("{}{doubt}", row.status.as_str().replace('_', " ")),
        row.attempts.to_string(),
        when(row.created, zone),
        format!("{note}{}", row.outgoing.message.text),
    ]);
    table.paint_last(
        3,
        match row.status {
            Status::Delivered => GOOD,
            Status::Dead | Status::InDoubt => BAD,
            Status::Expired => DIM,
            Status::Pending | Status::Claimed | Status::Manual => WARN,
        },
    );
}
