//! A group that a playbook runs: its id and what it has of its own.

use super::{channel::Channel, role::Role};
use crate::base::{
    ids::{ChannelName, GroupId, RoleName},
    locale::Locale,
    member::Listed,
    time::{Timestamp, Zone},
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
    /// What kind of group it is: plays can name it.
    pub kind: Option<Arc<str>>,
    /// Its zone, where it is not the playbook's.
    pub zone: Option<Zone>,
    /// How values are written in its texts, where it is not as in the playbook's.
    pub locale: Option<Locale>,
    /// Whether its messages are sent; else they are decided and shown, and go nowhere.
    pub live: bool,
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
