//! Whom something is asked of: a role's people or one person, and where they are told.

use crate::base::{
    ids::{ChannelName, RoleName},
    person::Person,
};

/// Whom a task goes to, and where they are told.
#[derive(Debug, Clone, Default)]
pub(super) struct Addressee {
    pub(super) role: Option<RoleName>,
    pub(super) people: Vec<Person>,
    pub(super) channel: Option<ChannelName>,
}
