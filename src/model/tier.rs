//! A tier: where members stand, and what lets them rise, stay and fall.

use crate::{base::time::Duration, script::expr::Expr};
use std::sync::Arc;

/// One of `members.tiers`, the lowest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// The name of the tier.
    pub name: Arc<str>,
    /// Who rises to it; the first tier is everybody's.
    pub enter: Option<Expr>,
    /// Who stays in it; as `enter` where it is not said.
    pub remain: Option<Expr>,
    /// Nobody falls from it sooner than this.
    pub at_least: Option<Duration>,
}
