//! Where members stand in `members.tiers`: a part of the state, and what is recorded of it.

use crate::base::{ids::MemberId, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The part of the state about tiers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Since when each member who has risen stands there.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub since: imbl::OrdMap<MemberId, Timestamp>,
    /// When members are looked at next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// The member who was looked at last, while not all have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MemberId>,
}

/// What is recorded of where members stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stood", rename_all = "snake_case")]
pub enum Stood {
    /// A member stands somewhere else from now on.
    Changed {
        /// The member whose standing changed.
        member: MemberId,
        /// The tier.
        tier: Arc<str>,
        /// The one before it.
        from: String,
        /// Whether it is the one that everybody has.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        base: bool,
    },
    /// Some members, or all, were looked at.
    LookedAt {
        /// The last of them, where there are more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<MemberId>,
        /// When the others, or all again, are looked at; none where there are no tiers any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Timestamp>,
    },
}

impl Standing {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
