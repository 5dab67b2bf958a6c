//! `playbook doctor`: what the numbers of each group are signs of, and what helps.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, HEADING, NAME, Output, WARN, paint},
    state::ReadArgs,
};
use crate::{
    base::{locale::Locale, phrase::phrase, time::Timestamp},
    engine::doctor::Around,
    model::playbook::Playbook,
    shell::{
        clock,
        view::{
            GroupShown,
            doctor::{Complaint, Prescription, ScoreLine, complaints_among, marks},
        },
    },
};
use std::sync::Arc;

/// Says what the numbers of each group are signs of, what is not known, and what helps.
///
/// Each finding has the numbers that tell, what they cannot tell, a play that ships with the program and lines to
/// paste. A number that nobody knows is no sign of anything; what could not be judged is said last. In the phase
/// `seed` only what goes wrong while people arrive is looked for. docs/doctor.md has every rule; `doctor:` in the
/// playbook sets its thresholds, as in `doctor: { monologue: 60% }`.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Show the scorecard instead: what a group that lives has, each met, not met or unknown.
    #[arg(long)]
    score: bool,
}

impl DoctorArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let now = clock::now();
        let json = self.read.format.format == Format::Json;
        let locale = if json { out.languages.programs } else { out.languages.people };
        let books: Vec<_> =
            opened.groups().filter_map(|one| Some((one.state, opened.playbook(one.state)?))).collect();
        let around = Arc::new(Around::of(books.iter().map(|(state, book)| (*state, &**book)), now));
        for group in opened.groups() {
            let playbook = opened.playbook(group.state).ok_or_else(|| {
                let group = group.id;
                Failure::environment(phrase!(
                    "the playbook of {group} does not compile with this program",
                    "这个版本的程序编译不了 {group} 的剧本"
                ))
                .help(phrase!("`playbook check FILE` shows why", "`playbook check FILE` 会说明原因"))
            })?;
            if self.score {
                let lines = marks(group, &playbook, now, locale);
                if json {
                    lines.iter().try_for_each(|line| out.json(line))?;
                } else {
                    card(group.id.as_str(), &lines, out)?;
                }
                continue;
            }
            write(group, &playbook, &around, now, json, out)?;
        }
        Ok(())
    }
}

/// Writes what is wrong with a group: for people, or a line each.
pub(super) fn write(
    group: GroupShown<'_>,
    playbook: &Playbook,
    around: &Arc<Around>,
    now: Timestamp,
    json: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let locale = if json { out.languages.programs } else { out.languages.people };
    let rows = complaints_among(group, playbook, around, now, locale);
    if json {
        return Ok(rows.iter().try_for_each(|row| out.json(row))?);
    }
    report(group.id.as_str(), &rows, out)
}

fn card(group: &str, lines: &[ScoreLine], out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    out.heading(group)?;
    for line in lines {
        let (style, state) = match line.state.as_str() {
            "met" => (GOOD, locale.pick("met", "做到")),
            "not" => (BAD, locale.pick("not", "没做到")),
            _ => (WARN, locale.pick("unknown", "未知")),
        };
        out.line(format!("  {}  {} ({})", paint(style, state), line.title, line.practice))?;
        out.line(format!("      {}", paint(DIM, &line.line)))?;
    }
    Ok(())
}

/// What could not be judged, by the reason of each: one sentence a reason.
fn by_reason<'r>(open: &[&'r Complaint], locale: Locale) -> Vec<(&'r str, Vec<String>)> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for row in open {
        // Behind the number that is not known stands why.
        let colon = locale.pick("): ", "）：");
        let said = row.unknown.first().map_or("", String::as_str);
        let why = said.split_once(colon).map_or(said, |(_, why)| why);
        let title = format!("{} ({})", row.title, row.name);
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, titles)) => titles.push(title),
            None => reasons.push((why, vec![title])),
        }
    }
    reasons
}

/// What helps: what to change in plays that are there, and what to bring along.
fn prescribed(help: &Prescription, rows: &str, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    for change in &help.change {
        out.line(format!("    {}", change.says))?;
    }
    if help.plays.is_empty() {
        out.line(format!("    ({rows})"))?;
    } else {
        let plays = help.plays.join(", ");
        out.line(format!("    {}{plays} ({rows})", locale.pick("ready-made: ", "现成的：")))?;
        let mut files: Vec<&str> =
            help.plays.iter().filter_map(|play| Some(play.split_once('/')?.0)).collect();
        files.dedup();
        let new: Vec<String> = files.iter().map(|file| format!("`playbook new {file}`")).collect();
        out.line(format!("    {}{}", locale.pick("its files: ", "文件："), new.join(", ")))?;
    }
    help.yaml.lines().try_for_each(|line| out.line(format!("      {line}")))?;
    Ok(())
}

fn report(group: &str, rows: &[Complaint], out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    let (found, open): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.found == Some(true));
    out.heading(group)?;
    for row in &found {
        out.line(format!("  {} ({})", paint(HEADING, &row.title), paint(NAME, &row.name)))?;
        for sign in &row.evidence {
            out.line(format!("    {}", sign.says))?;
        }
        for unknown in &row.unknown {
            let said = format!("{}{unknown}", locale.pick("not known: ", "不知道："));
            out.line(format!("    {}", paint(DIM, &said)))?;
        }
        if let Some(help) = &row.prescription {
            out.line(format!("    {}", paint(GOOD, &help.says)))?;
            prescribed(help, &row.practices.join(" "), out)?;
        }
        out.line("")?;
    }
    if found.is_empty() {
        out.line(format!(
            "  {}",
            locale
                .pick("Nothing was found by the rules that could be judged.", "能判断的规则都没有发现问题。")
        ))?;
    }
    if !open.is_empty() {
        out.line(format!("  {}", paint(DIM, locale.pick("could not be judged:", "无法判断："))))?;
        for (why, titles) in by_reason(&open, locale) {
            let titles = titles.join(locale.pick("; ", "；"));
            let said = format!("{why}{}{titles}", locale.pick(": ", "："));
            out.line(format!("    {}", paint(DIM, &said)))?;
        }
    }
    Ok(())
}
