//! A group that a playbook runs: its id and what it has of its own.

use super::{channel::Channel, role::Role};
use crate::base::{
    ids::{ChannelName, GroupId, RoleName},
    member::Listed,
    time::Timestamp,
    value::Map,
};
use std::{collections::BTreeMap, sync::Arc};

/// One chat group. Its channels, roles and vars are already merged key by key over the playbook's; only those
/// that differ are held here.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The key under `groups`, or the playbook's name.
    pub id: GroupId,
    /// The shown name.
    pub title: Arc<str>,
    /// When the group was created, if the file says so; else when the engine first sees it.
    pub created: Option<Timestamp>,
    /// Channels of its own.
    pub channels: BTreeMap<ChannelName, Arc<Channel>>,
    /// Roles of its own.
    pub roles: BTreeMap<RoleName, Arc<Role>>,
    /// The constants of the playbook with its own over them.
    pub vars: Arc<Map>,
    /// Members that the file brings in at adoption.
    pub members: Vec<Arc<Listed>>,
}
