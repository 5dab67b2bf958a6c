//! The occurrences of a month: of a run one mark, on the day that it is about, however many steps it has.

use super::{
    lane::Lane,
    mark::{Kind, Mark},
};
use crate::{
    base::{
        ids::{PlayName, RunId},
        time::{Timestamp, Zone},
    },
    shell::console::board::Here,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Puts the marks of each run of a lane together.
pub(super) fn gathered(lane: &mut Lane, here: Here<'_>, days: &[Date], zone: &Zone) {
    let mut runs: BTreeMap<RunId, (usize, Mark)> = BTreeMap::new();
    for (n, marks) in lane.days.iter_mut().enumerate() {
        for mark in marks.drain(..) {
            match runs.get_mut(&mark.run) {
                None => {
                    runs.insert(mark.run.clone(), (n, mark));
                }
                Some((_, known)) => put(known, mark),
            }
        }
    }
    for (run, (first, mut mark)) in runs {
        let anchor = anchor(here, &lane.play, &run);
        let day = anchor.and_then(|at| Some((at, days.iter().position(|day| *day == zone.date(at))?)));
        let (at, place) = day.unwrap_or((mark.at, first));
        // Where it ends is not told twice: what is still to come decides.
        (mark.at, mark.step, mark.verb) = (at, None, "");
        mark.text.clear();
        lane.days[place].push(mark);
    }
    lane.days.iter_mut().for_each(|marks| marks.sort_by_key(|mark| mark.at));
}

/// The moment that a run is about.
fn anchor(here: Here<'_>, play: &PlayName, run: &RunId) -> Option<Timestamp> {
    if let Some(known) = here.run(run) {
        return Some(known.anchor);
    }
    let known = here.state().plays.get(play);
    let dated = known.and_then(|known| {
        let mut dates = known.dates.iter();
        dates.find(|(date, _)| known.date_run(play, date) == *run).map(|(_, (anchor, _))| *anchor)
    });
    dated.or_else(|| Some(Timestamp::from_jiff(run.as_str().split_once('@')?.1.parse().ok()?)))
}

/// Another mark of the same run: what weighs most stands, and who is asked stays.
fn put(known: &mut Mark, mark: Mark) {
    known.skips |= mark.skips;
    for person in mark.people {
        if !known.people.contains(&person) {
            known.people.push(person);
        }
    }
    if known.label.is_empty() {
        known.label = mark.label;
    }
    if weight(&mark.kind) > weight(&known.kind) {
        known.kind = mark.kind;
    }
}

/// How much a mark says of its whole run. A step that was missed says less than one that was carried out.
const fn weight(kind: &Kind) -> u8 {
    match kind {
        Kind::Missed(_) => 0,
        Kind::Done => 1,
        Kind::Ahead => 2,
        Kind::If(_) => 3,
        Kind::Doubtful(_) => 4,
        Kind::Late(_) => 5,
        Kind::Held(..) => 6,
        Kind::NotSent => 7,
        Kind::ToPaste => 8,
        Kind::OnTheWay(_) => 9,
        Kind::Failed(_) => 10,
    }
}
