//! The evening: runs about a moment of today that are under way, with what comes next in each.

use super::{
    place::Place,
    run::{self, Step},
};
use crate::{
    base::{
        ids::{GroupId, PlayName, RunId, StepId},
        limits,
        time::{Duration, Timestamp, Zone},
    },
    engine::{entry::TaskKind, state::OpenTask},
    shell::console::{
        board::Board,
        cards::{CardKey, minute},
        door::Asker,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// A run that is under way about its moment, in one group or alike in several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Evening {
    /// Where; its run there.
    pub(crate) places: Vec<Place>,
    /// In how many more groups.
    pub(crate) more: usize,
    /// Its play as people call it.
    pub(crate) title: String,
    /// The moment it is about.
    pub(crate) anchor: Timestamp,
    /// Whether that is behind, however early it was.
    pub(crate) begun: bool,
    /// What it is at, in the first group.
    pub(crate) current: Option<Step>,
    /// What comes after that.
    pub(crate) next: Option<Step>,
    /// What is carried out at once when the run of the first group is hurried.
    pub(crate) at_once: Option<Step>,
    /// Whether the reader commands all of its groups.
    pub(crate) commands: bool,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// The strips of the runs whose moment is near, the earliest first.
pub(crate) fn evenings(board: &Board, asker: &Asker, now: Timestamp) -> Vec<Evening> {
    // Runs that are at different steps are pressed differently, and told apart.
    let mut all: BTreeMap<(Timestamp, PlayName, Option<StepId>), Evening> = BTreeMap::new();
    for (anchor, play, group, run) in near(board, now) {
        let Some(here) = board.group_of(group).filter(|here| asker.sees(here.now, now)) else { continue };
        let at = here.run(run).and_then(|run| Some(run.waiting.as_ref()?.step.clone()));
        let evening = all.entry((minute(*anchor), play.clone(), at)).or_insert_with(|| Evening {
            places: Vec::new(),
            more: 0,
            title: super::brief::title(here, play),
            anchor: *anchor,
            begun: false,
            current: None,
            next: None,
            at_once: None,
            commands: true,
            zone: here.zone(),
        });
        evening.commands &= asker.commands(here.now, now);
        if evening.places.len() == limits::GROUPS_NAMED_MAX {
            evening.more += 1;
            continue;
        }
        let place = Place { group: group.clone(), title: here.title().to_owned(), subject: run.to_string() };
        evening.places.push(place);
    }
    let shown = all.into_values().take(limits::EVENINGS_SHOWN);
    shown.map(|evening| with_steps(board, asker, evening, now)).collect()
}

/// The runs of dates whose moment is near, the earliest first.
fn near(board: &Board, now: Timestamp) -> impl Iterator<Item = &(Timestamp, PlayName, GroupId, RunId)> {
    let from = now.plus(-Duration::from_millis(limits::EVENING_AFTER_MS));
    let to = now.plus(Duration::from_millis(limits::EVENING_BEFORE_MS));
    let nobody = (PlayName::new(""), GroupId::new(""), RunId::new(""));
    let near = board.runs.dated.range((from, nobody.0, nobody.1, nobody.2)..);
    near.take_while(move |(anchor, ..)| *anchor <= to).take(limits::PLACES_LOOKED_AT_MAX)
}

/// Runs under way of which the open tasks are looked through.
const AWAITED_RUNS: usize = 100;

/// What members of an evening under way wait for: its texts that somebody has to paste, and its messages that were
/// refused.
pub(super) fn awaited(board: &Board, now: Timestamp) -> BTreeSet<CardKey> {
    let mut keys = BTreeSet::new();
    for (_, _, id, run) in near(board, now).take(AWAITED_RUNS) {
        let Some(here) = board.group_of(id) else { continue };
        let (own, message) = (format!("{run}/"), format!("'{run}/"));
        let of_run = |open: &&std::sync::Arc<OpenTask>| match open.task.kind {
            TaskKind::Delivery => {
                open.task.effect.as_ref().is_some_and(|effect| effect.as_str().starts_with(&own))
            }
            TaskKind::Task => open.task.run.is_none() && open.task.text.contains(&message),
            _ => false,
        };
        let open = here.state().tasks.values().take(limits::PLACES_LOOKED_AT_MAX);
        keys.extend(open.filter(of_run).map(|open| CardKey::of(id, open)));
    }
    keys
}

/// What the run of the first group is at, and what comes.
fn with_steps(board: &Board, asker: &Asker, evening: Evening, now: Timestamp) -> Evening {
    let Some(place) = evening.places.first() else { return evening };
    let run = place.subject.as_str().into();
    let sheet = run::sheet(board, asker, (&place.group, &run), (Vec::new(), true), now);
    let Some(sheet) = sheet else { return evening };
    let evening =
        Evening { anchor: sheet.begins.unwrap_or(sheet.anchor), begun: sheet.begins.is_none(), ..evening };
    let at_once = sheet.at_once().cloned();
    let (current, next) = (sheet.current().cloned(), sheet.following().cloned());
    // A step that waits for its own time is what comes.
    match current {
        Some(step) if step.is_due() => {
            Evening { current: None, at_once: Some(step.clone()), next: Some(step), ..evening }
        }
        current => Evening { current, next, at_once, ..evening },
    }
}
