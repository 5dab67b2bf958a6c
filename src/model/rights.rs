//! What somebody may do in a group, where it is known who holds its roles.
//!
//! Nothing here knows of sessions, nor of turns that were swapped.

use super::{
    access::{Holder, Right},
    group::Group,
    playbook::Playbook,
};
use crate::base::{
    ids::{PersonId, RoleName},
    person::Person,
};

impl Playbook {
    /// What one of the people may do in a group, where `has` says who has a role; nothing where the file names nobody so.
    pub fn right(
        &self,
        group: &Group,
        person: &PersonId,
        has: impl Fn(&RoleName) -> Vec<Person>,
    ) -> Option<Right> {
        let holds = |holders: &[Holder]| {
            holders.iter().any(|holder| match holder {
                Holder::Person(id) => id == person,
                Holder::Role(role) => has(role).iter().any(|one| one.id == *person),
            })
        };
        if holds(&self.access.admin) {
            return Some(Right::Admin);
        }
        if holds(&self.access.operator) {
            return Some(Right::Operator);
        }
        if holds(&self.access.viewer) {
            return Some(Right::Viewer);
        }
        self.person(group, person).map(|_| Right::Person)
    }

    /// One of the people, or somebody whom a role of the group names without listing them.
    pub fn person<'a>(&'a self, group: &'a Group, id: &PersonId) -> Option<&'a Person> {
        if let Some(person) = self.people.get(id) {
            return Some(person);
        }
        let roles = group.roles.values().chain(self.roles.values());
        roles.flat_map(|role| &role.people).find(|person| person.id == *id)
    }
}
