//! The same date of the same play in other groups, which a change of one group's date leaves as it is.

use super::{
    place::{Place, place},
    run::Sheet,
};
use crate::{
    base::limits,
    shell::console::{
        board::{Board, Here},
        door::Asker,
    },
};

/// Groups of the same file in which the date of a sheet is at the same instant; of those that the reader commands.
pub(crate) fn elsewhere(board: &Board, asker: &Asker, sheet: &Sheet) -> Vec<Place> {
    let Some(date) = sheet.date.as_ref().filter(|_| sheet.commands) else { return Vec::new() };
    let Some(own) = board.group_of(&sheet.group).and_then(|here| here.now.book.as_ref()) else {
        return Vec::new();
    };
    let alike = |here: &Here<'_>| {
        let known = here.state().plays.get(&sheet.play).and_then(|known| known.dates.get(date));
        here.now.book.as_ref().is_some_and(|book| book.file == own.file)
            && known.is_some_and(|(anchor, _)| *anchor == sheet.anchor)
            && here.zone() == sheet.zone
            && asker.commands(here.now, sheet.now)
    };
    let others = board.now.groups.keys().filter(|id| **id != sheet.group);
    let others = others.take(limits::PLACES_LOOKED_AT_MAX).filter_map(|id| board.group_of(id)).filter(alike);
    let subject = format!("{}/{date}", sheet.play);
    others.take(limits::PRESS_GROUPS_MAX - 1).map(|here| place(here, &subject)).collect()
}
