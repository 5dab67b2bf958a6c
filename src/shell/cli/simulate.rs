//! `playbook simulate`: the real engine in virtual time against a synthetic group.

use super::{
    args, cores,
    failure::{Exit, Failure},
    load,
    output::{self, BAD, DIM, GOOD, HEADING, NAME, Output, WARN, clip, pad, paint, width},
    simulate_faults,
    simulate_found::{found, once_more},
    simulate_numbers, simulate_replay, simulate_runs, simulate_short,
    simulate_sums::summary,
    worlds::{self, Chosen},
};
use crate::{
    base::{
        ids::GroupId,
        limits,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    engine::state::State,
    model::playbook::Playbook,
    shell::{clock, pages, terminal, view::log::JournalLine},
    sim::{
        Finding, Material, Options, Transition,
        diary::Diary,
        plan::Window,
        report::ReportGatherer,
        spread::Lived,
        timeline::{self, Tone},
    },
};
use std::{path::PathBuf, sync::Arc};

/// Lives a playbook through a stretch of time with synthetic members.
///
/// The real engine, in virtual time: the same seed gives the same bytes. Needs no secrets and reaches no network.
/// Ends with 1 when a script fails or a promise of the engine is broken.
#[derive(Debug, clap::Args)]
pub(super) struct SimulateArgs {
    /// The playbook file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// From when on; a civil time is in the playbook's zone [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<String>,
    /// How many days.
    #[arg(long, default_value_t = 90, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::SIMULATED_DAYS_MAX)))]
    days: u32,
    /// Synthetic members of each group at the beginning [default: what the world says, 30 in an ordinary one].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=limits::MEMBERS_MAX as i64))]
    members: Option<u32>,
    /// The world around the engine: lively, ordinary, dying, flash, a world file, or journal:FILE (a state
    /// directory, or what `playbook log --format json` wrote) to see what would have changed [default: ordinary].
    #[arg(long, value_name = "WORLD")]
    world: Option<String>,
    /// Repeat with as many seeds, from `--seed` on, and show the distributions.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::SIMULATIONS_MAX)))]
    runs: u32,
    /// Let everything go wrong: crashes, lost and repeated responses, throttling, clocks that jump. An oracle
    /// checks every promise of the engine.
    #[arg(long)]
    faults: bool,
    /// With `--faults`: end after this step and show what led to it.
    #[arg(long, requires = "faults", value_name = "N")]
    step: Option<u64>,
    /// The seed of everything that is left to chance.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// The numbers of each group at the end, as `playbook metrics` shows them, below the history; with `--format json`
    /// they alone. The page has them always.
    #[arg(long, conflicts_with_all = ["runs", "faults"])]
    metrics: bool,
    /// What the doctor finds in each group at the end, as `playbook doctor` shows it, below the history; with
    /// `--format json` that alone.
    #[arg(long, conflicts_with_all = ["runs", "faults"])]
    doctor: bool,
    /// What becomes of the group when the N who talk most leave half way: its numbers with and without them.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["runs", "faults", "metrics", "doctor"])]
    without_top: Option<u32>,
    /// Every line of the history, instead of one a day or a week.
    #[arg(long, short)]
    verbose: bool,
    /// How to write the result.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: HistoryFormat,
}

/// How a simulated history is written.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub(super) enum HistoryFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// One page for a browser, with everything in it.
    Html,
}

