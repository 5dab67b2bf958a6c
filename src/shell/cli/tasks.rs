//! `playbook tasks`: what waits for people.

use super::{
    failure::Failure,
    output::{BAD, Format, NAME, Output, Table, write_or},
    state::ReadArgs,
};
use crate::{
    engine::entry::TaskKind,
    shell::{
        clock,
        view::{
            At,
            tasks::{Row, tasks},
        },
    },
};

/// Shows what waits for people: tasks, approvals, questions, posts to copy, removals.
///
/// Answer with `playbook done`, `approve` or `reject` and the task's id.
#[derive(Debug, clap::Args)]
pub(super) struct Tasks {
    /// One task, with all that is known of it.
    #[arg(value_name = "TASK")]
    task: Option<String>,
    #[command(flatten)]
    read: ReadArgs,
}

impl Tasks {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let wanted = self.task.as_deref().map(str::to_lowercase);
        let mut rows: Vec<Row> = opened
            .groups()
            .flat_map(tasks)
            .filter(|row| wanted.as_ref().is_none_or(|task| row.task.as_str() == task))
            .collect();
        if let Some(task) = wanted.filter(|_| rows.is_empty()) {
            return Err(Failure::usage(format!("there is no open task {task}"))
                .help("`playbook tasks` lists those that are open"));
        }
        if self.read.format.format == Format::Json {
            return Ok(rows.iter().try_for_each(|row| out.json(row))?);
        }
        let now = clock::now();
        let mut table = Table::new(&["group", "task", "kind", "who", "due", "text"]);
        rows.sort_by_key(|row| row.kind == TaskKind::Delivery);
        for task in &rows {
            let lines: Vec<String> = task.lines().collect();
            let overdue = task.due.as_ref().is_some_and(|due| due.at < now);
            table.row(vec![
                task.group.to_string(),
                task.task.to_string(),
                task.kind.as_str().to_owned(),
                task.people.join(", "),
                task.due.as_ref().map(At::minute).unwrap_or_default(),
                match &task.show {
                    Some(show) => format!("{} — {}", task.text, show.trim()),
                    None => task.text.clone(),
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
        write_or(&table, "Nothing waits for anybody.", opened.several(), out)?;
        self.whole(&rows, opened.several(), out)
    }

    /// What is to be pasted as it is to be pasted, once for all groups; of one task that was asked for, everything.
    fn whole(&self, rows: &[Row], several: bool, out: &mut Output) -> Result<(), Failure> {
        let mut shown: Vec<&Row> = Vec::new();
        for row in rows.iter().filter(|row| row.kind == TaskKind::Delivery || self.task.is_some()) {
            let is_same = |other: &&&Row| (&other.effect, &other.text) == (&row.effect, &row.text);
            if row.effect.is_some() && shown.iter().any(|other| is_same(&other)) {
                continue;
            }
            shown.push(row);
            let same = rows.iter().filter(|other| is_same(&other)).count();
            let everywhere = if same > 1 {
                format!(", the same in {same} groups (`--everywhere`)")
            } else {
                String::new()
            };
            let group = if several { format!(" --group {}", row.group) } else { String::new() };
            out.line("")?;
            out.line(format!(
                "── {} · playbook {} {}{group}{everywhere}",
                row.task,
                answer(row.kind),
                row.task
            ))?;
            for line in row.text.lines().chain(row.show.iter().flat_map(|show| show.lines())) {
                out.line(line)?;
            }
            for line in row.lines() {
                out.line(line)?;
            }
        }
        Ok(())
    }
}

/// The command that answers a task.
const fn answer(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Approval => "approve",
        TaskKind::Question => "answer",
        TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => "done",
    }
}
