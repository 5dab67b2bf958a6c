//! Who foretells for a page: what budgets, hushes and approvals will do to the messages of its groups, each looked at once.
//!
//! An estimate; what is held in the end is the engine's decision.

use super::{
    foretold::Foretold,
    planned,
    run::{Sheet, Standing},
};
use crate::{
    base::{
        ids::GroupId,
        time::{Duration, Timestamp},
    },
    shell::console::board::{Board, Here},
    sim::plan::Window,
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// Says of the messages of a sheet which are ahead what budgets will probably do.
pub(super) fn foresee(sheet: &mut Sheet, foretold: &Foretold) {
    let run = sheet.run.clone();
    for step in sheet.steps.iter_mut().filter(|step| step.standing == Standing::Ahead || step.is_due()) {
        step.doubt = step.doubt.take().or_else(|| foretold.of(&run, &step.id).cloned());
    }
}
/// The same for the page of a run, as far as its steps reach.
pub(crate) fn foreseen(board: &Board, sheet: &mut Sheet) {
    let last = sheet.steps.iter().filter_map(|step| step.due).max().unwrap_or(sheet.now);
    let until =
        last.plus(Duration::from_millis(60_000)).min(sheet.now.plus(Duration::DAY.times(FORESEEN_DAYS)));
    let Some(here) = board.group_of(&sheet.group).filter(|_| sheet.now < until) else { return };
    let foretold = Foreteller::new(sheet.now, until).of(here);
    foresee(sheet, &foretold);
}

/// Days that the page of a run foretells.
const FORESEEN_DAYS: i64 = 14;

/// Looks at the messages of groups as a page comes to them: of each once, and of few.
pub(super) struct Foreteller {
    now: Timestamp,
    /// How far it looks.
    until: Timestamp,
    known: RefCell<BTreeMap<GroupId, Rc<Foretold>>>,
}

/// Groups of which one page foretells.
const GROUPS_FORETOLD: usize = 12;

impl Foreteller {
    /// For a page of an instant, up to another one.
    pub(super) fn new(now: Timestamp, until: Timestamp) -> Self {
        Self { now, until, known: RefCell::default() }
    }

    /// What is foretold of a group; of one too many nothing.
    pub(super) fn of(&self, here: Here<'_>) -> Rc<Foretold> {
        let mut known = self.known.borrow_mut();
        if let Some(known) = known.get(here.id) {
            return known.clone();
        }
        let zone = here.zone();
        let playbook = here.playbook().filter(|_| known.len() < GROUPS_FORETOLD);
        let foretold = playbook.map(|playbook| {
            let (first, last) = (zone.date(self.now), zone.date(self.until));
            let days: Vec<_> = first.series(jiff::ToSpan::days(1)).take_while(|day| *day <= last).collect();
            planned::foretold(
                here,
                playbook,
                &days,
                Window { from: zone.day_bounds(self.now).0, to: self.until },
            )
        });
        let foretold = Rc::new(foretold.unwrap_or_default());
        known.insert(here.id.clone(), foretold.clone());
        foretold
    }
}
