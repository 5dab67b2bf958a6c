//! What the playbook's own numbers have counted of signals, day by day, and how it is recorded.
//!
//! Recovery adds up what stands in the journal and evaluates nothing.

use crate::base::{civil_day::CivilDay, limits};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// The days of one number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// What is counted, as the file says it; another text begins anew.
    pub of: Arc<str>,
    /// Since which day it is counted.
    pub since: CivilDay,
    /// What each day added, oldest first; a day of nothing is not there.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub days: VecDeque<(CivilDay, f64)>,
}

impl Tally {
    /// What the days from one on added.
    pub fn sum(&self, first: CivilDay) -> f64 {
        self.days.iter().filter(|(day, _)| *day >= first).fold(0.0, |sum, (_, amount)| sum + amount)
    }
}

/// What is recorded of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tallied", rename_all = "snake_case")]
pub enum Tallied {
    /// A number is counted from now on.
    Begun {
        /// The number.
        metric: Arc<str>,
        /// What is counted.
        of: Arc<str>,
    },
    /// A signal has added something.
    Added {
        /// To which number.
        metric: Arc<str>,
        /// What the signal adds.
        amount: f64,
    },
    /// A number is counted no more.
    Ended {
        /// The number.
        metric: Arc<str>,
    },
}

/// Records what was counted.
pub(super) fn apply(tallies: &mut BTreeMap<Arc<str>, Tally>, day: CivilDay, fact: &Tallied) {
    match fact {
        Tallied::Begun { metric, of } => {
            tallies.insert(metric.clone(), Tally { of: of.clone(), since: day, days: VecDeque::new() });
        }
        Tallied::Ended { metric } => drop(tallies.remove(metric)),
        Tallied::Added { metric, amount } => {
            let Some(tally) = tallies.get_mut(metric) else { return };
            match tally.days.back_mut().filter(|(last, _)| *last >= day) {
                Some((_, sum)) => *sum += amount,
                None => tally.days.push_back((day, *amount)),
            }
            let oldest = day.plus(1 - limits::TALLY_DAYS_MAX as i32);
            while tally.days.front().is_some_and(|(day, _)| *day < oldest) {
                tally.days.pop_front();
            }
        }
    }
}
