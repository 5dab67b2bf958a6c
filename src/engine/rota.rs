//! Who has a role now, and two people who swap their turns of it.

use super::{
    by_hand::Relief,
    draft::{Decided, Draft},
    operation::Operation,
};
use crate::{
    base::{ids::RoleName, limits, person::Person},
    model::role::Role,
};
use std::sync::Arc;

impl Draft<'_> {
    /// Who has a role now, and who after the next handover.
    pub(super) fn holders(&self, role: &Role) -> (Vec<Person>, Vec<Person>) {
        self.state.by_hand.holders(role, self.state.created, self.now, &self.playbook.zone)
    }

    /// Two people swap their next turns of a role; a turn under way counts.
    pub(super) fn swap(
        &mut self,
        name: &RoleName,
        (one, other): (&Arc<str>, &Arc<str>),
        by: Option<String>,
    ) -> Decided {
        let Some(role) = self.playbook.role(&self.group, name).cloned() else {
            let known: Vec<&str> = self.playbook.roles.keys().map(RoleName::as_str).collect();
            return self.refuse(format!("there is no role `{name}`; roles are {}", known.join(", ")));
        };
        if role.term.is_none() || role.people.len() < 2 {
            return self
                .refuse(format!("nobody takes turns in `{name}`: a rota has a `term` and several people"));
        }
        let find = |word: &str| {
            let is = |person: &&Person| person.id.as_str() == word || person.name == word;
            role.people.iter().find(is).cloned()
        };
        let (Some(first), Some(second)) = (find(one), find(other)) else {
            let people: Vec<&str> = role.people.iter().map(|person| person.id.as_str()).collect();
            return self.refuse(format!("only people of `{name}` can swap: {}", people.join(", ")));
        };
        if first.id == second.id {
            return self.refuse(format!("{} has that turn already", first.id));
        }
        let (Some(mine), Some(theirs)) = (self.turn_of(&role, &first), self.turn_of(&role, &second)) else {
            return self.refuse(format!("no turn of both is near in `{name}`"));
        };
        let turns =
            vec![Relief { person: second.id.clone(), ..mine }, Relief { person: first.id.clone(), ..theirs }];
        self.operated(Operation::Swapped { role: name.clone(), one: first.id, other: second.id, turns }, by)
    }

    /// The next turn of somebody, or the one under way.
    fn turn_of(&self, role: &Role, person: &Person) -> Option<Relief> {
        let (created, zone) = (self.state.created, &self.playbook.zone);
        let mut from = self.now;
        for _ in 0..limits::TURNS_LOOKED_MAX {
            let to = role.handover_after(created, from, zone)?;
            let (holds, _) = self.state.by_hand.holders(role, created, from, zone);
            if holds.iter().any(|one| one.id == person.id) {
                return Some(Relief { from, to, person: person.id.clone() });
            }
            from = to;
        }
        None
    }
}
