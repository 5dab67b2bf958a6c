//! What a script asks for: collected while it runs, committed together when it returns, or not at all.
//!
//! Actions are plain data; carrying them out is the engine's business.

use crate::base::{ids::MemberId, value::Value};
use serde::{Deserialize, Serialize};

/// One thing that a script asked for, in the order in which it asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// `post(…)`: keys of the step of that name, `text` always present. The keys are checked by the host API:
    /// `text`, `to`, `label`, `mention` (a string or a list), `image`, `buttons` (a list of `{text, url}`),
    /// `reply_to`, `expires` (a duration), `urgent`, `pin`.
    Post {
        /// The map that was given, or `#{ text }` of a string.
        with: Value,
    },
    /// `task(…)`: `text` always present; `to`, `due`, `remind`, `escalate`.
    Task {
        /// The map that was given, or `#{ text }` of a string.
        with: Value,
    },
    /// `signal(name, data)`
    Signal {
        /// The name.
        name: String,
        /// A map, or null.
        data: Value,
    },
    /// `member.tag(…)`
    Tag {
        /// The member who gets the tag.
        member: MemberId,
        /// The label.
        tag: String,
    },
    /// `member.untag(…)`
    Untag {
        /// The member who loses the tag.
        member: MemberId,
        /// The label.
        tag: String,
    },
    /// `member.award(n)`: points, which may be negative.
    Points {
        /// The member who gets the points.
        member: MemberId,
        /// How many to add.
        add: i64,
        /// Of which kind, where it is not the plain points.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
    },
    /// `member.set(key, value)`
    Field {
        /// The member whose field is set.
        member: MemberId,
        /// The field.
        key: String,
        /// Its value; null removes it.
        value: Value,
    },
    /// `state.set(key, value)`, `state[key] = value`
    State {
        /// The key.
        key: String,
        /// Its value; null removes it.
        value: Value,
    },
}

impl Action {
    /// About how many bytes it takes where it is stored.
    pub fn stored_bytes(&self) -> usize {
        match self {
            Self::Post { with } | Self::Task { with } => with.stored_bytes(),
            Self::Signal { name, data } => name.len() + data.stored_bytes(),
            Self::Tag { member, tag } | Self::Untag { member, tag } => member.as_str().len() + tag.len(),
            Self::Points { member, kind, .. } => {
                member.as_str().len() + kind.as_ref().map_or(0, String::len) + 20
            }
            Self::Field { member, key, value } => member.as_str().len() + key.len() + value.stored_bytes(),
            Self::State { key, value } => key.len() + value.stored_bytes(),
        }
    }
}

/// An address that a script fetched and what came back, recorded so that a replay needs no network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fetched {
    /// The address.
    pub url: String,
    /// The body, parsed when it is JSON; null when it failed.
    pub body: Value,
}

/// What a script call brought back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CallOutcome {
    /// What the function returned.
    pub value: Value,
    /// What it asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// What it logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// What it fetched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fetches: Vec<Fetched>,
}