impl SimulateArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?.clone();
        let from = match &self.from {
            Some(text) => args::time(text, &playbook.zone)?,
            None => Timestamp::from_millis(clock::now().as_seconds() * 1_000),
        };
        let window = Window::days(&playbook, from, self.days);
        let world = match worlds::read(self.world.as_deref(), &playbook, out)? {
            Chosen::World(world) => world,
            Chosen::Journal(recordings) => {
                let material = Material::new(&playbook, loaded.folder.clone());
                return simulate_replay::run(&playbook, &material, &recordings, self.lines()?, out);
            }
        };
        let options = Options {
            from,
            to: window.to,
            members: self.members.unwrap_or(world.people.members),
            seed: self.seed,
            world,
        };
        let material =
            Material::new(&playbook, loaded.folder.clone()).with_fixtures(options.world.fetch.clone());
        if self.faults {
            let asked = simulate_faults::FaultsAsked {
                playbook: &playbook,
                material: &material,
                options: &options,
                runs: self.runs,
                step: self.step,
                again: &|seed| self.again(&playbook, &options, seed),
            };
            return asked.run(self.lines()?, out);
        }
        if self.runs > 1 {
            return simulate_runs::run(
                &playbook,
                &material,
                &options,
                (self.runs, self.days),
                self.lines()?,
                out,
            );
        }
        let findings = if let Some(n) = self.without_top {
            simulate_numbers::without_top(&playbook, &material, &options, n, self.lines()?, out)?
        } else {
            let (findings, states) = match self.format {
                HistoryFormat::Json => {
                    json(&playbook, &material, &options, self.metrics || self.doctor, out)?
                }
                HistoryFormat::Text if self.verbose => text(&playbook, &material, &options, out)?,
                HistoryFormat::Text => self.short(&playbook, &material, &options, out)?,
                HistoryFormat::Html => self.html(&playbook, &material, &options, out)?,
            };
            if self.metrics && !matches!(self.format, HistoryFormat::Html) {
                simulate_numbers::write(&playbook, &states, options.to, self.lines()?, out)?;
            }
            if self.doctor && !matches!(self.format, HistoryFormat::Html) {
                simulate_numbers::diagnose(&playbook, &states, options.to, self.lines()?, out)?;
            }
            findings
        };
        if findings.is_empty() {
            return Ok(());
        }
        out.flush()?;
        Err(self.failure(&playbook, &options, &findings))
    }

    /// The format of what is no single history, and has no page.
    fn lines(&self) -> Result<output::Format, Failure> {
        match self.format {
            HistoryFormat::Text => Ok(output::Format::Text),
            HistoryFormat::Json => Ok(output::Format::Json),
            HistoryFormat::Html => Err(Failure::usage(phrase!(
                "`--format html` shows one history; found --faults, --runs or a journal",
                "`--format html` 只显示一段历史；这里还写了 `--faults`、`--runs` 或日志"
            ))
            .help(phrase!(
                "leave that out, or write `--format text` or `--format json`",
                "去掉它，或者写 `--format text`、`--format json`"
            ))),
        }
    }

    /// The history in short.
    fn short(
        &self,
        playbook: &Arc<Playbook>,
        material: &Material,
        options: &Options,
        out: &mut Output,
    ) -> Result<Ended, Failure> {
        let mut progress = Progress::new(options);
        let weekly = self.days > simulate_short::DAILY_MAX;
        let new = || (Lived::default(), Diary::new(playbook.zone.clone(), weekly));
        let (findings, parts, states) = cores::groups(
            (playbook, material, options),
            new,
            |(lived, diary), transition| {
                lived.see(transition);
                diary.see(transition);
                Some(transition.entry.at)
            },
            |at| {
                progress.see(at);
                Ok(())
            },
        )?;
        progress.end();
        let (mut lived, mut diary) = new();
        for (one, pages) in parts {
            lived.join(one);
            diary.join(pages);
        }
        simulate_short::faults(&diary, playbook, out)?;
        simulate_short::pages(&diary, out)?;
        summary(playbook, options, &lived, out)?;
        Ok((findings, states))
    }

    /// The page for a browser.
    fn html(
        &self,
        playbook: &Arc<Playbook>,
        material: &Material,
        options: &Options,
        out: &mut Output,
    ) -> Result<Ended, Failure> {
        let mut progress = Progress::new(options);
        let (findings, parts, states) = cores::groups(
            (playbook, material, options),
            || ReportGatherer::new(playbook, options),
            |gatherer, transition| {
                gatherer.see(transition);
                Some(transition.entry.at)
            },
            |at| {
                progress.see(at);
                Ok(())
            },
        )?;
        progress.end();
        let mut gatherer = ReportGatherer::new(playbook, options);
        for part in parts {
            gatherer.join(part);
        }
        let settings = pages::report::ReportSettings {
            command: format!("{} --format html", self.again(playbook, options, self.seed)),
            days: self.days,
            world: self.world.clone().unwrap_or_else(|| options.world.name.to_string()),
            findings: findings.iter().map(|finding| found(playbook, finding)).collect(),
            numbers: simulate_numbers::at_end(playbook, &states, options.to, playbook.locale),
        };
        out.file(&pages::report::html(playbook, options, &settings, &gatherer.finish()))?;
        Ok((findings, states))
    }

    /// The findings, and the one line that shows them again.
    fn failure(&self, playbook: &Playbook, options: &Options, findings: &[Finding]) -> Failure {
        const SHOWN: usize = 10;
        let mut lines: Vec<Phrase> = findings.iter().take(SHOWN).map(|one| found(playbook, one)).collect();
        if findings.len() > SHOWN {
            lines.push(phrase!("and {} more", "还有 {} 处", findings.len() - SHOWN));
        }
        let lines = lines.into_iter();
        let said = lines
            .reduce(|all, line| phrase!("{all}\nplaybook: {line}", "{all}\nplaybook: {line}"; all, line));
        let said = said.unwrap_or_default();
        Failure::new(Exit::Playbook, said).help(once_more(&self.again(playbook, options, self.seed)))
    }

    /// The command line that gives the same bytes again.
    fn again(&self, playbook: &Playbook, options: &Options, seed: u64) -> String {
        let world = self.world.as_ref().map(|world| format!(" --world {world}")).unwrap_or_default();
        format!(
            "playbook simulate {} --from {} --days {} --members {} --seed {seed}{world}",
            self.file.display(),
            options.from.to_rfc3339(&playbook.zone),
            self.days,
            options.members,
        )
    }
}

