//! `playbook plan`: all timed steps ahead.

use super::{
    args,
    failure::Failure,
    load,
    output::{DIM, NAME, Output, WARN, clip, pad, paint, width},
    plan_lives::{self, LivingGroups},
};
use crate::{
    base::{
        ids::{CalendarName, PhaseName, PlayName},
        locale::Locale,
        phrase::{Phrase, phrase},
        spoken_time,
    },
    model::{play::Play, playbook::Playbook},
    shell::{clock, pages, view},
    sim::{
        forecast::{Expected, Forecast},
        ics,
        plan::{self, LivingStates, Planned, Window},
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
pub(super) struct PlanArgs {
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

impl PlanArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let loaded = load::compile(&self.file)?;
        let playbook = loaded.playbook()?;
        let from = match &self.from {
            Some(text) => args::time(text, &playbook.zone)?,
            None => clock::now(),
        };
        let window = Window::days(playbook, from, self.days);
        let living = LivingGroups::of(&self.file);
        let groups = living.of_playbook(playbook);
        let lives: LivingStates<'_> = groups.iter().map(|group| (group.id, group.state)).collect();
        let mut forecast = Forecast::new(playbook);
        match self.format {
            PlanFormat::Json => {
                for planned in plan::plan(playbook, window, &lives) {
                    let expected = forecast.look(&planned);
                    let held = expected.as_ref().map(|expected| (budget_key(expected.by), expected));
                    out.json(&view::plan::step(&planned, held, &playbook.zone))?;
                }
            }
            PlanFormat::Ics => {
                out.file(&ics::head(playbook))?;
                for planned in plan::plan(playbook, window, &lives) {
                    let expected = forecast.look(&planned);
                    out.file(&ics::event(playbook, &planned, expected.as_ref(), from))?;
                }
                out.file(ics::tail())?;
            }
            PlanFormat::Text => {
                text(playbook, (window, &lives), forecast, out)?;
                plan_lives::told(&groups, (playbook, &self.file), window, out)?;
            }
            PlanFormat::Html => out.file(&pages::plan::html(playbook, window, &lives))?,
        }
        Ok(())
    }
}

/// Days as headings, one step a row, then what has no time and why.
fn text(
    playbook: &Playbook,
    (window, lives): (Window, &LivingStates<'_>),
    mut forecast: Forecast<'_>,
    out: &mut Output,
) -> Result<(), Failure> {
    let (columns, locale) = (Widths::of(playbook), out.languages.people);
    let mut seen = BTreeSet::new();
    let mut day = None;
    for planned in plan::plan(playbook, window, lives) {
        let date = playbook.zone.date(planned.at);
        if day != Some(date) {
            if let Some(day) = day {
                crowded(playbook, &forecast, day, out)?;
                out.line("")?;
            }
            out.heading(&out.languages.people.day(date))?;
            day = Some(date);
        }
        let expected = forecast.look(&planned);
        out.line(columns.row(playbook, &planned, expected.as_ref(), (out.width, locale)))?;
        seen.insert(planned.play);
    }
    if let Some(day) = day {
        crowded(playbook, &forecast, day, out)?;
    }
    if day.is_none() {
        out.say(phrase!("No step has a time in this window.", "这段时间里没有定时的步骤。"))?;
    }
    let rehearse: Vec<Phrase> = playbook
        .groups
        .values()
        .filter(|group| !group.live)
        .map(|group| Phrase::same(&*group.title))
        .collect();
    if !rehearse.is_empty() {
        let groups = Phrase::list(rehearse);
        out.line("")?;
        out.say(phrase!(
            "Rehearse only (`live: false`), nothing is sent to them: {groups}",
            "只演练（`live: false`），不会发送：{groups}"; groups
        ))?;
    }
    conditions(playbook, &seen, out)?;
    let untimed = plan::untimed(playbook, window, &seen);
    if !untimed.is_empty() {
        out.line("")?;
        out.heading(locale.pick("Without a time in this window", "这段时间里没有定时的玩法"))?;
        for one in untimed {
            let play = paint(NAME, &pad(one.play.as_str(), columns.play));
            out.line(format!("  {play}  {}", one.why.of(locale)))?;
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
        let channel = match one.channel.as_str() {
            "group" => Phrase::default(),
            channel => phrase!(" to {channel}", "发到 {channel} 的"),
        };
        let (posts, max) = (one.posts, one.max);
        let day = Phrase {
            en: day.strftime("%A").to_string(),
            zh: spoken_time::weekday_zh(day.weekday()).to_owned(),
        };
        let text = phrase!(
            "  {group}{day} has {posts} posts{channel}, the budget is {max}: what is over waits, or is missed where its hold ends first",
            "  {group}{day}{channel}消息有 {posts} 条，预算是 {max} 条：多的要等，等不到就错过";
            day, channel
        );
        out.line(paint(WARN, text.of(out.languages.people)))?;
    }
    Ok(())
}

/// Groups of which a crowded day is said.
const CROWDED_SHOWN: usize = 5;

/// When the plays that were shown start at all.
fn conditions(playbook: &Playbook, seen: &BTreeSet<PlayName>, out: &mut Output) -> Result<(), Failure> {
    let shown = playbook.plays.iter().filter(|play| seen.contains(&play.name));
    let rows: BTreeMap<&str, Phrase> =
        shown.filter_map(|play| Some((play.name.as_str(), condition(play)?))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let locale = out.languages.people;
    out.heading(locale.pick("Conditions", "条件"))?;
    let most = rows.keys().map(|name| width(name)).max().unwrap_or(0);
    for (name, words) in rows {
        out.line(format!("  {}  {}", paint(NAME, &pad(name, most)), words.of(locale)))?;
    }
    Ok(())
}

/// The conditions of a play in words; none when it always starts.
fn condition(play: &Play) -> Option<Phrase> {
    let either = |names: Vec<&str>| Phrase { en: names.join(" or "), zh: names.join(" 或 ") };
    let days = |names: &[CalendarName]| either(names.iter().map(CalendarName::as_str).collect());
    let mut parts = Vec::new();
    if !play.during.is_empty() {
        let phases = either(play.during.iter().map(PhaseName::as_str).collect());
        parts.push(phrase!("only in phase {phases}", "只在阶段 {phases}"; phases));
    }
    if let Some(when) = &play.when {
        parts.push(phrase!("when {}", "{} 时才开始", when.source()));
    }
    if !play.except.is_empty() {
        let names = days(&play.except);
        parts.push(phrase!("not on days of {names}", "日历 {names} 的日子不开始"; names));
    }
    if !play.only.is_empty() {
        let names = days(&play.only);
        parts.push(phrase!("only on days of {names}", "只在日历 {names} 的日子"; names));
    }
    parts.into_iter().reduce(|all, part| all.then(&part))
}

/// How wide the columns are, known before the first row is.
struct Widths {
    group: usize,
    play: usize,
}

impl Widths {
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
        (line, locale): (usize, Locale),
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
        let held = expected.map(Expected::told).map(|told| phrase!("  ({told})", "  （{told}）"; told));
        let held = held.unwrap_or_default();
        let held = held.of(locale);
        let used = width(&left) + width(&play) + width(&verb) + width(&place) + width(held);
        let text = clip(&planned.text, line.saturating_sub(used).max(20));
        let (play, place, held) = (paint(NAME, &play), paint(DIM, &place), paint_held(held));
        format!("{left}{play}{verb}{place}{text}{held}").trim_end().to_owned()
    }
}

fn paint_held(held: &str) -> String {
    if held.is_empty() { String::new() } else { paint(WARN, held) }
}
