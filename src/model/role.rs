//! A role: people who take turns.

use crate::base::{
    ids::{ChannelName, RoleName},
    person::Person,
    time::{Duration, Timestamp, Zone},
};

/// Who does a job in a group, in turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// The key under `roles`.
    pub name: RoleName,
    /// In the order of their terms.
    pub people: Vec<Person>,
    /// Where they are told about tasks and approvals.
    pub channel: Option<ChannelName>,
    /// How long one person's term is; without it everybody has the role at once.
    pub term: Option<Term>,
    /// When the first term begins; default the group's creation.
    pub from: Option<Timestamp>,
}

/// The length of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Calendar days in the playbook's zone (weeks are seven).
    Days(i32),
    /// Calendar months; the last day of a shorter month stands for a missing one.
    Months(i32),
    /// An exact length, for terms shorter than a day.
    Exact(Duration),
}

impl Term {
    /// The instant `n` terms after `from`.
    pub fn nth(self, from: Timestamp, n: i64, zone: &Zone) -> Timestamp {
        let civil = zone.civil(from).datetime();
        let span = match self {
            Self::Exact(length) => return from.plus(length.times(n)),
            Self::Days(days) => jiff::Span::new().try_days(i64::from(days).saturating_mul(n)),
            Self::Months(months) => jiff::Span::new().try_months(i64::from(months).saturating_mul(n)),
        };
        match span.and_then(|span| civil.checked_add(span)) {
            Ok(at) => zone.instant(at),
            Err(_) if n < 0 => Timestamp::MIN,
            Err(_) => Timestamp::MAX,
        }
    }

    /// A length that is never longer than a term, for finding the right `n`.
    fn at_least_millis(self) -> i64 {
        match self {
            Self::Exact(length) => length.as_millis().max(1),
            Self::Days(days) => i64::from(days.max(1)) * 86_400_000,
            Self::Months(months) => i64::from(months.max(1)) * 28 * 86_400_000,
        }
    }

    /// Which term an instant lies in: 0 for the first, negative before it.
    pub fn index(self, from: Timestamp, at: Timestamp, zone: &Zone) -> i64 {
        let mut n = at.since(from).as_millis().div_euclid(self.at_least_millis()) + 1;
        while self.nth(from, n, zone) > at {
            n -= 1;
        }
        n
    }
}

impl Role {
    /// Who has the role at an instant, and who after the next handover. Before the first term it is the first
    /// person's.
    pub fn holders(&self, created: Timestamp, at: Timestamp, zone: &Zone) -> (Vec<Person>, Vec<Person>) {
        let Some(term) = self.term else {
            return (self.people.clone(), self.people.clone());
        };
        if self.people.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let n = term.index(self.from.unwrap_or(created), at, zone).max(0) as usize;
        let person = |n: usize| vec![self.people[n % self.people.len()].clone()];
        (person(n), person(n + 1))
    }

    /// The first handover after an instant: the beginning of the second term or of a later one.
    pub fn handover_after(&self, created: Timestamp, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let term = self.term?;
        let from = self.from.unwrap_or(created);
        let n = (term.index(from, after, zone) + 1).max(1);
        Some(term.nth(from, n, zone)).filter(|at| *at < Timestamp::MAX)
    }
}
