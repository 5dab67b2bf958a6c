//! `playbook plan`: all timed steps ahead.

use super::{
    args,
    failure::Failure,
    load,
    output::{DIM, NAME, Output, WARN, clip, pad, paint, width},
};
use crate::{
    base::{
        ids::{PhaseName, PlayName},
        time::Timestamp,
    },
    model::{play::Play, playbook::Playbook},
    shell::{clock, pages, view},
    sim::{
        forecast::{Expected, Forecast},
        ics,
        plan::{self, Planned, Window},
        why::budget_key,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// Shows all timed steps ahead of every play.
///
/// Conditions (`when`, `during`) are shown, not tested: a plan is what may happen. Needs no secrets.
#[derive(Debug, clap::Args)]
pub(super) struct Plan {
    /// The playbook file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// From when on; a civil time is in the playbook's zone [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<String>,
    /// How many days.
    #[arg(long, default_value_t = 30, value_name = "N")]
    days: u32,
    /// How to write the result.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: PlanFormat,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum PlanFormat {
    /// For people: a list by days.
    #[default]
    Text,
    /// For programs: one step a line, in order of time.
    Json,
    /// For calendar programs: one event a step (RFC 5545).
    Ics,
    /// One page for a browser, with everything in it.
    Html,
}

impl Plan {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?;
        let from = match &self.from {
            Some(text) => args::time(text, &playbook.zone)?,
            None => clock::now(),
        };
        let window = Window::days(playbook, from, self.days);
        let mut forecast = Forecast::new(playbook);
        match self.format {
            PlanFormat::Json => {
                for planned in plan::plan(playbook, window) {
                    let expected = forecast.look(&planned);
                    let held = expected.as_ref().map(|expected| (budget_key(expected.by), expected));
                    out.json(&view::plan::step(&planned, held, &playbook.zone))?;
                }
            }
            PlanFormat::Ics => {
                out.file(&ics::head(playbook))?;
                for planned in plan::plan(playbook, window) {
                    let expected = forecast.look(&planned);
                    out.file(&ics::event(playbook, &planned, expected.as_ref(), from))?;
                }
                out.file(ics::tail())?;
            }
            PlanFormat::Text => text(playbook, window, forecast, out)?,
            PlanFormat::Html => out.file(&pages::plan::html(playbook, window))?,
        }
        Ok(())
    }
}

/// Days as headings, one step a row, then what has no time and why.
fn text(
    playbook: &Playbook,
    window: Window,
    mut forecast: Forecast<'_>,
    out: &mut Output,
) -> Result<(), Failure> {
    let columns = Columns::of(playbook);
    let mut seen = BTreeSet::new();
    let mut day = None;
    for planned in plan::plan(playbook, window) {
        let date = playbook.zone.date(planned.at);
        if day != Some(date) {
            if let Some(day) = day {
                crowded(playbook, &forecast, day, out)?;
                out.line("")?;
            }
            out.heading(&heading(playbook, planned.at))?;
            day = Some(date);
        }
        let expected = forecast.look(&planned);
        out.line(columns.row(playbook, &planned, expected.as_ref(), out.width))?;
        seen.insert(planned.play);
    }
    if let Some(day) = day {
        crowded(playbook, &forecast, day, out)?;
    }
    if day.is_none() {
        out.line("No step has a time in this window.")?;
    }
    conditions(playbook, &seen, out)?;
    let untimed = plan::untimed(playbook, window, &seen);
    if !untimed.is_empty() {
        out.line("")?;
        out.heading("Without a time in this window")?;
        for one in untimed {
            out.line(format!("  {}  {}", paint(NAME, &pad(one.play.as_str(), columns.play)), one.why.en))?;
        }
    }
    Ok(())
}

/// The days with more posts than their budget, said under the day.
fn crowded(
    playbook: &Playbook,
    forecast: &Forecast<'_>,
    day: jiff::civil::Date,
    out: &mut Output,
) -> Result<(), Failure> {
    for one in forecast.crowded(day).take(CROWDED_SHOWN) {
        let group = if playbook.groups.len() > 1 { format!("{}: ", one.group) } else { String::new() };
        let channel =
            if one.channel.as_str() == "group" { String::new() } else { format!(" to {}", one.channel) };
        let text = format!(
            "  {group}{} has {} posts{channel}, the budget is {}: what is over waits for the next day",
            day.strftime("%A"),
            one.posts,
            one.max
        );
        out.line(paint(WARN, &text))?;
    }
    Ok(())
}

/// Groups of which a crowded day is said.
const CROWDED_SHOWN: usize = 5;

fn heading(playbook: &Playbook, at: Timestamp) -> String {
    playbook.zone.civil(at).strftime("%Y-%m-%d %A").to_string()
}

/// When the plays that were shown start at all.
fn conditions(playbook: &Playbook, seen: &BTreeSet<PlayName>, out: &mut Output) -> Result<(), Failure> {
    let shown = playbook.plays.iter().filter(|play| seen.contains(&play.name));
    let rows: BTreeMap<&str, String> =
        shown.filter_map(|play| Some((play.name.as_str(), condition(play)?))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.heading("Conditions")?;
    let most = rows.keys().map(|name| width(name)).max().unwrap_or(0);
    for (name, words) in rows {
        out.line(format!("  {}  {words}", paint(NAME, &pad(name, most))))?;
    }
    Ok(())
}

/// The conditions of a play in words; none when it always starts.
fn condition(play: &Play) -> Option<String> {
    let names = |names: &[_]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.join(" or ")
    };
    let mut parts = Vec::new();
    if !play.during.is_empty() {
        let phases: Vec<&str> = play.during.iter().map(PhaseName::as_str).collect();
        parts.push(format!("only in phase {}", phases.join(" or ")));
    }
    if let Some(when) = &play.when {
        parts.push(format!("when {}", when.source()));
    }
    if !play.except.is_empty() {
        parts.push(format!("not on days of {}", names(&play.except)));
    }
    if !play.only.is_empty() {
        parts.push(format!("only on days of {}", names(&play.only)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// How wide the columns are, known before the first row is.
struct Columns {
    group: usize,
    play: usize,
}

impl Columns {
    fn of(playbook: &Playbook) -> Self {
        let most = |names: &mut dyn Iterator<Item = usize>| names.max().unwrap_or(0);
        let group = match playbook.groups.len() {
            0 | 1 => 0,
            _ => most(&mut playbook.groups.keys().map(|id| width(id.as_str()))).min(24),
        };
        Self { group, play: most(&mut playbook.plays.iter().map(|play| width(play.name.as_str()))).min(32) }
    }

    fn row(
        &self,
        playbook: &Playbook,
        planned: &Planned,
        expected: Option<&Expected>,
        line: usize,
    ) -> String {
        // The hour that comes twice says which of the two it is.
        let twice = playbook.zone.tz().to_ambiguous_timestamp(playbook.zone.civil(planned.at).datetime());
        let form = if twice.is_ambiguous() { "%H:%M%:z" } else { "%H:%M" };
        let clock = playbook.zone.civil(planned.at).strftime(form).to_string();
        let mut left = format!("  {clock}  ");
        if self.group > 0 {
            left.push_str(&pad(&clip(planned.group.as_str(), self.group), self.group + 2));
        }
        let play = pad(planned.play.as_str(), self.play + 2);
        let verb = pad(planned.verb, 9);
        let place = planned.channel.as_ref().filter(|channel| channel.as_str() != "group");
        let place = place.map(|channel| format!("[{channel}] ")).unwrap_or_default();
        let held = expected.map(|expected| format!("  (held: {})", expected.says)).unwrap_or_default();
        let used = width(&left) + width(&play) + width(&verb) + width(&place) + width(&held);
        let text = clip(&planned.text, line.saturating_sub(used).max(20));
        let (play, place, held) = (paint(NAME, &play), paint(DIM, &place), paint_held(&held));
        format!("{left}{play}{verb}{place}{text}{held}").trim_end().to_owned()
    }
}

fn paint_held(held: &str) -> String {
    if held.is_empty() { String::new() } else { paint(WARN, held) }
}
