//! The day: what ended, what is under way and what comes, alike in several groups as one row, bounded for a page.

use super::{
    foreteller::Foreteller,
    hindrance::Hindrance,
    place::{Place, place},
};
use crate::{
    base::{
        ids::{EffectId, GroupId, PlayName, RunId},
        limits,
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        effect::effect_run,
        entry::{Outcome, Skip},
        view,
    },
    shell::console::{
        board::{Board, Coming, Here},
        cards::minute,
        door::Asker,
        runs::RunPlace,
    },
};
use imbl::OrdSet;
use std::collections::BTreeMap;

/// Rows of one kind in the day of the page of today.
const DAY_ROWS: usize = 14;
/// Groups that one press in a row of today is for.
const ROW_PLACES_MAX: usize = 20;
/// How late something may be that is due and still stands among what comes, in milliseconds.
const OVERDUE_SHOWN_MS: i64 = 3_600_000;

/// How a row of the day stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Standing {
    /// It has ended.
    Ended(Outcome),
    /// It has ended, and something of it is not done: a task is open, a message is held or has not arrived.
    Left(DayLeft),
    /// It is under way.
    Open,
    /// The row is still to come.
    Ahead,
    /// It comes, and would not start as things are.
    Unless(Skip),
    /// It comes, and something stands between what it says and the members.
    Doubtful(Hindrance),
}

/// What of a run that has ended is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayLeft {
    /// A task that it opened.
    Task,
    /// A message that is held.
    Held,
    /// A message to a channel that fails just now.
    OnTheWay,
}

/// A run, or one that comes, in one group or in several at the same time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// When the row is due.
    pub(crate) at: Timestamp,
    /// The play.
    pub(crate) play: PlayName,
    /// As people call it.
    pub(crate) title: String,
    /// How it stands.
    pub(crate) standing: Standing,
    /// Where; its run there.
    pub(crate) places: Vec<Place>,
    /// In how many more groups.
    pub(crate) more: usize,
    /// Whether the reader commands all of these groups.
    pub(crate) commands: bool,
    /// Why it ended, where that says something.
    pub(crate) reason: Phrase,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// The day of a reader.
pub(super) struct DayOf<'b> {
    pub(super) board: &'b Board,
    pub(super) asker: &'b Asker,
    pub(super) now: Timestamp,
    pub(super) zone: &'b Zone,
    pub(super) foreteller: &'b Foreteller,
}

/// The first rows of a kind, and how many more there are: those are counted and not made.
fn shown<T>(
    all: &mut dyn Iterator<Item = T>,
    row: impl Fn(&T) -> Option<Row>,
    is_seen: impl Fn(&T) -> bool,
) -> (Vec<Row>, usize) {
    let mut all = all.take(limits::PLACES_LOOKED_AT_MAX);
    let rows = all.by_ref().filter_map(|one| row(&one)).take(DAY_ROWS).collect();
    (rows, all.filter(is_seen).count())
}

