//! `playbook answers`: the questions to the group, who answered what, who has a place and who waits for one.

use super::{
    failure::Failure,
    output::{DIM, Format, HEADING, NAME, Output, Table, WARN, paint, write_or},
    state::{ReadArgs, unreadable},
};
use crate::{
    base::{
        ids::GroupId,
        phrase::{Phrase, pair, phrase},
    },
    shell::view::answers::{AnswerRow, Questions},
};
use std::{collections::BTreeMap, path::Path};

/// Shows the questions to the group, and of one who answered what.
///
/// Open ones and those that are over. Of a sign-up with places it says who has one and who waits.
#[derive(Debug, clap::Args)]
pub(super) struct AnswersArgs {
    /// One question with all its answers: its task, its run (`PLAY/ID`), or its play for the newest.
    #[arg(value_name = "QUESTION")]
    question: Option<String>,
    #[command(flatten)]
    read: ReadArgs,
}

impl AnswersArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        // A file may stand alone, as in `playbook tasks demo.yaml`.
        let (name, read) = match &self.question {
            Some(file) if self.read.file.is_none() && Path::new(file).is_file() => {
                (None, &ReadArgs { file: Some(file.into()), ..self.read.clone() })
            }
            name => (name.as_deref(), &self.read),
        };
        let opened = read.open()?;
        let mut questions: BTreeMap<GroupId, Questions> = BTreeMap::new();
        let mut note = |line: crate::shell::store::LogLine| {
            questions.entry(line.group).or_default().note(&line.entry);
        };
        opened.reader.log(opened.only.as_ref(), 0, &mut note).map_err(unreadable)?;
        let of = |group: crate::shell::view::GroupShown<'_>| {
            questions.get(group.id).map(|all| all.rows(group, name)).unwrap_or_default()
        };
        let rows: Vec<AnswerRow> = opened.groups().flat_map(of).collect();
        if let Some(name) = name.filter(|_| rows.is_empty()) {
            return Err(Failure::usage(phrase!("no question goes by {name}", "没有叫 {name} 的提问")).help(
                phrase!("`playbook answers` lists the questions", "`playbook answers` 会列出所有提问"),
            ));
        }
        if read.format.format == Format::Json {
            return Ok(rows.iter().try_for_each(|row| out.json(row))?);
        }
        if name.is_none() {
            return list(&rows, opened.several(), out);
        }
        // Of a play that asks every week the newest question of each group.
        let mut shown: Vec<&GroupId> = Vec::new();
        for row in &rows {
            if shown.contains(&&row.group) {
                continue;
            }
            if !shown.is_empty() {
                out.line("")?;
            }
            shown.push(&row.group);
            whole(row, opened.several(), out)?;
            let earlier = rows.iter().filter(|other| other.group == row.group).count() - 1;
            if earlier > 0 {
                out.say(phrase!(
                    "  {earlier} earlier: `playbook answers` lists them",
                    "  更早的还有 {earlier} 次：`playbook answers` 会列出"
                ))?;
            }
        }
        Ok(())
    }
}

/// A line a question.
fn list(rows: &[AnswerRow], several: bool, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    let header = [
        pair("group", "群"),
        pair("task", "任务"),
        pair("run", "活动"),
        pair("answers", "回答"),
        pair("state", "状态"),
        pair("text", "内容"),
    ];
    let mut table = Table::new(&header, locale);
    for row in rows {
        table.row(vec![
            row.group.to_string(),
            row.task.to_string(),
            row.run.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.total.to_string(),
            state(row).of(locale).to_owned(),
            row.text.clone(),
        ]);
        table.paint_last(1, NAME);
    }
    Ok(write_or(&table, pair("Nothing has been asked yet.", "还没有提过问。"), several, out)?)
}

fn state(row: &AnswerRow) -> Phrase {
    match (&row.closed, &row.due) {
        (Some(at), _) => phrase!("over since {}", "{} 已结束", at.minute()),
        (None, Some(due)) => phrase!("open until {}", "开放到 {}", due.minute()),
        (None, None) => phrase!("open", "开放中"),
    }
}

/// One question with its answers.
fn whole(row: &AnswerRow, several: bool, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    let group = if several { format!(" · {}", row.group) } else { String::new() };
    let run = row.run.as_ref().map(|run| format!(" · {run}")).unwrap_or_default();
    let about = format!("  {}{group}{run} · {}", row.task, state(row).of(locale));
    out.line(format!("{}{}", paint(HEADING, &row.text), paint(DIM, &about)))?;
    for (option, count) in &row.counts {
        let who = locale.join(&row.who_chose(option));
        out.line(format!("  {}  {count}  {who}", paint(NAME, option)).trim_end())?;
    }
    if row.counts.is_empty() {
        for (who, said) in row.forms() {
            out.line(format!("  {}  {said}", paint(NAME, who)))?;
        }
    }
    let waiting = row.waiting();
    if !waiting.is_empty() {
        let waiting = locale.join(&waiting);
        out.say(phrase!("  on the waiting list, in this order: {waiting}", "  候补，按先后：{waiting}"))?;
    }
    let total = row.total;
    let places =
        row.seats.map(|seats| phrase!(" for {seats} places", "，{seats} 个名额")).unwrap_or_default();
    out.say(phrase!("  answers: {total}{places}", "  回答：{total}{places}"; places))?;
    let note = |text: Phrase, out: &mut Output| out.line(format!("  {}", paint(WARN, text.of(locale))));
    if row.entered {
        note(
            phrase!(
                "the counts were entered by hand; who it was is not known of all",
                "人数是手工录入的，不是每一位都知道是谁"
            ),
            out,
        )?;
    }
    if row.anonymous && row.total > 0 {
        note(phrase!("anonymous: who chose what is not shown", "匿名提问：不显示谁选了什么"), out)?;
    }
    Ok(())
}
