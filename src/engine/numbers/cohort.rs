//! Who joined on a day, by where they came from, and what became of them.
//!
//! Kept by the day of joining, because what a cohort came to is known only weeks later.

use super::day::add;
use crate::base::{
    civil_day::CivilDay,
    habits::{Habits, window},
    limits,
    member::Members,
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

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
        let mut due = self.due(today);
        if due.is_empty() {
            return;
        }
        for (id, habits) in members.all_habits() {
            due.see(members.get(id).map_or("", |member| member.source.as_str()), habits);
        }
        self.settle(due);
    }

    /// The cohorts of which a month is over, to be counted: members are gone through once however many these are.
    pub(super) fn due(&self, today: CivilDay) -> Due {
        let due = |cohort: &&Cohort| cohort.retained.is_none() && today.since(cohort.day) >= CHECKED_AFTER;
        let cohorts = self.0.iter().filter(due);
        Due { today, stayed: cohorts.map(|cohort| (cohort.day, cohort.from.clone(), 0)).collect() }
    }

    /// Takes over what was counted.
    pub(super) fn settle(&mut self, due: Due) {
        for (day, source, stayed) in due.stayed {
            if let Some(cohort) = self.find(day, &source) {
                cohort.retained = Some(stayed);
            }
        }
    }
}

/// Cohorts of which a month is over, and how many of them are found to have stayed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Due {
    today: CivilDay,
    stayed: Vec<(CivilDay, String, u32)>,
}

impl Due {
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.stayed.is_empty()
    }

    /// Looks at one member, by where they came from.
    pub(super) fn see(&mut self, source: &str, habits: &Habits) {
        let came = habits.came.filter(|day| self.today.since(*day) >= CHECKED_AFTER);
        let Some(day) = came.filter(|_| !self.is_empty()) else { return };
        // The days 24 to 30 after joining.
        let lived = self.today.since(day.plus(CHECKED_AFTER - 1));
        let acted = habits.acted(self.today).checked_shr(lived.unsigned_abs()).unwrap_or(0) & window(7) != 0;
        if !acted {
            return;
        }
        let of = |from: &str| self.stayed.iter().position(|(of, name, _)| *of == day && name == from);
        if let Some(place) = of(source).or_else(|| of("other")) {
            let stayed = &mut self.stayed[place].2;
            *stayed = stayed.saturating_add(1);
        }
    }
}

/// Whether somebody who joined spoke soon enough to count.
pub(super) fn is_soon(joined: Option<Timestamp>, at: Timestamp) -> bool {
    joined.is_some_and(|joined| at.since(joined) <= ACTIVATED_WITHIN)
}
