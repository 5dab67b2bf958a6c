//! Who has a role when: the turns ahead as they will really be, by terms, absences and swaps.
//!
//! Computed by what decides who is asked; decides nothing itself.

use super::by_hand::ByHand;
use crate::{
    base::{
        limits,
        person::Person,
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    model::role::Role,
};
use jiff::civil::Time;

/// A stretch of time in which the same people have a role.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleShift {
    /// From.
    pub from: Timestamp,
    /// Until before.
    pub to: Timestamp,
    /// Who has it.
    pub people: Vec<Person>,
    /// Whose turn it would be, where somebody else has it.
    pub instead_of: Option<Person>,
}

impl RoleShift {
    /// Who has it, and for whom: `Bob instead of Ann`.
    pub fn words(&self) -> Phrase {
        let people = Phrase::list(self.people.iter().map(|person| Phrase::same(person.name.as_str())));
        match &self.instead_of {
            Some(Person { name, .. }) => {
                phrase!("{people} instead of {name}", "{people}（替 {name}）"; people)
            }
            None => people,
        }
    }
}

impl ByHand {
    /// The turns of a role in a window; none where nobody takes turns.
    pub fn turns(
        &self,
        role: &Role,
        created: Timestamp,
        (from, to): (Timestamp, Timestamp),
        zone: &Zone,
    ) -> Vec<RoleShift> {
        let mut turns: Vec<RoleShift> = Vec::new();
        if role.term.is_none() || role.people.len() < 2 {
            return turns;
        }
        let mut at = from;
        for _ in 0..limits::TURNS_LOOKED_MAX {
            let end = self.changes_after(role, created, at, zone).min(to);
            let (people, _) = self.holders(role, created, at, zone);
            let owner = role.turn(created, at, zone);
            let instead_of = owner.filter(|owner| people.iter().all(|one| one.id != owner.id)).cloned();
            match turns.last_mut() {
                Some(last) if last.people == people && last.instead_of == instead_of => last.to = end,
                _ => turns.push(RoleShift { from: at, to: end, people, instead_of }),
            }
            at = end;
            if at >= to {
                break;
            }
        }
        turns
    }

    /// When somebody else may have a role: at a handover, where a swap begins or ends, and at midnight where people
    /// are away.
    fn changes_after(&self, role: &Role, created: Timestamp, at: Timestamp, zone: &Zone) -> Timestamp {
        let handover = role.handover_after(created, at, zone);
        let swaps = self.swaps.get(&role.name).into_iter().flatten();
        let swapped = swaps.flat_map(|relief| [relief.from, relief.to]).filter(|one| *one > at).min();
        let absent = role.away.values().any(|days| days.last().is_some_and(|day| *day >= zone.date(at)));
        let midnight = zone.date(at).tomorrow().ok().filter(|_| absent);
        let midnight = midnight.map(|day| zone.instant(day.to_datetime(Time::midnight())));
        let next = handover.into_iter().chain(swapped).chain(midnight).min();
        next.filter(|next| *next > at).unwrap_or(Timestamp::MAX)
    }
}
