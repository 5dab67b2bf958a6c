//! How well groups are, from days that are closed: the worst first, with the last seven days of each.

use super::place::Place;
use crate::{
    base::{civil_day::CivilDay, limits, time::Timestamp},
    engine::state::State,
    shell::console::{
        board::{Board, Here},
        door::Asker,
    },
};

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Health {
    /// The group.
    pub(crate) place: Place,
    /// Of 100, at the end of the last closed day.
    pub(crate) now: u8,
    /// A week before.
    pub(crate) before: Option<u8>,
    /// The last seven days, oldest first; none where too little was known.
    pub(crate) days: Vec<Option<u8>>,
}

/// All groups of which enough is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Strip {
    /// The worst of them, the worst first.
    pub(crate) rows: Vec<Health>,
    /// How many more there are.
    pub(crate) more: usize,
    /// The least health among those.
    pub(crate) least: u8,
}

/// Groups that a strip names.
const NAMED: usize = 6;
/// Days of one group.
const DAYS: i32 = 7;

/// The strip of the groups that the reader sees.
pub(crate) fn strip(board: &Board, asker: &Asker, now: Timestamp) -> Strip {
    let sees_all = asker.sees_all(&board.now);
    let mut seen = board.health.iter().take(limits::PLACES_LOOKED_AT_MAX).filter_map(|(health, id)| {
        let here = board.group_of(id).filter(|here| asker.sees(here.now, now))?;
        Some((*health, here))
    });
    let rows: Vec<Health> = seen.by_ref().take(NAMED).map(|(now, here)| row(now, here)).collect();
    let next = seen.next();
    let least = next.as_ref().map_or(0, |(health, _)| *health);
    let more = match next {
        None => 0,
        Some(_) if sees_all => board.health.len().saturating_sub(rows.len()),
        Some(_) => seen.count() + 1,
    };
    Strip { rows, more, least }
}

fn row(now: u8, here: Here<'_>) -> Health {
    let days = days(here.state());
    Health {
        place: Place { group: here.id.clone(), title: here.title().to_owned(), subject: String::new() },
        now,
        before: days.first().copied().flatten(),
        days: days.into_iter().skip(1).collect(),
    }
}

/// The last closed day, the seven before it included: eight values, oldest first.
fn days(state: &State) -> Vec<Option<u8>> {
    let closed = &state.numbers.closed;
    let Some(last) = closed.back().map(|day| day.day) else { return Vec::new() };
    let of = |day: CivilDay| {
        closed.iter().rev().take(usize::try_from(DAYS).unwrap_or(0) + 1).find(|known| known.day == day)
    };
    (0..=DAYS).rev().map(|back| of(last.plus(-back))?.health).collect()
}