impl DayOf<'_> {
    /// Its rows in order of time, and how many more there are.
    pub(super) fn rows(&self) -> (Vec<Row>, usize) {
        let (begin, end) = self.zone.day_bounds(self.now);
        let (mut rows, mut more) = (Vec::new(), 0);
        let mut take = |(some, beyond): (Vec<Row>, usize)| {
            rows.extend(some);
            more += beyond;
        };
        let runs = |places: &&OrdSet<RunPlace>| self.of_runs(places);
        let of_run = |places: &&OrdSet<RunPlace>| self.sees_one(places.iter().map(|(group, _)| group));
        let ended = self.board.runs.ended.iter().rev().take_while(|(key, _)| key.at >= minute(begin));
        take(shown(&mut ended.map(|(_, places)| places), runs, of_run));
        take(shown(&mut self.board.runs.open.iter().rev().map(|(_, places)| places), runs, of_run));
        take(shown(
            &mut self.ahead(end).into_iter(),
            |((at, play), coming)| self.coming(*at, play, coming),
            |(_, coming)| self.sees_one(coming.iter().flat_map(OrdSet::iter).map(|one| &one.group)),
        ));
        rows.sort_by(|a, b| (a.at, &a.play).cmp(&(b.at, &b.play)));
        (rows, more)
    }

    /// Whether the reader sees one of the first groups.
    fn sees_one<'g>(&self, groups: impl Iterator<Item = &'g GroupId>) -> bool {
        self.asker.sees_all(&self.board.now)
            || groups.take(ROW_PLACES_MAX).any(|group| self.sees(group).is_some())
    }

    fn sees(&self, group: &GroupId) -> Option<Here<'_>> {
        self.board
            .group_of(group)
            .filter(|here| here.now.book.is_some() && self.asker.sees(here.now, self.now))
    }

    /// A row of runs that have begun.
    fn of_runs(&self, places: &OrdSet<RunPlace>) -> Option<Row> {
        let mut seen = places
            .iter()
            .take(limits::PLACES_LOOKED_AT_MAX)
            .filter_map(|(group, run)| Some((self.sees(group)?, run)));
        let (first, id) = seen.next()?;
        let run = first.run(id)?;
        let left = run.outcome.filter(|outcome| *outcome == Outcome::Done).and_then(|_| self.left(first, id));
        let standing = left.map(Standing::Left);
        let standing = standing.unwrap_or_else(|| run.outcome.map_or(Standing::Open, Standing::Ended));
        let reason = if run.outcome == Some(Outcome::Done) { Phrase::default() } else { run.reason.clone() };
        let mut row = Self::row(first, &run.play, run.started, standing);
        row.reason = reason;
        self.put(&mut row, first, id);
        for (here, run) in seen.by_ref().take(ROW_PLACES_MAX - 1) {
            self.put(&mut row, here, run);
        }
        row.more = self.rest(places.len(), &row, || seen.count());
        Some(row)
    }

    /// What of a run that has ended is not done, as the first of its groups has it.
    fn left(&self, here: Here<'_>, run: &RunId) -> Option<DayLeft> {
        let state = here.state();
        let of_run = |effect: &EffectId| effect_run(effect) == Some(run.as_str());
        if state.tasks.values().any(|open| open.task.run.as_ref() == Some(run)) {
            return Some(DayLeft::Task);
        }
        if state.held.iter().any(|held| of_run(&held.outgoing.effect)) {
            return Some(DayLeft::Held);
        }
        let fails = self.board.failing.iter().any(|one| one.group == *here.id);
        let dead = self.board.dead.0.iter().any(|row| row.group == *here.id && of_run(&row.effect));
        let sent = here.run(run).and_then(|run| run.finished);
        let lately = sent.is_some_and(|at| self.board.failing.iter().any(|one| at >= one.since));
        (dead || (fails && lately)).then_some(DayLeft::OnTheWay)
    }

    fn row(here: Here<'_>, play: &PlayName, at: Timestamp, standing: Standing) -> Row {
        Row {
            at,
            play: play.clone(),
            title: super::brief::title(here, play),
            standing,
            places: Vec::new(),
            more: 0,
            commands: true,
            reason: Phrase::default(),
            zone: here.zone(),
        }
    }

    fn put(&self, row: &mut Row, here: Here<'_>, run: &RunId) {
        row.commands &= self.asker.commands(here.now, self.now);
        row.places.push(place(here, run));
    }

    /// How many places a row has beside those that it names.
    fn rest(&self, all: usize, row: &Row, seen: impl FnOnce() -> usize) -> usize {
        if self.asker.sees_all(&self.board.now) { all.saturating_sub(row.places.len()) } else { seen() }
    }

    /// What comes until the end of the day, by minute and play.
    fn ahead(&self, end: Timestamp) -> BTreeMap<(Timestamp, PlayName), Vec<OrdSet<Coming>>> {
        let from = (self.now.plus(-Duration::from_millis(OVERDUE_SHOWN_MS)), PlayName::new(""));
        let to = (end, PlayName::new(""));
        let mut rows: BTreeMap<(Timestamp, PlayName), Vec<OrdSet<Coming>>> = BTreeMap::new();
        for ((at, play), coming) in self.board.upcoming.range(from..to).take(limits::PLACES_LOOKED_AT_MAX) {
            if coming.iter().any(|one| one.run.is_none()) {
                rows.entry((minute(*at), play.clone())).or_default().push(coming.clone());
            }
        }
        rows
    }

    /// A row of runs that come.
    fn coming(&self, at: Timestamp, play: &PlayName, coming: &[OrdSet<Coming>]) -> Option<Row> {
        let all = coming.iter().flat_map(OrdSet::iter).filter(|one| one.run.is_none());
        let mut seen = all.take(limits::PLACES_LOOKED_AT_MAX).filter_map(|one| self.sees(&one.group));
        let mut row: Option<Row> = None;
        for here in seen.by_ref() {
            let Some(playbook) = here.playbook() else { continue };
            let until = at.plus(Duration::from_millis(60_000));
            let comes = view::before(here.state(), playbook, until).into_iter();
            let of_row = comes.filter(|one| one.step.is_none() && one.play == *play && minute(one.at) == at);
            for one in of_row {
                let row = row.get_or_insert_with(|| {
                    let unless = view::unless(here.state(), playbook, play, &one.run, (one.anchor, one.at));
                    let doubt =
                        || Some(Standing::Doubtful(self.foreteller.of(here).of_run(&one.run)?.clone()));
                    let standing = unless.map(Standing::Unless).or_else(doubt).unwrap_or(Standing::Ahead);
                    Self::row(here, play, one.at, standing)
                });
                self.put(row, here, &one.run);
            }
            if row.as_ref().is_some_and(|row| row.places.len() >= ROW_PLACES_MAX) {
                break;
            }
        }
        let mut row = row?;
        let places = coming.iter().map(OrdSet::len).sum();
        row.more = self.rest(places, &row, || seen.count());
        Some(row)
    }
}
