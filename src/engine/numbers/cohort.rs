//! Who joined on a day, by where they came from, and what became of them.
//!
//! Kept by the day of joining, because what a cohort came to is known only weeks later.

use super::day::add;
use crate::base::{
    civil_day::CivilDay,
    habits::window,
    limits,
    member::Members,
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Within so long a newcomer's first message counts.
pub const ACTIVATED_WITHIN: Duration = Duration::DAY.times(7);
/// So many days after joining it is looked at who is still there.
pub const CHECKED_AFTER: i32 = 31;

/// Those who joined on one day from one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// The day.
    pub day: CivilDay,
    /// Where they came from, as reported; empty where nothing was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// How many joined.
    pub joined: u32,
    /// Of them, who spoke within seven days.
    #[serde(default)]
    pub activated: u32,
    /// Of them, who left within seven days.
    #[serde(default)]
    pub left_early: u32,
    /// Of them, who were still there after 30 days and did something in the last seven of them; none before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained: Option<u32>,
}

/// The cohorts of the last weeks, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cohorts(VecDeque<Cohort>);

impl Cohorts {
    /// Those who joined from one day to another, both included.
    pub fn between(&self, first: CivilDay, last: CivilDay) -> impl Iterator<Item = &Cohort> {
        self.0.iter().filter(move |cohort| cohort.day >= first && cohort.day <= last)
    }

    pub(super) fn join(&mut self, day: CivilDay, source: &str) {
        while self.0.front().is_some_and(|oldest| day.since(oldest.day) > limits::COHORTS_DAYS_MAX) {
            self.0.pop_front();
        }
        let of_day = self.0.iter().filter(|cohort| cohort.day == day).count();
        let known = self.0.iter().any(|cohort| cohort.day == day && cohort.from == source);
        let source = if known || of_day < limits::SOURCES_COUNTED_MAX { source } else { "other" };
        match self.find(day, source) {
            Some(cohort) => add(&mut cohort.joined, 1),
            None => self.0.push_back(Cohort {
                day,
                from: source.to_owned(),
                joined: 1,
                activated: 0,
                left_early: 0,
                retained: None,
            }),
        }
    }

    pub(super) fn activate(&mut self, day: CivilDay, source: &str) {
        if let Some(cohort) = self.of(day, source) {
            add(&mut cohort.activated, 1);
        }
    }

    pub(super) fn leave_early(&mut self, day: CivilDay, source: &str) {
        if let Some(cohort) = self.of(day, source) {
            add(&mut cohort.left_early, 1);
        }
    }

    fn find(&mut self, day: CivilDay, source: &str) -> Option<&mut Cohort> {
        self.0.iter_mut().find(|cohort| cohort.day == day && cohort.from == source)
    }

    /// The cohort in which somebody was counted.
    fn of(&mut self, day: CivilDay, source: &str) -> Option<&mut Cohort> {
        let source =
            if self.between(day, day).any(|cohort| cohort.from == source) { source } else { "other" };
        self.find(day, source)
    }

    /// Looks, for each cohort of which a month is over, who is still there.
    pub(super) fn check(&mut self, members: &Members, today: CivilDay) {
        let due = |cohort: &Cohort| cohort.retained.is_none() && today.since(cohort.day) >= CHECKED_AFTER;
        // By day and source how many stayed, so that members are gone through once however many cohorts are due.
        let mut stayed: BTreeMap<(CivilDay, String), u32> = BTreeMap::new();
        for cohort in self.0.iter().filter(|cohort| due(cohort)) {
            stayed.insert((cohort.day, cohort.from.clone()), 0);
        }
        let Some(((first, _), _)) = stayed.first_key_value() else { return };
        let first = *first;
        for (id, habits) in members.all_habits() {
            let Some(day) = habits.came.filter(|day| *day >= first && today.since(*day) >= CHECKED_AFTER)
            else {
                continue;
            };
            // The days 24 to 30 after joining.
            let last = day.plus(CHECKED_AFTER - 1);
            let lived = today.since(last);
            let acted = habits.acted(today).checked_shr(lived.unsigned_abs()).unwrap_or(0) & window(7) != 0;
            if !acted {
                continue;
            }
            let source = members.get(id).map_or("", |member| member.source.as_str());
            let own = (day, source.to_owned());
            let counted = if stayed.contains_key(&own) { own } else { (day, "other".to_owned()) };
            if let Some(n) = stayed.get_mut(&counted) {
                *n = n.saturating_add(1);
            }
        }
        for cohort in self.0.iter_mut().filter(|cohort| due(cohort)) {
            cohort.retained = stayed.get(&(cohort.day, cohort.from.clone())).copied();
        }
    }
}

/// Whether somebody who joined spoke soon enough to count.
pub(super) fn is_soon(joined: Option<Timestamp>, at: Timestamp) -> bool {
    joined.is_some_and(|joined| at.since(joined) <= ACTIVATED_WITHIN)
}
