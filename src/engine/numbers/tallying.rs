//! Counting signals for the playbook's own numbers: what a signal adds is decided once, and stands in the journal.

use super::tally::Tallied;
use crate::{
    base::phrase::phrase,
    engine::{
        draft::{Decided, Draft},
        entry::Fact,
        facts::ExprAbout,
        input::Signal,
    },
    model::number::Reckoned,
};
use std::{collections::BTreeMap, sync::Arc};

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
                    let about = ExprAbout {
                        signal: Some(signal.to_value()),
                        member: signal.member.clone(),
                        ..ExprAbout::default()
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
