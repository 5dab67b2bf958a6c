//! `playbook members`: who is in the group; `members import` brings a list in.

use super::{
    failure::Failure,
    output::{Format, Output, Table, write_or},
    state::ReadArgs,
};
use crate::base::phrase::pair;
use crate::shell::view::members::members;

/// Shows the members of each group, or imports a list of them.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct MembersArgs {
    #[command(flatten)]
    read: ReadArgs,
    #[command(subcommand)]
    command: Option<super::import::MembersCommand>,
}

impl MembersArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        if let Some(command) = &self.command {
            return command.run(out);
        }
        let opened = self.read.open()?;
        let mut rows = opened.groups().flat_map(members);
        if self.read.format.format == Format::Json {
            return Ok(rows.try_for_each(|row| out.json(&row))?);
        }
        let mut table = Table::new(
            &[
                pair("group", "群"),
                pair("id", "编号"),
                pair("name", "名字"),
                pair("joined", "入群"),
                pair("last seen", "最近出现"),
                pair("messages", "消息"),
                pair("points", "积分"),
                pair("tags", "标签"),
            ],
            out.languages.people,
        );
        for member in rows {
            let tags: Vec<&str> = member.tags.iter().map(String::as_str).collect();
            table.row(vec![
                member.group.to_string(),
                member.id.to_string(),
                member.name,
                member.joined.map(|at| at.minute()).unwrap_or_default(),
                member.seen.map(|at| at.minute()).unwrap_or_default(),
                member.messages.to_string(),
                member.points.to_string(),
                tags.join(", "),
            ]);
        }
        Ok(write_or(&table, pair("No members are known yet.", "还不认识任何成员。"), opened.several(), out)?)
    }
}
