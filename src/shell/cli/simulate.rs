//! `playbook simulate`: the real engine in virtual time against a synthetic group.

use super::{
    args,
    failure::{Code, Failure},
    load,
    output::{BAD, DIM, GOOD, HEADING, NAME, Output, Table, WARN, clip, pad, paint, width},
};
use crate::{
    base::{time::Timestamp, words},
    model::playbook::Playbook,
    shell::{clock, pages, store::LogLine},
    sim::{
        self, Finding, Material, Options, Transition,
        plan::Window,
        report::Gatherer,
        tally::Tally,
        timeline::{self, Tone},
        world::World,
    },
};
use std::{path::PathBuf, sync::Arc};

/// Lives a playbook through a stretch of time with synthetic members.
///
/// The real engine, in virtual time: the same seed gives the same bytes. Needs no secrets and reaches no network.
/// Ends with 1 when a script fails or a promise of the engine is broken.
#[derive(Debug, clap::Args)]
pub(super) struct Simulate {
    /// The playbook file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// From when on; a civil time is in the playbook's zone [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<String>,
    /// How many days.
    #[arg(long, default_value_t = 90, value_name = "N")]
    days: u32,
    /// Synthetic members of each group at the beginning.
    #[arg(long, default_value_t = 30, value_name = "N")]
    members: u32,
    /// The seed of everything that is left to chance.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// How to write the result.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// How a simulated history is written.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// One page for a browser, with everything in it.
    Html,
}

impl Simulate {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?.clone();
        let from = match &self.from {
            Some(text) => args::time(text, &playbook.zone)?,
            None => Timestamp::from_millis(clock::now().as_seconds() * 1_000),
        };
        let window = Window::days(&playbook, from, self.days);
        let options = Options {
            from,
            to: window.to,
            members: self.members,
            seed: self.seed,
            world: Arc::new(World::default()),
        };
        let material = Material::new(&playbook, loaded.folder.clone());
        let findings = match self.format {
            Format::Json => sim::simulate(&playbook, &material, &options, |transition| {
                let entry = transition.entry.clone();
                let line = LogLine { seq: transition.n as i64, group: transition.group.clone(), entry };
                out.json(&line.to_json(&playbook.zone)).map_err(Failure::from)
            })?,
            Format::Text => text(&playbook, &material, &options, out)?,
            Format::Html => self.html(&playbook, &material, &options, out)?,
        };
        if findings.is_empty() {
            return Ok(());
        }
        out.flush()?;
        Err(self.failure(&playbook, from, &findings))
    }

    /// The page for a browser.
    fn html(
        &self,
        playbook: &Arc<Playbook>,
        material: &Material,
        options: &Options,
        out: &mut Output,
    ) -> Result<Vec<Finding>, Failure> {
        let mut gatherer = Gatherer::new(playbook, options);
        let findings = sim::simulate(playbook, material, options, |transition| {
            gatherer.see(transition);
            Ok::<(), Failure>(())
        })?;
        let settings = pages::report::Settings {
            command: format!("{} --format html", self.again(playbook, options.from)),
            days: self.days,
            world: "ordinary".into(),
            findings: findings.iter().map(|finding| found(playbook, finding)).collect(),
        };
        out.raw(&pages::report::html(playbook, options, &settings, &gatherer.finish()))?;
        Ok(findings)
    }

    /// The one line that gives the same history.
    fn again(&self, playbook: &Playbook, from: Timestamp) -> String {
        format!(
            "playbook simulate {} --from {} --days {} --members {} --seed {}",
            self.file.display(),
            from.to_rfc3339(&playbook.zone),
            self.days,
            self.members,
            self.seed
        )
    }

    /// The findings, and the one line that shows them again.
    fn failure(&self, playbook: &Playbook, from: Timestamp, findings: &[Finding]) -> Failure {
        const SHOWN: usize = 10;
        let mut lines: Vec<String> = findings.iter().take(SHOWN).map(|one| found(playbook, one)).collect();
        if findings.len() > SHOWN {
            lines.push(format!("and {} more", findings.len() - SHOWN));
        }
        let again = self.again(playbook, from);
        Failure::new(Code::Playbook, lines.join("\nplaybook: ")).help(format!("this shows it again: {again}"))
    }
}

