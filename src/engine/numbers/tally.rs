//! What the playbook's own numbers count of signals, day by day.
//!
//! What a signal adds is decided once and stands in the journal; recovery adds it up again and evaluates nothing.

use crate::{
    base::{civil_day::CivilDay, limits, phrase::phrase},
    engine::{
        draft::{About, Decided, Draft},
        entry::Fact,
        input::Signal,
        state::State,
    },
    model::number::Reckoned,
};
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
pub(super) fn apply(state: &mut State, day: CivilDay, fact: &Tallied) {
    let tallies: &mut BTreeMap<Arc<str>, Tally> = &mut Arc::make_mut(&mut state.numbers).tallies;
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

impl Draft<'_> {
    /// Begins to count what the version in force counts and the one before did not, and ends what it does not.
    pub(in crate::engine) fn settle_tallies(&mut self) -> Decided {
        let playbook = self.playbook.clone();
        let wanted: BTreeMap<&Arc<str>, String> = (playbook.numbers.iter())
            .filter_map(|number| Some((&number.name, number.reckoned.counted()?)))
            .collect();
        let known = &self.state.numbers.tallies;
        let ended: Vec<Arc<str>> =
            known.keys().filter(|metric| !wanted.contains_key(metric)).cloned().collect();
        let begun: Vec<(Arc<str>, String)> = (wanted.into_iter())
            .filter(|(metric, of)| known.get(*metric).is_none_or(|tally| *tally.of != **of))
            .map(|(metric, of)| (metric.clone(), of))
            .collect();
        for metric in ended {
            self.emit(Fact::Tallied(Tallied::Ended { metric }))?;
        }
        for (metric, of) in begun {
            self.emit(Fact::Tallied(Tallied::Begun { metric, of: of.into() }))?;
        }
        Ok(())
    }

    /// Counts a signal for each number that hears it.
    pub(in crate::engine) fn tally(&mut self, signal: &Signal) -> Decided {
        let playbook = self.playbook.clone();
        for number in playbook.numbers.iter() {
            let Reckoned::Signals { on, sum, .. } = &number.reckoned else { continue };
            if *on != signal.name {
                continue;
            }
            let metric = number.name.clone();
            let amount = match sum {
                None => Ok(1.0),
                Some(sum) => {
                    let about = About {
                        signal: Some(signal.to_value()),
                        member: signal.member.clone(),
                        ..About::default()
                    };
                    let value = sum.eval(&self.facts(sum.names(), &about));
                    value.map_err(|error| error.to_string()).and_then(|value| {
                        value.as_number().filter(|amount| amount.is_finite()).ok_or_else(|| {
                            format!("`{}` is {} here, not a number", sum.source(), value.kind().en)
                        })
                    })
                }
            };
            match amount {
                Ok(0.0) => {}
                Ok(amount) => self.emit(Fact::Tallied(Tallied::Added { metric, amount }))?,
                Err(why) => {
                    let said = phrase!(
                        "`metrics.{metric}` could not count a signal `{on}`: {why}",
                        "`metrics.{metric}` 没能计入一个 `{on}` 信号：{why}"
                    );
                    let text = said.of(playbook.locale).to_owned();
                    self.alert(&format!("metrics/{metric}"), text)?;
                }
            }
        }
        Ok(())
    }
}
