//! What somebody may do in a group at an instant, and who holds its roles then.
//!
//! Nothing here knows of sessions.

use super::{
    access::{Holder, Right},
    group::Group,
    playbook::Playbook,
};
use crate::base::{
    ids::{PersonId, RoleName},
    person::Person,
    time::Timestamp,
};

impl Playbook {
    /// What one of the people may do in a group; nothing where the file names nobody so.
    pub fn right(
        &self,
        group: &Group,
        created: Timestamp,
        person: &PersonId,
        now: Timestamp,
    ) -> Option<Right> {
        let holds = |holders: &[Holder]| {
            holders.iter().any(|holder| match holder {
                Holder::Person(id) => id == person,
                Holder::Role(role) => {
                    self.holders(group, created, role, now).iter().any(|one| one.id == *person)
                }
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

    /// Who has a role in a group at an instant.
    pub fn holders(&self, group: &Group, created: Timestamp, role: &RoleName, now: Timestamp) -> Vec<Person> {
        let role = self.role(group, role);
        role.map(|role| role.holders(created, now, &self.zone).0).unwrap_or_default()
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
