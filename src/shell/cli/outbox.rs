//! `playbook outbox`: messages on their way, and what became of them.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, Output, Table, WARN, write_or},
    state::{ReadArgs, unreadable},
};
use crate::shell::{
    store::Status,
    view::outbox::{Row, row},
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
        let rows = opened.reader.outbox(opened.only.as_ref(), self.all).map_err(unreadable)?;
        let mut rows = rows.iter().map(|one| row(one, opened.zone(&one.group)));
        if self.read.format.format == Format::Json {
            return Ok(rows.try_for_each(|row| out.json(&row))?);
        }
        let mut table =
            Table::new(&["group", "effect", "channel", "status", "attempts", "decided", "message"]);
        rows.for_each(|row| cells(&mut table, &row));
        Ok(write_or(&table, "Nothing is on its way.", opened.several(), out)?)
    }
}

fn cells(table: &mut Table, row: &Row) {
    let remark = row.remark();
    let remark = if remark.is_empty() { remark } else { format!("{remark} · ") };
    table.row(vec![
        row.group.to_string(),
        row.effect.to_string(),
        row.channel.to_string(),
        row.says(),
        row.attempts.to_string(),
        row.created.minute(),
        format!("{remark}{}", row.text),
    ]);
    table.paint_last(
        3,
        match row.status {
            Status::Delivered => GOOD,
            Status::Dead | Status::InDoubt => BAD,
            Status::Expired if row.in_doubt => WARN,
            Status::Expired => DIM,
            Status::Pending | Status::Claimed | Status::Manual => WARN,
        },
    );
}
