//! What operators have changed of one run: when its steps of a day are due, and what they say.
//!
//! Plain data with its arithmetic; recorded by `apply_operation`.

use crate::base::{
    ids::StepId,
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What operators have changed of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Amended {
    /// Its steps of one day are later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Later>,
    /// A step that is due at once, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hurried: Option<(StepId, Timestamp)>,
    /// What steps say instead of what the file says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<StepId, String>,
    /// Steps ahead that are not carried out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left_out: BTreeSet<StepId>,
}

/// The steps of one day are later than the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// Those that are due from then on, as the file says.
    pub from: Timestamp,
    /// And before then.
    pub to: Timestamp,
    /// So much.
    pub length: Duration,
}

impl Amended {
    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Since when a step is due because an operator said so.
    pub fn hurried(&self, step: &StepId) -> Option<Timestamp> {
        self.hurried.as_ref().filter(|(hurried, _)| hurried == step).map(|(_, at)| *at)
    }

    /// An instant of the file as it is now.
    pub fn moved(&self, at: Timestamp) -> Timestamp {
        match self.later {
            Some(later) if later.from <= at && at < later.to => at.plus(later.length),
            _ => at,
        }
    }

    /// The instant of the file that is this one now.
    pub fn by_file(&self, at: Timestamp) -> Timestamp {
        match self.later {
            Some(later) if later.from <= at.plus(-later.length) && at.plus(-later.length) < later.to => {
                at.plus(-later.length)
            }
            _ => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_in_the_day_is_later() {
        let at = Timestamp::from_millis;
        let later = Later { from: at(100), to: at(200), length: Duration::from_millis(50) };
        let amended = Amended { later: Some(later), ..Amended::default() };
        let moved = [99, 100, 199, 200].map(|n| amended.moved(at(n)).as_millis());
        assert_eq!(moved, [99, 150, 249, 200]);
        for n in [50, 100, 150, 199] {
            assert_eq!(amended.by_file(amended.moved(at(n))), at(n));
        }
        assert!(Amended::default().is_empty() && !amended.is_empty());
    }
}
