//! A condition that starts a play when it has become true and has stayed so.
//!
//! What the playbook says; whether it holds is found out by the engine.

use super::budget::Quota;
use crate::{base::time::Duration, script::expr::Expr};

/// `whenever`
#[derive(Debug, Clone, PartialEq)]
pub struct Whenever {
    /// What has to hold.
    pub condition: Expr,
    /// `lasts`: for how long before it counts.
    pub lasts: Duration,
    /// `max`: at most so many starts in so long.
    pub max: Option<Quota>,
}

impl Whenever {
    /// What it waits for, as it is written; another text begins anew.
    pub fn words(&self) -> String {
        let lasts = if self.lasts.is_zero() { String::new() } else { format!(" for {}", self.lasts) };
        format!("{}{lasts}", self.condition.source())
    }
}
