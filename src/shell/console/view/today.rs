//! Today: what waits for the reader, what the day brings, what is held, and what needs a look.
//!
//! Equal things of several groups are one row. What the reader may not see is not in it.

use super::{
    cards::{Gatherer, Shown},
    day::{DayOf, Row},
    evening::Evening,
    foreteller::Foreteller,
    health::Strip,
    look::{Aside, LOOK_ROWS, Look, look},
    naming::{NamedStep, named_steps},
    place::{Place, place},
    question::{QuestionRow, questions},
    soon::{AHEAD_MS, Soon},
};
use crate::{
    base::{
        ids::{PlayName, RunId},
        limits,
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    engine::entry::HoldReason,
    shell::console::{
        board::{Board, Here},
        door::Asker,
        lately::Omissions,
        link::Links,
    },
};

/// Today.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Today {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The zone in which its day is told.
    pub(crate) zone: Option<Zone>,
    /// How many groups the reader sees.
    pub(crate) groups: usize,
    /// Runs about a moment of today that are under way.
    pub(crate) evenings: Vec<Evening>,
    /// What waits for the reader, by deadline.
    pub(crate) waits: Shown,
    /// What waits for others.
    pub(crate) others: Shown,
    /// Questions to groups that the reader commands, by when they end.
    pub(crate) questions: Vec<QuestionRow>,
    /// How many more questions there are.
    pub(crate) questions_more: usize,
    /// What goes out in the next hours, with its words.
    pub(crate) soon: Vec<Soon>,
    /// How much more of that there is.
    pub(crate) soon_more: usize,
    /// What happened today and what comes, in order of time.
    pub(crate) day: Vec<Row>,
    /// How many more rows the day has.
    pub(crate) day_more: usize,
    /// What had its time and did not happen, newest first.
    pub(crate) missed: Vec<Missed>,
    /// How much more did not happen.
    pub(crate) missed_more: usize,
    /// What budgets hold back.
    pub(crate) held: Vec<Held>,
    /// How many more are held back.
    pub(crate) held_more: usize,
    /// What needs a look.
    pub(crate) look: Vec<Look>,
    /// How much more needs a look.
    pub(crate) look_more: usize,
    /// How well groups are, the worst first.
    pub(crate) health: Strip,
}

/// Something that had its time and did not happen, in one group or alike in several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Missed {
    /// When that was decided.
    pub(crate) at: Timestamp,
    /// What it is about.
    pub(crate) about: String,
    /// What happened instead, in words.
    pub(crate) text: Phrase,
    /// The groups in which it was missed.
    pub(crate) places: Vec<Place>,
    /// In how many more groups.
    pub(crate) more: usize,
    /// The run, in the first group.
    pub(crate) run: Option<RunId>,
    /// The steps of that run: each id with its verb and how its text begins.
    pub(crate) steps: Vec<NamedStep>,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// A message that a budget holds back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    /// Where; the message there.
    pub(crate) place: Place,
    /// Its play as people call it; empty where it is of none.
    pub(crate) title: String,
    /// How it begins.
    pub(crate) text: String,
    /// By what.
    pub(crate) reason: HoldReason,
    /// When it was to go.
    pub(crate) due: Timestamp,
    /// When it is looked at again at the latest.
    pub(crate) until: Option<Timestamp>,
    /// Whether the reader decides about it.
    pub(crate) commands: bool,
    /// The zone of its group.
    pub(crate) zone: Zone,
}

