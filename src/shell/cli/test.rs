//! `playbook test`: the scenarios that operators write beside their playbooks.
//!
//! Reads files and says what came of them; what a scenario means is `sim::scenario`'s.

#![expect(clippy::disallowed_methods, reason = "looks for scenario files, and records into them")]

use super::{
    failure::{Exit, Failure},
    fix, junit, load,
    output::{BAD, GOOD, Output, paint},
    samples, simulate_found,
    tested::{Tested, TestedCase, TimelineRow, expectations},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report, Severity},
        limits,
        phrase::{Phrase, pair, phrase},
        source::Span,
        time::{Timestamp, Zone},
    },
    lang::codes,
    model::playbook::Playbook,
    shell::{files, workspace::DiskFolder},
    sim::{
        Material,
        scenario::{
            Scenario,
            expectation::Expectation,
            read::ScenarioDraft,
            record,
            rehearsal::{ExpectationVerdict, Rehearsal, rehearse},
            sighting::Sighting,
        },
    },
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

/// How deep folders are looked into.
const DEPTH_MAX: usize = 12;
/// What is shown of a timeline before and after the place that an expectation is about.
const SHOWN_BEFORE: usize = 3;
const SHOWN_AFTER: usize = 4;

/// Runs the scenarios beside playbooks: what happens, and what is expected.
///
/// The real engine, in virtual time; nothing is sent. A path is a scenario file, a playbook whose rules name messages
/// that they catch or let pass (`reject`, `accept`), or a folder that is searched for them; without any, this folder.
/// Ends with 1 when an expectation is not met.
#[derive(Debug, clap::Args)]
pub(super) struct TestArgs {
    /// Scenario files, or folders with some.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write what happens into the files, as what is expected from now on.
    #[arg(long)]
    update: bool,
    /// How to write the result.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: TestFormat,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum TestFormat {
    /// For people, with a timeline where something was not as expected.
    #[default]
    Text,
    /// One expectation a line.
    Json,
    /// The XML of `JUnit`, for build servers.
    Junit,
}

