//! What a platform's answer means.
//!
//! Plain values; adapters read them out of an answer, the lanes act on them.

use crate::base::time::Duration;

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The platform took it.
    Accepted {
        /// What it said that is worth keeping; often empty.
        note: String,
    },
    /// Not now.
    RetryLater {
        /// The earliest next attempt, where the platform says or its limit implies one.
        after: Option<Duration>,
        /// The robot as a whole is to wait, not only this message.
        throttled: bool,
        /// Attempts after which the platform advises to give up.
        attempts_max: Option<u32>,
        /// Why, in words.
        reason: String,
    },
    /// Never.
    Refused {
        /// Why, in words, with what to do.
        reason: String,
    },
    /// The answer does not tell whether the platform took it: the attempt is in doubt.
    Unclear {
        /// What came back.
        reason: String,
    },
}

impl Receipt {
    /// The same with its words changed.
    pub fn map_words(self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Accepted { note } => Self::Accepted { note: change(&note) },
            Self::RetryLater { after, throttled, attempts_max, reason } => {
                Self::RetryLater { after, throttled, attempts_max, reason: change(&reason) }
            }
            Self::Refused { reason } => Self::Refused { reason: change(&reason) },
            Self::Unclear { reason } => Self::Unclear { reason: change(&reason) },
        }
    }
}
