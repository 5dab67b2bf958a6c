//! `playbook members`: who is in the group; `members import` brings a list in.

use super::{
    failure::Failure,
    output::{Format, Output, Table},
    state::{ReadArgs, when},
};
use crate::base::time::Timestamp;

/// Shows the members of each group, or imports a list of them.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Members {
    #[command(flatten)]
    read: ReadArgs,
    #[command(subcommand)]
    command: Option<super::import::MembersCommand>,
}

impl Members {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        if let Some(command) = &self.command {
            return command.run(out);
        }
        let opened = self.read.open()?;
        let mut table =
            Table::new(&["group", "id", "name", "joined", "last seen", "messages", "points", "tags"]);
        for group in opened.groups() {
            for member in group.state.members.iter() {
                let activity = group.state.members.activity(&member.id);
                let time = |at: Option<Timestamp>| at.map(|at| at.to_rfc3339(&group.zone));
                let shown = |at: Option<Timestamp>| at.map_or_else(String::new, |at| when(at, &group.zone));
                match self.read.format.format {
                    Format::Json => {
                        let fields: serde_json::Map<_, _> =
                            member.fields.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
                        out.json(&serde_json::json!({
                            "group": group.id,
                            "id": member.id,
                            "name": member.name,
                            "role": member.role,
                            "source": member.source,
                            "joined": time(member.joined),
                            "seen": time(activity.seen),
                            "messages": activity.messages,
                            "points": member.points,
                            "tags": member.tags,
                            "fields": fields,
                        }))?;
                    }
                    Format::Text => {
                        let tags: Vec<&str> = member.tags.iter().map(String::as_str).collect();
                        table.row(vec![
                            group.id.to_string(),
                            member.id.to_string(),
                            member.name.clone(),
                            shown(member.joined),
                            shown(activity.seen),
                            activity.messages.to_string(),
                            member.points.to_string(),
                            tags.join(", "),
                        ]);
                    }
                }
            }
        }
        if self.read.format.format == Format::Text {
            super::output::write_or(&table, "No members are known yet.", opened.several(), out)?;
        }
        Ok(())
    }
}
