//! What one decision may do: all its expressions together have one number of operations.
//!
//! Counted, not timed, so that a decision is the same on every machine. Outside of a decision nothing is counted.

use crate::base::limits;
use std::cell::Cell;

scoped_tls_hkt::scoped_thread_local!(static ALLOWANCE: Allowance);

/// What a decision may do in all, and what of it is left.
struct Allowance {
    all: u64,
    left: Cell<u64>,
}

/// Does the work of a decision in a group of so many members.
pub fn within<R>(members: usize, work: impl FnOnce() -> R) -> R {
    let members = members as u64;
    let operations = limits::DECISION_OPERATIONS_MAX
        .saturating_add(members.saturating_mul(limits::DECISION_OPERATIONS_PER_MEMBER));
    ALLOWANCE.set(&Allowance { all: operations, left: Cell::new(operations) }, work)
}

/// Whether so much has been done that what can wait should wait for the next decision.
pub fn is_short() -> bool {
    ALLOWANCE.is_set() && ALLOWANCE.with(|allowance| allowance.left.get() < allowance.all / 2)
}

/// How many operations the next expression may have; no bound of this kind outside of a decision.
///
/// There are always some: a short condition is answered however much was done before it.
pub(super) fn next() -> Option<u64> {
    left().map(|left| left.max(limits::DECISION_OPERATIONS_SPARE))
}

/// An expression has had so many.
pub(super) fn spend(operations: u64) {
    if ALLOWANCE.is_set() {
        ALLOWANCE.with(|Allowance { left, .. }| left.set(left.get().saturating_sub(operations)));
    }
}

fn left() -> Option<u64> {
    ALLOWANCE.is_set().then(|| ALLOWANCE.with(|allowance| allowance.left.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_one_decision_share_what_it_may_do() {
        assert_eq!((next(), is_short()), (None, false));
        within(0, || {
            assert_eq!(next(), Some(limits::DECISION_OPERATIONS_MAX));
            spend(limits::EXPRESSION_OPERATIONS_MAX);
            assert!(!is_short());
            spend(limits::DECISION_OPERATIONS_MAX);
            assert!(is_short());
            assert_eq!(next(), Some(limits::DECISION_OPERATIONS_SPARE), "a short one is always answered");
        });
        within(10, || assert!(next() > Some(limits::DECISION_OPERATIONS_MAX)));
        assert_eq!(next(), None);
    }
}
