//! The numbers of a group as they are read at an instant: each with what it is a part of, whether it is complete, and
//! why it is unknown where it is.

use super::{
    gauges::Gauges,
    round,
    unknown::{OF_NOTHING, SURVEYED, UNSEEN},
};
use crate::{
    base::{
        civil_day::CivilDay,
        habits::{KNOWN_DAYS, window},
        ids::MemberId,
        metric::{Figure, METRICS, Metric, Takes},
        phrase::pair,
    },
    model::number::OwnNumber,
    script::facts::Measures,
};
use std::collections::BTreeMap;

impl Gauges {
    /// The playbook's own numbers.
    pub fn own(&self) -> impl Iterator<Item = (&OwnNumber, Figure)> + '_ {
        self.own
            .numbers()
            .iter()
            .filter_map(|number| Some((number, self.own.figure(&self.numbers, self.shared(), &number.name)?)))
    }

    /// Members who did anything on a day; unknown of one that is too long ago.
    pub fn acted_on(&self, day: CivilDay) -> Figure {
        let Some(back) = u32::try_from(self.numbers.today.since(day)).ok().filter(|back| *back < KNOWN_DAYS)
        else {
            return Figure::unknown(OF_NOTHING);
        };
        if !self.hears() {
            return Figure::unknown(self.deaf());
        }
        let today = self.numbers.today;
        if round::is_large(&self.members) {
            // As it was when the day closed: whoever has left since is among them.
            let closed = self.numbers.closed.iter().rev().find(|closed| closed.day == day);
            let now = || self.numbers.actors.within(1);
            let acted = if back == 0 { now() } else { closed.map_or(0, |closed| closed.actors) };
            return self.count(back.saturating_add(1), u64::from(acted), None);
        }
        let acted =
            self.members.all_habits().filter(|(_, habits)| habits.acted(today) >> back & 1 != 0).count();
        self.count(back.saturating_add(1), acted as u64, None)
    }

    /// Every number, with what it took.
    pub fn all(&self) -> impl Iterator<Item = (&'static Metric, Option<u32>, Figure)> + '_ {
        METRICS.iter().map(|metric| {
            let taken = match metric.takes {
                Takes::Nothing => None,
                Takes::Days(n) | Takes::Most(n) => Some(n),
            };
            (metric, taken, self.read(metric, taken))
        })
    }

    /// One number. What it takes is what it takes by itself where nothing is given.
    pub fn read(&self, metric: &Metric, taken: Option<u32>) -> Figure {
        let n = match metric.takes {
            Takes::Nothing => 0,
            Takes::Days(usual) => taken.unwrap_or(usual).clamp(1, crate::base::metric::WINDOW_DAYS_MAX),
            Takes::Most(usual) => taken.unwrap_or(usual).max(1),
        };
        if self.numbers.is_new() {
            return Figure::unknown(pair("nothing is counted yet", "还没有开始计数"));
        }
        if SURVEYED.contains(&metric.name) && self.is_unseen() {
            return Figure::unknown(UNSEEN);
        }
        super::talk::figure(self, metric.name, n)
            .or_else(|| super::people::figure(self, metric.name, n))
            .unwrap_or_else(|| Figure::unknown(OF_NOTHING))
    }

    /// What a number is made of: of arrivals by source, of tasks by play, role and person, of rubbish by kind.
    pub fn parts_of(&self, name: &str) -> BTreeMap<String, Figure> {
        super::people::parts_of(self, name)
    }
}

impl Measures for Gauges {
    fn figure(&self, name: &str, taken: Option<u32>) -> Option<Figure> {
        let figure = match crate::base::metric::find(name) {
            Some(metric) => self.read(metric, taken),
            None => self.own.figure(&self.numbers, self.shared(), name)?,
        };
        self.own.note(&figure);
        Some(figure)
    }

    fn active(&self, member: &MemberId, days: u32) -> Option<u32> {
        if !self.hears() {
            return None;
        }
        let habits = self.members.habits(member);
        let acted = habits.map_or(0, |habits| habits.acted(self.numbers.today));
        Some((acted & window(days)).count_ones())
    }

    fn strikes(&self, member: &MemberId) -> u32 {
        self.moderated.strikes_of(member, self.now).count() as u32
    }

    fn peers(&self, member: &MemberId) -> Option<u32> {
        if !self.hears() {
            return None;
        }
        Some(self.members.habits(member).map_or(0, |habits| habits.peers().len() as u32))
    }
}
