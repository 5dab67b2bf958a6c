//! `playbook check`: what is wrong or doubtful in playbook files.

use super::{against, fix, kept, lang::Languages, placeholders};
use super::{
    failure::{Exit, Failure},
    load::{self, LoadedFile},
    output::{BAD, GOOD, Output, WARN, paint},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Severity, github, json, text},
        locale::Locale,
        phrase::phrase,
        words,
    },
    lang::ending,
    shell::clock,
};
use std::path::PathBuf;

/// Checks playbook files and says what is wrong, where, and what to do.
///
/// Needs no secrets. Ends with 1 when there is an error; a warning is advice and never fails.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// The playbook files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Also say what each file would change against the version that runs on this state directory. Nothing takes
    /// effect; the engine may be running.
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Show every warning, not only the five that weigh most.
    #[arg(long)]
    all: bool,
    /// How to write the result.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: CheckFormat,
    /// Make the changes that are certain, such as a misspelt key or a missing quote, then check.
    #[arg(long)]
    fix: bool,
}

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum CheckFormat {
    /// For people, with an excerpt of each place.
    #[default]
    Text,
    /// One diagnostic a line.
    Json,
    /// Annotations of GitHub Actions.
    Github,
}

/// Warnings of a file that are shown unless all are asked for.
const WARNINGS_SHOWN: usize = 5;

impl CheckArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let Languages { people, programs, .. } = out.languages;
        let mut errors = false;
        let mut unreadable = Vec::new();
        for file in &self.files {
            let mended = if self.fix { fix::mend(file, people) } else { Ok(Vec::new()) };
            // One file that is not there does not hide what is wrong with the others.
            let loaded = match mended.and_then(|mended| Ok((mended, load::compile(file)?))) {
                Ok((mended, loaded)) => {
                    if self.format == CheckFormat::Text {
                        mended.iter().try_for_each(|line| out.line(line))?;
                    }
                    loaded
                }
                Err(failure) => {
                    unreadable.push(failure.message.of(people).to_owned());
                    continue;
                }
            };
            let compiled = &loaded.compiled;
            let ending = ending::warnings(compiled, clock::now());
            errors |= compiled.playbook.is_none() || !compiled.script_problems.is_empty();
            let report = compiled.report.diagnostics.iter();
            let mut shown: Vec<&Diagnostic> =
                report.chain(&compiled.script_problems).chain(&ending).collect();
            let left = if self.format == CheckFormat::Text { self.weigh(&mut shown) } else { 0 };
            for diagnostic in shown {
                match self.format {
                    CheckFormat::Json => out.json(&json::value(diagnostic, &compiled.sources, programs))?,
                    CheckFormat::Github => {
                        out.line(github::render(diagnostic, &compiled.sources, programs))?;
                    }
                    CheckFormat::Text => out.diagnostic(diagnostic, &compiled.sources)?,
                }
            }
            if left > 0 {
                let path = file.display();
                out.line(match people {
                    Locale::En => {
                        format!(
                            "and {}: `playbook check --all {path}` shows them",
                            words::count(left, "more warning")
                        )
                    }
                    Locale::Zh => format!("还有 {left} 条警告：`playbook check --all {path}` 会全部列出"),
                })?;
                out.line("")?;
            }
            if self.format == CheckFormat::Text {
                out.line(verdict(&loaded, ending.len(), people))?;
                let playbook = compiled.playbook.iter();
                playbook
                    .flat_map(|playbook| {
                        let lines = kept::lines(playbook, people);
                        lines.into_iter().chain(kept::advice(playbook, file, people))
                    })
                    .try_for_each(|line| out.line(line))?;
                let made_up =
                    compiled.playbook.as_ref().and_then(|playbook| placeholders::in_place(playbook));
                made_up
                    .into_iter()
                    .try_for_each(|words| out.line(format!("  {}", paint(WARN, words.of(people)))))?;
                let renamed = compiled.playbook.as_ref().map(|playbook| against::renames(file, playbook));
                for advice in renamed.unwrap_or_default() {
                    out.say(phrase!("  {advice}", "  {advice}"; advice))?;
                }
            }
            if let (Some(dir), Some(playbook)) = (&self.against, &compiled.playbook) {
                match self.format {
                    CheckFormat::Text => against::text(dir, playbook, out)?,
                    CheckFormat::Json => against::json(dir, playbook, file, out)?,
                    // Annotations are about places in files, and this is about none.
                    CheckFormat::Github => {}
                }
            }
        }
        if !unreadable.is_empty() {
            return Err(Failure::environment(unreadable.join("\n")));
        }
        if errors { Err(Failure::said(Exit::Playbook)) } else { Ok(()) }
    }
}

impl CheckArgs {
    /// Puts errors first, and unless all are asked for leaves the warnings that weigh most: what cannot be meant before
    /// advice, in the order of the file. Gives how many are left out.
    fn weigh(&self, shown: &mut Vec<&Diagnostic>) -> usize {
        shown.sort_by_key(|found| found.severity != Severity::Error);
        let errors = shown.partition_point(|found| found.severity == Severity::Error);
        let doubts = shown.split_off(errors);
        if self.all || doubts.len() <= WARNINGS_SHOWN {
            shown.extend(&doubts);
            return 0;
        }
        // Advice names the practice it comes from.
        let weight = |found: &Diagnostic| (found.severity != Severity::Warning, !found.practices.is_empty());
        let mut by_weight: Vec<usize> = (0..doubts.len()).collect();
        by_weight.sort_by_key(|index| weight(doubts[*index]));
        by_weight.truncate(WARNINGS_SHOWN);
        by_weight.sort_unstable();
        shown.extend(by_weight.iter().map(|index| doubts[*index]));
        doubts.len() - WARNINGS_SHOWN
    }
}

/// What is good and what is not, in one line.
fn verdict(loaded: &LoadedFile, ending: usize, locale: Locale) -> String {
    let report = &loaded.compiled.report;
    let errors = report.count(Severity::Error) + loaded.compiled.script_problems.len();
    let warnings = report.count(Severity::Warning) + ending;
    let remarks = report.count(Severity::Info);
    let mut counts = vec![
        paint(if errors > 0 { BAD } else { GOOD }, &text::counted(errors, Severity::Error, locale)),
        paint(if warnings > 0 { WARN } else { GOOD }, &text::counted(warnings, Severity::Warning, locale)),
    ];
    if remarks > 0 {
        counts.push(text::counted(remarks, Severity::Info, locale));
    }
    let good = loaded.compiled.playbook.as_ref().map(|playbook| {
        let counted = |n: usize, en: &str, zh: &str| match locale {
            Locale::En => words::count(n, en),
            Locale::Zh => format!("{n} 个{zh}"),
        };
        let mut parts = vec![counted(playbook.plays.len(), "play", "玩法")];
        parts.push(counted(playbook.phases.len(), "phase", "阶段"));
        parts.push(counted(playbook.channels.len(), "channel", "频道"));
        if playbook.groups.len() > 1 {
            parts.push(counted(playbook.groups.len(), "group", "群"));
        }
        format!("{}{}", parts.join(locale.pick(", ", "，")), locale.pick("; ", "；"))
    });
    let colon = locale.pick(": ", "：");
    let counts = counts.join(locale.pick(", ", "，"));
    format!("{}{colon}{}{counts}", loaded.path.display(), good.unwrap_or_default())
}
