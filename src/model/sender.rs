//! Who may report facts to the running engine over HTTP, and which.
//!
//! Names where its key is; never holds one that was written as `env` or `file`.

use super::channel::Setting;
use crate::base::ids::GroupId;
use std::{collections::BTreeSet, sync::Arc};

/// A sender of `inbound`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender {
    /// How it shows who it is.
    pub key: SenderKey,
    /// The signals that it may report.
    pub may: BTreeSet<Arc<str>>,
    /// The groups about which it may; all when there are none.
    pub groups: BTreeSet<GroupId>,
}

/// How a sender shows who it is. Several are valid at once, so that a key can be changed without a gap.
#[derive(Debug, Clone, PartialEq)]
pub enum SenderKey {
    /// It signs every request, as Standard Webhooks says.
    Secret(Vec<Setting>),
    /// It sends a word that only it knows.
    Token(Vec<Setting>),
}

impl SenderKey {
    /// Where they are kept.
    pub fn settings(&self) -> &[Setting] {
        match self {
            Self::Secret(settings) | Self::Token(settings) => settings,
        }
    }
}