impl TestArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let files = self.files()?;
        let mut tested = Vec::new();
        for path in &files {
            let one = self.file(path, out)?;
            if self.format == TestFormat::Text {
                one.write(out)?;
            }
            tested.push(one);
        }
        match self.format {
            TestFormat::Junit => out.file(&junit::report(&tested)?)?,
            TestFormat::Json => {
                for one in &tested {
                    one.json(out)?;
                }
            }
            TestFormat::Text => {
                let failed = tested.iter().filter(|one| !one.is_good()).count();
                let cases = tested.iter().map(|one| one.cases.len()).sum();
                let (style, verdict) = match failed {
                    0 => (GOOD, phrase!("all good", "全部符合")),
                    n => (BAD, phrase!("{n} failed", "{n} 个不符合")),
                };
                let verdict = paint(style, verdict.of(out.languages.people));
                let (scenarios, cases) =
                    (Phrase::counted(files.len(), "scenario", "个情景"), expectations(cases));
                out.say(phrase!(
                    "{scenarios}, {cases}: {verdict}",
                    "{scenarios}，{cases}：{verdict}";
                    scenarios, cases
                ))?;
            }
        }
        if tested.iter().all(Tested::is_good) { Ok(()) } else { Err(Failure::said(Exit::Playbook)) }
    }

    /// The scenario files that are meant, each once.
    fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let here = [PathBuf::from(".")];
        let paths = if self.paths.is_empty() { &here[..] } else { &self.paths };
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                search(path, 0, &mut files)?;
            } else if path.exists() {
                files.push(path.clone());
            } else {
                let text = phrase!("there is no file or folder {}", "没有文件或文件夹 {}", path.display());
                return Err(Failure::environment(text));
            }
        }
        let mut known = BTreeSet::new();
        files.retain(|file| known.insert(file.clone()));
        if files.is_empty() {
            return Err(Failure::usage(phrase!("there is no scenario here", "这里没有情景")).help(phrase!(
                "a scenario is a YAML file with `playbook`, `start` and `expect`; docs/testing.md shows one",
                "情景是一个有 `playbook`、`start` 和 `expect` 的 YAML 文件；`docs/testing.md` 里有一个"
            )));
        }
        Ok(files)
    }

    fn file(&self, path: &Path, out: &mut Output) -> Result<Tested, Failure> {
        let shown = path.strip_prefix(".").unwrap_or(path);
        let whole =
            files::text(path, limits::PLAYBOOK_BYTES_MAX).map_err(|error| unread(path, error.in_words()))?;
        let (mark, body) = match whole.strip_prefix('\u{feff}') {
            Some(body) => ("\u{feff}", body),
            None => ("", whole.as_str()),
        };
        let mut draft = ScenarioDraft::new(&shown.display().to_string(), body);
        if !draft.is_scenario() && samples::may_have(body) {
            return samples::tested(path, shown);
        }
        if draft.is_playbook() {
            let shown = shown.display();
            return Err(Failure::usage(phrase!(
                "{shown} is a playbook, and no scenario of one",
                "{shown} 是剧本，不是情景"
            ))
            .help(phrase!(
                "say `playbook test` for the scenarios beside it; `playbook check {shown}` looks at the playbook",
                "旁边的情景用 `playbook test` 来跑；`playbook check {shown}` 检查剧本"
            )));
        }
        let Some((playbook, material)) = read_playbook(path, &mut draft)? else {
            return Ok(self.unreadable(shown, &draft, out)?);
        };
        let scenario = draft.finish(&playbook);
        let Some(scenario) = scenario else { return Ok(self.unreadable(shown, &draft, out)?) };
        if self.format == TestFormat::Text && !self.update {
            diagnostics(&draft, out)?;
        }
        let rehearsal = rehearse(&playbook, &material, &scenario);
        if self.update {
            let text = record::record(body, &draft, &scenario, &rehearsal, &playbook.zone);
            fix::write(path, &format!("{mark}{text}"))?;
            let mut draft = ScenarioDraft::new(&shown.display().to_string(), &text);
            if let Some(scenario) = draft.finish(&playbook) {
                let rehearsal = rehearse(&playbook, &material, &scenario);
                return Ok(tested(shown, &draft, &playbook, &scenario, &rehearsal));
            }
        }
        Ok(tested(shown, &draft, &playbook, &scenario, &rehearsal))
    }

    /// A file that is no scenario, or one with errors.
    fn unreadable(&self, shown: &Path, draft: &ScenarioDraft, out: &mut Output) -> std::io::Result<Tested> {
        if self.format == TestFormat::Text {
            diagnostics(draft, out)?;
        }
        // Programs get the language that was asked for, as `check` gives it to them.
        let programs = out.languages.programs;
        let errors = draft.report.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let cases = errors.map(|error| TestedCase {
            line: line(draft, error.span),
            expected: phrase!("a scenario that can be read", "一个读得懂的情景"),
            found: Some(match self.format {
                TestFormat::Text => error.message.clone(),
                TestFormat::Json | TestFormat::Junit => Phrase::same(error.message.of(programs)),
            }),
            timeline: Vec::new(),
        });
        Ok(Tested { path: shown.into(), cases: cases.collect(), readable: false })
    }
}

fn unread(path: &Path, error: Phrase) -> Failure {
    let path = Phrase::same(path.display().to_string());
    Failure::environment(phrase!("{path} cannot be read: {error}", "读不了 {path}：{error}"; path, error))
}

/// Looks for scenarios in a folder and the folders in it; hidden ones are left out.
fn search(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| unread(folder, files::io_in_words(&error));
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        entries.push(entry.map_err(cannot)?.path());
    }
    entries.sort();
    for path in entries {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(".");
        if name.starts_with('.') || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            if depth < DEPTH_MAX && !matches!(name, "target" | "node_modules") {
                search(&path, depth + 1, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            let text = files::text(&path, limits::PLAYBOOK_BYTES_MAX).unwrap_or_default();
            if ScenarioDraft::new(name, &text).is_scenario() || samples::may_have(&text) {
                files.push(path);
            }
        }
    }
    Ok(())
}

/// The playbook that a scenario names, compiled; none where the draft's report says why not.
fn read_playbook(
    path: &Path,
    draft: &mut ScenarioDraft,
) -> Result<Option<(Arc<Playbook>, Material)>, Failure> {
    let Some(name) = draft.playbook() else { return Ok(None) };
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = folder.strip_prefix(".").unwrap_or(folder).join(&*name);
    let span = draft.playbook_span();
    let wrong = |report: &mut Report, message: Phrase, help: Phrase| {
        let span = span.unwrap_or(Span::new(crate::base::source::SourceId(0), 0, 0));
        report.push(Diagnostic::error(codes::FILE_UNREADABLE, span, message).help(help));
    };
    if let Err(why) = DiskFolder::of_file(&file) {
        let help = pair(
            "name the playbook by its path from the scenario's folder",
            "写剧本相对于情景所在文件夹的路径",
        );
        wrong(&mut draft.report, why, help.into());
        return Ok(None);
    }
    let loaded = load::compile(&file)?;
    let Some(playbook) = &loaded.compiled.playbook else {
        let shown = file.display();
        let message = phrase!("{shown} has errors", "{shown} 有错误");
        let help = phrase!("`playbook check {shown}` shows them", "`playbook check {shown}` 会逐条显示");
        wrong(&mut draft.report, message, help);
        return Ok(None);
    };
    Ok(Some((playbook.clone(), Material::new(playbook, loaded.folder.clone()))))
}

