//! `playbook tasks`: what waits for people.

use super::{
    failure::Failure,
    output::{BAD, Format, NAME, Output, Table, write_or},
    state::ReadArgs,
};
use crate::{
    base::{
        ids::GroupId,
        phrase::{Phrase, Words, pair, phrase},
    },
    engine::entry::TaskKind,
    shell::{
        clock,
        view::{
            LocalTime,
            tasks::{TaskRow, tasks},
        },
    },
    sim::timeline::kind,
};
use std::{collections::BTreeMap, path::Path};

/// Shows what waits for people: tasks, approvals, questions, posts to copy, removals.
///
/// Answer with `playbook done`, `approve` or `reject` and the task's id.
#[derive(Debug, clap::Args)]
pub(super) struct TasksArgs {
    /// One task, with all that is known of it.
    #[arg(value_name = "TASK")]
    task: Option<String>,
    #[command(flatten)]
    read: ReadArgs,
}

impl TasksArgs {
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
        let mut rows: Vec<TaskRow> = opened
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
        for (task, others) in together(&rows) {
            let lines: Vec<String> = task.lines().collect();
            let overdue = task.due.as_ref().is_some_and(|due| due.at < now);
            table.row(vec![
                groups(task, &others).of(out.languages.people).to_owned(),
                task.task.to_string(),
                kind(task.kind).of(out.languages.people).to_owned(),
                out.languages.people.join(&task.people),
                task.due.as_ref().map(LocalTime::minute).unwrap_or_default(),
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
        Self::whole(&rows, task.is_some(), opened.has_several(), out)
    }

    /// What is to be pasted as it is to be pasted, once for all groups; of one task that was asked for, everything.
    fn whole(rows: &[TaskRow], asked: bool, several: bool, out: &mut Output) -> Result<(), Failure> {
        for (row, others) in together(rows) {
            let same = others.len() + 1;
            if !(row.kind == TaskKind::Delivery || asked || same > 1) {
                continue;
            }
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

/// What makes two tasks one over two groups: an occurrence asks the same people the same in the same words.
fn card(row: &TaskRow) -> Option<String> {
    let of_an_occurrence = row.run.is_some() || row.effect.is_some();
    let is_one = matches!(row.kind, TaskKind::Task | TaskKind::Delivery) && of_an_occurrence;
    let asked = (row.kind, &row.run, &row.step, &row.effect, &row.people);
    is_one.then(|| format!("{asked:?} {:?}", (&row.text, &row.list, &row.answered, row.hushed)))
}

/// Each task once, with the same in other groups.
fn together(rows: &[TaskRow]) -> Vec<(&TaskRow, Vec<&TaskRow>)> {
    let mut found: Vec<(&TaskRow, Vec<&TaskRow>)> = Vec::new();
    // A loop may ask the same twice in one group: that is two.
    let mut asked: BTreeMap<(&GroupId, String), usize> = BTreeMap::new();
    let mut known: BTreeMap<(String, usize), usize> = BTreeMap::new();
    for row in rows {
        let place = card(row).map(|card| {
            let nth = asked.entry((&row.group, card.clone())).or_default();
            *nth += 1;
            *known.entry((card, *nth)).or_insert(found.len())
        });
        match place.and_then(|place| found.get_mut(place)) {
            Some((_, others)) => others.push(row),
            None => found.push((row, Vec::new())),
        }
    }
    found
}

/// The groups of a task, by name where they are few.
fn groups(task: &TaskRow, others: &[&TaskRow]) -> Phrase {
    match others {
        [] => Phrase::same(task.group.as_str()),
        [other] => Phrase::same(format!("{}, {}", task.group, other.group)),
        _ => {
            let (first, more, all) = (&task.group, others.len(), others.len() + 1);
            Phrase { en: format!("{first} and {more} more"), zh: format!("{first} 等 {all} 个群") }
        }
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
