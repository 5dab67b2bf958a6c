//! Id newtypes, all made by one macro: cheap to clone, ordered, written as plain strings.
//!
//! An id here never parses or validates; the compiler does that before it makes one.

use serde::{Deserialize, Serialize};
use std::{borrow::Borrow, fmt, sync::Arc};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a string as this id.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )*};
}

ids! {
    /// Names a playbook; its `name` key.
    PlaybookName
    /// Names one chat group; unique within one engine.
    GroupId
    /// Names a phase of a group's life.
    PhaseName
    /// Names a play.
    PlayName
    /// Names a step inside its play: its `id`, else its position such as `3` or `4.then.1`.
    StepId
    /// Names one execution of a play: the play and its occurrence, `riddle-night@2026-12-02T12:30:00Z`
    /// or `guest-session@jia`. Equal on every machine and every replay. Unique within a group.
    RunId
    /// Names something a run wants done outside: run, step and ordinal. The idempotency key.
    EffectId
    /// Names a channel of a playbook.
    ChannelName
    /// Names a role of a playbook.
    RoleName
    /// Names one of the playbook's `people`.
    PersonId
    /// Names a member of a group.
    MemberId
    /// Names a calendar of a playbook.
    CalendarName
    /// Names something a person is asked: a task, an approval or a question. Short enough to type.
    TaskId
    /// Names an input, so that a repeated one is a no-op.
    InputId
    /// The digest of a compiled playbook: 64 lower-case hex digits (SHA-256).
    Digest
}

impl Digest {
    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.as_str().get(..12).unwrap_or_else(|| self.as_str())
    }
}
