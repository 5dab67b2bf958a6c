//! `playbook tasks`: what waits for people.

use super::{
    failure::Failure,
    output::{BAD, Format, NAME, Output, Table, write_or},
    state::ReadArgs,
};
use crate::{
    base::phrase::{Phrase, Words, pair, phrase},
    engine::entry::TaskKind,
    shell::{
        clock,
        view::{
            At,
            tasks::{Row, tasks},
        },
    },
    sim::timeline::kind,
};
use std::path::Path;

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
        // A file may stand alone: `playbook tasks demo.yaml`.
        let (task, read) = match &self.task {
            Some(file) if self.read.file.is_none() && Path::new(file).exists() => {
                (None, &ReadArgs { file: Some(file.into()), ..self.read.clone() })
            }
            task => (task.as_deref(), &self.read),
        };
        let opened = read.open()?;
        let wanted = task.map(str::to_lowercase);
        let mut rows: Vec<Row> = opened
            .groups()
            .flat_map(tasks)
            .filter(|row| wanted.as_ref().is_none_or(|task| row.task.as_str() == task))
            .collect();
        if let Some(task) = wanted.filter(|_| rows.is_empty()) {
            return Err(Failure::usage(phrase!("there is no open task {task}", "没有进行中的任务 {task}"))
                .help(phrase!(
                    "`playbook tasks` lists those that are open",
                    "`playbook tasks` 会列出进行中的任务"
                )));
        }
        if read.format.format == Format::Json {
            return Ok(rows.iter().try_for_each(|row| out.json(row))?);
        }
        let now = clock::now();
        let mut table = Table::new(
            &[
                pair("group", "群"),
                pair("task", "任务"),
                pair("kind", "类别"),
                pair("who", "谁"),
                pair("due", "期限"),
                pair("text", "内容"),
            ],
            out.languages.people,
        );
        rows.sort_by_key(|row| row.kind == TaskKind::Delivery);
        for task in &rows {
            let lines: Vec<String> = task.lines().collect();
            let overdue = task.due.as_ref().is_some_and(|due| due.at < now);
            table.row(vec![
                task.group.to_string(),
                task.task.to_string(),
                kind(task.kind).of(out.languages.people).to_owned(),
                out.languages.people.join(&task.people),
                task.due.as_ref().map(At::minute).unwrap_or_default(),
                match &task.show {
                    _ if task.hushed => format!("{} — {}", HUSHED.of(out.languages.people), task.text),
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
        write_or(&table, pair("Nothing waits for anybody.", "没有什么在等人处理。"), opened.several(), out)?;
        Self::whole(&rows, task.is_some(), opened.several(), out)
    }

    /// What is to be pasted as it is to be pasted, once for all groups; of one task that was asked for, everything.
    fn whole(rows: &[Row], asked: bool, several: bool, out: &mut Output) -> Result<(), Failure> {
        let mut shown: Vec<&Row> = Vec::new();
        for row in rows.iter().filter(|row| row.kind == TaskKind::Delivery || asked) {
            let is_same = |other: &&&Row| (&other.effect, &other.text) == (&row.effect, &row.text);
            if row.effect.is_some() && shown.iter().any(|other| is_same(&other)) {
                continue;
            }
            shown.push(row);
            let same = rows.iter().filter(|other| is_same(&other)).count();
            let everywhere = if same > 1 {
                phrase!(", the same in {same} groups (`--everywhere`)", "，{same} 个群相同（`--everywhere`）")
            } else {
                Phrase::default()
            };
            let everywhere = everywhere.of(out.languages.people);
            let group = if several { format!(" --group {}", row.group) } else { String::new() };
            out.line("")?;
            if row.hushed {
                out.line(format!("── {} · {}", row.task, HUSHED.of(out.languages.people)))?;
            } else {
                let answer = answer(row.kind);
                out.line(format!("── {} · playbook {answer} {}{group}{everywhere}", row.task, row.task))?;
            }
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

/// What is said of a post that is not to be pasted yet.
const HUSHED: Words = pair("the group is hushed: do not paste it yet", "静默中，先别贴");

/// The command that answers a task.
const fn answer(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Approval => "approve",
        TaskKind::Question => "answer",
        TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => "done",
    }
}