/// What was not good, and every group as it was at the end.
type Ended = (Vec<Finding>, Vec<State>);

/// Bytes that are written at once.
const AT_ONCE: usize = 64 * 1024;

/// A line for each entry.
fn json(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    numbers: bool,
    out: &mut Output,
) -> Result<Ended, Failure> {
    let mut progress = Progress::new(options);
    let zone = &playbook.zone;
    let mut lines = Vec::new();
    // Most of the work is writing, so the cores that live the groups write their lines, too.
    let (findings, _, states) = cores::groups(
        (playbook, material, options),
        Vec::new,
        |line, Transition { group, n, entry, .. }| {
            if numbers {
                return None;
            }
            line.clear();
            let written = terminal::json(&mut *line, &JournalLine { seq: *n as i64, group, entry, zone });
            line.push(b'\n');
            Some((entry.at, written.map(|()| Box::<[u8]>::from(line.as_slice()))))
        },
        |(at, line)| {
            progress.see(at);
            lines.extend_from_slice(&line?);
            if lines.len() >= AT_ONCE {
                out.bytes(&lines)?;
                lines.clear();
            }
            Ok(())
        },
    )?;
    out.bytes(&lines)?;
    progress.end();
    Ok((findings, states))
}

/// The timeline for people.
fn text(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    out: &mut Output,
) -> Result<Ended, Failure> {
    let mut progress = Progress::new(options);
    let mut days = Days { day: None, several: playbook.groups.len() > 1 };
    let (findings, parts, states) = cores::groups(
        (playbook, material, options),
        Lived::default,
        |lived, transition| {
            lived.see(transition);
            let at = transition.entry.at;
            let line = timeline::describe(transition.entry, &playbook.zone)?;
            Some((at, transition.group.clone(), line))
        },
        |(at, group, line)| {
            progress.see(at);
            days.line(playbook, at, &group, &line, out)
        },
    )?;
    let mut lived = Lived::default();
    for part in parts {
        lived.join(part);
    }
    progress.end();
    out.line("")?;
    summary(playbook, options, &lived, out)?;
    Ok((findings, states))
}

/// Lines under the heading of their day.
struct Days {
    day: Option<jiff::civil::Date>,
    several: bool,
}

impl Days {
    fn line(
        &mut self,
        playbook: &Playbook,
        at: Timestamp,
        group: &GroupId,
        line: &timeline::Line,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let civil = playbook.zone.civil(at);
        if self.day != Some(civil.date()) {
            if self.day.is_some() {
                out.line("")?;
            }
            self.day = Some(civil.date());
            out.heading(&out.languages.people.day(civil.date()))?;
        }
        let group = if self.several { format!("{group}  ") } else { String::new() };
        let left = format!("  {}  {group}", civil.strftime("%H:%M"));
        let locale = out.languages.people;
        let word = pad(line.word(locale), 10);
        let style = match line.tone {
            Tone::Voice => GOOD,
            Tone::Person | Tone::Turn => HEADING,
            Tone::Plain => DIM,
            Tone::Doubt => WARN,
            Tone::Bad => BAD,
        };
        let about = if line.about.is_empty() { String::new() } else { format!("{}  ", line.about) };
        let used = width(&left) + width(&word) + width(&about);
        let text = clip(line.text.of(locale), out.width.saturating_sub(used).max(20));
        out.line(format!("{left}{}{}{text}", paint(style, &word), paint(NAME, &about)).trim_end())?;
        Ok(())
    }
}

/// How far a long simulation is; only where a person watches.
pub(super) struct Progress {
    shown: bool,
    from: Timestamp,
    length: i64,
    percent: i64,
}

impl Progress {
    /// Of a simulation; it is shown when standard error is a terminal and standard output is not, so that it does
    /// not get between lines that are shown anyway.
    pub(super) fn new(options: &Options) -> Self {
        let shown = terminal::progress_is_seen();
        let length = options.to.since(options.from).max(Duration::SECOND).as_millis();
        Self { shown, from: options.from, length, percent: -1 }
    }

    /// So far.
    pub(super) fn see(&mut self, at: Timestamp) {
        if self.shown {
            let percent = at.since(self.from).as_millis().saturating_mul(100) / self.length;
            if percent > self.percent {
                self.percent = percent;
                terminal::progress(&format!("{percent}% "));
            }
        }
    }

    /// Over: the line is free again.
    pub(super) fn end(&self) {
        if self.shown {
            terminal::progress("      ");
            terminal::progress("");
        }
    }
}
