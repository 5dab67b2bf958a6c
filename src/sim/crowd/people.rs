//! Members: how each of them is, who comes and goes, and what a day brings.
//!
//! One pass over the members a day; what they do on it is put into the agenda.

use super::{Crowd, Happening, names};
use crate::{
    base::{
        ids::MemberId,
        seed::Seed,
        time::{Duration, Timestamp},
    },
    sim::world::{self, People},
};
use std::sync::Arc;

/// A member.
#[derive(Debug)]
pub(super) struct SyntheticMember {
    pub(super) id: MemberId,
    pub(super) manner: Manner,
    /// From when on they say nothing more.
    pub(super) quiet: Option<Timestamp>,
    /// When they leave, if that is known already.
    leaves: Option<Timestamp>,
}

/// How a member behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Messages a day.
    pub(super) rate: f64,
    /// The chance that they answer a question.
    pub(super) answers: f64,
}

impl Manner {
    /// Nothing for a lurker, much for a star, else a heavy tail.
    pub(super) fn by_chance(people: &People, seed: &mut Seed) -> Self {
        const MOST: f64 = 12.0;
        let answers = people.answers;
        if seed.chance(people.lurkers) {
            return Self { rate: 0.0, answers };
        }
        if seed.chance(people.stars) {
            return Self { rate: people.star_messages, answers };
        }
        let u = seed.fraction().max(1e-6);
        Self { rate: (people.messages * world::power(u, -people.tail)).min(MOST), answers }
    }
}

impl SyntheticMember {
    /// A member who has been there and is not about to change.
    pub(super) fn new(id: MemberId, manner: Manner) -> Self {
        Self { id, manner, quiet: None, leaves: None }
    }

    /// Whether they still say anything at all.
    pub(super) fn speaks(&self, at: Timestamp) -> bool {
        self.manner.rate > 0.0 && self.quiet.is_none_or(|quiet| at < quiet)
    }
}

impl Crowd {
    /// Somebody who can be told apart: id, name, source.
    pub(super) fn newcomer(&mut self) -> (MemberId, String, Arc<str>) {
        self.names += 1;
        let name = names::name(self.locale, &mut self.seed);
        let weights = &self.world.people.sources;
        let all: u64 = weights.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut at = self.seed.below(all);
        let source = weights.iter().find(|(_, weight)| {
            let found = at < u64::from(*weight);
            at = at.saturating_sub(u64::from(*weight));
            found
        });
        let source = source.map_or_else(|| Arc::from("friend"), |(source, _)| source.clone());
        (MemberId::from(format!("m{:04}", self.names)), name, source)
    }

    /// The id of a member of the world file.
    pub(super) fn named_id(&self, index: usize) -> MemberId {
        match &self.world.named[index].id {
            Some(id) => MemberId::new(&**id),
            None => MemberId::from(format!("named-{}", index + 1)),
        }
    }

    /// A newcomer: many go quiet soon.
    pub(super) fn arrive(&mut self, id: MemberId, manner: Manner, at: Timestamp) {
        let mut person = SyntheticMember::new(id, manner);
        if self.seed.chance(self.world.people.fade) {
            person.quiet = Some(at.plus(self.world.people.fade_after));
        }
        // Whoever will ever speak mostly does so soon after they came.
        if manner.rate > 0.0 && self.seed.chance(0.5) {
            let after = Duration::MINUTE.times(10 + self.seed.below(24 * 60) as i64);
            self.schedule(at.plus(after), Happening::Speaks(person.id.clone()));
        }
        self.people.push(person);
    }

    /// A member of the world file comes.
    pub(super) fn arrive_named(&mut self, index: usize, at: Timestamp) {
        let named = self.world.named[index].clone();
        let usual = self.manner();
        let manner = Manner {
            rate: named.messages.unwrap_or(usual.rate),
            answers: named.answers.unwrap_or(usual.answers),
        };
        let id = self.named_id(index);
        let mut person = SyntheticMember::new(id.clone(), manner);
        person.quiet = named.quiet_after.map(|after| at.plus(after));
        person.leaves = named.leaves.map(|after| self.from.plus(after));
        if let Some(leaves) = person.leaves {
            self.schedule(leaves.max(at), Happening::Leaves(id));
        }
        self.people.push(person);
    }

    /// A member by chance for whom something is true; none after some tries.
    pub(super) fn anybody(
        &mut self,
        wanted: impl Fn(&SyntheticMember, Timestamp) -> bool,
        at: Timestamp,
    ) -> Option<MemberId> {
        for _ in 0..8 {
            let index = self.seed.below(self.people.len() as u64) as usize;
            if let Some(person) = self.people.get(index).filter(|person| wanted(person, at)) {
                return Some(person.id.clone());
            }
        }
        None
    }

    /// What happens between this instant and the next midnight.
    pub(super) fn day(&mut self, now: Timestamp) {
        let (_, midnight) = self.zone.day_bounds(now);
        let whole = midnight.since(now).as_millis() as f64 / Duration::DAY.as_millis() as f64;
        let world = self.world.clone();
        let habits = &world.people;
        let age = now.since(self.from);
        // Who could be brought in gets scarce as those do who come by themselves.
        let found = world::halved(habits.joins_halve, age);
        let joins = habits.joins * found;
        let activity = world::halved(habits.activity_halves, age) * whole;
        let open = habits.joins_until.is_none_or(|until| age < until);
        for index in 0..world.signals.len() {
            for _ in 0..self.times(world.signals[index].rate * whole) {
                let at = self.moment(now, midnight);
                self.schedule(at, Happening::Arrives(index));
            }
        }
        let closes = habits.joins_until.map(|until| self.from.plus(until));
        for _ in 0..self.times(if open { joins * whole } else { 0.0 }) {
            let at = self.moment(now, midnight);
            if closes.is_none_or(|closes| at < closes) {
                self.schedule(at, Happening::Joins(None));
            }
        }
        for index in 0..self.people.len() {
            let person = &self.people[index];
            let (rate, speaks, decided) = (person.manner.rate, person.speaks(now), person.leaves.is_some());
            let leaves = habits.leaves * if rate > 0.0 { 1.0 } else { 2.0 };
            if !decided && self.seed.chance(leaves * whole) {
                let at = self.moment(now, midnight);
                self.schedule(at, Happening::Leaves(self.people[index].id.clone()));
            } else if speaks {
                for _ in 0..self.times(rate * activity) {
                    let at = self.moment(now, midnight);
                    self.schedule(at, Happening::Speaks(self.people[index].id.clone()));
                }
                if open && self.seed.chance(habits.invites * found * activity) {
                    let at = self.moment(now, midnight);
                    self.schedule(at, Happening::Joins(Some(self.people[index].id.clone())));
                }
            }
        }
        self.schedule(midnight, Happening::Day);
    }

    /// An instant of the waking hours of the day that ends at `midnight`, not before `now`.
    fn moment(&mut self, now: Timestamp, midnight: Timestamp) -> Timestamp {
        let (from, to) = self.world.people.awake;
        let start = midnight.plus(-Duration::DAY).plus(from).max(now);
        let end = midnight.plus(-Duration::DAY).plus(to).max(start.plus(Duration::SECOND));
        start.plus(
            Duration::SECOND.times(self.seed.below((end.since(start).as_millis() / 1_000) as u64) as i64),
        )
    }
}
