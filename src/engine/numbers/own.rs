//! The playbook's own numbers as they are read: of signals that were counted, or of other numbers.
//!
//! A value that cannot be computed is unknown, with the reason of what it was to be computed of.

use super::{Numbers, unknown::OF_NOTHING};
use crate::{
    base::{
        metric::Figure,
        phrase::{Words, pair},
    },
    model::number::{OwnNumber, Reckoned},
    script::{
        expr::Expr,
        facts::{Facts, Measures},
    },
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What the playbook's own numbers are read with.
#[derive(Debug, Default)]
pub(super) struct Own {
    numbers: Arc<[OwnNumber]>,
    /// What their values may name, beside other numbers.
    facts: Option<Facts>,
    read: Mutex<ReadSoFar>,
}

/// What has been read, and what is being read.
#[derive(Debug, Default)]
struct ReadSoFar {
    known: BTreeMap<Arc<str>, Figure>,
    /// The values that are being computed, the innermost last.
    open: Vec<Computing>,
}

/// A value that is being computed.
#[derive(Debug)]
struct Computing {
    name: Arc<str>,
    complete: bool,
    unknown: Option<Words>,
}

impl Own {
    pub(super) fn new(numbers: Arc<[OwnNumber]>, facts: impl FnOnce() -> Facts) -> Self {
        let facts = (!numbers.is_empty()).then(facts);
        Self { numbers, facts, read: Mutex::default() }
    }

    pub(super) fn numbers(&self) -> &Arc<[OwnNumber]> {
        &self.numbers
    }

    fn reading<T>(&self, change: impl FnOnce(&mut ReadSoFar) -> T) -> T {
        change(&mut self.read.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells the value that is being computed, if one is, what it was computed of.
    pub(super) fn note(&self, figure: &Figure) {
        self.reading(|reading| {
            if let Some(open) = reading.open.last_mut() {
                open.complete &= figure.complete;
                open.unknown = open.unknown.or(figure.unknown);
            }
        });
    }

    /// A number of the playbook's own, by its name; none where it has no such number.
    pub(super) fn figure(
        &self,
        numbers: &Numbers,
        this: Option<Arc<dyn Measures>>,
        name: &str,
    ) -> Option<Figure> {
        let number = self.numbers.iter().find(|number| *number.name == *name)?;
        if let Some(known) = self.reading(|reading| reading.known.get(name).cloned()) {
            return Some(known);
        }
        let figure = match &number.reckoned {
            Reckoned::Signals { over, .. } => counted(numbers, name, *over),
            Reckoned::Value(value) => self.value(this, number, value),
        };
        self.reading(|reading| reading.known.insert(number.name.clone(), figure.clone()));
        Some(figure)
    }

    fn value(&self, this: Option<Arc<dyn Measures>>, number: &OwnNumber, value: &Expr) -> Figure {
        let (Some(facts), Some(this)) = (&self.facts, this) else {
            return Figure::unknown(OF_NOTHING);
        };
        let begins = self.reading(|reading| {
            let circle = reading.open.iter().any(|open| open.name == number.name);
            if !circle {
                reading.open.push(Computing { name: number.name.clone(), complete: true, unknown: None });
            }
            !circle
        });
        if !begins {
            return Figure::unknown(pair("it needs itself", "要用到它自己"));
        }
        let facts = Arc::new(Facts { metrics: Some(this), ..facts.clone() });
        let found =
            value.eval(&facts).ok().and_then(|value| value.as_number()).filter(|value| value.is_finite());
        let open = self.reading(|reading| reading.open.pop());
        let (complete, unknown) = open.map_or((false, None), |open| (open.complete, open.unknown));
        match found {
            Some(value) => Figure { value: Some(value), of: None, complete, unknown: None },
            None => Figure::unknown(unknown.unwrap_or(OF_NOTHING)),
        }
    }
}

fn counted(numbers: &Numbers, name: &str, over: u32) -> Figure {
    let first = numbers.today.plus(1 - i32::try_from(over).unwrap_or(i32::MAX));
    let Some(tally) = numbers.tallies.get(name) else {
        return Figure::unknown(pair("nothing is counted yet", "还没有开始计数"));
    };
    let complete = tally.since <= first || tally.since == numbers.began;
    Figure { value: Some(tally.sum(first)), of: None, complete, unknown: None }
}
