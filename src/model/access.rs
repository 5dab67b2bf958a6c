//! `access`: who may look at groups from outside the chat, and who may command them.
//!
//! Who holds a role is asked as of an instant; nothing here knows of sessions.

use super::{group::Group, playbook::Playbook};
use crate::base::{
    ids::{PersonId, RoleName},
    person::Person,
    time::Timestamp,
};

/// The role that operates its groups where the file says nothing else.
const HOST: &str = "host";

/// Who may what, beside answering what is asked of them, which every person may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Every group, members' data, and access itself.
    pub admin: Vec<Holder>,
    /// Commands: a role its own groups, a person all of them.
    pub operator: Vec<Holder>,
    /// Sees.
    pub viewer: Vec<Holder>,
}

impl Default for Access {
    fn default() -> Self {
        Self { admin: Vec::new(), operator: vec![Holder::Role(HOST.into())], viewer: Vec::new() }
    }
}

/// One entry: a role, whoever has it that day, or one of `people`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Whoever has the role in the group at the moment.
    Role(RoleName),
    /// Always this person.
    Person(PersonId),
}

/// What somebody may do in a group; each includes what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Answer what is asked of them.
    Person,
    /// See.
    Viewer,
    /// Command.
    Operator,
    /// Members' data, and access itself.
    Admin,
}

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
