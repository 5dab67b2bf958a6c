//! The end of a day is recorded with the first input after it, before that input.
//!
//! What happened on the day is counted by `apply`; here is only decided that the day is over.

use super::{
    draft::{Decided, Draft},
    entry::Fact,
    numbers,
};
use crate::base::civil_day::CivilDay;
use std::sync::Arc;

impl Draft<'_> {
    /// Closes the day that is over, if anything happened on it or its zone is another from now on.
    pub(super) fn close_day(&mut self) -> Decided {
        let zone = self.playbook.zone.name();
        let counted = &self.state.numbers;
        let other = counted.zone.as_deref() != Some(zone);
        let ends = counted.is_new() || self.now >= counted.until;
        if !ends {
            return Ok(());
        }
        let (day, numbers) = match numbers::closing(self.state, self.now) {
            Some(numbers) => (counted.today, numbers),
            None if !other => return Ok(()),
            // A state of an older edition begins to count, or the zone is another after a day without anything.
            None => {
                let day = if counted.is_new() {
                    CivilDay::of(self.now, &self.playbook.zone).plus(-1)
                } else {
                    counted.today
                };
                (day, numbers::day::DayNumbers { day, ..Default::default() })
            }
        };
        let zone = other.then(|| Arc::from(zone));
        self.emit(Fact::DayClosed { day, numbers: Box::new(numbers), zone })
    }
}