/// Gathers it.
pub(crate) fn today(
    board: &Board,
    (asker, now): (&Asker, Timestamp),
    links: &Links,
    (lately, around): (&Omissions, Aside<'_>),
) -> Today {
    let sees = |here: &Here<'_>| here.now.book.is_some() && asker.sees(here.now, now);
    let first = board
        .now
        .groups
        .iter()
        .map(|(id, now)| Here { id, now })
        .take(limits::PLACES_LOOKED_AT_MAX)
        .find(sees);
    let zone = first.map_or_else(Zone::utc, Here::zone);
    let mut gatherer = Gatherer::new(board, (asker, now), links);
    let (waits, others) = (gatherer.mine(None), gatherer.others());
    let hours = now.plus(Duration::from_millis(AHEAD_MS));
    let foreteller = Foreteller::new(now, zone.day_bounds(now).1.max(hours));
    let (day, day_more) = DayOf { board, asker, now, zone: &zone, foreteller: &foreteller }.rows();
    let (soon, soon_more) = super::soon::soon(board, (asker, now), &foreteller);
    let (held, held_more) = held(board, asker, now);
    let (look, look_more) = look(board, (asker, now), around);
    let (missed, missed_more) = missed(board, asker, now, lately);
    let (questions, questions_more) = questions(board, asker, now, LOOK_ROWS);
    Today {
        now,
        groups: groups(board, asker, now),
        zone: first.map(|_| zone),
        evenings: super::evening::evenings(board, asker, now),
        waits,
        others,
        questions,
        questions_more,
        soon,
        soon_more,
        day,
        day_more,
        missed,
        missed_more,
        held,
        held_more,
        look,
        look_more,
        health: around.health.clone(),
    }
}

/// How many groups the reader sees, as far as they are counted one by one.
fn groups(board: &Board, asker: &Asker, now: Timestamp) -> usize {
    if asker.sees_all(&board.now) {
        return board.counts.groups;
    }
    let some = board.now.groups.values().take(limits::PLACES_LOOKED_AT_MAX);
    some.filter(|group| group.book.is_some() && asker.sees(group, now)).count()
}

/// What had its time and did not happen, newest first, and how many more rows there are.
fn missed(board: &Board, asker: &Asker, now: Timestamp, lately: &Omissions) -> (Vec<Missed>, usize) {
    let since = now.plus(-Duration::from_millis(limits::MISSED_SHOWN_MS));
    let sees_all = asker.sees_all(&board.now);
    let mut rows = lately.since(since).filter_map(|row| {
        let seen = row.places.iter().take(limits::PLACES_LOOKED_AT_MAX).filter_map(|id| {
            board.group_of(id).filter(|here| here.now.book.is_some() && asker.sees(here.now, now))
        });
        let mut seen = seen.peekable();
        let first = seen.peek().copied()?;
        let places: Vec<Place> =
            seen.by_ref().take(limits::GROUPS_NAMED_MAX).map(|here| place(here, &"")).collect();
        let more = if sees_all { row.places.len() - places.len() } else { seen.count() };
        let run = row.run.as_ref().filter(|(group, _)| group == first.id).map(|(_, run)| run.clone());
        let (about, text) = (super::brief::title(first, &PlayName::new(&row.about)), row.text.clone());
        let steps =
            run.as_ref().map(|run| named_steps(board, asker, (first.id, run), now)).unwrap_or_default();
        Some(Missed { at: row.at, about, text, places, more, run, steps, zone: row.zone.clone() })
    });
    let shown: Vec<Missed> = rows.by_ref().take(limits::MISSED_SHOWN).collect();
    (shown, rows.count())
}

/// Rows of what is held: each has its two presses.
const HELD_ROWS: usize = 5;

/// What budgets hold back, what is due first, and how many more there are.
fn held(board: &Board, asker: &Asker, now: Timestamp) -> (Vec<Held>, usize) {
    let some = board.held.iter().take(limits::PLACES_LOOKED_AT_MAX).filter_map(|back| {
        let here = board.group_of(&back.group).filter(|here| asker.sees(here.now, now))?;
        let held = here.state().held_message(&back.effect)?;
        let out = &held.outgoing;
        Some(Held {
            place: place(here, &out.effect),
            title: out.play.as_ref().map(|play| super::brief::title(here, play)).unwrap_or_default(),
            text: super::brief::beginning(&out.message.text),
            reason: held.reason,
            due: out.due,
            until: held.until,
            commands: asker.commands(here.now, now),
            zone: here.zone(),
        })
    });
    let mut some = some.fuse();
    let mut shown: Vec<Held> = some.by_ref().take(HELD_ROWS).collect();
    shown.sort_by_key(|held| held.due);
    let more = if asker.sees_all(&board.now) { board.held.len() - shown.len() } else { some.count() };
    (shown, more)
}
