//! `playbook outbox`: messages on their way, and what became of them.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, Output, Table, WARN, write_or},
    state::{ReadArgs, unreadable},
};
use crate::base::{locale::Locale, phrase::pair};
use crate::shell::{
    store::MessageStatus,
    view::outbox::{MessageRow, Way, held, row},
};

/// Shows messages on their way, refused, in doubt, waiting for a person, then those held.
#[derive(Debug, clap::Args)]
pub(super) struct OutboxArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Also those that were delivered or expired.
    #[arg(long, short)]
    all: bool,
}

impl OutboxArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let rows = opened.reader.outbox(opened.only.as_ref(), self.all).map_err(unreadable)?;
        let rows = rows.iter().map(|one| row(one, opened.zone(&one.group)));
        let mut rows = rows.chain(opened.groups().flat_map(held));
        if self.read.format.format == Format::Json {
            return Ok(rows.try_for_each(|row| out.json(&row))?);
        }
        let locale = out.languages.people;
        let mut table = Table::new(
            &[
                pair("group", "群"),
                pair("effect", "编号"),
                pair("channel", "频道"),
                pair("status", "状态"),
                pair("attempts", "尝试"),
                pair("decided", "决定于"),
                pair("message", "消息"),
            ],
            out.languages.people,
        );
        rows.for_each(|row| cells(&mut table, &row, locale));
        Ok(write_or(
            &table,
            pair("Nothing is on its way, and nothing is held.", "没有消息在路上，也没有压住的消息。"),
            opened.several(),
            out,
        )?)
    }
}

fn cells(table: &mut Table, row: &MessageRow, locale: Locale) {
    let remark = row.remark();
    let remark = if remark.is_empty() { String::new() } else { format!("{} · ", remark.of(locale)) };
    table.row(vec![
        row.group.to_string(),
        row.effect.to_string(),
        row.channel.to_string(),
        row.says().of(locale).to_owned(),
        row.attempts.to_string(),
        row.created.minute(),
        format!("{remark}{}", row.text),
    ]);
    table.paint_last(
        3,
        match row.status {
            Way::Out(MessageStatus::Delivered) => GOOD,
            Way::Out(MessageStatus::Dead | MessageStatus::InDoubt) => BAD,
            Way::Out(MessageStatus::Expired) if row.in_doubt => WARN,
            Way::Out(MessageStatus::Expired) => DIM,
            Way::Held | Way::Out(MessageStatus::Pending | MessageStatus::Claimed | MessageStatus::Manual) => {
                WARN
            }
        },
    );
}
