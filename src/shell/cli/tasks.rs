//! `playbook tasks`: what waits for people.

use super::{
    failure::Failure,
    output::{BAD, Format, NAME, Output, Table},
    state::{ReadArgs, instant, when},
};
use crate::{base::time::Zone, engine::state::OpenTask, shell::clock};

/// Shows what waits for people: tasks, approvals, questions, posts to copy, removals.
///
/// Answer with `playbook done`, `approve` or `reject` and the task's id.
#[derive(Debug, clap::Args)]
pub(super) struct Tasks {
    #[command(flatten)]
    read: ReadArgs,
}

impl Tasks {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let now = clock::now();
        let mut table = Table::new(&["group", "task", "kind", "who", "due", "text"]);
        for group in opened.groups() {
            for open in group.state.tasks.values() {
                match self.read.format.format {
                    Format::Json => out.json(&json(group.id.as_str(), open, &group.zone))?,
                    Format::Text => {
                        let task = &open.task;
                        let names: Vec<&str> = task.people.iter().map(|p| p.name.as_str()).collect();
                        table.row(vec![
                            group.id.to_string(),
                            task.id.to_string(),
                            kind(open),
                            names.join(", "),
                            task.due.map(|due| when(due, &group.zone)).unwrap_or_default(),
                            task.text.clone(),
                        ]);
                        table.paint_last(1, NAME);
                        if task.due.is_some_and(|due| due < now) {
                            table.paint_last(4, BAD);
                        }
                    }
                }
            }
        }
        if self.read.format.format == Format::Text {
            super::output::write_or(&table, "Nothing waits for anybody.", opened.several(), out)?;
        }
        Ok(())
    }
}

/// The kind as programs see it.
fn kind(open: &OpenTask) -> String {
    let json = serde_json::to_value(open.task.kind).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn json(group: &str, open: &OpenTask, zone: &Zone) -> serde_json::Value {
    let task = &open.task;
    serde_json::json!({
        "group": group,
        "task": task.id,
        "kind": kind(open),
        "text": task.text,
        "role": task.role,
        "people": task.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(),
        "run": task.run,
        "step": task.step,
        "opened": task.opened.to_rfc3339(zone),
        "due": instant(task.due, zone),
        "options": task.options,
        "answers": open.answers.len(),
        "members": task.members,
        "effect": task.effect,
    })
}