fn diagnostics(draft: &ScenarioDraft, out: &mut Output) -> std::io::Result<()> {
    draft.report.diagnostics.iter().try_for_each(|found| out.diagnostic(found, &draft.sources))
}

fn line(draft: &ScenarioDraft, span: Option<Span>) -> u32 {
    span.map_or(1, |span| draft.sources.get(span.source).place(span.start).line)
}

/// Everything that came of a scenario.
fn tested(
    shown: &Path,
    draft: &ScenarioDraft,
    playbook: &Playbook,
    scenario: &Scenario,
    rehearsal: &Rehearsal,
) -> Tested {
    let zone = &playbook.zone;
    let mut cases = Vec::new();
    for (expectation, verdict) in scenario.expect.iter().zip(&rehearsal.verdicts) {
        let (found, timeline) = match verdict {
            ExpectationVerdict::Met => (None, Vec::new()),
            ExpectationVerdict::Failed { found, counted } => {
                (Some(found.clone()), timeline(expectation, counted, &rehearsal.seen, zone))
            }
        };
        let line = line(draft, Some(expectation.span));
        cases.push(TestedCase { line, expected: expectation.in_words(zone), found, timeline });
    }
    for (span, at, why) in &rehearsal.stuck {
        cases.push(TestedCase {
            line: line(draft, Some(*span)),
            expected: phrase!("at {}: this can be done", "{}：这件事能做", minute(*at, zone)),
            found: Some(why.clone()),
            timeline: rows(*at, &[], &rehearsal.seen, None, zone),
        });
    }
    for finding in &rehearsal.findings {
        let (at, what) = (finding.at(), simulate_found::what(finding));
        cases.push(TestedCase {
            line: line(draft, draft.playbook_span()),
            expected: phrase!("at {}: everything goes well", "{}：一切顺利", minute(at, zone)),
            found: Some(what),
            timeline: Vec::new(),
        });
    }
    Tested { path: shown.into(), cases, readable: true }
}

fn minute(at: Timestamp, zone: &Zone) -> String {
    zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// What happened around the place where something else was expected.
fn timeline(
    expectation: &Expectation,
    counted: &[usize],
    seen: &[Sighting],
    zone: &Zone,
) -> Vec<TimelineRow> {
    let at = expectation.window.from;
    let expected = counted.is_empty().then_some(at);
    let near = counted.first().map_or(at, |first| seen[*first].at);
    let counted: Vec<&Sighting> = counted.iter().map(|index| &seen[*index]).collect();
    rows(near, &counted, seen, expected, zone)
}

/// What was seen around an instant, what counted, and where something was expected.
fn rows(
    near: Timestamp,
    counted: &[&Sighting],
    seen: &[Sighting],
    expected: Option<Timestamp>,
    zone: &Zone,
) -> Vec<TimelineRow> {
    let counts = |one: &Sighting| counted.iter().any(|other| std::ptr::eq(*other, one));
    let noticed: Vec<&Sighting> = seen.iter().filter(|one| one.is_noticed() || counts(one)).collect();
    let middle = noticed.partition_point(|one| one.at < near);
    let shown = middle.saturating_sub(SHOWN_BEFORE)..(middle + SHOWN_AFTER).min(noticed.len());
    let row = |one: &&Sighting| TimelineRow {
        mark: if counts(one) { '!' } else { ' ' },
        at: minute(one.at, zone),
        word: pair(one.sort.as_str(), one.sort.as_str()),
        about: one.about(),
        text: Phrase::same(one.text.as_str()),
    };
    let mut rows: Vec<(Timestamp, TimelineRow)> =
        noticed[shown].iter().map(|one| (one.at, row(one))).collect();
    if let Some(at) = expected {
        let place = rows.partition_point(|(other, _)| *other < at);
        let row = TimelineRow {
            mark: '?',
            at: minute(at, zone),
            word: pair("expected", "应在"),
            about: String::new(),
            text: phrase!("here", "这里"),
        };
        rows.insert(place, (at, row));
    }
    rows.into_iter().map(|(_, row)| row).collect()
}
