//! The courier: makes the attempts that lanes, rates and retries allow, and reports each outcome to the ledger.
//!
//! Owns the delivery's tasks and timers. Decides nothing itself: what is attempted when is [`super::dispatch`]'s,
//! what a request or an answer means is the adapters'.

#![expect(clippy::disallowed_methods, reason = "owns the delivery's tasks and timers")]

use super::{
    job::{Job, Key, Ledger},
    target::Target,
};
use crate::base::{ids::GroupId, time::Timestamp};
use std::sync::Arc;

/// What the courier needs from the shell around it.
pub struct Surroundings {
    /// Records claims and settlements.
    pub ledger: Arc<dyn Ledger>,
    /// The real time.
    pub now: fn() -> Timestamp,
    /// Prints a post of a `console` channel.
    pub print: Arc<dyn Fn(&str) + Send + Sync>,
}

/// A running courier; clones lead to the same one.
#[derive(Clone)]
pub struct CourierHandle {}

/// Starts a courier on the current tokio runtime.
pub fn start(surroundings: Surroundings) -> CourierHandle {
    drop(surroundings);
    CourierHandle {}
}

impl CourierHandle {
    /// Takes jobs whose rows are committed. Order within a lane is the order given here.
    pub fn submit(&self, jobs: Vec<Job>) {
        drop(jobs);
    }

    /// Asked before a row is committed: true when its attempt would begin as soon as it is submitted, so that
    /// the row is to be committed as claimed. The place is kept until the job is submitted with `claimed: true`
    /// or given back by [`Self::release`].
    pub fn reserve(&self, group: &GroupId, target: &Target) -> bool {
        let _ = (group, target);
        false
    }

    /// Gives a reserved place back: the commit failed.
    pub fn release(&self, group: &GroupId, target: &Target) {
        let _ = (group, target);
    }

    /// Takes a job back that has not been attempted; false when its attempt has begun or it is not here.
    pub fn withdraw(&self, key: Key) -> bool {
        let _ = key;
        false
    }

    /// Begins no attempt from now on, waits for those in flight, has everything recorded, and returns.
    pub async fn stop(&self) {}
}