/// The timeline for people.
fn text(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    out: &mut Output,
) -> Result<Vec<Finding>, Failure> {
    let mut tally = Tally::default();
    let mut days = Days { day: None, several: playbook.groups.len() > 1 };
    let mut members = std::collections::BTreeMap::new();
    let findings = sim::simulate(playbook, material, options, |transition| {
        tally.see(transition);
        members.insert(transition.group.clone(), transition.state.members.len());
        days.line(playbook, transition, out)
    })?;
    out.line("")?;
    summary(playbook, options, &tally, members.values().sum(), out)?;
    Ok(findings)
}

fn found(playbook: &Playbook, finding: &Finding) -> String {
    match finding {
        Finding::Script { at, effect, error, .. } => {
            format!("{}: the script of {effect} failed: {error}", at.to_rfc3339(&playbook.zone))
        }
        Finding::Invariant { at, group, what } => {
            format!(
                "{}: a promise of the engine was broken in {group}, please report it: {what}",
                at.to_rfc3339(&playbook.zone)
            )
        }
    }
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
        transition: &Transition<'_>,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let Some(line) = timeline::describe(transition.entry, &playbook.zone) else { return Ok(()) };
        let civil = playbook.zone.civil(transition.entry.at);
        if self.day != Some(civil.date()) {
            if self.day.is_some() {
                out.line("")?;
            }
            self.day = Some(civil.date());
            out.heading(&civil.strftime("%Y-%m-%d %A").to_string())?;
        }
        let group = if self.several { format!("{}  ", transition.group) } else { String::new() };
        let left = format!("  {}  {group}", civil.strftime("%H:%M"));
        let word = pad(line.word, 10);
        let style = match line.tone {
            Tone::Voice => GOOD,
            Tone::Person | Tone::Turn => HEADING,
            Tone::Plain => DIM,
            Tone::Doubt => WARN,
            Tone::Bad => BAD,
        };
        let about = if line.about.is_empty() { String::new() } else { format!("{}  ", line.about) };
        let used = width(&left) + width(&word) + width(&about);
        let text = clip(&line.text, out.width.saturating_sub(used).max(20));
        out.line(format!("{left}{}{}{text}", paint(style, &word), paint(NAME, &about)).trim_end())?;
        Ok(())
    }
}

/// The sums at the end.
fn summary(
    playbook: &Playbook,
    options: &Options,
    tally: &Tally,
    members: usize,
    out: &mut Output,
) -> Result<(), Failure> {
    out.heading("Summary")?;
    let day = |at| playbook.zone.date(at).to_string();
    out.line(format!(
        "  {} to {}, {} members at the end ({} joined, {} left, {} let go), {} of their messages",
        day(options.from),
        day(options.to),
        members,
        tally.joined,
        tally.left,
        tally.removed,
        tally.messages
    ))?;
    let phases: Vec<String> =
        tally.phases.iter().map(|(name, at)| format!("{name} from {}", day(*at))).collect();
    out.line(format!("  phases: {}", phases.join(", ")))?;
    out.line(format!(
        "  {}: {} done, {} overdue; {}: {} given, {} refused, {} unanswered; {}",
        words::count(tally.tasks as usize, "task"),
        tally.tasks_done,
        tally.tasks_overdue,
        words::count(tally.approvals as usize, "approval"),
        tally.approved,
        tally.rejected,
        tally.silent,
        words::count(tally.answers as usize, "answer")
    ))?;
    out.line(format!(
        "  {} held by budgets, {} expired",
        words::count(tally.held as usize, "message"),
        tally.expired
    ))?;
    out.line("")?;
    let mut table = Table::new(&["play", "runs", "posts", "missed steps", "skipped", "failed"]);
    for play in &playbook.plays {
        let sums = tally.plays.get(&play.name).cloned().unwrap_or_default();
        let numbers = [sums.runs, sums.posts, sums.missed, sums.skipped, sums.failed];
        let cells = std::iter::once(play.name.to_string()).chain(numbers.map(|n| n.to_string()));
        table.row(cells.collect());
        table.paint_last(0, NAME);
        if sums.failed > 0 {
            table.paint_last(5, BAD);
        }
    }
    table.write(out)?;
    Ok(())
}
