//! The numbers of a simulated group: as `playbook metrics` shows those of a living one, and side by side with what they
//! would be without those who talk most.
//!
//! Shows; the lives are lived in `sim`.

use super::{
    cores, doctor,
    failure::Failure,
    metrics,
    output::{Format, NAME, Output, Table},
};
use crate::{
    base::{
        locale::Locale,
        phrase::{pair, phrase},
        time::{Duration, Timestamp},
    },
    engine::{doctor::Around, state::State},
    model::playbook::Playbook,
    shell::view::{
        GroupShown,
        metrics::{NumberRow, metrics as rows},
    },
    sim::{Finding, Material, Options, world::World},
};
use serde::Serialize;
use std::sync::Arc;

/// The numbers that tell what becomes of a group.
const TOLD: [&str; 10] = [
    "health",
    "speakers",
    "messages",
    "reactions",
    "top_share",
    "absence_factor",
    "response_rate",
    "connected",
    "quits",
    "silence",
];

/// The numbers of every group at the end of its simulated life.
pub(super) fn at_end(playbook: &Playbook, states: &[State], to: Timestamp, locale: Locale) -> Vec<NumberRow> {
    let now = to.just_before();
    let of = |state: &State| {
        let own = playbook.in_group(&state.group);
        let group = GroupShown { id: &state.group, state, info: None, zone: &own.zone };
        rows(group, Some(playbook), now, locale)
    };
    states.iter().flat_map(of).collect()
}

/// Writes them: a table, or a line each.
pub(super) fn write(
    playbook: &Playbook,
    states: &[State],
    to: Timestamp,
    format: Format,
    out: &mut Output,
) -> Result<(), Failure> {
    let json = format == Format::Json;
    let locale = if json { out.languages.programs } else { out.languages.people };
    let rows = at_end(playbook, states, to, locale);
    if !json {
        out.line("")?;
        out.heading(locale.pick("Numbers at the end", "结束时的数字"))?;
    }
    metrics::write(&rows, playbook.groups.len() > 1, json, out)
}

/// Writes what the doctor finds in them.
pub(super) fn diagnose(
    playbook: &Playbook,
    states: &[State],
    to: Timestamp,
    format: Format,
    out: &mut Output,
) -> Result<(), Failure> {
    let (json, now) = (format == Format::Json, to.just_before());
    let around = Arc::new(Around::of(states.iter().map(|state| (state, playbook)), now));
    if !json {
        let said = out.languages.people.pick("What the doctor finds at the end", "结束时诊断出什么");
        out.line("")?;
        out.heading(said)?;
    }
    for state in states {
        let zone = &playbook.in_group(&state.group).zone;
        let group = GroupShown { id: &state.group, state, info: None, zone };
        doctor::write(group, playbook, &around, now, json, out)?;
    }
    Ok(())
}

/// A number with those who talk most, and without them.
#[derive(Debug, Serialize)]
struct Compared<'a> {
    group: &'a str,
    metric: String,
    value: Option<f64>,
    without: Option<f64>,
}

/// So many lives with and without them: one alone tells as much of chance as of those who left.
const LIVES: u64 = 5;

/// The rows of the first life, each with the value in the middle of all; unknown where it is in most of them.
fn in_the_middle(lives: Vec<Vec<NumberRow>>) -> Vec<NumberRow> {
    let mut rows = lives.first().cloned().unwrap_or_default();
    for row in &mut rows {
        let same = |other: &&NumberRow| other.group == row.group && other.metric == row.metric;
        let of_life = |life: &Vec<NumberRow>| life.iter().find(same).and_then(|row| row.value);
        let mut values: Vec<f64> = lives.iter().filter_map(of_life).collect();
        values.sort_unstable_by(f64::total_cmp);
        let known = values.len() * 2 > lives.len();
        row.value = values.get(values.len() / 2).copied().filter(|_| known);
    }
    rows
}

/// Lives the same lives twice: as they are, and with so many of those who talk most leaving half way.
pub(super) fn without_top(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    n: u32,
    format: Format,
    out: &mut Output,
) -> Result<Vec<Finding>, Failure> {
    let half = Duration::from_millis(options.to.since(options.from).as_millis() / 2);
    let leaves = options.from.plus(half);
    let world = World { top_leaves: Some((n, leaves)), ..World::clone(&options.world) };
    let other = Options { world: Arc::new(world), ..options.clone() };
    let json = format == Format::Json;
    let locale = if json { out.languages.programs } else { out.languages.people };
    let mut findings = Vec::new();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for turn in 0..LIVES {
        let seed = options.seed.wrapping_add(turn);
        for (lives, options) in [(&mut with, options), (&mut without, &other)] {
            let (found, states) = live(playbook, material, &Options { seed, ..options.clone() })?;
            findings.extend(found);
            lives.push(at_end(playbook, &states, options.to, locale));
        }
    }
    let [with, without] = [with, without].map(in_the_middle);
    let pairs = || {
        let told = |row: &&NumberRow| row.own || TOLD.contains(&row.metric.as_str());
        with.iter().filter(told).filter_map(|row| {
            let other = without.iter().find(|other| other.group == row.group && other.metric == row.metric);
            Some((row, other?))
        })
    };
    if json {
        for (row, other) in pairs() {
            let (group, metric) = (row.group.as_str(), row.name());
            out.json(&Compared { group, metric, value: row.value, without: other.value })?;
        }
        return Ok(findings);
    }
    let day = playbook.zone.date(leaves);
    let title = phrase!(
        "What becomes of it when the {n} who talk most leave on {day}; the middle of {LIVES} lives each",
        "发言最多的 {n} 人在 {day} 离开后会怎样；两边各过 {LIVES} 遍，取中间的数"
    );
    out.heading(title.of(locale))?;
    let mut table = Table::new(
        &[
            pair("group", "群"),
            pair("number", "数字"),
            pair("with them", "他们在"),
            pair("without", "他们走了"),
            pair("name", "名称"),
        ],
        locale,
    );
    for (row, other) in pairs() {
        table.row(vec![
            row.group.to_string(),
            row.called(locale),
            row.shown(locale),
            other.shown(locale),
            row.name(),
        ]);
        table.paint_last(4, NAME);
    }
    table.write(out)?;
    Ok(findings)
}

fn live(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
) -> Result<(Vec<Finding>, Vec<State>), Failure> {
    let (findings, _, states) =
        cores::groups((playbook, material, options), || (), |(), _| None::<()>, |()| Ok(()))?;
    Ok((findings, states))
}
