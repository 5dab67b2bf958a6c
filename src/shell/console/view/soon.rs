//! What goes out in the next hours, with its words: so that somebody can still stop it.

use super::{
    place::{Place, place},
    run::{self, Standing, Step},
};
use crate::{
    base::{
        ids::{PlayName, RunId, StepId},
        limits,
        time::{Duration, Timestamp, Zone},
    },
    model::trigger::Trigger,
    shell::console::{
        board::{Board, Coming, Here},
        cards::minute,
        door::Asker,
    },
};
use imbl::OrdSet;
use std::collections::BTreeMap;

/// Something that is about to be said, in one group or alike in several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Soon {
    /// When it is due.
    pub(crate) at: Timestamp,
    /// Its play as people call it.
    pub(crate) title: String,
    /// What the step does.
    pub(crate) verb: &'static str,
    /// What it says, as far as that is known.
    pub(crate) text: String,
    /// Where; the run there.
    pub(crate) places: Vec<Place>,
    /// In how many more groups.
    pub(crate) more: usize,
    /// The step, where its run has begun and waits there: it is skipped alone.
    pub(crate) step: Option<StepId>,
    /// Whether a press of the reader keeps it from being said.
    pub(crate) skips: bool,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// How far ahead it looks, in milliseconds.
const AHEAD_MS: i64 = 3 * 3_600_000;
/// Things that are shown.
const SHOWN: usize = 6;
/// Groups that one press is for.
const PLACES: usize = 20;

/// What members read next, and how much more there is.
pub(super) fn soon(board: &Board, asker: &Asker, now: Timestamp) -> (Vec<Soon>, usize) {
    let from = (now, PlayName::new(""));
    let to = (now.plus(Duration::from_millis(AHEAD_MS)), PlayName::new(""));
    let mut rows: BTreeMap<(Timestamp, PlayName, bool), Vec<OrdSet<Coming>>> = BTreeMap::new();
    for ((at, play), coming) in board.upcoming.range(from..to).take(limits::PLACES_LOOKED_AT_MAX) {
        for begun in [false, true] {
            if coming.iter().any(|one| one.run.is_some() == begun) {
                rows.entry((minute(*at), play.clone(), begun)).or_default().push(coming.clone());
            }
        }
    }
    let mut rows = rows.iter().filter_map(|((at, play, begun), coming)| {
        let of = Sought { board, asker, now, at: *at, play, begun: *begun };
        of.row(coming)
    });
    let shown: Vec<Soon> = rows.by_ref().take(SHOWN).collect();
    (shown, rows.count())
}

/// Runs of one play that come, or wait, in one minute.
struct Sought<'b> {
    board: &'b Board,
    asker: &'b Asker,
    now: Timestamp,
    at: Timestamp,
    play: &'b PlayName,
    begun: bool,
}

impl Sought<'_> {
    fn row(&self, coming: &[OrdSet<Coming>]) -> Option<Soon> {
        let all = coming.iter().flat_map(OrdSet::iter).filter(|one| one.run.is_some() == self.begun);
        let mut seen = all.take(limits::PLACES_LOOKED_AT_MAX).filter_map(|one| {
            let here = self.board.group_of(&one.group)?;
            self.asker.sees(here.now, self.now).then_some((here, one))
        });
        let (first, one) = seen.next()?;
        // A date under way has a strip of its own.
        let known = first.playbook()?.play(self.play)?;
        if self.begun && matches!(known.trigger, Trigger::Dates(_)) {
            return None;
        }
        let id = self.run(first, one)?;
        let step = self.words(first, &id)?;
        let mut soon = Soon {
            at: step.due.unwrap_or(self.at),
            title: super::group::title(first, self.play),
            verb: step.verb,
            text: step.text,
            places: vec![place(first, &id)],
            more: 0,
            step: self.begun.then_some(step.id),
            skips: self.asker.commands(first.now, self.now),
            zone: first.zone(),
        };
        for (here, one) in seen.by_ref().take(PLACES - 1) {
            let Some(id) = self.run(here, one) else { continue };
            soon.skips &= self.asker.commands(here.now, self.now);
            soon.places.push(place(here, &id));
        }
        soon.more = seen.count();
        Some(soon)
    }

    /// The run that it is, or will be.
    fn run(&self, here: Here<'_>, one: &Coming) -> Option<RunId> {
        if let Some(run) = &one.run {
            return Some(run.clone());
        }
        let until = self.at.plus(Duration::from_millis(60_000));
        let comes = crate::engine::view::before(here.state(), here.playbook()?, until);
        let is_it = |known: &&crate::engine::view::Upcoming| {
            known.step.is_none() && known.play == *self.play && minute(known.at) == self.at
        };
        comes.iter().filter(|known| known.unless.is_none()).find(is_it).map(|known| known.run.clone())
    }

    /// The first step that says something in these hours.
    fn words(&self, here: Here<'_>, id: &RunId) -> Option<Step> {
        let sheet = run::sheet(self.board, self.asker, (here.id, id), (Vec::new(), true), self.now)?;
        let speaks = |step: &&Step| matches!(step.verb, "post" | "ask");
        if self.begun {
            let current = sheet.current().filter(|step| step.is_due()).filter(speaks);
            return current.cloned();
        }
        let until = self.now.plus(Duration::from_millis(AHEAD_MS));
        let mut steps = sheet.steps.iter().filter(|step| step.standing == Standing::Ahead);
        steps.find(|step| speaks(step) && step.due.is_none_or(|due| due <= until)).cloned()
    }
}
