//! What goes out in the next hours, with its words: so that somebody can still stop it.

use super::{
    foreteller::{Foreteller, foresee},
    hindrance::Hindrance,
    place::{Place, place},
    run::{self, Standing, Step},
};
use crate::{
    base::{
        ids::{PlayName, RunId, StepId},
        limits,
        time::{Duration, Timestamp, Zone},
    },
    engine::{entry::Skip, view},
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
    /// Why it may not go out when it is due.
    pub(crate) doubt: Option<Hindrance>,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// How far ahead it looks, in milliseconds.
pub(super) const AHEAD_MS: i64 = 3 * 3_600_000;
/// Things that are shown.
const SHOWN: usize = 6;
/// Groups that one press is for.
const PLACES: usize = 20;

/// What members read next, and how much more there is.
pub(super) fn soon(
    board: &Board,
    (asker, now): (&Asker, Timestamp),
    foreteller: &Foreteller,
) -> (Vec<Soon>, usize) {
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
    let mut shown: Vec<Soon> = Vec::new();
    let mut more = 0;
    for ((at, play, begun), coming) in &rows {
        let of = Sought { board, asker, now, at: *at, play, begun: *begun, foreteller };
        if shown.len() < SHOWN { shown.extend(of.rows(coming)) } else { more += 1 }
    }
    shown.sort_by_key(|one| one.at);
    more += shown.len().saturating_sub(SHOWN);
    shown.truncate(SHOWN);
    (shown, more)
}

/// Runs of one play that come, or wait, in one minute.
struct Sought<'b> {
    board: &'b Board,
    asker: &'b Asker,
    now: Timestamp,
    at: Timestamp,
    play: &'b PlayName,
    begun: bool,
    foreteller: &'b Foreteller,
}

impl Sought<'_> {
    /// A row for each thing that its run says in these hours; alike in all its groups.
    fn rows(&self, coming: &[OrdSet<Coming>]) -> Vec<Soon> {
        let all = coming.iter().flat_map(OrdSet::iter).filter(|one| one.run.is_some() == self.begun);
        let mut seen = all.take(limits::PLACES_LOOKED_AT_MAX).filter_map(|one| {
            let here = self.board.group_of(&one.group)?;
            self.asker.sees(here.now, self.now).then_some((here, one))
        });
        let Some((first, one)) = seen.next() else { return Vec::new() };
        let Some((id, unless)) = self.run(first, one) else { return Vec::new() };
        let steps = self.words(first, &id);
        let (mut places, mut commands) = (vec![place(first, &id)], self.asker.commands(first.now, self.now));
        if steps.is_empty() {
            return Vec::new();
        }
        for (here, one) in seen.by_ref().take(PLACES - 1) {
            let Some((id, _)) = self.run(here, one) else { continue };
            commands &= self.asker.commands(here.now, self.now);
            places.push(place(here, &id));
        }
        let more = seen.count();
        let rows = steps.into_iter().enumerate().map(|(n, step)| Soon {
            at: step.due.unwrap_or(self.at),
            title: super::brief::title(first, self.play),
            verb: step.verb,
            text: step.text,
            places: places.clone(),
            more,
            step: self.begun.then_some(step.id),
            doubt: unless.clone().map(Hindrance::Start).or(step.doubt),
            // Of a run that has not begun one press skips all of it.
            skips: commands && (self.begun || n == 0),
            zone: first.zone(),
        });
        rows.collect()
    }

    /// The run that it is, or will be, and why it would not start as things are.
    fn run(&self, here: Here<'_>, one: &Coming) -> Option<(RunId, Option<Skip>)> {
        if let Some(run) = &one.run {
            return Some((run.clone(), None));
        }
        // What a pause stops does not go out; the rows of the day say so.
        if here.state().is_paused_at(self.play, self.at) {
            return None;
        }
        let until = self.at.plus(Duration::from_millis(60_000));
        let comes = view::before(here.state(), here.playbook()?, until);
        let is_it = |known: &&view::Upcoming| {
            known.step.is_none() && known.play == *self.play && minute(known.at) == self.at
        };
        let known = comes.iter().filter(|known| known.unless.is_none()).find(is_it)?;
        let playbook = here.playbook()?;
        let unless = view::unless(here.state(), playbook, self.play, &known.run, (known.anchor, known.at));
        Some((known.run.clone(), unless))
    }

    /// What it says in these hours, in order.
    fn words(&self, here: Here<'_>, id: &RunId) -> Vec<Step> {
        let sheet = run::sheet(self.board, self.asker, (here.id, id), (Vec::new(), true), self.now);
        let Some(mut sheet) = sheet else { return Vec::new() };
        foresee(&mut sheet, &self.foreteller.of(here));
        let until = self.now.plus(Duration::from_millis(AHEAD_MS));
        let comes = |step: &&Step| {
            let speaks = matches!(step.verb, "post" | "ask");
            let due = step.due.map_or(!self.begun, |due| due <= until);
            speaks && due && (step.standing == Standing::Ahead || step.is_due())
        };
        sheet.steps.iter().filter(comes).take(SHOWN).cloned().collect()
    }
}
