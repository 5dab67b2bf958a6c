//! How well groups are, from days that are closed: the worst first, with the last seven days of each.

use super::today::Place;
use crate::{
    base::{civil_day::CivilDay, time::Timestamp},
    engine::state::State,
    shell::{
        console::door::{self, Asker},
        runtime::publish::Snapshot,
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
pub(crate) fn strip(snapshot: &Snapshot, asker: &Asker, now: Timestamp) -> Strip {
    let mut all: Vec<(u8, _)> = snapshot
        .groups
        .iter()
        .filter(|(_, group)| group.book.is_some())
        .filter_map(|(id, group)| Some((group.state.numbers.closed.back()?.health?, (id, group))))
        .filter(|(_, (_, group))| asker.sees(group, now))
        .collect();
    all.sort_by_key(|(health, (id, _))| (*health, *id));
    let rest = all.split_off(NAMED.min(all.len()));
    let rows = all.into_iter().map(|(now, (id, group))| {
        let days = days(&group.state);
        Health {
            place: Place { group: id.clone(), title: door::title(group, id), subject: String::new() },
            now,
            before: days.first().copied().flatten(),
            days: days.into_iter().skip(1).collect(),
        }
    });
    Strip { rows: rows.collect(), more: rest.len(), least: rest.first().map_or(0, |(health, _)| *health) }
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
