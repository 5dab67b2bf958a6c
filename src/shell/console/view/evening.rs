//! The evening: runs about a moment of today that are under way, with what comes next in each.

use super::{
    run::{self, Step},
    today::{Place, minute},
};
use crate::{
    base::{
        ids::PlayName,
        limits,
        time::{Duration, Timestamp, Zone},
    },
    shell::console::{board::Board, door::Asker},
};
use std::collections::BTreeMap;

/// A run that is under way about its moment, in one group or alike in several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Evening {
    /// Where; its run there.
    pub(crate) places: Vec<Place>,
    /// Its play as people call it.
    pub(crate) title: String,
    /// The moment it is about.
    pub(crate) anchor: Timestamp,
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

impl Evening {
    /// The one run, where it is one that goes on by a press.
    pub(crate) fn pressed(&self) -> Option<&Place> {
        let [place] = self.places.as_slice() else { return None };
        self.commands.then_some(place)
    }
}

/// The runs of dates whose moment is near, the earliest first.
pub(crate) fn evenings(board: &Board, asker: &Asker, now: Timestamp) -> Vec<Evening> {
    let near = |anchor: Timestamp| {
        let before = anchor.plus(-Duration::from_millis(limits::EVENING_BEFORE_MS));
        before <= now && now <= anchor.plus(Duration::from_millis(limits::EVENING_AFTER_MS))
    };
    let mut all: BTreeMap<(Timestamp, PlayName), Evening> = BTreeMap::new();
    for id in board.now.groups.keys() {
        let Some(here) = board.group_of(id) else { continue };
        let open = here.state().runs.values().filter(|run| run.outcome.is_none() && run.cause.date.is_some());
        for run in open.filter(|run| near(run.anchor)) {
            if !asker.sees(here.now, now) {
                break;
            }
            let evening = all.entry((minute(run.anchor), run.play.clone())).or_insert_with(|| Evening {
                places: Vec::new(),
                title: super::group::title(here, &run.play),
                anchor: run.anchor,
                current: None,
                next: None,
                at_once: None,
                commands: true,
                zone: here.zone(),
            });
            evening.commands &= asker.commands(here.now, now);
            let place =
                Place { group: id.clone(), title: here.title().to_owned(), subject: run.id.to_string() };
            evening.places.push(place);
        }
    }
    let shown = all.into_values().take(limits::EVENINGS_SHOWN);
    shown.map(|evening| with_steps(board, asker, evening, now)).collect()
}

/// What the run of the first group is at, and what comes.
fn with_steps(board: &Board, asker: &Asker, evening: Evening, now: Timestamp) -> Evening {
    let Some(place) = evening.places.first() else { return evening };
    let run = place.subject.as_str().into();
    let sheet = run::sheet(board, asker, (&place.group, &run), (Vec::new(), true), now);
    let Some(sheet) = sheet else { return evening };
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
