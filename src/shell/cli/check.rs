//! `playbook check`: what is wrong or doubtful in playbook files.

use super::{
    failure::{Code, Failure},
    load::{self, Loaded},
    output::{BAD, GOOD, Output, WARN, paint},
};
use crate::{
    base::{
        diagnostic::{Severity, github, json, text},
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
pub(super) struct Check {
    /// The playbook files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to write the result.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: CheckFormat,
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

impl Check {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let mut errors = false;
        let mut unreadable = Vec::new();
        for file in &self.files {
            // One file that is not there does not hide what is wrong with the others.
            let loaded = match load::compile(file) {
                Ok(loaded) => loaded,
                Err(failure) => {
                    unreadable.push(failure.message);
                    continue;
                }
            };
            let compiled = &loaded.compiled;
            let ending = ending::warnings(compiled, clock::now());
            errors |= compiled.playbook.is_none() || !compiled.script_problems.is_empty();
            let report = compiled.report.diagnostics.iter();
            for diagnostic in report.chain(&compiled.script_problems).chain(&ending) {
                match self.format {
                    CheckFormat::Json => out.line(json::render(diagnostic, &compiled.sources))?,
                    CheckFormat::Github => out.line(github::render(diagnostic, &compiled.sources))?,
                    CheckFormat::Text => {
                        let style = if out.color { text::Style::Coloured } else { text::Style::Plain };
                        out.line(text::render(diagnostic, &compiled.sources, style))?;
                        out.line("")?;
                    }
                }
            }
            if self.format == CheckFormat::Text {
                out.line(verdict(&loaded, ending.len()))?;
            }
        }
        if !unreadable.is_empty() {
            return Err(Failure::environment(unreadable.join("\n")));
        }
        if errors { Err(Failure::said(Code::Playbook)) } else { Ok(()) }
    }
}

/// What is good and what is not, in one line.
fn verdict(loaded: &Loaded, ending: usize) -> String {
    let report = &loaded.compiled.report;
    let errors = report.count(Severity::Error) + loaded.compiled.script_problems.len();
    let warnings = report.count(Severity::Warning) + ending;
    let remarks = report.count(Severity::Info);
    let mut counts = vec![
        paint(if errors > 0 { BAD } else { GOOD }, &words::count(errors, "error")),
        paint(if warnings > 0 { WARN } else { GOOD }, &words::count(warnings, "warning")),
    ];
    if remarks > 0 {
        counts.push(words::count(remarks, "remark"));
    }
    let good = loaded.compiled.playbook.as_ref().map(|playbook| {
        let mut parts = vec![words::count(playbook.plays.len(), "play")];
        parts.push(words::count(playbook.phases.len(), "phase"));
        parts.push(words::count(playbook.channels.len(), "channel"));
        if playbook.groups.len() > 1 {
            parts.push(words::count(playbook.groups.len(), "group"));
        }
        format!("{}; ", parts.join(", "))
    });
    format!("{}: {}{}", loaded.path.display(), good.unwrap_or_default(), counts.join(", "))
}
