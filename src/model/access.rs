//! `access`: who may look at groups from outside the chat, and who may command them.
//!
//! What the file says; who may what at an instant is `rights`.

use crate::base::ids::{PersonId, RoleName};

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
