//! `playbook tasks`: what waits for people.

use super::{
    failure::Failure,
    output::{BAD, Format, NAME, Output, Table, write_or},
    state::ReadArgs,
};
use crate::shell::{clock, view::tasks::tasks};

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
        let mut rows = opened.groups().flat_map(tasks);
        if self.read.format.format == Format::Json {
            return Ok(rows.try_for_each(|row| out.json(&row))?);
        }
        let now = clock::now();
        let mut table = Table::new(&["group", "task", "kind", "who", "due", "text"]);
        for task in rows {
            let lines: Vec<String> = task.lines().collect();
            let overdue = task.due.as_ref().is_some_and(|due| due.at < now);
            table.row(vec![
                task.group.to_string(),
                task.task.to_string(),
                task.kind.as_str().to_owned(),
                task.people.join(", "),
                task.due.map(|due| due.minute()).unwrap_or_default(),
                match &task.show {
                    Some(show) => format!("{} — {}", task.text, show.trim()),
                    None => task.text,
                },
            ]);
            table.paint_last(1, NAME);
            if overdue {
                table.paint_last(4, BAD);
            }
            for line in lines {
                let mut cells = vec![String::new(); 5];
                cells.push(line);
                table.row(cells);
            }
        }
        Ok(write_or(&table, "Nothing waits for anybody.", opened.several(), out)?)
    }
}
