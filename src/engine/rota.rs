//! Who has a role now, and two people who swap their turns of it.

use super::{
    by_hand::Relief,
    draft::{Decided, Draft},
    operation::Operation,
};
use crate::{
    base::{ids::RoleName, limits, person::Person, phrase::phrase},
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
            return self.refuse(phrase!(
                "there is no role `{name}`; roles are {}",
                "没有角色 `{name}`；有的角色是 {}",
                known.join(", ")
            ));
        };
        if role.term.is_none() || role.people.len() < 2 {
            return self.refuse(phrase!(
                "nobody takes turns in `{name}`: a rota has a `term` and several people",
                "`{name}` 没有人轮班：轮班要有 `term`，还要有好几个人"
            ));
        }
        let find = |word: &str| {
            let is = |person: &&Person| person.id.as_str() == word || person.name == word;
            role.people.iter().find(is).cloned()
        };
        let (Some(first), Some(second)) = (find(one), find(other)) else {
            let people: Vec<&str> = role.people.iter().map(|person| person.id.as_str()).collect();
            return self.refuse(phrase!(
                "only people of `{name}` can swap: {}",
                "只有 `{name}` 里的人才能换班：{}",
                people.join(", ")
            ));
        };
        if first.id == second.id {
            return self.refuse(phrase!("{} has that turn already", "这一班本来就是 {} 的", first.id));
        }
        let (Some(mine), Some(theirs)) = (self.turn_of(&role, &first), self.turn_of(&role, &second)) else {
            return self
                .refuse(phrase!("no turn of both is near in `{name}`", "`{name}` 里近期没有他们两个人的班"));
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
