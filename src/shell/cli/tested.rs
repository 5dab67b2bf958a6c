//! What came of the scenarios and messages of a file: its cases, and how they are shown.

use super::output::{BAD, DIM, GOOD, NAME, Output, WARN, clip, pad, paint, width};
use crate::{
    base::phrase::{Phrase, Words, phrase},
    shell::view,
};
use std::path::PathBuf;

/// What came of one file.
pub(super) struct Tested {
    /// The file as it was given or found.
    pub(super) path: PathBuf,
    /// One for each expectation, and for everything else that was not good.
    pub(super) cases: Vec<TestedCase>,
    /// Whether the file could be read; else its cases are its errors.
    pub(super) readable: bool,
}

/// What came of one expectation.
pub(super) struct TestedCase {
    /// The line it is on.
    pub(super) line: u32,
    /// What was expected, in words.
    pub(super) expected: Phrase,
    /// What was found instead; none when it was met.
    pub(super) found: Option<Phrase>,
    /// The timeline around it, for people.
    pub(super) timeline: Vec<TimelineRow>,
}

/// One line of a timeline.
pub(super) struct TimelineRow {
    pub(super) mark: char,
    pub(super) at: String,
    pub(super) word: Words,
    pub(super) about: String,
    pub(super) text: Phrase,
}

/// So many expectations, in words.
pub(super) fn expectations(n: usize) -> Phrase {
    Phrase::counted(n, "expectation", "项期望")
}

impl Tested {
    /// Whether everything was as expected.
    pub(super) fn is_good(&self) -> bool {
        self.cases.iter().all(|case| case.found.is_none())
    }

    /// Shows it.
    pub(super) fn write(&self, out: &mut Output) -> std::io::Result<()> {
        let name = paint(NAME, &self.path.display().to_string());
        let failed: Vec<&TestedCase> = self.cases.iter().filter(|case| case.found.is_some()).collect();
        let locale = out.languages.people;
        let mark = paint(BAD, locale.pick("FAIL", "不符"));
        if failed.is_empty() {
            let (mark, cases) = (paint(GOOD, locale.pick("ok  ", "符合")), expectations(self.cases.len()));
            return out.say(phrase!("{mark} {name}: {cases}", "{mark} {name}：{cases}"; cases));
        }
        if !self.readable {
            // They have been shown, each at its place.
            let errors = Phrase::counted(failed.len(), "error", "个错误");
            return out.say(phrase!(
                "{mark} {name}: it cannot be read, {errors}",
                "{mark} {name}：读不懂，{errors}";
                errors
            ));
        }
        let (n, cases) = (failed.len(), expectations(self.cases.len()));
        out.say(
            phrase!("{mark} {name}: {n} of {cases} not met", "{mark} {name}：{cases}里 {n} 项不符合"; cases),
        )?;
        for case in failed {
            out.line("")?;
            out.line(format!("  {}:{}", self.path.display(), case.line))?;
            let expected = case.expected.of(locale);
            out.line(format!("    {}{expected}", pad(locale.pick("expected", "期望"), 10)))?;
            let found = case.found.as_ref().map_or("", |found| found.of(locale));
            out.line(format!("    {}{found}", pad(locale.pick("found", "实际"), 10)))?;
            for row in &case.timeline {
                row.write(out)?;
            }
        }
        out.line("")
    }

    /// One line each, for programs.
    pub(super) fn json(&self, out: &mut Output) -> std::io::Result<()> {
        for case in &self.cases {
            out.json(&view::lived::ExpectationLine {
                file: self.path.display().to_string(),
                line: case.line,
                met: case.found.is_none(),
                expected: &case.expected.en,
                found: case.found.as_ref().map(|found| found.en.as_str()),
            })?;
        }
        Ok(())
    }
}

impl TimelineRow {
    fn write(&self, out: &mut Output) -> std::io::Result<()> {
        let about = if self.about.is_empty() { String::new() } else { format!("{}  ", self.about) };
        let locale = out.languages.people;
        let left = format!("      {} {}  {}", self.mark, self.at, pad(self.word.of(locale), 10));
        let text = clip(self.text.of(locale), out.width.saturating_sub(width(&left) + width(&about)).max(20));
        let style = match self.mark {
            '?' => WARN,
            '!' => BAD,
            _ => DIM,
        };
        out.line(format!("{}{}{text}", paint(style, &left), paint(NAME, &about)).trim_end())
    }
}
