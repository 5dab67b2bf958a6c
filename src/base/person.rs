//! A person whom the playbook names: an operator, a host, an editor.
//!
//! Not a member: people are written in the playbook, members are reported from outside.

use super::ids::PersonId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A person and the ids by which platforms mention them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The key under `people`, or the name itself where a role names somebody unlisted.
    pub id: PersonId,
    /// The shown name.
    pub name: String,
    /// Platform (`wecom`, `feishu`, `discord`, …) to the id there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub handles: BTreeMap<String, String>,
}
