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
        let mut numbers = numbers;
        if !counted.is_new() && !numbers.is_empty() {
            // As it stood when the day ended, before the next one began.
            let end = counted.until.just_before();
            let gauges = numbers::Gauges::of(self.state, Some((&self.playbook, &self.group)), end);
            let health =
                crate::base::metric::find("health").and_then(|health| gauges.read(health, None).value);
            numbers.health = health.map(|health| health.clamp(0.0, 100.0) as u8);
        }
        let zone = other.then(|| Arc::from(zone));
        self.emit(Fact::DayClosed { day, numbers: Box::new(numbers), zone })
    }
}
